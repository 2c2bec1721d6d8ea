// What is not measured to the end says so wherever it is shown, and one draw is called one draw.

import TerminalUI
import Testing

import Dashboard

@Suite struct PartialFiguresTests {
  private func screen(_ state: DashboardState, _ size: Size = FrameTests.sizes[2]) -> String {
    var state = state
    state.size = size
    return view(state, size).lines().joined(separator: "\n")
  }

  /// 11 of 12 layers, of which ten utterances are known.
  private func partial() -> DashboardState {
    var state = Scene.state(symbols: .ascii)
    Scene.serve(update(&state, .ready), &state)
    _ = update(&state, .terminal(.key(.right)))
    Scene.answer(&state, utterances: 10)
    return state
  }

  @Test(arguments: FrameTests.sizes) func theRateAndWhatFollowsFromIt(size: Size) {
    var state = partial()
    #expect(screen(state, size).contains(/\| \?\d+\.\d %/))
    #expect(screen(state, size).contains(/full depth \?\d+\.\d % .*\?[+-]\d/))
    // The other way round: the present one is complete, what it is compared with is not.
    state.measurements[state.presentPoint] = state.fullDepth
    state.measurements[state.fullPoint] = partial().present
    #expect(screen(state, size).contains(/\| \d+\.\d %/))
    #expect(screen(state, size).contains(/full depth \?\d+\.\d % .*\?[+-]\d/))
    Scene.serve(update(&state, .terminal(.key(.right))), &state)
    state.measurements[state.fullPoint] = state.present
    #expect(!screen(state, size).contains(/\?[\d+-]/))
  }

  @Test func theBudgetsTable() {
    var state = partial()
    state.view = .budget
    #expect(screen(state).contains(/11 +16\.8 measured +\?\d+\.\d/))
    #expect(screen(state).contains(/12 +18\.0 measured +2\.8/))
  }

  @Test func theChoiceInThePlot() {
    var state = partial()
    #expect(screen(state, FrameTests.sizes[3]).contains("?11"))
    Scene.serve([], &state)
    #expect(!screen(state, FrameTests.sizes[3]).contains("?11"))
  }

  /// `random` differs from draw to draw.
  @Test(arguments: FrameTests.sizes) func oneDrawIsCalledSo(size: Size) {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    Scene.serve(update(&state, .terminal(.key("5"))), &state)
    #expect(!screen(state, size).contains("one draw"))
    Scene.serve(update(&state, .terminal(.key("v"))), &state)
    #expect(screen(state, size).contains("random: one draw, seed 1"))
    // By the models again, with masks that are drawn anew.
    for key in ["v", "r"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    #expect(screen(state, size).contains("random: one draw, seed 2"))
    if size.width >= 200 { #expect(screen(state, size).contains("dld, one draw")) }
  }
}
