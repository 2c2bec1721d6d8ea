// What is behind the screen: evaluators, close looks, sounds, files.

import Backbones
import Base
import Dashboard
import Foundation
import Kernels
import Speech
import Synchronization
import TerminalUI
import Tradeoff

/// The threads that work for the dashboard, made ready while the screen is already there.
final class DashboardSession: Sendable {
  private let mailbox = Mailbox<Message>()
  private let recognizers: [Recognizer]
  private let dataset: Dataset
  private let prober = Prober()
  private let sounds = SoundTools()
  /// Empty until the audio is read and the machine's speed is known, and again after `close`.
  private let workers = Mutex<[EvaluationWorker]>([])
  private let data = Mutex<[LoadedDataset]>([])
  private let isClosed = Atomic<Bool>(false)
  private let isTicking = Atomic<Bool>(false)

  init(_ recognizers: [Recognizer], _ dataset: Dataset, threads: Int) {
    self.recognizers = recognizers
    self.dataset = dataset
    WorkerThread.start("preparation") { [self] in
      do {
        mailbox.post(.preparing("reading the audio of \(dataset.utterances.count) utterances"))
        let loaded = LoadedDatasets()
        let data = try recognizers.map { try loaded.data(dataset, for: $0) }
        self.data.withLock { $0 = data }
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
    // Exports need the state of the moment, which the loop owns.
    var newest = state
    try Program.run(
      terminal: terminal, state: state, mailbox: mailbox, message: { .terminal($0) },
      update: { state, message in
        let effects = update(&state, message)
        if effects.contains(where: \.needsState) { newest = state }
        return effects
      }, view: view,
      perform: { effect in
        switch effect {
        case .suspend: terminal.suspend()
        case .setMouse(let on): terminal.setMouse(on)
        case .quit: return .stop
        default: perform(effect, newest)
        }
        return .carryOn
      })
  }

  /// Tells what changes in the settings file, looked at once a second; `fixed` leaves out what the
  /// command line or the terminal has decided.
  func watchSettings(_ first: Settings, _ fixed: @escaping @Sendable (Settings) -> Settings) {
    WorkerThread.start("settings") { [self] in
      var (known, stamp) = (first, Settings.stamp())
      while !isClosed.load(ordering: .acquiring) {
        Thread.sleep(forTimeInterval: 1)
        let newStamp = Settings.stamp()
        guard newStamp != stamp else { continue }
        stamp = newStamp
        let (settings, complaints) = Settings.saved()
        if settings != known || !complaints.isEmpty {
          mailbox.post(
            .settings(fixed(settings.changes(since: known)), complaints: complaints))
        }
        known = settings
      }
    }
  }

  func startDemo(_ state: inout DashboardState) {
    for effect in Dashboard.startDemo(&state) { perform(effect, state) }
  }

  /// Takes in messages without a terminal until nothing more is to be measured or looked at.
  func settle(_ state: inout DashboardState) throws {
    while true {
      switch state.activity {
      case .idle: if state.probes.asked == nil { return }
      case .failed(let reason), .unavailable(let reason): throw InputError(reason)
      case .preparing, .measuring: break
      }
      var descriptor = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, -1)
      for message in mailbox.drain() {
        for effect in update(&state, message) { perform(effect, state) }
      }
    }
  }

  /// Ends all threads, within one layer of what they are computing.
  func close() {
    isClosed.store(true, ordering: .releasing)
    isTicking.store(false, ordering: .releasing)
    prober.stop()
    sounds.stop()
    workers.withLock { workers in
      for worker in workers { worker.stop() }
      workers = []
    }
  }

  // MARK: - Effects

  private func perform(_ effect: Effect, _ state: DashboardState) {
    switch effect {
    case .evaluate(let request): evaluate(request)
    case .rest: workers.withLock { for worker in $0 { worker.cancel() } }
    case .probe(let request): probe(request)
    case .play(let index): play(index)
    case .record(let on): record(on)
    case .export(let what): export(what, state)
    case .saveSettings: report { "saved in \(try Settings(state).write().path)" }
    case .setTicking(let on): setTicking(on)
    case .suspend, .setMouse, .quit: break
    }
  }

  /// One model computes at a time: a request to one stops the others.
  private func evaluate(_ request: EvaluationRequest) {
    workers.withLock { workers in
      for (index, worker) in workers.enumerated() where index != request.model { worker.cancel() }
      if workers.indices.contains(request.model) { workers[request.model].request(request) }
    }
  }

  private func probe(_ request: ProbeRequest) {
    let data = data.withLock { $0 }
    prober.ask { [self] isCancelled in
      do {
        switch request {
        case .lens(let model, let utterance, let mask):
          let lens = LayerLens(
            recognizers[model], data[model].samples[utterance],
            words: dataset.utterances[utterance].words, normalization: dataset.normalization,
            mask: mask, isCancelled: isCancelled)
          if let lens { mailbox.post(.probed(.lens(request, lens))) }
        case .cloud(let model, let mask):
          if let cloud = try cloud(model, mask, data, isCancelled) {
            mailbox.post(.probed(.cloud(request, cloud)))
          }
        case .file(let path, _, let model, let masks):
          let recognizer = recognizers[model]
          let waveform = try AudioFile.read(URL(fileURLWithPath: path))
          let clock = ContinuousClock()
          for mask in masks where !isCancelled() {
            var transcript: Transcript?
            let time = clock.measure { transcript = recognizer.transcribe(waveform, mask: mask) }
            mailbox.post(
              .probed(
                .depth(
                  request,
                  Listening(
                    mask: mask, transcript: transcript!, seconds: time.seconds,
                    audioSeconds: waveform.seconds))))
          }
        }
      } catch {
        mailbox.post(.probed(.failed(request, "\(error)")))
      }
    }
  }

  /// Utterances that a cloud is made from, evenly spread over the split.
  private static let cloudUtterances = 40

  /// The model at the mask beside the model called `reference` at full depth, or beside itself where
  /// there is none with the same tokens.
  private func cloud(
    _ model: Int, _ mask: LayerMask, _ data: [LoadedDataset], _ isCancelled: () -> Bool
  ) throws -> Cloud? {
    let student = recognizers[model]
    let reference =
      recognizers.indices.first {
        recognizers[$0].name == "reference"
          && recognizers[$0].tokenizer.pieces == student.tokenizer.pieces
          && recognizers[$0].backbone.blank == student.backbone.blank
          && recognizers[$0].backbone.sampleRate == student.backbone.sampleRate
      } ?? model
    let samples = data[model].samples
    let count = min(Self.cloudUtterances, samples.count)
    var (goal, said): ([Tensor], [Tensor]) = ([], [])
    for number in 0..<count {
      if isCancelled() { return nil }
      let utterance = [samples[number * samples.count / count]]
      let full = LayerMask.full(recognizers[reference].backbone.layerCount)
      goal.append(recognizers[reference].backbone.logProbabilities(utterance, mask: full))
      said.append(student.backbone.logProbabilities(utterance, mask: mask))
    }
    let (a, b) = (HiddenFrames(packing: goal).values, HiddenFrames(packing: said).values)
    guard a.rows == b.rows,
      let map = OutputMap(reference: a, blank: recognizers[reference].backbone.blank)
    else {
      throw InputError("no picture: too few frames that are not blank")
    }
    return Cloud(
      referenceName: recognizers[reference].name, reference: map.reference, student: map.project(b),
      divergences: map.divergences(a, b), utterances: count, varianceShown: map.varianceShown)
  }

  private func play(_ index: Int) {
    let path = dataset.utterances[index].audio.path
    report { "playing \(path) with \(try sounds.play(path))" }
  }

  private func record(_ on: Bool) {
    do {
      if on {
        // Before the recorder starts: it may end, and say so, at any time after.
        mailbox.post(.recording(true))
        try sounds.startRecording { [mailbox] in mailbox.post(.recordingFailed($0)) }
      } else {
        let file = try sounds.stopRecording()
        mailbox.post(.recording(false))
        mailbox.post(.recorded(file.path))
      }
    } catch {
      mailbox.post(.recordingFailed("no recording: \(error)"))
    }
  }

  private func export(_ what: Export, _ state: DashboardState) {
    report {
      let url = URL(fileURLWithPath: what.fileName)
      try OutputFile.write(try text(of: what, state), to: url)
      // The name first: it is what is seen when the line is cut.
      return "wrote \(what.fileName) in \(url.deletingLastPathComponent().path)"
    }
  }

  private func text(of what: Export, _ state: DashboardState) throws -> String {
    switch what {
    case .frameText: return view(state, state.size).lines().joined(separator: "\n") + "\n"
    case .frameSVG: return view(state, state.size).svg(title: "Dropscope")
    case .pointsCSV: return SweepPoint.csv(points(state))
    case .pointsJSON: return try points(state).map { try JSON.line($0) + "\n" }.joined()
    case .plotSVG: return LinePlot(SweepGroup.of(points(state))).svg
    }
  }

  /// What was measured to the end, as a sweep would have measured it.
  private func points(_ state: DashboardState) -> [SweepPoint] {
    let complete = state.measurements.filter(\.value.isComplete).sorted {
      ($0.key.model, $1.key.mask.keptCount, "\($0.key.mask)")
        < ($1.key.model, $0.key.mask.keptCount, "\($1.key.mask)")
    }
    return complete.enumerated().map { index, entry in
      SweepPoint(
        summary: Summary(
          entry.value.results.compactMap { $0 }, model: recognizers[entry.key.model].name,
          dataset: dataset, policy: "visited", mask: entry.key.mask,
          threads: state.subject.threads, machine: state.subject.machine),
        seed: nil, sweep: "dashboard", point: index, points: complete.count)
    }
  }

  /// Posts what `body` says, or why it could not.
  private func report(_ body: () throws -> String) {
    do {
      mailbox.post(.notice(try body()))
    } catch {
      mailbox.post(.notice("\(error)"))
    }
  }

  private func setTicking(_ on: Bool) {
    guard isTicking.exchange(on, ordering: .acquiringAndReleasing) != on, on else { return }
    WorkerThread.start("ticks") { [self] in
      while isTicking.load(ordering: .acquiring) {
        Thread.sleep(forTimeInterval: 0.2)
        mailbox.post(.tick)
      }
    }
  }
}

extension Effect {
  /// Whether it is about what is on the screen at that moment.
  fileprivate var needsState: Bool {
    switch self {
    case .export, .saveSettings: true
    default: false
    }
  }
}
