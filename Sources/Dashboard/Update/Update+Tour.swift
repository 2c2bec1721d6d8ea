// The tour: its steps, their goals and their starts.

extension Update {
  /// Remembers what a step starts from. What is so already is put back, so that there is something to do.
  static func begin(_ state: inout DashboardState) -> [Effect] {
    (state.tour.help, state.tour.page) = (.none, 0)
    state.seeksChange = false
    if state.helpPage != nil || state.prompt?.kind == .guess { state.overlay = nil }
    let asks = Tour.step(state).asksGuess
    // It is about layers: what it says is of all that is in them.
    let whole = computeAll(&state)
    if asks { state.tour.guess = nil }
    state.tour.start = TourState.Start(
      choice: state.choice, view: state.view, pinned: state.pinned, budget: state.budget,
      isPaused: state.isPaused)
    (state.tour.isReached, state.tour.reveal, state.tour.conclusion) = (false, "", "")
    // With fewer layers the slider's line might tell the answer.
    let effects = asks ? keep(state.layerCount, &state) : putBack(&state)
    askForGuess(&state)
    return whole + effects
  }

  /// Numbers that are typed go into a prompt, and nowhere else.
  static func askForGuess(_ state: inout DashboardState) {
    if state.hidesAnswers, state.overlay == nil { state.overlay = .prompt(Prompt(.guess)) }
  }

  /// The least that keeps a goal from being there already; of what does not help nothing is done.
  private static func putBack(_ state: inout DashboardState) -> [Effect] {
    let step = Tour.step(state)
    guard step.isReached(state) else { return [] }
    let ways: [(inout DashboardState) -> [Effect]] = [
      {
        show($0.view == .explore ? .transcripts : .explore, &$0)
        return []
      },
      { keep($0.layerCount, &$0) }, { keep($0.layerCount / 2, &$0) },
    ]
    for way in ways {
      var tried = state
      let effects = way(&tried)
      guard !step.isReached(tried) else { continue }
      state = tried
      state.notice = "that was so already: it is put back, for you to do"
      return effects
    }
    return []
  }

  /// What was set going for the tour ends with its step: a scenario, and the lab.
  static func leaveStep(_ state: inout DashboardState) -> [Effect] {
    var effects: [Effect] = []
    if state.budget.isPlayedForTour {
      (state.budget.isPlaying, state.budget.isPlayedForTour) = (false, false)
    }
    if state.prompt?.kind == .guess { state.overlay = nil }
    if let start = state.tour.start, !start.isPaused, state.isPaused,
      state.training.lab?.isBusy == true
    {
      state.training.lab?.phase = .done
      effects.append(.training(.stopLab))
      effects += perform(.pause, &state)
    }
    return effects
  }

  /// The rest of what does not fit; then the hint, the answer, and the text again.
  static func turnTourPage(_ state: inout DashboardState) {
    if TourPanel.hasMore(state) {
      state.tour.page += 1
      return
    }
    state.tour.page = 0
    if !state.tour.isReached { state.tour.help = state.tour.help.next }
  }

  /// To the next step that can be done; after the last the tour is over.
  static func moveTour(by step: Int, _ state: inout DashboardState) -> [Effect] {
    guard state.tour.isShown else { return [] }
    let effects = leaveStep(&state)
    var (chapter, place) = (state.tour.chapter, state.tour.step + step)
    func steps() -> Int { Tour.chapters[chapter].steps(in: state).count }
    while !Tour.chapters[chapter].isAvailable(state) || !(0..<steps()).contains(place) {
      chapter += step
      guard Tour.chapters.indices.contains(chapter) else {
        if step > 0 {
          state.overlay = .card(Tour.card(state))
          state.tour = TourState()
          state.notice = "that was the tour; t starts it again"
        }
        return effects
      }
      place = step > 0 ? 0 : steps() - 1
    }
    if chapter != state.tour.chapter { state.tour.guess = nil }
    (state.tour.chapter, state.tour.step) = (chapter, place)
    return effects + begin(&state)
  }

  static func resetStep(_ state: inout DashboardState) -> [Effect] {
    guard state.tour.isShown, let start = state.tour.start else { return [] }
    var effects = leaveStep(&state)
    state.tour.guess = nil
    show(start.view, &state)
    effects += change(&state) { $0 = start.choice }
    (state.pinned, state.budget) = (start.pinned, start.budget)
    return effects + begin(&state)
  }

  /// A goal once reached stays reached until the next step, and so does what was said about it.
  static func watchTour(_ state: inout DashboardState) {
    guard state.tour.isShown, !state.tour.isReached else { return }
    let step = Tour.step(state)
    guard step.isReached(state) else { return }
    state.tour.reveal = step.reveal(state)
    let chapter = Tour.chapters[state.tour.chapter]
    let isLast = state.tour.step == chapter.steps(in: state).count - 1
    state.tour.conclusion = isLast ? chapter.conclusion(state) : ""
    (state.tour.isReached, state.tour.page) = (true, 0)
  }
}
