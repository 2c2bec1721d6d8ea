// `dropscope dashboard`: the screen, and the threads that measure for it.

import Backbones
import Dashboard
import Foundation
import Kernels
import Speech
import Synchronization
import TerminalUI
import Tradeoff

enum DashboardCommand: Command {
  static let name = "dashboard"
  static let summary = "explore a model on the screen, measured while you watch (the default)"
  static let help = """
    Usage: dropscope [dashboard] [OPTION]...

    Opens the dashboard: slide the drop ratio, see which layers run, what every utterance is
    transcribed as, the word error rate filling in, and what it costs. '?' lists the keys.

    \(ModelOptions.modelHelp)
                       repeat it to compare models, as with the bundled ones: 'M' goes to the next
    \(ModelOptions.dataHelp)
    \(ModelOptions.layerHelp)
      --threads N      utterances measured side by side (one per processor)

      --frame WxH      print one frame of that size as text once everything is measured, and leave
      --svg            print it as an SVG picture

    NO_COLOR and the locale are honoured: without UTF-8 the screen is drawn in ASCII.
    """

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw, options: ModelOptions.names + ["threads", "frame"], flags: ["svg"])
    let frame = try frameSize(arguments)
    let options = try ModelOptions(arguments)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let threads = try arguments.integer("threads", in: 1...256) ?? cores

    // Whatever can be wrong with what was asked for is said before the screen changes.
    let recognizers = try options.modelsOrAllBundled().map { try Recognizer(contentsOf: $0) }
    let choice = try options.choice(layerCount: recognizers[0].backbone.layerCount)
    let dataset = try options.dataset()
    let subject = Subject(
      models: recognizers.map {
        Subject.Model(name: $0.name, layerCount: $0.backbone.layerCount)
      }, dataset: dataset.name, split: dataset.split,
      utterances: dataset.utterances.map {
        Subject.Item(id: $0.id, speaker: $0.speaker, transcript: $0.transcript)
      }, machine: Machine.description, threads: threads)
    var state = DashboardState(
      subject: subject, mask: choice.mask, policy: choice.policy ?? PolicyCatalog.names[0],
      isManual: choice.policy == nil, costs: recognizers.map { CostModel($0.backbone) })
    let initial = state
    if let frame {
      let session = Session(recognizers, dataset, threads: threads)
      defer { session.close() }
      try session.settle(&state)
      let canvas = view(state, frame)
      print(
        arguments.flag("svg")
          ? canvas.svg(title: "Dropscope") : canvas.lines().joined(separator: "\n"))
      return 0
    }
    // The entry point is the main thread, the only one that may touch the terminal.
    try MainActor.assumeIsolated {
      try NCursesTerminal.with { terminal in
        var state = initial
        state.symbols = terminal.symbols
        let session = Session(recognizers, dataset, threads: threads)
        defer { session.close() }
        try session.run(state, on: terminal)
      }
    }
    return 0
  }

  private static func frameSize(_ arguments: Arguments) throws -> Size? {
    guard let text = arguments.string("frame") else {
      if arguments.flag("svg") { throw UsageError("option --svg goes with --frame WxH") }
      return nil
    }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (1...1000).contains(width), (1...1000).contains(height)
    else {
      throw UsageError("option --frame: expected WxH, each from 1 to 1000, found '\(text)'")
    }
    return Size(width: width, height: height)
  }
}

/// The evaluators behind the screen, one a model, made ready while the screen is already there.
private final class Session: Sendable {
  private let mailbox = Mailbox<Message>()
  /// Empty until the audio is read and the machine's speed is known, and again after `close`.
  private let workers = Mutex<[EvaluationWorker]>([])
  private let isClosed = Atomic<Bool>(false)

  init(_ recognizers: [Recognizer], _ dataset: Dataset, threads: Int) {
    WorkerThread.start("preparation") { [self] in
      do {
        mailbox.post(.preparing("reading the audio of \(dataset.utterances.count) utterances"))
        let loaded = LoadedDatasets()
        let data = try recognizers.map { try loaded.data(dataset, for: $0) }
        mailbox.post(.preparing("measuring this machine's speed"))
        for (index, recognizer) in recognizers.enumerated() {
          if isClosed.load(ordering: .acquiring) { return }
          let samples = data[index].samples
          var costs = CostModel(recognizer.backbone, sampleCounts: samples.map(\.count))
          costs.latency = LatencyModel(calibrating: recognizer.backbone)
          mailbox.post(.calibrated(model: index, costs))
        }
        let mailbox = mailbox
        workers.withLock { workers in
          guard !isClosed.load(ordering: .acquiring) else { return }
          workers = zip(recognizers, data).map { recognizer, data in
            EvaluationWorker(recognizer: recognizer, dataset: data, workers: threads) {
              mailbox.post(.evaluator($0))
            }
          }
        }
        mailbox.post(.ready)
      } catch {
        mailbox.post(.failed("\(error)"))
      }
    }
  }

  /// Shows the screen until the user leaves it.
  @MainActor func run(_ state: DashboardState, on terminal: NCursesTerminal) throws {
    try Program.run(
      terminal: terminal, state: state, mailbox: mailbox, message: { .terminal($0) },
      update: update, view: view,
      perform: { effect in
        switch effect {
        case .evaluate(let request): evaluate(request)
        case .suspend: terminal.suspend()
        case .setMouse(let on): terminal.setMouse(on)
        case .quit: return .stop
        }
        return .carryOn
      })
  }

  /// Takes in messages without a terminal until nothing more is to be measured.
  func settle(_ state: inout DashboardState) throws {
    while true {
      switch state.activity {
      case .idle: return
      case .failed(let reason), .unavailable(let reason): throw InputError(reason)
      case .preparing, .measuring: break
      }
      var descriptor = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, -1)
      for message in mailbox.drain() {
        for case .evaluate(let request) in update(&state, message) { evaluate(request) }
      }
    }
  }

  /// One model computes at a time: a request to one stops the others.
  private func evaluate(_ request: EvaluationRequest) {
    workers.withLock { workers in
      for (index, worker) in workers.enumerated() where index != request.model { worker.cancel() }
      if workers.indices.contains(request.model) { workers[request.model].request(request) }
    }
  }

  /// Ends the evaluators' threads, within one layer of what they are computing.
  func close() {
    isClosed.store(true, ordering: .releasing)
    workers.withLock { workers in
      for worker in workers { worker.stop() }
      workers = []
    }
  }
}
