// What is behind the screen: evaluators, close looks, sounds, files.

import Backbones
import Base
import Dashboard
import Foundation
import Speech
import Synchronization
import TerminalUI
import Tradeoff

/// The threads that work for the dashboard, made ready while the screen is already there.
final class DashboardSession: Sendable {
  private let mailbox = Mailbox<Message>()
  private let recognizers: [Recognizer]
  private let dataset: Dataset
  private let stops: [ComputeStops?]
  private let threads: Int
  private let isReadOnly: Bool
  private let prober = Prober()
  private let sounds = SoundTools()
  private let captioner: Captioner
  private let trainings: TrainingSource
  private let front: FrontMeasuring
  /// Empty until the audio is read and the machine's speed is known, and again after `close`.
  private let workers = Mutex<[EvaluationWorker]>([])
  private let data = Mutex<[LoadedDataset]>([])
  /// What of the data set could not be read.
  private let unread = Mutex<[InputError]>([])
  private let isClosed = Atomic<Bool>(false)
  private let isTicking = Atomic<Bool>(false)
  /// Counts what was to be timed of less than a whole model, and what came between.
  private let timings = Atomic<Int>(0)
  /// Times were wanted anew: those of earlier starts count no longer.
  private let wantsNewTimes = Atomic<Bool>(false)

  /// - Parameters:
  ///   - stops: of each model, where the sliders of rank, width and precision stop.
  ///   - isStrict: whether audio that cannot be read ends the measuring.
  ///   - isReadOnly: whether no file is written, the times of this machine among them.
  ///   - logs: of trainings to follow.
  ///   - lesson: what the lab learns from. The front is measured on `dev` where that is among its splits.
  init(
    _ recognizers: [Recognizer], _ dataset: Dataset, stops: [ComputeStops?], threads: Int,
    isStrict: Bool, isReadOnly: Bool, watching logs: [URL], lesson: LabLesson
  ) {
    self.recognizers = recognizers
    self.dataset = dataset
    self.stops = stops
    self.threads = threads
    self.isReadOnly = isReadOnly
    captioner = Captioner(recognizers) { [mailbox] in mailbox.post(.caption($0)) }
    trainings = TrainingSource(watching: logs, lesson: lesson) { [mailbox] in
      mailbox.post(.training($0))
    }
    front = FrontMeasuring(
      recognizers, others: lesson.others, threads: threads, isStrict: isStrict
    ) { [mailbox] in mailbox.post($0) }
    WorkerThread.start("preparation") { [self] in
      do {
        mailbox.post(.preparing("reading the audio of \(dataset.utterances.count) utterances"))
        let loaded = LoadedDatasets(isStrict: isStrict) { [self] in tell($0) }
        let data = try recognizers.map { try loaded.data(dataset, for: $0) }
        self.data.withLock { $0 = data }
        mailbox.post(.preparing("measuring this machine's speed"))
        for model in recognizers.indices {
          if isClosed.load(ordering: .acquiring) { return }
          measureTimes(of: model, isAnew: false) { [self] in isClosed.load(ordering: .acquiring) }
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

  private func tell(_ data: LoadedDataset) {
    if let first = data.remarks.first {
      let count = data.remarks.count
      mailbox.post(.notice(first + (count == 1 ? "" : " (and \(count - 1) more like it)")))
    }
    let leftOut = data.leftOut
    guard let first = leftOut.first else { return }
    unread.withLock { $0 = leftOut }
    mailbox.post(.leftOut(Set(data.unreadable.keys), "\(leftOut.count) left out: \(first)"))
  }

  /// What was left out of the data set so far, a sentence each.
  var leftOut: [InputError] { unread.withLock { $0 } }

  /// Shows the screen until the user leaves it.
  @MainActor func run(_ state: DashboardState, on terminal: NCursesTerminal) throws {
    try Program.run(
      terminal: terminal, state: state, mailbox: mailbox, message: { .terminal($0) },
      update: update, view: view,
      perform: { effect in
        switch effect {
        case .suspend: terminal.suspend()
        case .setMouse(let on): terminal.setMouse(on)
        case .copy(let text, let name):
          mailbox.post(
            .notice(
              terminal.copy(text)
                ? "\(name) is handed to the terminal, for its clipboard"
                : "this type of terminal has no clipboard for programs"))
        case .quit: return .stop
        default: perform(effect)
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
    for effect in Dashboard.startDemo(&state) { perform(effect) }
  }

  /// Takes in messages without a terminal until nothing more is to be measured or looked at.
  func settle(_ state: inout DashboardState) throws {
    while true {
      switch state.activity {
      case .idle:
        if state.probes.asked == nil, state.timed == nil, !state.training.isAwaited { return }
      case .failed(let reason), .unavailable(let reason): throw InputError(reason)
      case .preparing, .measuring: break
      }
      var descriptor = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&descriptor, 1, -1)
      for message in mailbox.drain() {
        for effect in update(&state, message) { perform(effect) }
      }
    }
  }

  /// Ends all threads, within one layer of what they are computing.
  func close() {
    isClosed.store(true, ordering: .releasing)
    isTicking.store(false, ordering: .releasing)
    prober.stop()
    captioner.close()
    trainings.close()
    sounds.stop()
    front.close()
    workers.withLock { workers in
      for worker in workers { worker.stop() }
      workers = []
    }
  }

  // MARK: - Effects

  private func perform(_ effect: Effect) {
    switch effect {
    case .evaluate(let request):
      timings.add(1, ordering: .relaxed)
      front.rest()
      evaluate(request)
    case .evaluateFront(let request):
      timings.add(1, ordering: .relaxed)
      workers.withLock { for worker in $0 { worker.rest() } }
      front.request(request, shown: data.withLock { $0[request.point.model] })
    case .rest:
      timings.add(1, ordering: .relaxed)
      front.rest()
      workers.withLock { for worker in $0 { worker.cancel() } }
    case .measureTimes: measureTimesAnew()
    case .time(let thinned): time(thinned)
    case .probe(let request): probe(request)
    case .play(let index): play(index)
    case .record(let on): record(on)
    case .caption(let request):
      if let file = sounds.recording { captioner.follow(request, in: file) }
    case .complete(let text): complete(text)
    case .export(let what, let content): export(what, content)
    case .save(let settings): report { "saved in \(try settings.write().path)" }
    case .training(let effect): trainings.perform(effect)
    case .setTicking(let on): setTicking(on)
    case .suspend, .setMouse, .copy, .quit: break
    }
  }

  /// One model computes at a time, and has hidden frames in memory: a request to one stops the others.
  private func evaluate(_ request: EvaluationRequest) {
    workers.withLock { workers in
      for (index, worker) in workers.enumerated() where index != request.point.model {
        worker.rest()
      }
      if workers.indices.contains(request.point.model) {
        workers[request.point.model].request(request)
      }
    }
  }

  /// In the place of close looks, which would disturb it.
  private func measureTimesAnew() {
    wantsNewTimes.store(true, ordering: .relaxed)
    prober.ask { [self] isCancelled in
      for model in recognizers.indices where !isCancelled() {
        measureTimes(of: model, isAnew: true, isCancelled)
      }
      if !isCancelled() { mailbox.post(.ready) }
    }
  }

  /// What a model costs here, all of it and less.
  private func measureTimes(of model: Int, isAnew: Bool, _ isCancelled: () -> Bool) {
    let (recognizer, samples) = (recognizers[model], samples(of: model))
    var costs = CostModel(recognizer.backbone, sampleCounts: samples.map(\.count))
    costs.latency = latency(of: recognizer, samples, isAnew: isAnew, isCancelled)
    guard costs.latency != nil else { return }
    let thinned = stops[model]?.costs(of: recognizer, beside: costs) ?? [:]
    mailbox.post(.calibrated(model: model, costs, thinned: thinned))
  }

  /// Those that are measured.
  private func samples(of model: Int) -> [[Float]] {
    data.withLock { data in data[model].readable.map { data[model].samples[$0] } }
  }

  /// What less of a model takes, in the place of close looks; given up when something else is to be measured.
  private func time(_ thinned: DashboardState.Thinned) {
    let number = timings.add(1, ordering: .relaxed).newValue
    prober.ask { [self] isCancelled in
      do {
        let recognizer = try recognizers[thinned.model].at(thinned.compute)
        let latency = latency(
          of: recognizer, samples(of: thinned.model),
          isAnew: wantsNewTimes.load(ordering: .relaxed)
        ) { [self] in isCancelled() || timings.load(ordering: .relaxed) != number }
        if let latency { mailbox.post(.timed(thinned, latency)) }
      } catch {
        mailbox.post(.notice("\(error)"))
      }
    }
  }

  /// The times of an earlier start, unless they are wanted anew or are of audio of other lengths; nil where
  /// it was cancelled.
  private func latency(
    of recognizer: Recognizer, _ samples: [[Float]], isAnew: Bool, _ isCancelled: () -> Bool
  ) -> LatencyModel? {
    let sampleCount = samples.reduce(0) { $0 + $1.count }
    let seconds =
      Double(sampleCount) / Double(recognizer.backbone.sampleRate * max(1, samples.count))
    let key = (try? ModelFolder.digest(of: recognizer.folder)).map {
      KeptTimes.Key(
        machine: Machine.description, weights: $0, program: Machine.program,
        compute: recognizer.compute)
    }
    let layers = recognizer.backbone.layerCount
    let kept = isAnew ? nil : key.flatMap { KeptTimes.usual.times($0, layerCount: layers) }
    if let kept, kept.covers(audioSeconds: seconds) { return kept }
    let times = LatencyModel(measuring: recognizer, samples, isCancelled: isCancelled)
    if let key, let times, !isReadOnly {
      // A home that takes no file is no reason to go without: they are measured again each time.
      try? KeptTimes.usual.keep(times, key, day: Machine.day)
    }
    return times
  }

  private func probe(_ request: ProbeRequest) {
    let closeLook = CloseLook(zip(recognizers, data.withLock { $0 }).map { ($0, $1) })
    prober.ask { [mailbox] isCancelled in
      closeLook.answer(request, isCancelled: isCancelled) { mailbox.post(.probed($0)) }
    }
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
        try sounds.startRecording { [mailbox, captioner] in
          captioner.stop()
          mailbox.post(.recordingFailed($0))
        }
      } else {
        captioner.stop()
        let file = try sounds.stopRecording()
        mailbox.post(.recording(false))
        mailbox.post(.recorded(file.path))
      }
    } catch {
      mailbox.post(.recordingFailed("no recording: \(error)"))
    }
  }

  /// On a thread of its own: the folder may be on a slow disk.
  private func complete(_ text: String) {
    WorkerThread.start("completion") { [mailbox] in
      let (completed, names) = PathCompletion.complete(text, extensions: AudioFile.extensions)
      mailbox.post(.completed(text, to: completed, names: names))
    }
  }

  private func export(_ what: Export, _ content: ExportContent) {
    report {
      let url = try write(content, to: URL(fileURLWithPath: what.fileName))
      // The name first: it is what is seen when the line is cut.
      return "wrote \(url.lastPathComponent) in \(url.deletingLastPathComponent().path)"
    }
  }

  /// Returns where it went.
  private func write(_ content: ExportContent, to url: URL) throws -> URL {
    switch content {
    case .text(let text): try OutputFile.write(text, to: url)
    case .points(let format, let visited):
      let points = SweepPoint.of(
        visited, dataset: dataset, threads: threads, machine: Machine.description)
      try OutputFile.write(try format.text(points), to: url)
    case .heard(let heard):
      return try HeardFolder.write(heard, to: url, machine: Machine.description)
    }
    return url
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
