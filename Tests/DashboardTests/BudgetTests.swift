// The budget says who chooses, decides by comparable times, and plays with what was measured.

import Backbones
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct BudgetTests {
  private func open(_ size: Size, measured: Bool = true) -> DashboardState {
    var state = Scene.state()
    state.size = size
    _ = update(&state, .ready)
    let effects = update(&state, .terminal(.key("6")))
    if measured { Scene.serve(effects, &state) }
    return state
  }

  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  @Test func itSaysWhoChooses() {
    var state = open(Size(width: 120, height: 40))
    #expect(screen(state).contains("your slider is in charge: + −"))
    #expect(screen(state).contains("12     18.0 measured     2.8 □ no"))
    // What the budget would choose is marked beside what the slider chose.
    #expect(screen(state).contains("8     13.0 measured    17.6 ◆ deepest"))
    press(&state, "+")
    #expect(screen(state).contains("the deepest that fits is chosen"))
    #expect(state.mask.keptCount == 9)
    for _ in 0..<40 { press(&state, "-") }
    #expect(screen(state).contains("nothing fits: 1 layer is the least"))
    #expect(!screen(state).contains("deepest that fits"))
    press(&state, .left)
    #expect(screen(state).contains("your slider is in charge"))
  }

  /// A share of full depth on this machine, in either unit, whatever the device.
  @Test func theBudgetIsAShare() {
    var state = open(Size(width: 120, height: 40))
    #expect(screen(state).contains("75 % of full depth: 13.5 ms an utterance (f)"))
    press(&state, "+")
    #expect(screen(state).contains("80 % of full depth: 14.4 ms an utterance (f)"))
    press(&state, "g", "2")
    // Twice as slow: 3 layers take 13.6 ms, 4 take 16.0.
    #expect(screen(state).contains("80 % of full depth: 14.4 ms") && state.mask.keptCount == 3)
    press(&state, "g", "1", "f")
    // Of 0.754 GFLOP; 9 layers take 0.596.
    #expect(screen(state).contains("80 %, 0.603 GFLOP per second of audio (f)"))
    #expect(state.mask.keptCount == 9)
    press(&state, "f")
    for percent in [85, 90, 95, 100, 125, 150] {
      press(&state, "+")
      #expect(state.budget.percent == percent)
    }
    for percent in [125, 100, 95] {
      press(&state, "-")
      #expect(state.budget.percent == percent)
    }
    for _ in 0..<100 { press(&state, "-") }
    #expect(state.budget.percent == 5)
    for _ in 0..<200 { press(&state, "+") }
    #expect(state.budget.percent == 10_000)
  }

  /// Another unit or device does not take the choice from the slider.
  @Test func onlyTheBudgetsKeysGiveItCharge() {
    var state = open(Size(width: 120, height: 40))
    press(&state, "f", "g", "3")
    #expect(!state.budget.isInCharge && state.mask.keptCount == 12)
    press(&state, "-")
    #expect(state.budget.isInCharge)
    press(&state, "u")
    #expect(!state.budget.isInCharge)
  }

  @Test func aClickInAScrolledTableTakesTheRowUnderIt() throws {
    for size in [Size(width: 60, height: 15), Size(width: 80, height: 24)] {
      var state = open(size)
      press(&state, "d", "6", "0", .enter)
      let lines = view(state, size).lines()
      let y = try #require(lines.firstIndex { $0.contains("6     10.5 measured") })
      _ = update(&state, .terminal(.mouse(MouseEvent(kind: .press, x: 10, y: y))))
      #expect(state.mask.keptCount == 6)
    }
  }

  @Test func theHeightIsShared() {
    let state = open(Size(width: 80, height: 24))
    let lines = view(state, state.size).lines()
    #expect(lines.count { $0.contains(/measured +[\d.]+ [□◆■]/) } >= 5)
    #expect(lines.contains { $0.contains("always 6 layers") })
    #expect(lines.contains { $0.contains("always 1: worst case") })
    let small = open(Size(width: 60, height: 15))
    #expect(screen(small).contains("12     18.0 measured"))
    var withTour = small
    withTour.tour.isShown = true
    #expect(screen(withTour).contains("12 layers 18.0 ms □ no  … 11 more rows"))
  }

  /// The device, its factor and its key are on the screen at every size.
  @Test(arguments: [
    Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 120, height: 40),
  ]) func devicesAreToldWhole(size: Size) {
    var state = open(size)
    for (index, device) in Device.all.enumerated().dropFirst() {
      press(&state, "g", .character(Character("\(index + 1)")))
      #expect(screen(state).contains("\(device.name) (estimate: 1/\(device.slowness)) (g)"))
    }
  }

  @Test func flopsAreNotASpeed() {
    var state = open(Size(width: 80, height: 24))
    press(&state, "f")
    #expect(screen(state).contains("GFLOP/audio second") && !screen(state).contains("GFLOP/s"))
  }

  @Test func theScenarioWaitsForMeasurements() {
    var state = open(Size(width: 120, height: 40), measured: false)
    _ = update(&state, .terminal(.key(" ")))
    for _ in 0..<5 { _ = update(&state, .tick) }
    #expect(state.budget.played == 0)
    #expect(screen(state).contains("waiting until every depth is measured"))
    Scene.serve([], &state)
    for _ in 0..<5 { _ = update(&state, .tick) }
    #expect(state.budget.played == 5)
    press(&state, "B")
    #expect(state.budget.played == 0)
  }

  @Test func theFooterNamesWhatKeysDoNow() throws {
    var state = open(Size(width: 120, height: 40))
    let keys = { (state: DashboardState) in view(state, state.size).lines().last ?? "" }
    #expect(keys(state).contains("+- budget  Space play  f ms/FLOPs"))
    press(&state, " ")
    #expect(keys(state).contains("Space hold"))
  }

  @Test func whatIsMeasuredIsNamed() {
    func activity(_ state: DashboardState) -> String {
      view(state, state.size).lines().dropLast().last ?? ""
    }
    var state = open(Size(width: 120, height: 40), measured: false)
    #expect(activity(state).contains("measuring 12 of 12 layers: 0/40"))
    Scene.answer(&state)
    #expect(activity(state).contains("measuring 11 of 12 layers, for this view: 0/40"))
    _ = update(&state, .terminal(.key("1")))
    _ = update(&state, .terminal(.key(.right)))
    _ = update(&state, .terminal(.key("p")))
    Scene.answer(&state)
    _ = update(&state, .terminal(.key("R")))
    _ = update(&state, .terminal(.key(.right)))
    Scene.answer(&state)
    #expect(activity(state).contains("measuring the pinned setting"))
    Scene.answer(&state)
    _ = update(&state, .terminal(.key("5")))
    _ = update(&state, .terminal(.key("v")))
    for _ in 0..<60 where !activity(state).contains("measuring first") { Scene.answer(&state) }
    #expect(activity(state).contains("layers, to compare"))

    var two = Scene.twoModels()
    two.size = state.size
    _ = update(&two, .ready)
    _ = update(&two, .terminal(.key(.right)))
    Scene.answer(&two)
    #expect(activity(two).contains("measuring full depth to compare"))
    Scene.answer(&two)
    #expect(activity(two).contains("measuring reference to compare"))
    _ = update(&two, .terminal(.key("5")))
    for _ in 0..<60 where !activity(two).contains("reference, ") { Scene.answer(&two) }
    #expect(activity(two).contains("layers, to compare"))
  }
}
