// Policies that need an atlas: chosen where the model has one, told of where it has none.

import Backbones
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct AtlasPolicyTests {
  @discardableResult
  private func press(_ state: inout DashboardState, _ keys: Key...) -> [Effect] {
    keys.flatMap { update(&state, .terminal(.key($0))) }
  }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// Half of the layers by the best mask, all measured.
  private func best() -> DashboardState {
    var state = Scene.withAtlases()
    state.size = Size(width: 120, height: 40)
    _ = update(&state, .ready)
    press(&state, "d", "5", "0", .enter, "P", "6")
    Scene.serve([], &state)
    return state
  }

  @Test func theMenuSaysWhatChoosesByWhat() throws {
    var state = Scene.withAtlases()
    press(&state, "P")
    let rows = try #require(state.menu).rows
    #expect(rows.map(\.label) == PolicyCatalog.names)
    // The atlas is from before confidences were kept, and of another split.
    let lacking = rows.filter { !$0.isAvailable }
    #expect(lacking.map(\.label) == ["exit", "cascade", "oracle"])
    #expect(lacking.map(\.detail).dropFirst() == ["its atlas is too old", "knows dev only"])
    let chosen = rows.filter { $0.detail.hasSuffix(", by an atlas of 4096 masks on dev") }.map(
      \.label)
    #expect(chosen + lacking.map(\.label) == PolicyCatalog.namesWithAtlas)
  }

  @Test func withoutAnAtlasTheMenuSaysSo() throws {
    var state = Scene.busy()
    press(&state, "P")
    let menu = try #require(state.menu)
    let lacking = menu.rows.filter { !$0.isAvailable }
    #expect(lacking.map(\.label) == PolicyCatalog.namesWithAtlas)
    #expect(lacking.allSatisfy { $0.detail == "needs an atlas of masks" })
    // Dimmer than what can be chosen.
    let canvas = view(state, state.size)
    let styles = try ["4   random", "9   contiguous"].map { row in
      let lines = canvas.lines()
      let y = try #require(lines.firstIndex { $0.contains(row) })
      let range = try #require(lines[y].range(of: row))
      return canvas[lines[y].distance(from: lines[y].startIndex, to: range.lowerBound) + 4, y].style
    }
    #expect(styles == [state.theme.strong, state.theme.muted])
    // Nine have a digit.
    for name in PolicyCatalog.namesWithAtlas.dropLast(3) {
      let (choice, number) = (state.choice, PolicyCatalog.names.firstIndex(of: name)! + 1)
      state.overlay = .menu(menu)
      #expect(press(&state, .character(Character("\(number)"))) == [])
      #expect(state.choice == choice && state.menu == nil)
      #expect(
        state.notice == "policy \(name): expected an atlas of the model's masks, found none")
    }
  }

  @Test func theSliderFollowsTheAtlas() {
    var state = best()
    #expect(state.policyName == "best" && state.mask.description == "000011011011")
    #expect(text(state).contains("policy best (P)   mask 000011011011"))
    press(&state, .right)
    // One of the three that are worth 5 goes: of equal masks the one whose first layers run.
    #expect(state.mask.description == "000011011001")
    press(&state, .end)
    #expect(state.mask.keptCount == 0)
    press(&state, .home)
    #expect(state.mask == .full(12) && state.policyName == "best")
  }

  /// What is best for one model is not for another.
  @Test func anotherModelHasItsOwnMask() {
    var state = best()
    press(&state, "M", "2")
    #expect(state.policyName == "best" && state.mask.description == "110110110000")
    // What was set by hand stays as it is.
    press(&state, " ", "M", "1")
    #expect(state.policyName == "manual" && state.mask.description == "010110110000")
  }

  /// A mask that its policy cannot have chosen is not said to be its choice.
  @Test func aModelWithoutAnAtlasKeepsTheMask() {
    var state = best()
    let mask = state.mask
    press(&state, "M", "3")
    #expect(state.model == 2 && state.mask == mask)
    #expect(state.policyName == "manual" && state.policy == "spread")
    #expect(state.notice.hasPrefix("policy best: "))
    // Every view of it can be drawn, and the slider has a policy to ask.
    for view in ViewCatalog.all {
      press(&state, .character(Character("\(state.number(of: view))")))
      #expect(text(state).contains("policy manual"))
    }
    press(&state, .right)
    #expect(state.policyName == "spread" && state.mask.keptCount == 5)
    press(&state, "u", "u")
    #expect(state.model == 0 && state.policyName == "best" && state.mask == mask)
  }

  /// A mark of a model that does not have the policy is a mask by hand.
  @Test func marksOfModelsWithoutAnAtlasCanBeChosen() throws {
    var state = best()
    let point = state.point(
      model: 2, walk: Walk(LayerMask(layerCount: 12, keeping: 0..<3)))
    var measurement = Measurement(
      walk: point.walk, utteranceCount: state.subject.utterances.count)
    for index in state.subject.utterances.indices {
      measurement.add(Scene.result(index, point.walk), speakers: state.subject.speakers)
    }
    state.measurements[point] = measurement
    let targets = view(state, state.size).targets
    let mark = try #require(targets.last { $0.action as? Action == .choosePoint(point) })
    _ = update(
      &state, .terminal(.mouse(MouseEvent(kind: .press, x: mark.area.x, y: mark.area.y))))
    #expect(state.presentPoint == point)
    #expect(state.policy == "spread" && state.policyName == "manual")
    #expect(text(state).contains("policy manual"))
  }

  @Test(arguments: ExtensionTests.sizes) func allPoliciesAreCompared(size: Size) {
    var state = best()
    state.size = size
    press(&state, "5")
    // Only a model with an atlas has a best mask.
    #expect(text(state).contains("other") && !text(state).contains("bare"))
    press(&state, "v")
    Scene.serve([], &state)
    let shown = text(state)
    // Names may be cut, the first letters not; those without room are counted.
    let absent = state.policies.available.filter { !shown.contains($0.prefix(4)) }
    #expect(absent.isEmpty || shown.contains("+\(absent.count) more ─"), "\(absent) at \(size)")
    #expect(absent.count < 3 && !shown.contains(/\d…/), "\(size)")
    #expect(shown.contains("no room for intervals") == (size.width < 200), "\(size)\n\(shown)")
  }
}
