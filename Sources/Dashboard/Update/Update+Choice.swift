// Choosing a model and a walk, with undo and redo.

import Tradeoff

extension Update {
  /// Moves the slider: the policy decides which layers stay.
  static func keep(_ count: Int, _ state: inout DashboardState) -> [Effect] {
    let count = min(state.layerCount, max(0, count))
    state.budget.isInCharge = false
    guard count != state.walk.keptCount || state.isManual else { return [] }
    let policies = state.policies
    return change(&state) { $0.keep(count, by: policies) }
  }

  static func toggle(_ layer: Int, _ state: inout DashboardState) -> [Effect] {
    guard (0..<state.layerCount).contains(layer) else { return [] }
    state.budget.isInCharge = false
    // Of masks that depend on the utterance: from the one that is looked at.
    var mask = state.mask
    mask[layer].toggle()
    return change(&state) {
      $0.isManual = true
      $0.walk = Walk(mask)
    }
  }

  /// A walk that was seen somewhere: a mask by hand, unless the policy chooses the same.
  static func choose(_ point: OperatingPoint, _ state: inout DashboardState) -> [Effect] {
    state.budget.isInCharge = false
    let policies = state.subject.models[point.model].policies
    return change(&state) {
      ($0.model, $0.walk, $0.compute, $0.decoding) =
        (point.model, point.walk, point.compute, point.decoding)
      if let maker = point.walk.maker {
        ($0.policy, $0.seed) = (maker.policy, maker.seed ?? $0.seed)
      }
      if policies.refusal($0.policy) != nil { $0.policy = PolicyCatalog.names[0] }
      $0.isManual = point.walk != $0.walk(keeping: point.walk.keptCount, by: policies)
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

  /// Another policy at the same depth; one that the model does not have says why.
  static func choosePolicy(_ name: String, _ state: inout DashboardState) -> [Effect] {
    let policies = state.policies
    if let refusal = policies.refusal(name) {
      state.notice = "policy \(name): \(refusal.reason)"
      return []
    }
    return change(&state) {
      $0.policy = name
      $0.keep($0.walk.keptCount, by: policies)
    }
  }

  /// Another model by the same walk, or by its own one where the policy chooses by an atlas; with another
  /// number of layers, at the same drop ratio. A policy that it does not have is left: its mask stays, as if
  /// by hand, as long as the layers are as many.
  static func chooseModel(_ index: Int, _ state: inout DashboardState) -> [Effect] {
    let models = state.subject.models
    guard models.indices.contains(index) else { return [] }
    let policies = models[index].policies
    let refusal = policies.refusal(state.policy)
    if let refusal { state.notice = "policy \(state.policy): \(refusal.reason)" }
    let hasCompute = state.has(state.compute, model: index)
    if !hasCompute { state.notice = wholeAlone(index, state) }
    return change(&state) { choice in
      choice.model = index
      if !hasCompute { choice.compute = .full }
      if refusal != nil {
        choice.policy = PolicyCatalog.names[0]
        choice.isManual = choice.walk.mask != nil
      }
      let count = policies.layerCount
      if count != choice.walk.layerCount {
        let kept = PolicyCatalog.keptCount(dropRatio: choice.walk.dropRatio, layerCount: count)
        choice.keep(kept, by: policies)
      } else if !choice.isManual {
        choice.keep(choice.walk.keptCount, by: policies)
      }
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
      "\(state.subject.models[$0.model].name), \($0.walk.keptCount) layers\($0.remark)"
        + (state.beam == nil ? "" : ", \($0.decoding.description)")
    } ?? ""
  }
}
