// Numbers by stage of a backbone.

import Kernels

/// One number for each stage of a backbone: parameters, FLOPs or seconds.
package struct StageValues: Sendable, Equatable {
  package var frontEnd: Double
  /// When the layer runs, one per layer.
  package var layers: [Double]
  /// When the layer is skipped (identity: 0; normalized: its LayerNorm).
  package var skipped: [Double]
  package var head: Double

  package init(frontEnd: Double, layers: [Double], skipped: [Double], head: Double) {
    self.frontEnd = frontEnd
    self.layers = layers
    self.skipped = skipped
    self.head = head
  }

  /// Parameters that take part by their names, the head's begin with `head`. A skipped layer has none.
  init(
    _ layout: ParameterLayout, _ weights: Weights, layers: Int, _ names: LayerNames, head: String
  ) {
    func count(_ start: String) -> Double {
      layout.parameters.filter { $0.name.hasPrefix(start) }
        .reduce(0) { $0 + Double(weights.count($1)) }
    }
    let layers = (0..<layers).map { count("\(names.prefix)\($0).") }
    let head = count(head)
    self.init(
      frontEnd: count("") - layers.reduce(0, +) - head, layers: layers,
      skipped: Array(repeating: 0, count: layers.count), head: head)
  }

  package static func + (a: StageValues, b: StageValues) -> StageValues {
    StageValues(
      frontEnd: a.frontEnd + b.frontEnd, layers: zip(a.layers, b.layers).map { $0 + $1 },
      skipped: zip(a.skipped, b.skipped).map { $0 + $1 }, head: a.head + b.head)
  }

  package func total(_ mask: LayerMask) -> Double {
    layers.indices.reduce(frontEnd + head) { $0 + (mask[$1] ? layers[$1] : skipped[$1]) }
  }
}
