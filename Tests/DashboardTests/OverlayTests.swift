// One thing is presented over the panels at a time.

import TerminalUI
import Testing

import Dashboard

@Suite struct OverlayTests {
  private func press(_ state: inout DashboardState, _ keys: Key...) {
    for key in keys { _ = update(&state, .terminal(.key(key))) }
  }

  /// What is opened takes the place of what was there, so that "back" leads to the panels at once.
  @Test func whatIsOpenedReplacesWhatWasThere() {
    for (keys, isShown) in [
      ([], "Help 1"), (["P"], "Which layers stay"), (["d"], "drop ratio in %"),
    ] as [([Key], String)] {
      var state = Scene.busy()
      press(&state, "?")
      for key in keys { press(&state, key) }
      let shown = view(state, state.size).lines().joined(separator: "\n")
      #expect(shown.contains(isShown))
      #expect(shown.contains("Help") == keys.isEmpty)
      press(&state, .escape)
      #expect(state.overlay == nil)
    }
  }

  /// A key does what is said in what is presented, and nothing under it.
  @Test func keysGoToWhatIsPresented() {
    for overlay in [Overlay.complaints(["x"]), .prompt(Prompt(.dropRatio))] {
      var state = Scene.busy()
      state.overlay = overlay
      let choice = state.choice
      press(&state, .right)
      #expect(state.choice == choice)
    }
    var state = Scene.busy()
    let kept = state.mask.keptCount
    press(&state, "?", .right)
    #expect(state.mask.keptCount == kept - 1 && state.helpPage == 0, "the help is no lock")
  }

  /// A show for passers-by is not stopped by a mistake in a file; who takes over is told.
  @Test func complaintsWaitForTheEndOfTheDemo() {
    var state = Scene.busy()
    _ = update(&state, .settings(Settings(), complaints: ["before"]))
    _ = startDemo(&state)
    #expect(state.demo?.complaints == ["before"])
    _ = update(&state, .settings(Settings(), complaints: ["a", "b"]))
    #expect(state.demo != nil)
    press(&state, .right)
    #expect(state.overlay == .complaints(["a", "b"]))
    // Mended in the file.
    _ = update(&state, .settings(Settings(), complaints: []))
    #expect(state.overlay == nil)
  }
}
