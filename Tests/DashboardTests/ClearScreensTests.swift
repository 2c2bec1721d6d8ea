// Screens say what they show, what they leave out, and need no colour.

import Foundation
import TerminalUI
import Testing

import Dashboard

@Suite struct ClearScreensTests {
  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func screen(_ state: DashboardState, _ width: Int, _ height: Int) -> String {
    var state = state
    state.size = Size(width: width, height: height)
    return view(state, state.size).lines().joined(separator: "\n")
  }

  // MARK: - Compare

  @Test func intervalsAreDrawnWhereTheyAreSpokenOf() {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    press(&state, "5")
    let text = screen(state, 120, 40)
    for part in [
      "dld", "reference", "random-drop", "27–34", "bars: 95 % intervals", "P 0.50",
      "diff.: minus dld's",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    #expect(
      screen(state, 200, 60).contains("minus dld") && !screen(state, 200, 60).contains("−0.0"))
    var before = Scene.allModels()
    before.view = .compare
    #expect(!screen(before, 120, 40).contains("bars"))
  }

  @Test(arguments: [Symbols.braille, .ascii]) func partlyMeasuredIsMarkedBySign(symbols: Symbols) {
    var state = Scene.allModels()
    state.symbols = symbols
    _ = update(&state, .ready)
    _ = update(&state, .terminal(.key("5")))
    Scene.answer(&state, utterances: 10)
    let text = screen(state, 120, 40)
    #expect(text.contains("? partly measured; ") && text.contains(/\?\d/))
    Scene.serve([], &state)
    #expect(!screen(state, 120, 40).contains("?  partly"))
  }

  @Test func curvesHaveColoursOfTheirOwn() {
    for theme in Theme.all where theme != .mono {
      #expect(Set(theme.series).count >= 6, "\(theme.name)")
      #expect(theme.series.first?.foreground == theme.accent.foreground)
    }
  }

  /// Relative luminance as WCAG 2 defines it, 0 to 1.
  private func luminance(_ color: Color) throws -> Double {
    guard case .palette(let index) = color else { throw CancellationError() }
    let (red, green, blue) = XtermPalette.rgb(index)
    func linear(_ value: Int) -> Double {
      let share = Double(value) / 255
      return share <= 0.03928 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Every cell of every view, on the theme's own paper, whatever the terminal's colours are.
  @Test func highContrastIsReadable() throws {
    var styles: Set<Style> = []
    for kind in ViewCatalog.all {
      var state = Scene.shown(kind)
      state.theme = .contrast
      state.size = Size(width: 120, height: 40)
      let canvas = view(state, state.size)
      for y in 0..<40 { for x in 0..<120 { styles.insert(canvas[x, y].style) } }
    }
    for style in styles.union(
      Theme.contrast.heat.map { Style(foreground: $0, background: .palette(16)) })
    {
      #expect(!style.dim)
      let (a, b) = (try luminance(style.foreground), try luminance(style.background))
      #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 7, "\(style)")
    }
    #expect(styles.count > 5)
  }

  /// What tests wait on is not for people.
  @Test func countersAreForTests() {
    var state = Scene.busy()
    #expect(!screen(state, 120, 40).contains(/gen \d/))
    state.showsCounters = true
    #expect(screen(state, 120, 40).contains("gen 12 done 11"))
  }

  // MARK: - Embeddings

  @Test(arguments: Symbols.all.map(\.name)) func framesDifferByShape(name: String) throws {
    let symbols = try #require(Symbols.all.first { $0.name == name })
    let text = screen(Scene.shown(.embeddings, symbols: symbols), 80, 24)
    let legend = try #require(
      text.split(separator: "\n").first { $0.contains("reference, all layers") })
    func mark(_ word: String) throws -> Character {
      let range = try #require(legend.range(of: " \(word)"))
      return legend[legend.index(before: range.lowerBound)]
    }
    let marks = [try mark("reference"), try mark("dld"), try mark("stayed")]
    #expect(Set(marks).count == 3)
    let field = text.split(separator: "\n").prefix { !$0.contains("reference, all layers") }
      .joined()
    #expect(marks.allSatisfy(field.contains))
  }

  /// What stays has no line; what goes has one, and the tokens have their texts.
  @Test func framesHaveLinesToWhereTheyWent() throws {
    func field(_ state: DashboardState) throws -> String {
      let lines = screen(state, 120, 40).split(separator: "\n")
      let start = try #require(lines.firstIndex { $0.contains("Output distributions") })
      let end = try #require(lines.firstIndex { $0.contains("reference, all layers") })
      return lines[(start + 1)..<end].map { $0.prefix(73) }.joined(separator: "\n")
    }
    let moved = try field(Scene.shown(.embeddings))
    #expect(moved.contains { ("\u{2801}"..."\u{28FF}").contains($0) })
    for token in 1...6 { #expect(moved.contains("\(token)"), "\(token)") }
    var state = Scene.shown(.embeddings)
    let request = try #require(state.wantedProbe)
    var cloud = try #require(state.probes.clouds[request])
    cloud.student = cloud.reference
    _ = update(&state, .probed(.cloud(request, cloud)))
    let still = try field(state)
    #expect(still.contains("●") && !still.contains("×") && !still.contains("○"))
    #expect(!still.contains { ("\u{2801}"..."\u{28FF}").contains($0) })
  }

  /// From the reference, and from the same model's full depth: two quantities, two names.
  @Test func theTwoDivergencesHaveTwoNames() throws {
    #expect(screen(Scene.shown(.embeddings), 120, 40).contains("Reference KL"))
    let layers = screen(Scene.shown(.layers), 80, 24)
    #expect(layers.contains("norm  self-KL  heard"))
    #expect(layers.contains("self-KL: mean nats a frame from this model's own full depth to here"))
    // Without a reference, a model stands beside itself.
    var state = Scene.shown(.embeddings)
    let request = try #require(state.wantedProbe)
    var cloud = try #require(state.probes.clouds[request])
    cloud.referenceName = "dld"
    _ = update(&state, .probed(.cloud(request, cloud)))
    let text = screen(state, 120, 40)
    #expect(text.contains("Self-KL, from its own full depth") && !text.contains("Reference KL"))
  }

  @Test(arguments: [24, 26, 30, 40]) func everyFrameIsInTheHistogram(height: Int) throws {
    let lines = screen(Scene.shown(.embeddings), 80, height).split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.contains("mean 1.328") })
    let counts = lines[(start + 1)...].compactMap { line -> Int? in
      line.contains("<") || line.contains("and up")
        ? line.split(separator: " ").dropLast().last.flatMap { Int($0) } : nil
    }
    #expect(counts.reduce(0, +) == 90 && counts.count >= 4)
  }

  // MARK: - Explore

  @Test func everyRoleInThePlotHasItsMark() throws {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    press(&state, "d", "5", "0", .enter, "p", .left, .left)
    state.zoomed = .plot
    let text = screen(state, 60, 15)
    let marks = try ["dld", "reference", "random-drop", "pinned"].map { name in
      let range = try #require(text.range(of: " \(name)"), "\(name)")
      return text[text.index(before: range.lowerBound)]
    }
    #expect(Set(marks).count == 4 && marks[3] == "p")
    #expect(!screen(state, 120, 40).contains("6×6"))
  }

  @Test func nothingMeasuredIsNotZeroErrors() {
    var state = Scene.state()
    Scene.serve(update(&state, .ready), &state)
    _ = update(&state, .terminal(.key("z")))
    _ = update(&state, .terminal(.key(.right)))
    let text = screen(state, 80, 24)
    #expect(text.contains("nothing measured at this mask yet") && text.contains("paused"))
    #expect(!text.contains("full depth not measured") && !text.contains("0 wrong"))
  }

  @Test func errorsAreNamed() {
    #expect(screen(Scene.busy(), 120, 40).contains("38 wrong 19 missed 8 added"))
    #expect(!screen(Scene.busy(), 120, 40).contains("38S"))
  }

  @Test func thePinIsComparedWithBesideFullDepth() {
    var state = Scene.state()
    Scene.serve(update(&state, .ready), &state)
    press(&state, "d", "5", "0", .enter, "p", .left, .left)
    state.zoomed = .cost
    let wide = screen(state, 80, 24)
    #expect(wide.contains("against full depth, pin 6"))
    for part in ["now−pin", "72 %", "59 %", "+0.104"] { #expect(wide.contains(part), "\(part)") }
    state.zoomed = nil
    #expect(screen(state, 60, 15).contains("pin 6"))
    press(&state, "2")
    #expect(screen(state, 120, 40).contains("pin 6  "))
  }

  @Test func whatIsCutIsMarked() {
    let small = screen(Scene.busy(), 60, 15)
    #expect(small.contains("+1 more (e)") && small.contains("+3 more (e)"))
    let layers = screen(Scene.shown(.layers), 60, 15)
    #expect(layers.contains("▼ 8 more (e)") && layers.contains("kitc…"))
    #expect(!layers.contains("it cam"))
    #expect(screen(Scene.shown(.transcripts), 60, 15).contains("+2 lines (e)"))
  }

  @Test func thePolicyIsNamedBesideALongModelName() {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    press(&state, "M", "3", "r")
    #expect(screen(state, 60, 15).contains("policy random (P)"))
    #expect(screen(state, 80, 24).contains("policy random (P), seed 2 (r)"))
  }

  @Test func numbersOfTheLayersAreLabelled() {
    #expect(screen(Scene.busy(), 80, 24).contains("% compute, bar: time"))
    #expect(screen(Scene.busy(), 120, 40).contains("time, measured"))
  }

  @Test func asciiHasASignForEverything() {
    for kind in ViewCatalog.all {
      let text = screen(Scene.shown(kind, symbols: .ascii), 120, 40)
      #expect(!text.contains("?0.0"), "\(kind)")
    }
  }

  // MARK: - The lines below, the help, tiny screens

  @Test func theEndOfWhatIsTypedStaysInSight() {
    var state = Scene.shown(.listen)
    press(&state, "f")
    for character in String(repeating: "folder/", count: 20) + "end.wav" {
      press(&state, .character(character))
    }
    #expect(screen(state, 60, 15).contains("end.wav_"))
    press(&state, .escape)
    state.notice = String(repeating: "far too long ", count: 20)
    #expect(screen(state, 60, 15).contains("…"))
  }

  @Test func tinyScreensSayWhatTheyNeed() {
    let text = screen(Scene.busy(), 20, 5)
    #expect(text.contains("now 20x5\n") && text.contains("needed 60x15") && text.contains("q quit"))
  }

  @Test(arguments: [(60, 15), (80, 24), (90, 26), (120, 40)])
  func helpIsReadable(width: Int, height: Int) {
    var state = Scene.busy()
    state.size = Size(width: width, height: height)
    _ = update(&state, .terminal(.key("?")))
    var text = ""
    while state.helpPage != nil {
      let page = screen(state, width, height).split(separator: "\n").map(String.init)
      let start = page.firstIndex { $0.contains("Help ") } ?? 0
      let lines = page[start...].dropFirst().prefix { !$0.contains("┘") || $0.contains("│") }
      let filled = lines.count { line in
        line.contains { $0.isLetter }
      }
      #expect(filled > 1)
      text += page.joined(separator: "\n")
      _ = update(&state, .terminal(.key("?")))
    }
    // Two blanks between a column's text and the next column.
    for group in KeyBinding.Group.allCases where text.contains(group.rawValue) {
      #expect(!text.contains(try! Regex("[a-z]" + group.rawValue)), "\(group)")
    }
    #expect(!text.contains("pin, to compare withe"))
    for part in ["Space Enter", "U Ctrl-R", "Tab Shift-Tab", "? F1", "q Ctrl-C"] {
      #expect(text.contains(part), "\(part)")
    }
    for part in ["WER", "KL", "RTF", "GFLOP", "posterior", "cosine", "pin", "spread", "manual"] {
      #expect(text.contains(part), "\(part)")
    }
  }
}
