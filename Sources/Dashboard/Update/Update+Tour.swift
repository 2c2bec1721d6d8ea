// The tour: its steps, their goals and their starts.

extension Update {
  /// Remembers what a step starts from. What is so already is said to be so, not done.
  static func begin(_ state: inout DashboardState) {
    (state.tour.help, state.tour.page) = (.none, 0)
    state.seeksChange = false
    state.tour.start = TourState.Start(
      choice: state.choice, view: state.view, pinned: state.pinned, budget: state.budget)
    state.tour.isReached = false
    watchTour(&state)
    state.tour.wasAlreadySo = state.tour.isReached
  }

  /// A scenario that was played for the tour ends with its step.
  static func leaveStep(_ state: inout DashboardState) {
    guard state.budget.isPlayedForTour else { return }
    (state.budget.isPlaying, state.budget.isPlayedForTour) = (false, false)
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
  static func moveTour(by step: Int, _ state: inout DashboardState) {
    guard state.tour.isShown else { return }
    leaveStep(&state)
    var (chapter, place) = (state.tour.chapter, state.tour.step + step)
    while !(Tour.chapters[chapter].isAvailable(state)
      && Tour.chapters[chapter].steps.indices.contains(place))
    {
      chapter += step
      guard Tour.chapters.indices.contains(chapter) else {
        if step > 0 {
          state.tour = TourState()
          state.notice = "that was the tour; t starts it again"
        }
        return
      }
      place = step > 0 ? 0 : Tour.chapters[chapter].steps.count - 1
    }
    if chapter != state.tour.chapter { state.tour.guess = nil }
    (state.tour.chapter, state.tour.step) = (chapter, place)
    begin(&state)
  }

  static func resetStep(_ state: inout DashboardState) -> [Effect] {
    guard state.tour.isShown, let start = state.tour.start else { return [] }
    leaveStep(&state)
    state.tour.guess = nil
    show(start.view, &state)
    let effects = change(&state) { $0 = start.choice }
    (state.pinned, state.budget) = (start.pinned, start.budget)
    begin(&state)
    return effects
  }

  /// A goal once reached stays reached until the next step, and so does what was said about it.
  static func watchTour(_ state: inout DashboardState) {
    guard state.tour.isShown, !state.tour.isReached else { return }
    let step = Tour.step(state)
    guard step.isReached(state) else { return }
    state.tour.reveal = step.reveal(state)
    (state.tour.isReached, state.tour.wasAlreadySo, state.tour.page) = (true, false, 0)
  }
}
