// Clicks on what is drawn: keys where they are printed, and only where they act.

import Backbones
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct ClickTests {
  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func click(_ state: inout DashboardState, _ x: Int, _ y: Int, button: Int = 0) -> [Effect]
  {
    let effects = update(
      &state, .terminal(.mouse(MouseEvent(kind: .press, button: button, x: x, y: y))))
    _ = update(&state, .terminal(.mouse(MouseEvent(kind: .release, x: x, y: y))))
    return effects
  }

  private func place(_ text: String, _ state: DashboardState) throws -> (x: Int, y: Int) {
    for (y, line) in view(state, state.size).lines().enumerated() {
      if let range = line.range(of: text) {
        return (line.distance(from: line.startIndex, to: range.lowerBound), y)
      }
    }
    Issue.record("no \(text)")
    throw CancellationError()
  }

  @Test func aClickOnAPrintedKeyPressesIt() throws {
    var state = Scene.busy()
    state.size = Size(width: 120, height: 40)
    var at = try place("(P)", state)
    _ = click(&state, at.x + 1, at.y)
    #expect(state.menu?.kind == .policy)
    press(&state, .escape)
    at = try place("(a)", state)
    _ = click(&state, at.x + 1, at.y)
    #expect(state.plotAxis == .latency)
    // In ASCII ↓ is drawn as v, which is a key too.
    state.symbols = .ascii
    state.layerCursor = 3
    at = try place("(^ v, Space)", state)
    _ = click(&state, at.x + 3, at.y)
    #expect(state.layerCursor == 4)
  }

  @Test func whatIsLeftOutIsEnlargedByItsMark() throws {
    var state = Scene.busy()
    state.size = Size(width: 60, height: 15)
    let at = try place("+3 more (e)", state)
    _ = click(&state, at.x + 9, at.y)
    #expect(state.zoomed == .cost)
    press(&state, .escape)
    let hidden = try place("hidden: layers, plot (e)", state)
    _ = click(&state, hidden.x + 22, hidden.y)
    #expect(state.zoomed == .layers)
  }

  @Test func helpRowsAreKeys() throws {
    var state = Scene.busy()
    state.size = Size(width: 120, height: 40)
    press(&state, "?", "?")
    var at = try place("type a drop ratio", state)
    _ = click(&state, at.x, at.y)
    #expect(state.prompt?.kind == .dropRatio && state.helpPage == nil)
    press(&state, .escape, "?", "?")
    // A row of several keys: the one that is hit.
    at = try place("← → h l", state)
    let kept = state.mask.keptCount
    _ = click(&state, at.x + 2, at.y)
    #expect(state.mask.keptCount == kept - 1)
    press(&state, "?")
    at = try place("(PgUp PgDn)", state)
    _ = click(&state, at.x + 6, at.y)
    #expect(state.helpPage == 1)
    _ = click(&state, at.x + 1, at.y)
    #expect(state.helpPage == 0)
    #expect(click(&state, 0, 0) == [] && state.helpPage == nil)
  }

  @Test func onlyTheTrackIsTheSlider() throws {
    var state = Scene.busy()
    state.size = Size(width: 120, height: 40)
    let slider = try #require(Layout(state, state.size)?[.slider])
    let mask = state.mask
    for (x, y) in [(30, 0), (3, 1), (slider.width - 5, 1), (30, 2), (30, 3)] {
      #expect(click(&state, slider.x + x, slider.y + y) == [], "\(x), \(y)")
    }
    #expect(click(&state, slider.x + 30, slider.y + 1, button: 2) == [])
    #expect(state.mask == mask && !state.isSliderHeld)
    #expect(click(&state, slider.x + 30, slider.y + 1) != [])
  }

  @Test(arguments: [ViewKind.transcripts, .embeddings, .compare])
  func unseenLayersAreNotSwitched(kind: ViewKind) {
    var state = Scene.shown(kind)
    let mask = state.mask
    press(&state, .down, " ", .enter, "a")
    #expect(state.mask == mask && state.layerCursor == 0 && state.plotAxis == .compute)
    let keys = Set(KeyBindings.active(in: kind).flatMap(\.actions).map(\.action))
    #expect(keys.isDisjoint(with: [.toggleLayer, .changeAxis]))
    #expect(keys.contains(.nextWorse) == (kind == .transcripts))
  }

  @Test func aHiddenCursorSaysSo() {
    var state = Scene.busy()
    state.size = Size(width: 60, height: 15)
    let (mask, cursor) = (state.mask, state.layerCursor)
    press(&state, " ", .down)
    #expect(state.mask == mask && state.layerCursor == cursor)
    #expect(state.notice.contains("e enlarges"))
  }

  @Test func theFooterOfLayersNamesTheArrows() throws {
    var state = Scene.shown(.layers)
    state.size = Size(width: 80, height: 24)
    #expect(try #require(view(state, state.size).lines().last).contains("↑↓ layer"))
  }

  /// Policies that do not draw always skip the same layers, the others each about as often.
  @Test func skipsAreCountedOverDraws() throws {
    let policies = Scene.withAtlases().policies
    for policy in policies.available {
      for count in 0...12 {
        let shares = try #require(
          SkipMap.shares(policy, seed: 1, keeping: count, by: policies, of: []))
        // Where depth is an average, 20 draws are only near it.
        let isExact = policies.walk(policy, seed: 1, keeping: count).mask != nil
        #expect(abs(shares.reduce(0, +) - Double(12 - count)) < (isExact ? 1e-9 : 2))
        if !PolicyCatalog.isDrawn(policy) { #expect(shares.allSatisfy { $0 == 0 || $0 == 1 }) }
      }
    }
    let drawn = try #require(
      SkipMap.shares("random", seed: 1, keeping: 6, by: policies, of: []))
    #expect(Set(drawn).count > 2)
    var state = Scene.shown(.layers)
    state.size = Size(width: 80, height: 24)
    state.zoomed = .skips
    let panel = try #require(Layout(state, state.size)?[.skips])
    // A heading, then 12 layers, 11, 10, 9.
    _ = click(&state, panel.x + 4, panel.y + 5)
    #expect(state.mask.keptCount == 9)
  }

  /// The filter of the list is of no concern to other views.
  @Test func filterAndOrderStayInTheirView() {
    var state = Scene.shown(.transcripts)
    press(&state, "/", "t", "h", "r", "e", "e", .enter)
    #expect(state.listedUtterances.count == 5 && state.utterance == 6)
    press(&state, "]")
    #expect(state.utterance == 14)
    press(&state, "w")
    #expect(state.listedUtterances.contains(state.utterance))
    state.utterance = 14
    press(&state, "1", "]")
    #expect(state.utterance == 15)
    press(&state, .escape)
    #expect(state.list.filter == "three")
    press(&state, "2", .escape)
    #expect(state.list.filter == "")
  }
}
