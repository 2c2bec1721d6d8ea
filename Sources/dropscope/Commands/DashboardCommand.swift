// `dropscope dashboard`: the screen, and the threads that measure for it.

import Backbones
import Dashboard
import Foundation
import Speech
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
      --theme NAME     colours: \(Theme.all.map(\.name).joined(separator: ", "))
      --symbols NAME   braille, block or ascii (what the locale can show)
      --color WHEN     auto, always, never, 256, 16 or 8 (auto: what the terminal has; NO_COLOR counts)
      --demo           a show that runs by itself; any key takes over
      --demo-pace N    so many times faster (1)
      --read-only      write no file and record nothing, whatever key is pressed
      --trace FILE     available compute over time for the view budget: seconds,speed a line
      --view NAME      open this view: \(viewNames.joined(separator: ", "))

    NO_COLOR and the locale are honoured: without UTF-8 the screen is drawn in ASCII.
    """

  private static let viewNames = ViewCatalog.all.map { "\($0)" }

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw,
      options: ModelOptions.names + [
        "threads", "frame", "view", "trace", "theme", "symbols", "color", "demo-pace",
      ],
      flags: ["svg", "demo", "read-only"])
    let first = try arguments.choice("view", of: viewNames)
    let theme =
      try arguments.string("theme").flatMap(Theme.named)
      ?? arguments.choice("theme", of: Theme.all.map(\.name)).flatMap(Theme.named)
    let symbolsName = try arguments.choice("symbols", of: Symbols.all.map(\.name))
    let symbols = Symbols.all.first { $0.name == symbolsName }
    let color =
      try arguments.choice("color", of: ColorChoice.allCases.map(\.rawValue))
      .flatMap(ColorChoice.init) ?? .auto
    let frame = try frameSize(arguments)
    let options = try ModelOptions(arguments)
    let threads = try arguments.threads()

    // Whatever can be wrong with what was asked for is said before the screen changes.
    let recognizers = try options.recognizers(options.modelsOrAllBundled())
    let choice = try options.choice(layerCount: recognizers[0].backbone.layerCount)
    let dataset = try options.dataset()
    let subject = Subject(
      models: recognizers.map {
        Subject.Model(
          name: $0.name, layerCount: $0.backbone.layerCount, pieces: $0.tokenizer.pieces)
      }, dataset: dataset.name, split: dataset.split,
      normalization: dataset.normalization,
      utterances: dataset.utterances.map {
        Subject.Item(id: $0.id, speaker: $0.speaker, transcript: $0.transcript)
      }, machine: Machine.description, threads: threads)
    var state = DashboardState(
      subject: subject, mask: choice.mask, policy: choice.policy ?? PolicyCatalog.names[0],
      isManual: choice.policy == nil, seed: choice.seed ?? 1,
      costs: recognizers.map { CostModel($0.backbone) })
    state.savedSweeps = try savedSweeps(dataset)
    if let path = arguments.string("trace") {
      state.budget.traces.append(try ComputeTrace(csv: URL(fileURLWithPath: path)))
      state.budget.trace = state.budget.traces.count - 1
    }
    if let theme { state.theme = theme }
    if let symbols { state.symbols = symbols }
    state.isReadOnly = arguments.flag("read-only")
    if let pace = try arguments.number("demo-pace", in: 0.1...100) { state.demoPace = pace }
    if let view = state.views.first(where: { "\($0)" == first }) { state.view = view }
    let initial = state
    if let frame {
      state.size = frame
      // A picture is looked at elsewhere; text in this terminal.
      if !arguments.flag("svg") { state.symbols = NCursesTerminal.localSymbols(symbols) }
      let session = DashboardSession(recognizers, dataset, threads: threads)
      defer { session.close() }
      try session.settle(&state)
      let canvas = view(state, frame)
      print(
        arguments.flag("svg")
          ? canvas.svg(title: "Dropscope") : canvas.lines().joined(separator: "\n"))
      return 0
    }
    // The entry point is the main thread, the only one that may touch the terminal.
    let (settings, complaints) = Settings.saved()
    try MainActor.assumeIsolated {
      try NCursesTerminal.with(color: color, symbols: symbols) { terminal in
        var state = initial
        state.symbols = terminal.symbols
        // What the command line says wins, and so does a terminal that has nothing but ASCII.
        let fixed: @Sendable (Settings) -> Settings = { [symbols = terminal.symbols] in
          var settings = $0
          if theme != nil { settings.theme = nil }
          if symbolsName != nil || symbols == .ascii { settings.symbols = nil }
          return settings
        }
        fixed(settings).apply(to: &state)
        let welcome = "new here? t starts a tour, ? explains the screen"
        state.notice = settings == Settings() ? welcome : ""
        if !complaints.isEmpty { state.overlay = .complaints(complaints) }
        if state.isMouseReleased { terminal.setMouse(false) }
        let session = DashboardSession(recognizers, dataset, threads: threads)
        defer { session.close() }
        session.watchSettings(settings, fixed)
        if arguments.flag("demo") { session.startDemo(&state) }
        try session.run(state, on: terminal)
      }
    }
    // Again, where they can be copied.
    for complaint in complaints { Dropscope.complain("dropscope: \(complaint)") }
    return 0
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
