// The show that runs by itself.

import TerminalUI

package func startDemo(_ state: inout DashboardState) -> [Effect] {
  state.seeksChange = false
  let whole = Update.computeAll(&state)
  return whole + Update.play(DemoState(state), &state) + [.setTicking(true)]
}

extension Update {
  /// Goes on when a step has been seen, complete, for as long as it takes.
  static func tickDemo(_ state: inout DashboardState) -> [Effect] {
    guard var demo = state.demo else { return [] }
    let steps = Demo.steps(in: state)
    let step = steps[demo.step]
    demo.ticks += 1
    if state.activity == .idle, state.timed == nil, state.probes.asked == nil {
      demo.settledTicks += 1
    }
    let isSeen =
      Double(demo.settledTicks) * state.demoPace >= step.seconds * Demo.ticksPerSecond
    let isLate = Double(demo.ticks) >= Demo.patience * Demo.ticksPerSecond
    guard isSeen || isLate else {
      state.overlay = .demo(demo)
      return []
    }
    (demo.ticks, demo.settledTicks) = (0, 0)
    demo.step = (demo.step + 1) % steps.count
    let effects = demo.step == 0 ? restore(demo.start, &state) : []
    return effects + play(demo, &state)
  }

  /// Every round of the show begins alike.
  private static func restore(_ start: DemoState.Start, _ state: inout DashboardState) -> [Effect] {
    show(start.view, &state)
    (state.layerCursor, state.utterance, state.list) = (
      start.layerCursor, start.utterance, start.list
    )
    state.budget = start.budget
    return adopt(start.choice, &state)
  }

  /// What takes over does nothing else.
  static func endDemo(_ state: inout DashboardState) -> [Effect] {
    let complaints = state.demo?.complaints ?? []
    state.overlay = complaints.isEmpty ? nil : .complaints(complaints)
    return [.setTicking(false)]
  }

  /// Presses a step's keys.
  static func play(_ demo: DemoState, _ state: inout DashboardState) -> [Effect] {
    state.overlay = nil
    let effects = Demo.steps(in: state)[demo.step].keys(state).flatMap { handle(.key($0), &state) }
    state.overlay = .demo(demo)
    // The scenario's own ticking must not end the show's.
    return effects.filter { $0 != .setTicking(false) }
  }
}
