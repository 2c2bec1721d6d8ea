// The tour can be done: every step's keys reach its goal, and what it says follows from what was measured.

import TerminalUI
import Testing
import Tradeoff
@testable import Training

@testable import Dashboard

@Suite struct TourTests {
  private func press(_ state: inout DashboardState, _ keys: [Key]) {
    for key in keys { Scene.serve(update(&state, .terminal(.key(key))), &state) }
  }

  private func ready(_ size: Size = Size(width: 120, height: 40)) -> DashboardState {
    var state = Scene.tourModels()
    state.size = size
    Scene.serve(update(&state, .ready), &state)
    return state
  }

  private func screen(_ state: DashboardState) -> String {
    view(state, state.size).lines().joined(separator: "\n")
  }

  /// Also from a step that waits for a guess, whose prompt takes all keys.
  private func goOn(_ state: inout DashboardState) {
    if state.prompt != nil { press(&state, [.escape]) }
    press(&state, ["."])
  }

  private func begin(chapter: Int, step: Int = 0, _ state: inout DashboardState) {
    press(&state, ["T", .character(Character("\(chapter)"))])
    for _ in 0..<step { goOn(&state) }
  }

  /// Presses a step's keys, and lets pass what it waits for.
  private func answer(_ state: inout DashboardState) {
    press(&state, Tour.step(state).answer(state))
    for _ in 0..<400 where state.budget.isPlaying && !state.tour.isReached {
      _ = update(&state, .tick)
    }
    if let lab = state.training.lab, lab.isBusy {
      for training in LabTraining.allCases {
        let record = ValidationRecord(
          step: 100, epoch: 0, elapsedSeconds: 10, dataset: "heldout/dev", mask: "1010",
          keptLayers: 2, utterances: 40, words: 240,
          wer: training == .distillation ? 0.125 : 0.25, substitutions: 0, deletions: 0,
          insertions: 0)
        _ = update(&state, .training(.lab(lab.id, .trained(training, [.validation(record)]))))
      }
    }
  }

  @Test(arguments: Tour.chapters.indices) func everyStepsKeysReachItsGoal(chapter: Int) {
    var state = ready()
    press(&state, ["t", "T", .character(Character("\(chapter + 1)"))])
    #expect(state.tour.isShown && state.tour.chapter == chapter && state.menu == nil)
    let steps = Tour.chapters[chapter].steps(in: state)
    #expect(steps.count == Tour.chapters[chapter].steps.count, "all of it is there")
    for (index, step) in steps.enumerated() {
      #expect(state.tour.step == index && Tour.step(state).title == step.title)
      // What is there already would teach nothing.
      #expect(!state.tour.isReached, "\(step.title)")
      #expect((state.prompt?.kind == .guess) == step.asksGuess)
      press(&state, ["i"])
      #expect(state.tour.help == .hint)
      press(&state, ["i"])
      #expect(state.tour.help == .answer)
      answer(&state)
      #expect(state.tour.isReached, "\(step.title)")
      #expect(screen(state).contains("● done."), "\(step.title)")
      // A conclusion, without a number that is missing.
      #expect(state.tour.reveal.count > 15 && !state.tour.reveal.contains("–"), "\(step.title)")
      #expect(state.tour.conclusion.isEmpty == (index < steps.count - 1), "\(step.title)")
      // A step that is begun again has to be done again.
      if (1...2).contains(index), chapter == 1 {
        press(&state, ["0"])
        #expect(!state.tour.isReached && state.tour.guess == nil)
        answer(&state)
        #expect(state.tour.isReached, "\(step.title), again")
      }
      goOn(&state)
    }
    let isLast = chapter == Tour.chapters.count - 1
    #expect(isLast ? !state.tour.isShown : state.tour.chapter == chapter + 1)
  }

  /// The answers are worked out from where the reader is, not from where the tour thinks he is.
  @Test(arguments: Tour.chapters.indices) func answersWorkFromAnywhere(chapter: Int) {
    for index in Tour.chapters[chapter].steps.indices {
      for detour in [
        ["7", "M", "2", "P", "3", "d", "3", "0", .enter, "p"],
        ["1", "d", "5", "0", .enter, " ", "j", "j", " ", "6", "-", "-"],
        ["M", "3", "d", "7", "5", .enter, "5", "v", "2", "S"],
      ] as [[Key]] {
        var state = ready()
        press(&state, detour)
        begin(chapter: chapter + 1, step: index, &state)
        // What the budget needs is known once the times are.
        for _ in 0..<2 where !state.tour.isReached { answer(&state) }
        #expect(state.tour.isReached, "\(Tour.step(state).title) after \(detour)")
      }
    }
  }

  /// Who is where a step leads to gets something to do all the same.
  @Test func whatIsSoAlreadyIsPutBack() {
    var state = ready()
    press(&state, ["3", "t"])
    #expect(!state.tour.isReached && state.view != .layers)
    #expect(screen(state).contains("that was so already: it is put back"))
    press(&state, ["3"])
    #expect(state.tour.isReached)

    press(&state, ["1", "M", "3", "d", "5", "0", .enter])
    begin(chapter: 3, step: 2, &state)
    #expect(Tour.step(state).title == "One that was")
    #expect(!state.tour.isReached && state.walk == state.fullWalk)
    press(&state, ["d", "5", "0", .enter])
    #expect(state.tour.isReached)
    press(&state, [",", "."])
    #expect(!state.tour.isReached && state.model == 2 && state.walk == state.fullWalk)
    // A scenario that was played is played again.
    press(&state, ["6", "+", " "])
    for _ in 0..<80 { _ = update(&state, .tick) }
    press(&state, [" "])
    begin(chapter: 6, step: 2, &state)
    press(&state, ["6"])
    #expect(!state.tour.isReached && state.budget.played == 80)
  }

  @Test func whatWasRevealedStays() {
    var state = ready()
    begin(chapter: 2, &state)
    press(&state, ["1"])
    let told = state.tour.reveal
    #expect(told.contains("dld-plus with all layers: 2.8 %"), "\(told)")
    press(&state, ["d", "5", "0", .enter])
    #expect(state.tour.reveal == told)
  }

  /// Chapters 1 and 2 say on which model they run, and how it was trained.
  @Test func theModelIsNamed() {
    for (model, words) in [
      (0, "dld-plus, which was trained to lose layers"),
      (1, "reference, which was never trained to lose layers"),
    ] {
      var state = ready()
      press(&state, ["M", .character(Character("\(model + 1)")), "t"])
      let text = Tour.step(state).text(state)
      #expect(text.contains(words), "\(text)")
      begin(chapter: 2, step: 1, &state)
      #expect(Tour.step(state).text(state).contains(state.subject.models[model].name))
    }
  }

  /// An old pin is not the pin that was asked for.
  @Test func leftoversAreNotTakenForWork() {
    var state = ready()
    press(&state, ["p", "d", "5", "0", .enter])
    begin(chapter: 5, step: 1, &state)
    press(&state, ["P", "1"])
    #expect(!state.tour.isReached)
    press(&state, Tour.step(state).answer(state))
    #expect(state.tour.isReached && state.pinned?.walk.description == "111111000000")
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
    let keys = Tour.step(state).answer(state)
    // 65 %: 11.7 ms, and 7 layers take 11.8.
    #expect(keys == ["-", "-", "-"])
    for _ in 0..<20 { press(&state, ["-"]) }
    state.tour.isReached = false
    _ = update(&state, .tick)
    #expect(!state.tour.isReached, "nothing fits")
    press(&state, Tour.step(state).answer(state))
    #expect(state.tour.isReached && (1...6).contains(state.mask.keptCount))
    #expect(state.tour.reveal.contains("leaves \(state.mask.keptCount) of 12 layers"))
    press(&state, ["."])
    press(&state, [" "])
    // Once through the whole trace: its speed has changed by then.
    let trace = state.budget.traces[state.budget.trace]
    for _ in 0..<Int(trace.seconds) - 1 { _ = update(&state, .tick) }
    #expect(!state.tour.isReached)
    _ = update(&state, .tick)
    #expect(state.tour.isReached)
    let told = state.tour.reveal
    #expect(told.contains(/^Words right in time: chooses its depth [\d.]+ %/), "\(told)")
    #expect(told.contains(/always 12 layers [\d.]+ %, always 6 layers [\d.]+ %/), "\(told)")
    #expect(told.contains("choosing wins by") || told.contains("choosing does not win"))
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

  /// The lab of a step ends with it, and measuring goes on.
  @Test func theLabEndsWithItsStep() throws {
    var state = ready()
    let steps = Tour.chapters[3].steps(in: state)
    let place = try #require(steps.firstIndex { $0.title == "Two minutes to spare?" })
    begin(chapter: 4, step: place, &state)
    press(&state, ["9"])
    #expect(!state.tour.isReached)
    answer(&state)
    #expect(
      state.tour.reveal.contains("random-drop 25.0 % with 2 of 4, dld 12.5 % with 2 of 4"),
      "\(state.tour.reveal)")
    #expect(state.isPaused && state.training.lab?.isBusy == true)
    let effects = update(&state, .terminal(.key(".")))
    #expect(effects.contains(.training(.stopLab)))
    #expect(!state.isPaused && state.training.lab?.isBusy == false)
  }

  /// Every word can be read at the smallest size, and the keys are there.
  @Test func nothingIsLostOnTheSmallestScreen() {
    let size = Size(width: 60, height: 15)
    var state = ready(size)
    // A view in which no step's goal is there already.
    press(&state, ["7"])
    for chapter in Tour.chapters.indices {
      for index in Tour.chapters[chapter].steps.indices {
        if state.prompt != nil { press(&state, [.escape]) }
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
        for word in (step.text(state) + " Hint: " + step.hint).split(separator: " ") {
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
    for _ in 0..<5 { goOn(&alone) }
    #expect(Tour.chapters[alone.tour.chapter].title == "Choosing which layers")
    // There is no atlas to look at.
    #expect(Tour.chapters[4].steps(in: alone).count == 3)
    press(&alone, ["T", "3"])
    #expect(alone.notice.contains("random-drop"))
  }

  @Test func everyTextFits() {
    for size in [Size(width: 80, height: 24), Size(width: 120, height: 40)] {
      var state = ready(size)
      press(&state, ["t"])
      for chapter in Tour.chapters.indices {
        for step in Tour.chapters[chapter].steps(in: state).indices {
          (state.tour.chapter, state.tour.step) = (chapter, step)
          state.tour.isReached = false
          let lines = view(state, size).lines().joined(separator: " ")
          // The last words of the text are on the screen.
          let words = Tour.step(state).text(state).split(separator: " ").suffix(1)
          #expect(
            lines.contains(words.joined(separator: " ")), "\(Tour.step(state).title) at \(size)")
        }
      }
    }
  }

  /// It ends with a card, whole at the usual sizes and in parts at the smallest.
  @Test func itEndsWithACardOfFive() {
    for size in [Size(width: 120, height: 40), Size(width: 80, height: 24), Layout.minimum] {
      var state = ready(size)
      // All of them know their numbers.
      state.savedSweeps = state.subject.models.map { model in
        SavedSweep(
          model: model.name, policy: "spread",
          points: [12, 6].map {
            SavedSweep.Point(
              keptLayers: $0, gflop: Double($0) / 10, milliseconds: 1, errorRate: 2 / Double($0))
          })
      }
      let sentences = Tour.card(state)
      #expect(sentences.count == 5)
      #expect(sentences.prefix(4).allSatisfy { $0.contains("33.3 % (saved sweep)") })
      begin(chapter: 6, step: 2, &state)
      press(&state, ["."])
      #expect(state.overlay == .card(sentences) && !state.tour.isShown)
      var (read, presses) = ("", 0)
      while case .card = state.overlay, presses < 6 {
        let shown = screen(state)
        #expect(shown.contains("What you have seen"))
        read += shown + "\n"
        press(&state, ["."])
        presses += 1
      }
      #expect(size == Layout.minimum ? presses > 1 : presses == 1, "\(size)")
      let words = read.split { " │\n".contains($0) }
      for word in sentences.joined(separator: " ").split(separator: " ") {
        #expect(words.contains { $0.hasPrefix(word) }, "\(word) at \(size)")
      }
      press(&state, ["t"])
      #expect(state.tour.isShown && state.tour.chapter == 0)
    }
  }
}
