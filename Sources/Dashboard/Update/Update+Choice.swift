// Choosing a model and a mask, with undo and redo.

import Tradeoff

extension Update {
  /// Moves the slider: the policy decides which layers stay.
  static func keep(_ count: Int, _ state: inout DashboardState) -> [Effect] {
    let count = min(state.layerCount, max(0, count))
    state.budget.isInCharge = false
    guard count != state.mask.keptCount || state.isManual else { return [] }
    return change(&state) { $0.keep(count) }
  }

  static func toggle(_ layer: Int, _ state: inout DashboardState) -> [Effect] {
    guard (0..<state.layerCount).contains(layer) else { return [] }
    state.budget.isInCharge = false
    return change(&state) {
      $0.isManual = true
      $0.mask[layer].toggle()
    }
  }

  /// A mask that was seen somewhere: by hand, unless the policy chooses the same.
  static func choose(_ point: OperatingPoint, _ state: inout DashboardState) -> [Effect] {
    state.budget.isInCharge = false
    return change(&state) {
      ($0.model, $0.mask, $0.decoding) = (point.model, point.mask, point.decoding)
      $0.isManual =
        point.mask
        != PolicyCatalog.mask(
          $0.policy, seed: $0.seed, keeping: point.mask.keptCount, of: point.mask.layerCount)
    }
  }

  /// Changes what is chosen, so that it can be undone, and asks for its numbers.
  static func change(
    _ state: inout DashboardState, _ body: (inout Choice) -> Void
  ) -> [Effect] {
    let before = state.choice
    var after = before
    body(&after)
    guard after != before else { return [] }
    // A drag of the slider is one change.
    if !(state.isSliderHeld && state.isHoldRemembered) {
      state.past.append(before)
      if state.past.count > 200 { state.past.removeFirst() }
    }
    state.isHoldRemembered = state.isSliderHeld
    state.future = []
    return adopt(after, &state)
  }

  static func adopt(_ choice: Choice, _ state: inout DashboardState) -> [Effect] {
    let before = state.presentPoint
    state.choice = choice
    state.listening.scroll = nil
    state.neighbour = 0
    state.layerCursor = min(state.layerCursor, state.layerCount - 1)
    return state.presentPoint == before ? [] : request(state.presentPoint, &state)
  }

  static func goBack(
    from: WritableKeyPath<DashboardState, [Choice]>,
    to: WritableKeyPath<DashboardState, [Choice]>, _ state: inout DashboardState
  ) -> [Effect] {
    guard let choice = state[keyPath: from].popLast() else { return [] }
    state.budget.isInCharge = false
    state[keyPath: to].append(state.choice)
    return adopt(choice, &state)
  }

  /// Another model at the same mask; with another number of layers, at the same drop ratio.
  static func chooseModel(_ index: Int, _ state: inout DashboardState) -> [Effect] {
    let models = state.subject.models
    guard models.indices.contains(index) else { return [] }
    return change(&state) { choice in
      choice.model = index
      let count = models[index].layerCount
      guard count != choice.mask.layerCount else { return }
      let kept = PolicyCatalog.keptCount(dropRatio: choice.mask.dropRatio, layerCount: count)
      choice.keep(kept, of: count)
    }
  }

  /// Greedy decoding or the beam search; where there is none, how there would be.
  static func switchDecoding(_ state: inout DashboardState) -> [Effect] {
    guard let beam = state.beam else {
      state.notice = "only greedy decoding: start with --lm FILE or --beam N for another"
      return []
    }
    let effects = change(&state) { $0.decoding = $0.decoding == .greedy ? .beam(beam) : .greedy }
    state.notice = "decoding: \(state.decoding.description)"
    return effects
  }

  static func pinName(_ state: DashboardState) -> String {
    state.pinned.map {
      "\(state.subject.models[$0.model].name), \($0.mask.keptCount) layers"
        + (state.beam == nil ? "" : ", \($0.decoding.description)")
    } ?? ""
  }
}
