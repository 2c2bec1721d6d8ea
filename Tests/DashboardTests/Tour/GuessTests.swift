// A guess is typed where nothing else listens, before anything on the screen tells the answer.

import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct GuessTests {
  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// At the first step that asks for one; half of the layers have been seen before.
  private func asked() -> DashboardState {
    var state = Scene.tourModels()
    state.savedSweeps = [
      SavedSweep(
        model: "dld-plus", policy: "spread",
        points: [12, 6].map {
          SavedSweep.Point(
            keptLayers: $0, gflop: Double($0) / 10, milliseconds: 1, errorRate: 0.3)
        })
    ]
    Scene.serve(update(&state, .ready), &state)
    press(&state, "d", "5", "0", .enter, "T", "2", ".")
    return state
  }

  @Test func whatIsTypedIsTheGuessAndNothingElse() {
    var state = asked()
    #expect(state.prompt?.kind == .guess)
    let before = (state.choice, state.view, state.layerCursor)
    press(&state, "3", "0", " ", "q", "t", .right, .tab)
    #expect((state.choice, state.view, state.layerCursor) == before)
    #expect(state.tour.isShown && state.tour.step == 1)
    #expect(screen(state).contains("your guess of the word error rate in %: 30 _"))
    press(&state, "q")
    #expect(screen(state).contains("a guess is a number from 0 to 100"))
    press(&state, .enter)
    #expect(state.tour.guess == 30 && state.prompt == nil && state.tour.isReached)
    #expect((state.choice, state.view, state.layerCursor) == before)
    // A habit of the hand reaches no layer.
    #expect(state.mask == .full(12))
  }

  @Test func whatIsNoGuessIsAskedForAgain() {
    var state = asked()
    press(&state, .enter)
    #expect(state.prompt?.kind == .guess && screen(state).contains("expected a rate from 0 to 100"))
    press(&state, "9", "9", "9", .enter)
    #expect(state.prompt?.kind == .guess && screen(state).contains("found \"999\""))
    press(&state, "4", "2", .enter)
    #expect(state.tour.guess == 42)
    // Who does not want to guess goes on, or comes back to it.
    var other = asked()
    press(&other, .escape)
    #expect(other.prompt == nil && screen(other).contains("G asks for your guess again"))
    press(&other, "G", "7", .enter)
    #expect(other.tour.guess == 7)
    var hidden = asked()
    press(&hidden, .escape, "t")
    #expect(!hidden.tour.isShown)
    press(&hidden, "t")
    #expect(hidden.prompt?.kind == .guess)
  }

  @Test func theAnswerIsNotOnTheScreen() {
    for key in ["1", "5"] as [Key] {
      var state = asked()
      #expect(state.walk == state.fullWalk, "the slider's line would tell it")
      // What half of the layers do, measured and saved.
      let half = state.measurements.first { $0.key.walk.keptCount == 6 }?.value.errorRate
      let rate = String(format: "%.1f", (half ?? 0) * 100)
      #expect(half != nil)
      press(&state, .escape, key)
      let before = screen(state)
      #expect(!before.contains("saved sweep") && !before.contains(rate), "\(before)")
      press(&state, "G", "3", "0", .enter)
      let after = screen(state)
      #expect(after.contains("saved sweep") || after.contains(rate), "\(after)")
    }
  }

  /// Enter after the digit that has chosen a menu's row: once, and no longer.
  @Test func enterAfterAMenusDigitReachesNoLayer() {
    var state = Scene.tourModels()
    Scene.serve(update(&state, .ready), &state)
    press(&state, "M", "2", .enter)
    #expect(state.model == 1 && state.mask == .full(12))
    #expect(state.notice == "the digit has chosen it already")
    press(&state, .enter)
    #expect(state.mask.keptCount == 11)
    // Another key in between: nobody means the menu.
    press(&state, "M", "1", .down, .enter)
    #expect(state.model == 0 && state.mask.keptCount != 11)
  }
}
