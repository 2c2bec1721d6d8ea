// All masks on one screen: what is drawn of them, and going from one to the next.

import Backbones
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct AtlasTests {
  private func open(_ size: Size, atlas: MaskAtlas? = Scene.atlas) -> DashboardState {
    var state = Scene.twoModels(atlas: atlas)
    state.size = size
    press(&state, "d", "5", "0", .enter, "8")
    return state
  }

  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { _ = update(&state, .terminal(.key(key))) }
  }

  private func lines(_ state: DashboardState) -> [String] { view(state, state.size).lines() }

  private func screen(_ state: DashboardState) -> String {
    lines(state).joined(separator: "\n")
  }

  private func mask(_ text: String) throws -> LayerMask {
    try LayerMask(text, layerCount: Scene.layerCount)
  }

  private static let wide = Size(width: 120, height: 40)

  // MARK: - What is drawn

  @Test func layersAreWorthWhatTheyAdd() throws {
    let survey = try #require(open(Self.wide).survey)
    let values = try #require(survey.shapleyValues)
    for layer in 0..<12 {
      let worth = Double(Scene.worth[layer])
      #expect(abs(values[layer] - worth / 10) < 1e-9)
      #expect(abs(try #require(survey.knockOuts[layer]) - worth / 600) < 1e-12)
    }
    #expect(
      survey.paths.map(\.name) == [
        "spread", "first", "last", "best", "greedy", "shapley", "contiguous",
      ])
    for path in survey.paths { #expect(path.points.map(\.mask.keptCount) == (0...12).reversed()) }
    // Where layers add up, dropping the least one first is best.
    #expect(survey.paths[3].points == survey.paths[4].points)
    #expect(survey.paths[2].points[6].mask == (try mask("000000111111")))
    #expect(survey.depths[6].masks == 924)
    #expect(survey.depths[6].best == 125.0 / 600 && survey.depths[6].bound == 62.0 / 600)
  }

  @Test func theFrontIsTheBestOfEachCost() throws {
    let survey = try #require(open(Self.wide).survey)
    #expect(survey.front.count == 29)
    #expect(survey.front.first?.mask.keptCount == 0 && survey.front.last?.mask.keptCount == 12)
    for point in survey.front {
      let cost = survey.cost(of: point.mask)
      #expect(
        Scene.atlas.points.allSatisfy {
          survey.cost(of: $0.mask) > cost || $0.errors > point.errors
            || (survey.cost(of: $0.mask), $0.errors) == (cost, point.errors)
        })
    }
  }

  /// A click switches a layer like a key elsewhere.
  @Test func barsAreALayerARow() throws {
    var state = open(Self.wide)
    let panel = try #require(Layout(state, state.size)?[.worth])
    func row(_ layer: Int) -> String {
      let canvas = view(state, state.size)
      return String((panel.x..<panel.maxX).map { canvas[$0, panel.y + 1 + layer].character })
    }
    #expect(row(0).contains("Shapley, nats") && row(0).contains("without it, points"))
    #expect(row(1).contains(/1 ■ █+ +12\.00 █+ +\+20\.0/))
    #expect(row(2).contains(/2 □ .+1\.00 .+\+1\.7/))
    #expect(row(7).contains(/7 □ .+0\.50 .+\+0\.8/))
    // A quarter of the longest.
    #expect(row(1).count { $0 == "█" } == 26 && row(3).count { $0 == "█" } == 6)
    // What the neighbour under the cursor would switch: layer 11.
    #expect(row(11).contains("▸") && (1...10).allSatisfy { !row($0).contains("▸") })
    #expect(screen(state).contains("CTC loss, 50.00 nats between none and all"))
    let effects = update(
      &state, .terminal(.mouse(MouseEvent(kind: .press, x: panel.x + 9, y: panel.y + 3))))
    #expect(state.mask == (try mask("111010010101")) && state.isManual && effects == [])
  }

  @Test(arguments: FrameTests.sizes) func itSaysHowFarTheBestIs(size: Size) {
    let text = screen(open(size))
    #expect(text.contains("8.3 points above the best of 924"))
    #expect(text.contains("10.3 %"))
    #expect(text.contains("dev: 40 utterances"))
    #expect(text.contains(size.width > 80 ? "live is another split, " : "live: test-clean"))
    #expect(text.contains("4 096 masks on dev"))
    if size.width >= 200 {
      #expect(
        text.contains(
          "29.2 %, 8.3 points above the best of 924 masks of 6 layers; input-dependent bound 10.3 %"
        ))
    }
  }

  @Test(arguments: FrameTests.sizes.dropFirst(), Symbols.all.map { $0 })
  func everyWalkHasItsMark(size: Size, symbols: Symbols) {
    var state = open(size)
    state.symbols = symbols
    state.zoomed = .atlas
    let text = screen(state)
    let names = [
      "spread", "first", "last", "best", "greedy", "shapley", "contiguous", "front", "this mask",
    ]
    let front: Character = symbols.dots == .ascii ? "*" : "◆"
    let marks = symbols.markers.prefix(7) + [front, symbols.currentMarker]
    #expect(Set(marks).count == names.count)
    for (mark, name) in zip(marks, names) { #expect(text.contains("\(mark) \(name)")) }
  }

  /// The same marks in every theme, and more than one colour for how many masks there are.
  @Test func densityIsNotToldByColourAlone() {
    var state = open(Self.wide)
    let plain = lines(state)
    let braille: ClosedRange<Character> = "\u{2801}"..."\u{28FF}"
    for theme in Theme.all {
      state.theme = theme
      let canvas = view(state, state.size)
      #expect(canvas.lines() == plain, "\(theme.name)")
      let styles = (0..<40).flatMap { y in (0..<69).map { canvas[$0, y] } }
        .filter { braille.contains($0.character) }.map(\.style)
      #expect(Set(styles).count >= 3, "\(theme.name)")
    }
    #expect(Set(plain.joined().filter(braille.contains)).count > 10)
  }

  @Test func whatFitsIsShown() {
    for (size, shown) in [
      (FrameTests.sizes[0], [PanelKind.atlas]), (FrameTests.sizes[1], [.atlas, .neighbours]),
      (FrameTests.sizes[2], [.atlas, .neighbours, .worth]),
      (FrameTests.sizes[3], [.atlas, .neighbours, .worth]),
    ] {
      let areas = Layout(open(size), size)?.areas.keys.filter(AtlasView.panels.contains)
      #expect(Set(areas ?? []) == Set(shown), "\(size)")
    }
  }

  /// The costs of the split's own utterances come later than the atlas.
  @Test func costsAreThoseMeasuredLast() throws {
    var state = open(Self.wide)
    let before = try #require(state.survey)
    var costs = Scene.costs
    for layer in 0..<12 { costs.stages.layers[layer] *= 2 }
    _ = update(&state, .calibrated(model: 0, costs))
    let after = try #require(state.survey)
    let full = LayerMask.full(12)
    #expect(abs(before.cost(of: full) - 0.754) < 1e-9 && abs(after.cost(of: full) - 1.378) < 1e-9)
    #expect(abs(try #require(after.cloud.last).x - 1.378) < 1e-9)
    #expect(after.front == before.front)
  }

  // MARK: - From mask to mask

  @Test func neighboursAreClimbedByHand() throws {
    var state = open(Self.wide)
    _ = update(&state, .ready)
    #expect(state.mask == (try mask("101010010101")))
    #expect(screen(state).contains(/\+11 +7 +21\.7 +−7\.5 +0\.494/))
    #expect(screen(state).contains(/−5 \+11 +6 +24\.2 +−5\.0 +0\.442/))
    #expect(screen(state).contains("16 of 48 make fewer errors"))
    #expect(screen(state).contains("now 29.2 %, 0.442 GFLOP/audio second"))
    press(&state, .up, .down, .down, "k")
    #expect(state.neighbour == 1)
    let effects = update(&state, .terminal(.key(.enter)))
    let next = try mask("101011010101")
    guard case .evaluate(let request)? = effects.first else {
      Issue.record("nothing is measured")
      return
    }
    #expect(
      request.point.walk == Walk(next) && state.mask == next && state.isManual
        && state.neighbour == 0)
    press(&state, "u")
    #expect(state.mask == (try mask("101010010101")) && state.policyName == "spread")
    // The steepest way up ends at full depth.
    for _ in 0..<6 { press(&state, " ") }
    #expect(state.walk == state.fullWalk)
    #expect(screen(state).contains("none is better: the top of a hill"))
    #expect(screen(state).contains("3.3 %, the only mask of 12 layers"))
    for _ in 0..<100 { press(&state, .down) }
    #expect(state.neighbour == 11)
  }

  @Test func aClickOnANeighbourTakesIt() throws {
    for size in FrameTests.sizes.dropFirst() {
      var state = open(size)
      let y = try #require(lines(state).firstIndex { $0.contains(/\+9 +7 +23\.3 +−5\.8/) })
      let panel = try #require(Layout(state, size)?[.neighbours])
      _ = update(&state, .terminal(.mouse(MouseEvent(kind: .press, x: panel.x + 4, y: y))))
      #expect(state.mask == (try mask("101010011101")), "\(size)")
    }
  }

  @Test func theFrontIsGoneAlong() throws {
    var state = open(Self.wide)
    // Onto it first, then from one to the next.
    let ways: [(Key, String)] = [
      ("+", "100001010111"), ("=", "100001001111"), ("-", "100001010111"),
      ("-", "100101000111"),
    ]
    for (key, text) in ways {
      press(&state, key)
      #expect(state.mask == (try mask(text)), "\(key)")
    }
    press(&state, "u", "u", "u", "u", "-")
    #expect(state.mask == (try mask("100001010111")))
    for _ in 0..<40 { press(&state, "+") }
    #expect(state.walk == state.fullWalk && state.notice.contains("nothing on the front is dearer"))
    for _ in 0..<40 { press(&state, "-") }
    #expect(state.mask.keptCount == 0 && state.notice.contains("nothing on the front is cheaper"))
  }

  @Test func whatIsNotSeenIsNotTaken() {
    var state = open(Size(width: 60, height: 15))
    let mask = state.mask
    press(&state, .enter)
    #expect(state.mask == mask && state.notice.contains("e enlarges"))
    press(&state, "e", "e", .enter)
    #expect(state.zoomed == .neighbours && state.mask != mask)
  }

  // MARK: - What there is no atlas of

  @Test func withoutAnAtlasTheCommandIsTold() {
    for size in FrameTests.sizes {
      var state = open(size, atlas: nil)
      let text = screen(state)
      #expect(text.contains("There is no atlas of dld") && !text.contains("GFLOP per"))
      if size.width >= 80 {
        #expect(
          text.contains(
            "dropscope sweep --model M --all-masks --split dev --atlas M/atlas.safetensors"))
      }
      let mask = state.mask
      press(&state, "+", .down, .enter, "-")
      #expect(state.mask == mask && state.notice == "there is no atlas of dld")
      press(&state, "e", "e")
      #expect(screen(state).contains("needs an atlas"))
      press(&state, "e")
      #expect(screen(state).contains("needs an atlas"))
    }
    // The other model has none.
    var state = open(Self.wide)
    press(&state, "M", "2")
    #expect(screen(state).contains("There is no atlas of reference"))
  }

  @Test func aSampleSaysSo() throws {
    let spread = try mask("101010010101")
    let some = MaskAtlas(
      key: Scene.atlas.key, points: Scene.atlas.points.filter { $0.mask != spread },
      fewestErrors: Scene.atlas.fewestErrors)
    var state = open(Size(width: 200, height: 60), atlas: some)
    #expect(
      screen(state).contains(
        "this mask is not in the atlas; the best of 923 sampled masks of 6 layers: 20.8 %; "
          + "input-dependent bound"))
    #expect(screen(state).contains("masks are missing"))
    #expect(screen(state).contains(/1 ■ +– █+ +\+20\.0/))
    #expect(screen(state).contains("now –") && !screen(state).contains("fewer errors"))
    press(&state, .enter)
    #expect(state.mask == (try mask("101010010111")))
    #expect(screen(state).contains("points above the best of 792 sampled masks of 7 layers"))
  }

  @Test func theSplitMeasuredLiveIsNamed() {
    func text(_ change: (inout MaskAtlas.Key) -> Void) -> String {
      var key = Scene.atlas.key
      change(&key)
      return screen(
        open(
          Self.wide,
          atlas: MaskAtlas(
            key: key, points: Scene.atlas.points, fewestErrors: Scene.atlas.fewestErrors)))
    }
    #expect(text { $0.split = "test-clean" }.contains("40 utterances, as live"))
    #expect(
      text {
        $0.split = "test-clean"
        $0.normalization = "other"
      }.contains("live has other text rules"))
    #expect(text { _ in }.contains("of dev: 40 utterances; live is another split, test-clean"))
  }

  @Test func aFileThatIsNotUsedIsTold() {
    var model = Subject.Model(name: "dld", layerCount: 12)
    model.policies = ModelPolicies(
      layerCount: 12,
      atlas: .failure(
        PolicyRefusal(
          "its atlas cannot be read",
          reason: "dld/atlas.safetensors: expected an atlas of masks, found another file")))
    var state = DashboardState(
      subject: Subject(
        models: [model], dataset: "d", split: "s", utterances: [], machine: "machine", threads: 1),
      walk: .full(12), policy: "spread", costs: [Scene.costs])
    (state.view, state.size) = (.atlas, Self.wide)
    #expect(screen(state).contains("× dld/atlas.safetensors: expected an atlas of masks"))
    #expect(screen(state).contains("--all-masks"))
  }
}
