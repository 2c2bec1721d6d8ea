// Shapley values where nobody has measured all masks (arXiv 2602.07804).

import Backbones
import Base
import Kernels

/// A network fitted to masks drawn by depth stands in for the loss of the others. Of no layers and of all of
/// them there is one mask each, which is taken as it was measured: the values sum to their difference.
struct ShapleySurrogate {
  private let layerCount: Int
  private let none, all: Double
  private let network: SmallNetwork
  /// Of the losses that it was fitted to: it says how far from the mean, in units of the scale.
  private let mean, scale: Double

  private static let (hidden, steps) = (32, 1500)
  /// Orders of layers by lot that values are means over; each begins with every layer in turn and is gone
  /// through backwards as well.
  private static let orders = 20
  /// Masks of each depth that are enough.
  private static let drawn = 20

  /// nil where masks of a depth are missing.
  init?(_ atlas: MaskAtlas) {
    let layers = atlas.key.layers
    guard let none = atlas[LayerMask(layerCount: layers, keeping: [])],
      let all = atlas[.full(layers)]
    else { return nil }
    let depths = Dictionary(grouping: atlas.points) { $0.mask.keptCount }
    var random = RandomGenerator(seed: 1, streams: 0x54A9)
    var points: [MaskAtlas.Point] = []
    for depth in 0...layers {
      guard let known = depths[depth] else { return nil }
      // What no layers at all do is out of all proportion.
      if depth > 0 { points += known.shuffled(using: &random).prefix(Self.drawn) }
    }
    (layerCount, self.none, self.all) = (layers, none.loss, all.loss)
    let losses = points.map(\.loss)
    let mean = losses.reduce(0, +) / Double(losses.count)
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(losses.count)
    let scale = max(variance.squareRoot(), 1e-9)
    (self.mean, self.scale) = (mean, scale)
    var network = SmallNetwork(inputs: layers, hidden: Self.hidden, outputs: 1, seed: 1)
    let goals = losses.map { Float(($0 - mean) / scale) }
    network.train(
      on: Self.inputs(points.map(\.mask)), steps: Self.steps, decay: 1,
      rate: { 1e-2 * Float(Self.steps - $0 + 1) / Float(Self.steps) },
      // Of the mean of squares.
      gradient: { said in
        Tensor(
          goals.indices.map { 2 * (said.pointer[$0] - goals[$0]) / Float(goals.count) },
          shape: [goals.count, 1])
      })
    self.network = network
  }

  /// Steps of training that every surrogate takes.
  static var trainingSteps: Int { steps }

  /// masks x layers: 1 for a layer that runs, else -1.
  private static func inputs(_ masks: [LayerMask]) -> Tensor {
    let layers = masks.first?.layerCount ?? 1
    return Tensor(
      masks.flatMap { mask in (0..<layers).map { mask[$0] ? 1 : -1 } },
      shape: [masks.count, layers])
  }

  /// By layer: how much less loss there is with it, over orders by lot in which layers are put in. Every layer
  /// has every place equally often, the first above all, which counts for more than all others.
  func values() -> [Double] {
    var random = RandomGenerator(seed: 2, streams: 0x54A9)
    var sums = [Double](repeating: 0, count: layerCount)
    for _ in 0..<Self.orders {
      let drawn = Array(0..<layerCount).shuffled(using: &random)
      for start in 0..<layerCount {
        let order = Array(drawn[start...] + drawn[..<start])
        for order in [order, order.reversed()] { add(order, to: &sums) }
      }
    }
    return sums.map { $0 / Double(2 * Self.orders * layerCount) }
  }

  /// What each layer takes from the loss when they are put in one after the other.
  private func add(_ order: [Int], to sums: inout [Double]) {
    let said = network(
      Self.inputs(
        (1...layerCount).map { LayerMask(layerCount: layerCount, keeping: order.prefix($0)) }))
    var before = none
    for (place, layer) in order.enumerated() {
      let after = place == layerCount - 1 ? all : mean + scale * Double(said.pointer[place])
      sums[layer] += before - after
      before = after
    }
  }
}
