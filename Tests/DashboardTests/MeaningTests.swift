// What the present choice means is said in words, from what is measured, and shown where it can be seen.

import Backbones
import Foundation
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct MeaningTests {
  /// The slider's lower edge.
  private func sentence(_ state: DashboardState, width: Int = 120, height: Int = 40) throws
    -> String
  {
    var state = state
    state.size = Size(width: width, height: height)
    let slider = try #require(Layout(state, state.size)?[.slider])
    return view(state, state.size).lines()[slider.maxY - 1]
      .trimmingCharacters(in: ["└", "─", "┘", " "])
  }

  @Test func theSliderSaysWhatItsSettingMeans() throws {
    var state = Scene.state()
    #expect(
      try sentence(state) == "every layer runs; what skipping some costs is being measured")
    Scene.serve(update(&state, .ready), &state)
    // 8 errors in 290 words.
    #expect(try sentence(state) == "every layer runs; 2.8 words in 100 are wrong")
    #expect(
      try sentence(state, width: 60, height: 15) == "every layer runs; 2.8 words in 100 are wrong")
    _ = update(&state, .terminal(.key("d")))
    for key in ["3", "3", .enter] as [Key] { _ = update(&state, .terminal(.key(key))) }
    #expect(
      try sentence(state)
        == "72 % of the compute; how many more words go wrong is being measured")
    Scene.answer(&state, utterances: 20)
    #expect(try sentence(state).hasSuffix(" than with all layers so far"))
    #expect(try sentence(state, width: 60, height: 15).hasSuffix(" so far"))
    Scene.serve([], &state)
    // 51 errors now.
    #expect(
      try sentence(state)
        == "72 % of the compute; 14.8 more words in 100 wrong than with all layers")
    #expect(
      try sentence(state, width: 60, height: 15)
        == "72 % of the compute; 14.8 more words in 100 wrong")
  }

  /// Over the same utterances, whichever of the two is known better.
  @Test func aDifferenceIsOverTheSameUtterances() throws {
    var state = Scene.state()
    _ = update(&state, .ready)
    _ = update(&state, .terminal(.key("d")))
    for key in ["5", "0", .enter] as [Key] { _ = update(&state, .terminal(.key(key))) }
    Scene.answer(&state)
    Scene.answer(&state, utterances: 5)
    #expect(state.newest?.point.walk == .full(12))
    var (now, full, words) = (0, 0, 0)
    for index in (0..<5).map({ ($0 * 7 + 3) % 40 }) {
      now += Scene.result(index, state.walk).counts.errors
      full += Scene.result(index, .full(12)).counts.errors
      words += Scene.result(index, .full(12)).counts.words
    }
    let text = try sentence(state)
    let more = try #require(text.firstMatch(of: /; ([\d.]+) more words in 100 wrong .*so far/))
    let expected = Double(now - full) / Double(words) * 100
    #expect(abs(try #require(Double(more.1)) - expected) < 0.051)
  }

  @Test func sharesAreNamedWhereTheyAreThat() throws {
    let costs = CostModel(
      stages: StageValues(
        frontEnd: 0, layers: Array(repeating: 1e8, count: 12),
        skipped: Array(repeating: 0, count: 12), head: 0))
    for (kept, share) in [
      (3, "a quarter of"), (4, "a third of"), (5, "42 % of"), (6, "half"), (8, "two thirds of"),
      (9, "three quarters of"), (11, "92 % of"),
    ] {
      let state = DashboardState(
        subject: Scene.subject,
        walk: ModelPolicies(layerCount: 12).walk("spread", seed: 1, keeping: kept),
        policy: "spread", costs: [costs])
      #expect(try sentence(state).hasPrefix("\(share) the compute; "), "\(kept)")
    }
  }

  @Test func theFirstLineSaysWhatThisIs() {
    for (width, height, text) in [
      (200, 60, "skip layers of a speech recogniser, see what it costs"),
      (120, 40, "layer dropping"), (80, 24, "what skipping layers costs   dld"),
    ] {
      var state = Scene.state()
      state.size = Size(width: width, height: height)
      #expect(view(state, state.size).lines()[0].hasSuffix(text), "\(width)x\(height)")
    }
  }

  private func hasChange(_ state: DashboardState) -> Bool {
    guard let now = state.present?.results[state.utterance] else { return false }
    if state.mask == .full(12) { return now.counts.errors > 0 }
    return state.fullDepth?.results[state.utterance]
      .map { $0.counts.errors != now.counts.errors } ?? false
  }

  /// Until an utterance is chosen, one is shown in which something changes.
  @Test func transcriptsBeginWhereSomethingChanges() throws {
    var state = Scene.state()
    state.seeksChange = true
    // The first utterance has no error at full depth.
    try #require(Scene.result(0, .full(12)).counts.errors == 0)
    Scene.serve(update(&state, .ready), &state)
    #expect(state.utterance != 0 && hasChange(state))
    for _ in 0..<8 {
      Scene.serve(update(&state, .terminal(.key(.right))), &state)
      #expect(hasChange(state))
    }
    let shown = state.utterance
    Scene.serve(update(&state, .terminal(.key(.home))), &state)
    Scene.serve(update(&state, .terminal(.key("]"))), &state)
    let chosen = state.utterance
    for _ in 0..<8 { Scene.serve(update(&state, .terminal(.key(.right))), &state) }
    #expect(state.utterance == chosen, "who has chosen one keeps it, not \(shown)")

    for keys in [["w"], ["y"], ["2", .down], ["t"]] as [[Key]] {
      var state = Scene.state()
      state.seeksChange = true
      Scene.serve(update(&state, .ready), &state)
      for _ in 0..<6 { Scene.serve(update(&state, .terminal(.key(.right))), &state) }
      for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
      #expect(!state.seeksChange, "\(keys)")
    }
  }
}
