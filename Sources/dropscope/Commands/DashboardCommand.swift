// `dropscope dashboard`: the screen, and the threads that measure for it.

import Backbones
import Base
import Dashboard
import Foundation
import Speech
import TerminalUI
import Tradeoff

enum DashboardCommand: Command {
  static let name = "dashboard"
  static let summary = "explore a model on the screen, measured while you watch (the default)"
  static let usage = "[\(name)] [OPTION]..."
  static let explanation = """
    Opens the dashboard: slide the drop ratio, see which layers run, what every utterance is
    transcribed as, the word error rate filling in, and what it costs. '?' lists the keys.
    """
  static let remark =
    "NO_COLOR and the locale are honoured: without UTF-8 the screen is drawn in ASCII."

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var data = DataOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var decoding = DecodingOptions()
    var threads = Threads()
    var frame: Size?
    var isSVG = false
    var theme: Theme?
    var symbols: Symbols?
    var color = ColorChoice.auto
    var isDemo = false
    var demoPace = 1.0
    var isReadOnly = false
    var recording: URL?
    var trace: URL?
    var view: ViewKind?
    var watched: [URL] = []

    static var groups: [OptionGroup<Self>] {
      let views = Catalogue("view", ViewCatalog.all) { "\($0)" }
      let colors = Catalogue<ColorChoice>("color")
      let sizes = ValueReader<Size>("WxH, each from 1 to 1000") { text in
        let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let width = parts[0], let height = parts[1],
          (1...1000).contains(width), (1...1000).contains(height)
        else { return nil }
        return Size(width: width, height: height)
      }
      let frame = Option<Self>(
        "frame", "WxH", \.frame, sizes,
        "print one frame of that size as text once everything is measured, and leave")
      let svg = Option<Self>(flag: "svg", \.isSVG, "print it as an SVG picture")
      let record = Option<Self>(
        "record", "FILE.cast", \.recording, .url,
        "write what the screen shows into a file as well, for asciinema to play again")
      return [
        ModelOptions.group(
          several: "compare models, as with the bundled ones: 'M' goes to the next"
        ).at(\.model),
        DataOptions.group().at(\.data), LayerOptions.group(atlas: .later).at(\.layers),
        ComputeOptions.group().at(\.compute),
        DecodingOptions.group("With them, 'D' switches between that and a beam search.")
          .at(\.decoding),
        OptionGroup("Screen") {
          Option.threads(\.threads, "utterances measured side by side")
          frame
          svg
          Option(
            "theme", "NAME", \.theme,
            // A space is as good as a hyphen.
            ValueReader(Theme.all.expectation, word: \.name, read: Theme.named),
            "colours: " + Theme.all.names.joined(separator: ", "))
          Option(
            "symbols", "NAME", \.symbols, .entry(of: Symbols.all),
            Symbols.all.names.joined(separator: ", "), absent: "what the locale can show")
          Option(
            "color", "WHEN", \.color, .entry(of: colors), colors.names.joined(separator: ", ")
          ).alsoSaying("what the terminal has; NO_COLOR counts")
          Option(flag: "demo", \.isDemo, "a show that runs by itself; any key takes over")
          Option(
            "demo-pace", "N", \.demoPace, .number(in: 0.1...100), "so many times faster")
          Option(
            flag: "read-only", \.isReadOnly,
            "write no file and record nothing, whatever key is pressed")
          record
          Option(
            "trace", "FILE", \.trace, .url,
            "available compute over time for the view budget: seconds,speed a line")
          Option(
            "view", "NAME", \.view, .entry(of: views),
            "open this view: " + views.names.joined(separator: ", "),
            absent: "\(ViewKind.explore); with --watch \(ViewKind.training)")
          Option(
            repeated: "watch", "DIR", \.watched, .url,
            "the output folder of a training that is running, or its log: the view training shows it "
              + "as it grows; of several the first two beside each other")
        } check: { settings, _ in
          if settings.isSVG, settings.frame == nil {
            throw UsageError("option --\(svg.name) goes with \(frame.usage)")
          }
          if settings.recording != nil, settings.frame != nil {
            throw UsageError("--\(frame.name) and --\(record.name) cannot be given together")
          }
        },
      ]
    }
  }

  static func run(_ options: Settings, _ arguments: Arguments) throws -> Int32 {
    ProcessMemory.returnLargeBlocks()
    let threads = options.threads.count
    let (theme, symbols) = (options.theme, options.symbols)
    // Whatever can be wrong with what was asked for is said before the screen changes.
    if let recording = options.recording { try NCursesTerminal.checkRecording(recording) }
    let recognizers = try ModelOptions.recognizers(options.model.modelsOrAllBundled())
    try options.compute.check(recognizers)
    let compute = options.compute.compute
    let dataset = try options.data.dataset()
    let policies = try Atlases.policies(
      of: recognizers, by: options.layers.atlas, on: dataset)
    let choice = try options.layers.choice(by: policies[0])
    // Its slider goes to every depth.
    if let policy = choice.policy, let refusal = policies[0].refusal(policy) {
      throw InputError("policy \(policy): \(refusal.reason)")
    }
    let subject = Subject(
      models: zip(recognizers, policies).map { recognizer, policies in
        var model = Subject.Model(
          name: recognizer.name, layerCount: policies.layerCount,
          pieces: recognizer.tokenizer.pieces)
        model.policies = policies
        model.stops = recognizer.isThinnable ? ComputeStops(including: compute) : nil
        return model
      }, dataset: dataset.name, split: dataset.split,
      normalization: dataset.normalization,
      utterances: dataset.utterances.map {
        Subject.Item(id: $0.id, speaker: $0.speaker, transcript: $0.transcript)
      }, machine: Machine.description, threads: threads)
    let costs = recognizers.map { CostModel($0.backbone) }
    var state = DashboardState(
      subject: subject, walk: choice.walk, policy: choice.policy ?? PolicyCatalog.names[0],
      isManual: choice.policy == nil, seed: choice.seed ?? 1,
      costs: costs,
      thinCosts: recognizers.indices.map {
        subject.models[$0].stops?.costs(of: recognizers[$0], beside: costs[$0]) ?? [:]
      })
    state.choice.compute = compute
    state.beam = try options.decoding.decoding().beam
    state.savedSweeps = try savedSweeps(dataset)
    state.clips = Clip.of([dataset] + bundledSplits(besides: dataset), limit: 500)
    if let trace = options.trace {
      state.budget.traces.append(try ComputeTrace(csv: trace))
      state.budget.trace = state.budget.traces.count - 1
    }
    if let theme { state.choose(theme) }
    if let symbols { state.symbols = symbols }
    state.isReadOnly = options.isReadOnly
    state.showsCounters =
      !ProcessInfo.processInfo.environment["DROPSCOPE_COUNTERS", default: ""].isEmpty
    state.demoPace = options.demoPace
    state.view = options.view ?? (options.watched.isEmpty ? .explore : .training)
    if !options.watched.isEmpty {
      state.training = TrainingState(watching: options.watched.map(name(ofTraining:)))
    }
    state.seeksChange = true
    let lesson = LabLesson(
      shown: dataset,
      others: { [data = options.data] in try data.otherSplits(than: dataset.split) },
      threads: threads)
    let initial = state
    if let frame = options.frame {
      state.size = frame
      // A picture is looked at elsewhere; text in this terminal.
      if !options.isSVG { state.symbols = NCursesTerminal.localSymbols(symbols) }
      let session = DashboardSession(
        recognizers, dataset, stops: subject.models.map(\.stops), threads: threads,
        isStrict: options.data.isStrict, isReadOnly: options.isReadOnly, watching: options.watched,
        lesson: lesson)
      defer { session.close() }
      try session.settle(&state)
      LeftOut.complain(session.leftOut, of: "\(dataset.name) \(dataset.split)")
      try StandardOutput.show(
        HarmlessText(
          lines: options.isSVG
            ? svg(state, frame).lines.map(String.init) : view(state, frame).lines()))
      return 0
    }
    // The entry point is the main thread, the only one that may touch the terminal.
    let (settings, complaints) = Dashboard.Settings.saved()
    let (leftOut, remark) = try MainActor.assumeIsolated {
      try NCursesTerminal.with(color: options.color, symbols: symbols) { terminal in
        if let recording = options.recording { try terminal.record(to: recording) }
        var state = initial
        state.symbols = terminal.symbols
        // What the command line says wins, and so does a terminal that has nothing but ASCII.
        let fixed: @Sendable (Dashboard.Settings) -> Dashboard.Settings = {
          [symbols = terminal.symbols] in
          var settings = $0
          if options.theme != nil { settings.theme = nil }
          if options.symbols != nil || symbols == .ascii { settings.symbols = nil }
          return settings
        }
        state.followsBackground = options.theme == nil
        if state.followsBackground,
          let isLight = BackgroundReport.isLight(ProcessInfo.processInfo.environment)
        {
          state.theme = .on(lightBackground: isLight)
        }
        fixed(settings).apply(to: &state)
        if state.followsBackground { terminal.askBackground() }
        let welcome = "new here? t starts a tour, ? explains the screen"
        state.notice = terminal.remark ?? (settings == Dashboard.Settings() ? welcome : "")
        if !complaints.isEmpty { state.overlay = .complaints(complaints) }
        if state.isMouseReleased { terminal.setMouse(false) }
        let session = DashboardSession(
          recognizers, dataset, stops: subject.models.map(\.stops), threads: threads,
          isStrict: options.data.isStrict, isReadOnly: options.isReadOnly,
          watching: options.watched, lesson: lesson)
        defer { session.close() }
        session.watchSettings(settings, fixed)
        if options.isDemo { session.startDemo(&state) }
        try session.run(state, on: terminal)
        return (session.leftOut, terminal.remark)
      }
    }
    // Again, where they can be copied.
    if let remark { Dropscope.complain("dropscope: \(remark)") }
    LeftOut.complain(leftOut, of: "\(dataset.name) \(dataset.split)")
    for complaint in complaints { Dropscope.complain("dropscope: \(complaint)") }
    return 0
  }

  /// A log goes by the name of its folder, where it has no name of its own.
  private static func name(ofTraining place: URL) -> String {
    let name = place.deletingPathExtension().lastPathComponent
    guard place.pathExtension == "jsonl" else {
      return place.standardizedFileURL.lastPathComponent
    }
    return name == "train"
      ? place.standardizedFileURL.deletingLastPathComponent().lastPathComponent : name
  }

  /// The splits that came with the program, to listen to; none where there are no assets.
  private static func bundledSplits(besides dataset: Dataset) -> [Dataset] {
    guard let root = try? Assets.heldOut() else { return [] }
    return ((try? Dataset.splits(of: root)) ?? []).compactMap {
      try? Dataset(contentsOf: root, split: $0, normalization: dataset.normalization)
    }
  }

  /// The shipped sweep of a split, as curves; none for data that did not come with the program.
  private static func savedSweeps(_ dataset: Dataset) throws -> [SavedSweep] {
    guard let assets = try? Assets.folder(),
      let first = dataset.utterances.first?.audio.standardizedFileURL.path,
      first.hasPrefix(assets.standardizedFileURL.path)
    else { return [] }
    let file = assets.appendingPathComponent("Results/\(dataset.split).jsonl")
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    return SavedSweep.of(SweepGroup.of(try SweepFile.read(file)))
  }
}
