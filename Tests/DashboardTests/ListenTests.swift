// A recording that fails is told and costs nothing; the list can be read whole.

import Foundation
import TerminalUI
import Testing
import Tradeoff

import Dashboard

@Suite struct ListenTests {
  private func heard(_ size: Size) -> DashboardState {
    var state = Scene.state()
    state.size = size
    Scene.serve(update(&state, .ready), &state)
    Scene.serve(update(&state, .terminal(.key("7"))), &state)
    Scene.serve(update(&state, .recorded("/tmp/recording.wav")), &state)
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private func open(_ file: String, _ state: inout DashboardState) -> [Effect] {
    var effects = update(&state, .terminal(.key("f")))
    for character in file { effects += update(&state, .terminal(.key(.character(character)))) }
    return effects + update(&state, .terminal(.key(.enter)))
  }

  @Test func aFileThatCannotBeReadLeavesWhatWasHeard() throws {
    var state = heard(Size(width: 80, height: 24))
    let before = state.listening.heard
    #expect(before.count == 12 && screen(state).contains("heard: /tmp/recording.wav"))
    let effects = open("/nope.wav", &state)
    #expect(screen(state).contains("reading: /nope.wav"))
    let request = effects.compactMap { effect -> ProbeRequest? in
      if case .probe(let request) = effect { request } else { nil }
    }
    _ = update(&state, .probed(.failed(try #require(request.first), "/nope.wav: not there")))
    #expect(screen(state).contains("× not heard: /nope.wav: not there"))
    #expect(screen(state).contains("below: what was heard before, /tmp/recording.wav"))
    #expect(!screen(state).contains("heard: /nope.wav\n") && state.listening.heard == before)
    // Nothing asks for it again, until the reader does; then the other file counts.
    #expect(state.wantedProbe == nil)
    Scene.serve(open("/nope.wav", &state), &state)
    #expect(screen(state).contains("heard: /nope.wav") && !screen(state).contains("not heard"))
  }

  @Test func aLongReasonIsReadWholeAboveWhatWasHeard() throws {
    var state = heard(Size(width: 80, height: 24))
    let reason =
      "no recording: arecord ended: "
      + Array(repeating: "no such card", count: 9)
      .joined(separator: ", ") + ", the end"
    _ = update(&state, .recordingFailed(reason))
    let lines = view(state, state.size).lines()
    let told = lines.drop { !$0.contains("× no recording") }.prefix { !$0.contains("below:") }
      .map { $0.trimmingCharacters(in: ["│", " "]) }.joined(separator: " ")
    #expect(told == "× \(reason)")
    #expect(lines.contains { $0.contains("below: what was heard before, /tmp/recording.wav") })
    #expect(lines.contains { $0.firstMatch(of: /^│ +12 +[\d.]+ please/) != nil })
  }

  @Test func aRecorderThatEndsIsTold() {
    var state = heard(Size(width: 80, height: 24))
    _ = update(&state, .recording(true))
    #expect(screen(state).contains("recording: speak now"))
    #expect(view(state, state.size).lines().last?.contains("Space stop") == true)
    _ = update(&state, .recordingFailed("no recording: arecord ended: no such device"))
    #expect(!state.listening.isRecording && state.listening.heard.count == 12)
    #expect(screen(state).contains("× no recording: arecord ended: no such device"))
    #expect(update(&state, .terminal(.key(" "))) == [.record(true)])
    _ = update(&state, .recording(true))
    #expect(state.listening.failure == nil)
  }

  @Test func everyRowCanBeReached() {
    var state = heard(Size(width: 60, height: 15))
    func depths() -> [Int] {
      view(state, state.size).lines().compactMap { line in
        line.firstMatch(of: /^│ +(\d+) +[\d.]+ please/).flatMap { Int($0.1) }
      }
    }
    #expect(depths().first == 12)
    for _ in 0..<3 { _ = update(&state, .terminal(.key(.down))) }
    #expect(depths().first == 9 && state.mask.keptCount == 12)
    for _ in 0..<20 {
      _ = update(&state, .terminal(.mouse(MouseEvent(kind: .wheelDown, x: 9, y: 8))))
    }
    #expect(depths().last == 1)
    _ = update(&state, .terminal(.mouse(MouseEvent(kind: .wheelUp, x: 9, y: 8))))
    #expect(depths().last == 2)
    // The slider brings its own row into sight again; a mask by hand its neighbourhood.
    Scene.serve(update(&state, .terminal(.key(.right))), &state)
    #expect(depths().contains(11))
    // Layers are switched where they are on the screen.
    state.size = Size(width: 80, height: 24)
    for key in ["1", " ", "7"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    state.size = Size(width: 60, height: 15)
    #expect(state.isManual && depths().contains(state.mask.keptCount))
  }

  @Test func theFirstPageTellsBothWays() {
    for size in [Size(width: 60, height: 15), Size(width: 80, height: 24)] {
      var state = Scene.state()
      state.size = size
      state.view = .listen
      #expect(screen(state).contains("Press Space") && screen(state).contains("f opens a file"))
    }
  }
}
