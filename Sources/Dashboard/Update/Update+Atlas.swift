// Going through an atlas: along its front, and from a mask to its neighbours.

import Tradeoff

extension Update {
  static func moveAlongFront(dearer: Bool, _ state: inout DashboardState) -> [Effect] {
    guard let survey = state.survey else { return sayThereIsNoAtlas(&state) }
    guard let mask = survey.alongFront(from: state.mask, dearer: dearer) else {
      state.notice = "nothing on the front is \(dearer ? "dearer" : "cheaper")"
      return []
    }
    return choose(state.point(model: state.model, walk: Walk(mask)), &state)
  }

  static func moveNeighbour(by step: Int, _ state: inout DashboardState) {
    guard let neighbours = neighbours(&state), !neighbours.isEmpty else { return }
    state.neighbour = min(neighbours.count - 1, max(0, state.neighbour + step))
  }

  /// The neighbour under the cursor becomes the present mask.
  static func takeNeighbour(_ state: inout DashboardState) -> [Effect] {
    guard let neighbours = neighbours(&state), neighbours.indices.contains(state.neighbour) else {
      return []
    }
    let mask = neighbours[state.neighbour].mask
    return choose(state.point(model: state.model, walk: Walk(mask)), &state)
  }

  /// Nobody should take what is not on the screen; says so where it is not.
  private static func neighbours(_ state: inout DashboardState) -> [MaskAtlas.Point]? {
    guard let survey = state.survey else {
      _ = sayThereIsNoAtlas(&state)
      return nil
    }
    guard Layout(state, state.size)?[.neighbours] != nil else {
      state.notice = "the neighbours are not on the screen: e enlarges them"
      return nil
    }
    return survey.neighbours(of: state.mask)
  }

  private static func sayThereIsNoAtlas(_ state: inout DashboardState) -> [Effect] {
    state.notice = "there is no atlas of \(state.subject.models[state.model].name)"
    return []
  }
}
