// A key between greedy decoding and a beam search, and what the screen says of both.

import Speech
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct DecodingTests {
  private static let beam = {
    var options = BeamSearchDecoder.Options()
    options.beam = 25
    return options
  }()

  private func ready(beam: BeamSearchDecoder.Options? = Self.beam) -> DashboardState {
    var state = Scene.state()
    state.size = Size(width: 120, height: 40)
    state.beam = beam
    _ = update(&state, .ready)
    return state
  }

  private func press(_ state: inout DashboardState, _ key: Key) -> [Effect] {
    update(&state, .terminal(.key(key)))
  }

  private func text(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  @Test func theKeyMeasuresAnew() {
    var state = ready()
    Scene.answer(&state)
    #expect(state.present?.isComplete == true && text(state).contains("test-clean, greedy"))
    let effects = press(&state, "D")
    #expect(
      effects
        == [
          .evaluate(
            EvaluationRequest(
              id: 2, OperatingPoint(model: 0, walk: .full(12), decoding: .beam(Self.beam))))
        ])
    #expect(state.present == nil && text(state).contains("test-clean, beam 25"))
    Scene.answer(&state)
    #expect(state.present?.isComplete == true && state.measurements.count == 2)
    // What is known is known, and undone like every choice.
    #expect(press(&state, "D").contains { if case .evaluate = $0 { true } else { false } })
    #expect(state.decoding == .greedy && state.present?.isComplete == true)
    _ = press(&state, "u")
    #expect(state.decoding == .beam(Self.beam))
  }

  @Test func withoutOneThereIsNothingToSwitch() {
    var state = ready(beam: nil)
    Scene.answer(&state)
    #expect(press(&state, "D") == [] && state.decoding == .greedy)
    #expect(state.notice.contains("--lm FILE or --beam N"))
    #expect(!text(state).contains("greedy,") && !text(state).contains("decoding, ms"))
    state.overlay = nil
    _ = press(&state, "o")
    #expect(state.menu?.rows.contains { $0.label == "decoding" } == false)
  }

  @Test func decodingHasACostOfItsOwn() {
    var state = ready()
    Scene.answer(&state)
    state.zoomed = .cost
    let screen = text(state)
    #expect(screen.contains("of that decoding, ms") && screen.contains("of that the network, ms"))
    _ = press(&state, "o")
    #expect(state.menu?.rows.contains { $0.label == "decoding" && $0.detail == "greedy" } == true)
  }

  /// A pin keeps how it was decoded: fewer layers with a beam beside more without.
  @Test func aPinStaysWhatItWas() {
    var state = ready()
    Scene.answer(&state)
    _ = press(&state, "p")
    _ = press(&state, "D")
    Scene.answer(&state)
    #expect(state.pinned?.decoding == .greedy && state.pinned != state.presentPoint)
    #expect(text(state).contains("pinned greedy 12"))
    state.zoomed = .cost
    #expect(text(state).contains("pin greedy 12"))
  }

  /// Files of what was measured are of one way of decoding.
  @Test func exportsDoNotMix() {
    var state = ready()
    Scene.answer(&state)
    _ = press(&state, "D")
    Scene.answer(&state)
    _ = press(&state, "x")
    let row = Export.allCases.firstIndex(of: .pointsJSON)!
    let effects = update(&state, .terminal(.key(.character(Character("\(row + 1)")))))
    guard case .export(_, .points(_, let walks))? = effects.first else {
      Issue.record("no points to write: \(effects)")
      return
    }
    #expect(walks.map(\.decoding) == [.beam(Self.beam)])
  }

  /// What was heard greedily is heard again.
  @Test func listeningIsDecodedTheSameWay() {
    var state = ready()
    Scene.serve([], &state)
    _ = press(&state, "7")
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    #expect(state.listening.heard.count == 12 && state.listening.hearer.decoding == .greedy)
    let effects = press(&state, "D")
    let asked = effects.contains {
      if case .probe(.file(_, _, _, _, _, _, .beam)) = $0 { true } else { false }
    }
    #expect(asked)
    Scene.serve(effects, &state)
    #expect(state.listening.hearer.decoding == .beam(Self.beam))
  }
}
