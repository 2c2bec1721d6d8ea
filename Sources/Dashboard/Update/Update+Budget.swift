// A budget in charge of the mask, and its scenario as time passes.

extension Update {
  /// Another budget takes charge of the mask.
  static func changeBudget(isMore: Bool, _ state: inout DashboardState) -> [Effect] {
    state.budget.percent = Budget.next(state.budget.percent, isMore: isMore)
    return chooseByBudget(&state)
  }

  /// The budget chooses the deepest walk of the policy that meets it.
  static func chooseByBudget(_ state: inout DashboardState) -> [Effect] {
    let choice = Budget.choice(Budget.rows(state))
    let effects = keep(choice?.walk.keptCount ?? state.walk.keptCount, &state)
    state.budget.isInCharge = true
    return effects
  }

  static func tick(_ state: inout DashboardState) -> [Effect] {
    var effects = state.demo == nil ? [] : tickDemo(&state)
    tickTraining(&state)
    if state.budget.isPlaying, state.budget.played != nil {
      if Budget.isMeasured(state) { state.budget.played? += 1 }
    } else if state.demo == nil, !state.training.isPlaying {
      effects.append(.setTicking(false))
    }
    return effects
  }
}
