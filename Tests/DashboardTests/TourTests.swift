// The tour can be done: every step's keys reach its goal. The demo goes round.

import TerminalUI
import Testing

import Dashboard

@Suite struct TourTests {
  private func press(_ state: inout DashboardState, _ keys: [Key]) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func ready(_ size: Size = Size(width: 120, height: 40)) -> DashboardState {
    var state = Scene.allModels()
    state.size = size
    Scene.serve(update(&state, .ready), &state)
    return state
  }

  @Test(arguments: Tour.chapters.indices) func everyStepsKeysReachItsGoal(chapter: Int) {
    var state = ready()
    press(&state, ["t", "T", .character(Character("\(chapter + 1)"))])
    #expect(state.tour.isShown && state.tour.chapter == chapter && state.menu == nil)
    for index in Tour.chapters[chapter].steps.indices {
      let step = Tour.step(state)
      #expect(state.tour.step == index, "\(step.title)")
      press(&state, ["i"])
      #expect(state.tour.help == .hint)
      press(&state, ["i"])
      #expect(state.tour.help == .answer)
      press(&state, step.answer(state))
      if state.budget.isPlaying {
        for _ in 0..<10 { _ = update(&state, .tick) }
      }
      #expect(state.tour.isReached, "\(step.title)")
      let screen = view(state, state.size).lines().joined(separator: "\n")
      #expect(screen.contains("● done."), "\(step.title)")
      // A step that is begun again has to be done again.
      if index > 0, chapter == 1 {
        press(&state, ["0"])
        #expect(!state.tour.isReached && state.tour.guess == nil)
        press(&state, index == 2 ? ["d", "5", "0", .enter] : step.answer(state))
        #expect(state.tour.isReached)
      }
      press(&state, ["."])
    }
    let isLast = chapter == Tour.chapters.count - 1
    #expect(isLast ? !state.tour.isShown : state.tour.chapter == chapter + 1)
  }

  /// Leaving and coming back goes on where it was; chapters about missing models are left out.
  @Test func itIsNeverInTheWay() {
    var state = ready()
    press(&state, ["t", "3", ".", "t"])
    #expect(!state.tour.isShown)
    press(&state, ["4", "t"])
    #expect(state.tour.isShown && state.tour.step == 1 && state.view == .embeddings)
    press(&state, [",", ","])
    #expect(state.tour.step == 0)

    var alone = Scene.state()
    alone.size = Size(width: 80, height: 24)
    Scene.serve(update(&alone, .ready), &alone)
    press(&alone, ["t", "T", "2"])
    for _ in 0..<3 { press(&alone, ["."]) }
    #expect(Tour.chapters[alone.tour.chapter].title == "Choosing which layers")
    press(&alone, ["T", "3"])
    #expect(alone.notice.contains("random-drop"))
  }

  @Test func everyTextFits() {
    for size in [Size(width: 80, height: 24), Size(width: 120, height: 40)] {
      var state = ready(size)
      press(&state, ["t"])
      for chapter in Tour.chapters.indices {
        for step in Tour.chapters[chapter].steps.indices {
          (state.tour.chapter, state.tour.step) = (chapter, step)
          state.tour.isReached = false
          let lines = view(state, size).lines().joined(separator: " ")
          // The last words of the text are on the screen.
          let words = Tour.step(state).text.split(separator: " ").suffix(1)
          #expect(
            lines.contains(words.joined(separator: " ")), "\(Tour.step(state).title) at \(size)")
        }
      }
    }
  }

  @Test func theDemoGoesRoundUntilAKeyIsPressed() {
    var state = ready()
    Scene.serve(startDemo(&state), &state)
    var seen = Set<Int>()
    var ticks = 0
    while seen.count < Demo.steps.count || state.demo?.step != 0, ticks < 2000 {
      seen.insert(state.demo?.step ?? -1)
      Scene.serve(update(&state, .tick), &state)
      ticks += 1
      if let demo = state.demo {
        let screen = view(state, state.size).lines().joined(separator: "\n")
        #expect(screen.contains(Demo.steps[demo.step].caption.prefix(40)))
      }
    }
    #expect(seen == Set(Demo.steps.indices))
    // About two minutes.
    #expect((60 * 5...150 * 5).contains(ticks), "\(ticks) ticks")
    let mask = state.mask
    #expect(update(&state, .terminal(.key(.right))) == [.setTicking(false)])
    #expect(state.demo == nil && state.mask == mask)
    var leaving = ready()
    Scene.serve(startDemo(&leaving), &leaving)
    #expect(update(&leaving, .terminal(.key("q"))).contains(.quit))
  }
}
