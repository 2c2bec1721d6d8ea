// A budget in charge of the mask, and its scenario as time passes.

extension Update {
  /// Another budget takes charge of the mask.
  static func setBudget(_ amount: Double, _ state: inout DashboardState) -> [Effect] {
    state.budget.amount = min(1e6, max(1e-4, amount))
    return chooseByBudget(&state)
  }

  /// The budget chooses the deepest mask of the policy that meets it.
  static func chooseByBudget(_ state: inout DashboardState) -> [Effect] {
    let choice = Budget.choice(Budget.rows(state))
    let effects = keep(choice?.mask.keptCount ?? state.mask.keptCount, &state)
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
