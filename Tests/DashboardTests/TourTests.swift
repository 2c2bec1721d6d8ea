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
      if !state.tour.isReached {
        press(&state, ["i"])
        #expect(state.tour.help == .hint)
        press(&state, ["i"])
        #expect(state.tour.help == .answer)
      }
      // Only the scene's first setting is what a chapter asks for before anything is done.
      #expect(state.tour.isReached == (chapter == 1 && index == 0), "\(step.title)")
      press(&state, step.answer(state))
      if state.budget.isPlaying {
        for _ in 0..<10 { _ = update(&state, .tick) }
      }
      #expect(state.tour.isReached, "\(step.title)")
      #expect(
        screen(state).contains(state.tour.wasAlreadySo ? "● already so." : "● done."),
        "\(step.title)")
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

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  private func begin(chapter: Int, step: Int = 0, _ state: inout DashboardState) {
    press(&state, ["T", .character(Character("\(chapter)"))])
    for _ in 0..<step { press(&state, ["."]) }
  }

  /// The answers are worked out from where the reader is, not from where the tour thinks he is.
  @Test func answersWorkFromAnywhere() {
    for chapter in Tour.chapters.indices {
      for index in Tour.chapters[chapter].steps.indices {
        for detour in [
          ["7", "M", "2", "P", "3", "d", "3", "0", .enter, "p"],
          ["1", "d", "5", "0", .enter, " ", "j", "j", " ", "6", "-", "-"],
        ] as [[Key]] {
          var state = ready()
          press(&state, detour)
          begin(chapter: chapter + 1, step: index, &state)
          // What the budget needs is known once the times are.
          for _ in 0..<2 where !state.tour.isReached {
            press(&state, Tour.step(state).answer(state))
          }
          for _ in 0..<10 { _ = update(&state, .tick) }
          #expect(state.tour.isReached, "\(Tour.step(state).title) after \(detour)")
        }
      }
    }
  }

  @Test func whatWasRevealedStays() {
    var state = ready()
    begin(chapter: 2, &state)
    let told = state.tour.reveal
    #expect(told.contains("With all layers: 2.8 %") && screen(state).contains(told))
    press(&state, ["d", "5", "0", .enter])
    #expect(state.tour.reveal == told && screen(state).contains(told))
  }

  /// An old pin is not the pin that was asked for, and what is so already is not called done.
  @Test func leftoversAreNotTakenForWork() {
    var state = ready()
    press(&state, ["p", "d", "5", "0", .enter])
    begin(chapter: 5, step: 1, &state)
    press(&state, ["P", "1"])
    #expect(!state.tour.isReached)
    press(&state, Tour.step(state).answer(state))
    #expect(state.tour.isReached && state.pinned?.walk.description == "111111000000")

    press(&state, ["M", "3", "d", "5", "0", .enter])
    begin(chapter: 3, step: 1, &state)
    #expect(state.tour.wasAlreadySo && screen(state).contains("● already so."))
    press(&state, ["M", "1", "0"])
    #expect(state.model == 2)
  }

  @Test func answersAreShownWhole() {
    var state = ready(Size(width: 80, height: 24))
    begin(chapter: 5, step: 2, &state)
    press(&state, ["d", "5", "0", .enter])
    state.layerCursor = 11
    press(&state, ["i", "i"])
    #expect(screen(state).contains("Keys: ↑ x 11, Space, ↓, Space"))
  }

  @Test func whereOnlyWaitingIsLeftItSaysSo() {
    var state = ready()
    begin(chapter: 6, &state)
    // Paused, nothing is measured.
    press(&state, ["z", "6", "+", "i", "i"])
    #expect(!state.tour.isReached && screen(state).contains("Nothing left to press"))
  }

  /// The budget's chapter: nothing is reached before the budget chooses and everything is measured.
  @Test func theBudgetsChapterWaits() {
    var state = ready()
    begin(chapter: 6, &state)
    press(&state, ["6"])
    #expect(!state.tour.isReached)
    press(&state, ["+"])
    #expect(
      state.tour.isReached
        && state.tour.reveal
          == "80 % of full depth, 14.4 ms an utterance, leaves 9 of 12 layers."
    )
    press(&state, ["."])
    #expect(!state.tour.isReached)
    // The slider at half is not the budget's doing.
    press(&state, ["d", "5", "0", .enter])
    #expect(!state.tour.isReached)
    let answer = Tour.step(state).answer(state)
    // 65 %: 11.7 ms, and 7 layers take 11.8.
    #expect(answer == ["-", "-", "-"])
    for _ in 0..<20 { press(&state, ["-"]) }
    state.tour.isReached = false
    _ = update(&state, .tick)
    #expect(!state.tour.isReached, "nothing fits")
    press(&state, Tour.step(state).answer(state))
    #expect(state.tour.isReached && (1...6).contains(state.mask.keptCount))
    #expect(state.tour.reveal.contains("leaves \(state.mask.keptCount) of 12 layers"))
    press(&state, ["."])
    press(&state, [" "])
    for _ in 0..<10 { _ = update(&state, .tick) }
    let told = state.tour.reveal
    #expect(told.contains("always 12 layers 0.0 %, always 6 layers 0.0 %"))
    #expect(told.contains(/^Words right in time: chooses its depth [\d.]+ %/))
    #expect(state.budget.isPlaying)
    press(&state, ["."])
    #expect(!state.tour.isShown && !state.budget.isPlaying)
  }

  @Test func aStepBegunAgainHasItsBudgetBack() {
    var state = ready()
    begin(chapter: 6, &state)
    press(&state, ["6", "+", "."])
    let before = state.budget
    press(&state, ["-", "-", "-", "0"])
    #expect(state.budget == before && !state.tour.isReached)
  }

  @Test func aScenarioOfTheReadersOwnGoesOn() {
    var state = ready()
    press(&state, ["6", " ", "t", "t"])
    #expect(state.budget.isPlaying)
    press(&state, [" ", "t", " ", "t"])
    #expect(!state.budget.isPlaying)
  }

  /// Every word can be read at the smallest size, and the keys are there.
  @Test func nothingIsLostOnTheSmallestScreen() {
    let size = Size(width: 60, height: 15)
    var state = ready(size)
    // A view in which no step's goal is there already.
    press(&state, ["7"])
    for chapter in Tour.chapters.indices {
      for index in Tour.chapters[chapter].steps.indices {
        begin(chapter: chapter + 1, step: index, &state)
        state.tour.isReached = false
        let step = Tour.step(state)
        #expect(screen(state).contains(". next  , back  t hide"), "\(step.title)")
        #expect(screen(state).contains("0 reset  T chapters"), "\(step.title)")
        var read = ""
        for _ in 0..<12 {
          read += screen(state)
          press(&state, ["i"])
          state.tour.isReached = false
        }
        let words = read.split { " │\n".contains($0) }
        for word in (step.text + " Hint: " + step.hint).split(separator: " ") {
          #expect(words.contains { $0.hasPrefix(word) }, "\(word) of \(step.title)")
        }
      }
    }
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
    press(&state, ["j", "n", "n"])
    Scene.serve(startDemo(&state), &state)
    let first = state
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
}
