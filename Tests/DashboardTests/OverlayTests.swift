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
    for (help, isShown) in [
      ("this page", "Help 1"), ("policy", "Which layers stay"),
      ("type a drop ratio", "drop ratio in %"),
    ] {
      var state = Scene.busy()
      state.size = Size(width: 120, height: 40)
      press(&state, "?")
      let isHelp = help == "this page"
      if !isHelp {
        // What the help lists can be clicked there.
        press(&state, .pageDown)
        let action = KeyBindings.all.first { $0.help == help }?.actions.first?.action
        let row = view(state, state.size).targets.first { $0.action as? Action == action }
        #expect(row != nil)
        let place = (x: row?.area.x ?? 0, y: row?.area.y ?? 0)
        _ = update(&state, .terminal(.mouse(MouseEvent(kind: .press, x: place.x, y: place.y))))
      }
      let shown = view(state, state.size).lines().joined(separator: "\n")
      #expect(shown.contains(isShown))
      #expect(shown.contains("Help") == isHelp)
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
  }

  /// Keys turn the help's pages or leave it; nothing happens behind it.
  @Test func theHelpHoldsTheKeys() {
    for size in [Size(width: 60, height: 15), Size(width: 80, height: 24)] {
      var state = Scene.busy()
      state.size = size
      press(&state, "?")
      func page() -> String { view(state, size).lines().joined(separator: "\n") }
      let first = page()
      var pages = [first]
      for _ in 0..<40 {
        press(&state, .pageDown)
        guard page() != pages.last else { break }
        pages.append(page())
      }
      #expect(
        pages.count > 2 && Set(pages).count == pages.count, "by page, and not beyond the last")
      #expect(pages.last?.contains("Help \(pages.count)/\(pages.count)") == true)
      for _ in pages { press(&state, .pageUp) }
      #expect(page() == first)
      press(&state, .end)
      #expect(page() == pages.last)
      press(&state, .home)
      #expect(page() == first)
      _ = update(&state, .terminal(.mouse(MouseEvent(kind: .wheelDown, x: 3, y: 3))))
      #expect(page() == pages[1])

      let before = (state.choice, state.view, state.zoomed)
      press(&state, .right, "d", "5", "P", "2", .tab, "e", "c", "z", .left)
      #expect(state.helpPage != nil && state.prompt == nil && state.menu == nil)
      #expect((state.choice, state.view, state.zoomed) == before && !state.isPaused)
      press(&state, "P")
      #expect(state.notice == "the help holds the keys: Esc leaves it")
      press(&state, .enter)
      #expect(state.overlay == nil)
      press(&state, "?")
      #expect(update(&state, .terminal(.key("q"))) == [.quit])
    }
  }

  /// Where a model is chosen it is said what it is, whole at 80 columns, and in the help.
  @Test func modelsAreExplainedWhereTheyAreChosen() {
    var state = Scene.allModels()
    state.size = Size(width: 80, height: 24)
    func shown() -> String { view(state, state.size).lines().joined(separator: "\n") }
    press(&state, "M")
    for row in [
      "1 ● dld  random-drop, taught by reference (the paper), 12 layers",
      "2   reference  trained with every layer, at full depth, 12 layers",
      "3   random-drop  trained with random layers skipped (LDASR), 12 layers",
    ] {
      #expect(shown().contains(row), "\(row)")
    }
    press(&state, .escape, "C")
    #expect(shown().contains("1   reference  trained with every layer"))
    #expect(shown().contains("2 ● random-drop  trained with random"))
    press(&state, .escape, "?")
    var help = ""
    for _ in 0..<20 {
      help += shown()
      press(&state, .pageDown)
    }
    for name in ["reference", "random-drop", "dld", "dld-plus"] {
      #expect(help.contains(try! Regex("\(name) +model: ")), "\(name)")
    }
    // Another's is not taken for one of them.
    let subject = Subject(
      models: [.init(name: "mine", layerCount: 12)], dataset: "heldout", split: "dev",
      utterances: [], machine: "Example CPU", threads: 2)
    var own = DashboardState(
      subject: subject, walk: .full(12), policy: "spread", costs: [Scene.costs])
    press(&own, "M")
    #expect(own.menu?.rows.map(\.detail) == ["12 layers"])
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
