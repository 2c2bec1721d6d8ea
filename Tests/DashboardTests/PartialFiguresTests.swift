// What is not measured to the end says so wherever it is shown, and what is drawn is several draws.

import TerminalUI
import Testing

@testable import Dashboard

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

  /// `random` differs from draw to draw: several stand for it, and say so.
  @Test(arguments: FrameTests.sizes) func severalDrawsStandForWhatIsDrawn(size: Size) {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    Scene.serve(update(&state, .terminal(.key("5"))), &state)
    #expect(!screen(state, size).contains("draws"))
    Scene.serve(update(&state, .terminal(.key("v"))), &state)
    #expect(screen(state, size).contains("random: mean of 5 draws, seed 1"))
    // By the models again, with masks that are drawn anew.
    for key in ["v", "r"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    #expect(screen(state, size).contains("random: mean of 5 draws, seed 2"))
    if size.width >= 200 { #expect(screen(state, size).contains("dld, 5 draws")) }
  }

  /// The figure is the mean of the draws, its range is theirs, and it is compared as a whole.
  @Test func drawsAreTakenTogether() throws {
    var state = Scene.allModels()
    Scene.serve(update(&state, .ready), &state)
    for key in ["5", "v"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    let contestants = ComparisonPanel.contestants(state)
    let drawn = try #require(contestants.first { $0.policy == "random" })
    let points = drawn.points(keeping: 6, state)
    #expect(points.count == 5 && Set(points).count == 5)
    #expect(
      points.map { $0.walk }
        == (1...5).map {
          state.policies.walk("random", seed: $0, keeping: 6)
        })
    // Other masks of as many layers make as many errors here: one draw is made to differ.
    let fewer = try #require(state.measurements[drawn.points(keeping: 10, state)[0]])
    state.measurements[points[2]] = fewer
    let rates = points.compactMap { state.measurements[$0]?.errorRate }
    let figure = try #require(drawn.figure(keeping: 6, state))
    #expect(abs(figure.rate - rates.reduce(0, +) / 5) < 1e-12 && figure.isComplete)
    #expect(figure.interval == fewer.errorRate.map { $0...rates[0] })
    state.drawComparisons = [:]
    _ = update(&state, .terminal(.focus(true)))
    let comparison = try #require(
      ComparisonPanel.comparison(contestants[0], drawn, keeping: 6, state))
    let mine = try #require(state.measurements[contestants[0].point(keeping: 6, state)]?.errorRate)
    #expect(abs(comparison.difference - (mine - figure.rate)) < 1e-12)
    #expect(comparison.probabilityOfImprovement < 0.05, "one good draw of five pulls the mean down")
    // A draw that is not complete leaves the whole incomplete.
    state.measurements[points[4]] = nil
    #expect(drawn.figure(keeping: 6, state)?.isComplete == false)
    // With all layers there is only one mask.
    #expect(Set(drawn.points(keeping: 12, state)).count == 1)
  }
}
