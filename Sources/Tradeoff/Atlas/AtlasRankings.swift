// What an atlas says of single layers, and of the ways of dropping one after the other.

import Backbones

extension MaskAtlas {
  /// What of a mask counts.
  package enum Measure: String, Sendable, CaseIterable {
    case errors, loss, divergence

    func callAsFunction(_ point: Point) -> Double {
      switch self {
      case .errors: Double(point.errors)
      case .loss: point.loss
      case .divergence: point.divergence
      }
    }
  }

  /// Each layer's Shapley value (Shapley 1953; for layers, arXiv 2602.07804): how much less of `measure`
  /// there is with it, averaged over all orders in which layers can be put in. They sum to the difference
  /// between no layers and all of them. nil where masks are missing.
  package func shapleyValues(_ measure: Measure = .loss) -> [Double]? {
    guard isComplete else { return nil }
    let layers = key.layers
    // |S|! (n - |S| - 1)! / n!, the share of orders in which exactly S comes before a layer.
    let weights = (0..<layers).map { size in
      (0..<size).reduce(1 / Double(layers)) { $0 * Double($1 + 1) / Double(layers - 1 - $1) }
    }
    return (0..<layers).map { layer in
      points.reduce(0) { sum, point in
        if point.mask[layer] { return sum }
        let with = points[point.mask.number | 1 << layer]
        return sum + weights[point.mask.keptCount] * (measure(point) - measure(with))
      }
    }
  }

  /// Backward elimination: from all layers on, each step drops the one without which there is the least of
  /// `measure`, of equal ones the last (LDASR's "greedy"). From all layers to none; it ends early where
  /// a mask that would have to be compared is missing.
  package func greedyPath(_ measure: Measure = .loss) -> [Point] {
    guard var present = self[.full(key.layers)] else { return [] }
    var path = [present]
    while true {
      let masks = (0..<key.layers).reversed().filter { present.mask[$0] }.map { layer in
        var mask = present.mask
        mask[layer] = false
        return mask
      }
      let points = masks.compactMap { self[$0] }
      guard points.count == masks.count,
        let next = points.min(by: { measure($0) < measure($1) })
      else { return path }
      path.append(next)
      present = next
    }
  }

  /// The mask that keeps the layers of the highest values, of equal ones the first.
  package static func mask(keeping count: Int, by values: [Double]) -> LayerMask {
    let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
    return LayerMask(layerCount: values.count, keeping: order.prefix(count))
  }

  /// Masks with one layer more, one less, or one in place of another.
  package func neighbours(of mask: LayerMask) -> [Point] {
    let layers = 0..<mask.layerCount
    func flipped(_ places: Int...) -> Point? {
      var other = mask
      for place in places { other[place].toggle() }
      return self[other]
    }
    return layers.compactMap { flipped($0) }
      + layers.filter { mask[$0] }.flatMap { one in
        layers.filter { !mask[$0] }.compactMap { flipped(one, $0) }
      }
  }
}
