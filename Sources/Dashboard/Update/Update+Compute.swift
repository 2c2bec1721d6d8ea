// Rank, width and precision: their sliders, and the way back to all of the model.

import Backbones
import TerminalUI

extension Update {
  static func openAxes(_ state: inout DashboardState) {
    guard state.subject.models[state.model].stops != nil else {
      state.notice = wholeAlone(state.model, state)
      return
    }
    state.overlay = .axes(.rank)
  }

  /// Why less of a model cannot be computed.
  static func wholeAlone(_ model: Int, _ state: DashboardState) -> String {
    "\(state.subject.models[model].name) is computed whole, in float32: it names no feed-forward parts"
  }

  /// One of the sliders to a stop; what the mouse takes hold of has the keys.
  static func move(
    _ axis: ComputeAxis, to position: Int, _ state: inout DashboardState
  ) -> [Effect] {
    guard let stops = state.subject.models[state.model].stops else { return [] }
    if state.axis != nil { state.overlay = .axes(axis) }
    return compute(stops.moving(state.compute, axis, to: position), &state)
  }

  /// Where that is so already nothing is asked for.
  static func computeAll(_ state: inout DashboardState) -> [Effect] {
    state.compute == .full ? [] : compute(.full, &state)
  }

  /// A budget in charge looks for its depth anew.
  private static func compute(_ compute: Compute, _ state: inout DashboardState) -> [Effect] {
    guard state.has(compute, model: state.model) else { return [] }
    let effects = change(&state) { $0.compute = compute }
    return state.budget.isInCharge ? effects + chooseByBudget(&state) : effects
  }

  /// A key while the sliders are open: what is not theirs does what it does without them.
  static func slide(
    _ key: Key, _ axis: ComputeAxis, _ state: inout DashboardState
  ) -> [Effect] {
    guard let stops = state.subject.models[state.model].stops else {
      state.overlay = nil
      return []
    }
    let position = stops.position(of: state.compute, axis)
    let axes = ComputeAxis.allCases
    func other(_ step: Int) -> Overlay {
      let place = axes.firstIndex(of: axis) ?? 0
      return .axes(axes[(place + step + axes.count) % axes.count])
    }
    switch key {
    case .left: return move(axis, to: position - 1, &state)
    case .right: return move(axis, to: position + 1, &state)
    case .home: return move(axis, to: 0, &state)
    case .end: return move(axis, to: stops.count(axis) - 1, &state)
    case .up, "k": state.overlay = other(-1)
    case .down, "j": state.overlay = other(1)
    case "0": return perform(.wholeCompute, &state)
    case .escape, .enter, " ", "W", "q": state.overlay = nil
    default: return act(on: key, &state)
    }
    return []
  }
}
