// The demo goes round, says what was measured, and stays nowhere for long.

import Foundation
import TerminalUI
import Testing
import Tradeoff

@testable import Dashboard

@Suite struct DemoTests {
  private func ready(_ state: DashboardState = Scene.tourModels()) -> DashboardState {
    var state = state
    Scene.serve(update(&state, .ready), &state)
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// What the view Training reads when it is opened.
  private func tick(_ state: inout DashboardState) {
    let effects = update(&state, .tick)
    if effects.contains(.training(.openRecorded)) {
      _ = update(&state, .training(.recorded(Scene.trainings, failure: nil)))
    }
    Scene.serve(effects, &state)
  }

  @Test func theDemoGoesRoundUntilAKeyIsPressed() {
    var state = ready()
    for key in ["j", "n", "n"] as [Key] {
      Scene.serve(update(&state, .terminal(.key(key))), &state)
    }
    Scene.serve(startDemo(&state), &state)
    let first = state
    let slides = Demo.steps(in: state)
    var seen = Set<Int>()
    var ticks = 0
    while seen.count < slides.count || state.demo?.step != 0, ticks < 2000 {
      seen.insert(state.demo?.step ?? -1)
      tick(&state)
      ticks += 1
      guard let demo = state.demo else { continue }
      let caption = Demo.caption(demo, state)
      // Also where it is broken into lines.
      #expect(screen(state).contains(caption.text.prefix(24)), "\(caption.text)")
      #expect(!caption.text.contains("–") && !caption.text.isEmpty, "\(caption.text)")
    }
    #expect(seen == Set(slides.indices))
    // Every round begins alike.
    let again = state
    #expect(again.choice == first.choice && again.view == first.view)
    #expect(again.utterance == first.utterance && again.list == first.list)
    #expect(again.budget == first.budget && again.layerCursor == first.layerCursor)
    // About two minutes.
    #expect((60 * 5...150 * 5).contains(ticks), "\(ticks) ticks")
    let mask = state.mask
    #expect(update(&state, .terminal(.key(.right))) == [.setTicking(false)])
    #expect(state.demo == nil && state.mask == mask)
    for kind in [MouseEvent.Kind.press, .drag, .wheelUp] {
      var clicked = ready()
      Scene.serve(startDemo(&clicked), &clicked)
      let before = clicked.choice
      let slider = MouseEvent(kind: kind, x: 60, y: 3)
      #expect(update(&clicked, .terminal(.mouse(slider))) == [.setTicking(false)])
      #expect(clicked.demo == nil && clicked.choice == before)
    }
    var leaving = ready()
    Scene.serve(startDemo(&leaving), &leaving)
    #expect(update(&leaving, .terminal(.key("q"))).contains(.quit))
  }

  @Test func noSlideStaysLonger() {
    var state = ready()
    #expect(Demo.steps(in: state).allSatisfy { (1...12).contains($0.seconds) })
    Scene.serve(startDemo(&state), &state)
    while state.demo?.step == 0 { _ = update(&state, .tick) }
    // Nothing is measured any more, and the next slide comes all the same.
    for step in 2...4 {
      var ticks = 0
      while state.demo?.step == step - 1, ticks < 100 {
        _ = update(&state, .tick)
        ticks += 1
      }
      #expect(ticks == 12 * 5 && state.demo?.step == step)
    }
  }

  /// The figures are those of the screen, while they fill in and when they are complete.
  @Test func captionsCarryTheNumbersOfTheScreen() {
    var state = ready()
    Scene.serve(startDemo(&state), &state)
    var (said, partial) = (0, 0)
    for _ in 0..<400 {
      let effects = update(&state, .tick)
      if state.activity == .measuring {
        Scene.answer(&state, utterances: 9)
        if let demo = state.demo, state.view == .explore {
          let caption = Demo.caption(demo, state)
          #expect(caption.figure.hasPrefix("?") == (state.present?.isComplete == false))
          partial += caption.figure.hasPrefix("?") ? 1 : 0
        }
      }
      Scene.serve(effects, &state)
      guard let demo = state.demo, state.view == .explore, let rate = state.present?.errorRate
      else { continue }
      let caption = Demo.caption(demo, state)
      let figure = String(format: "%.1f %%", rate * 100)
      #expect(caption.figure == figure && caption.text.contains(figure), "\(caption)")
      said += 1
    }
    #expect(said > 100 && partial > 2)
  }

  /// Slides about models that are not there are left out; nothing is said of them.
  @Test func itSpeaksOnlyOfWhatIsThere() {
    var alone = Scene.state()
    alone.clips = []
    alone.size = Size(width: 80, height: 24)
    alone = ready(alone)
    Scene.serve(startDemo(&alone), &alone)
    let slides = Demo.steps(in: alone)
    #expect(slides.count == Demo.steps(in: ready()).count - 3)
    for _ in 0..<800 {
      tick(&alone)
      let shown = screen(alone)
      #expect(!shown.contains("reference, which in training"))
      if let demo = alone.demo {
        let caption = Demo.caption(demo, alone)
        #expect(!caption.text.contains("random-drop") || alone.view == .training)
        #expect(shown.contains("Demo \(demo.step + 1)/\(slides.count)"))
      }
    }
  }

  /// From the smallest screen on, a caption is there, whole.
  @Test(arguments: [
    Size(width: 60, height: 15), Size(width: 80, height: 24), Size(width: 200, height: 60),
  ]) func captionsAreWhole(size: Size) {
    var state = Scene.tourModels()
    state.size = size
    state = ready(state)
    Scene.serve(startDemo(&state), &state)
    for _ in 0..<700 {
      tick(&state)
      guard let demo = state.demo else { continue }
      let caption = Demo.caption(demo, state)
      let words = screen(state).split { " │\n".contains($0) }
      let isWhole = { (text: String) in
        text.split(separator: " ").allSatisfy { word in words.contains { $0 == word } }
      }
      #expect(isWhole(caption.text) || isWhole(caption.short), "\(caption)")
    }
  }
}
