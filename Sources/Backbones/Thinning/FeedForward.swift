// The two fully connected layers around a layer's hidden units, which are most of its work.

import Kernels

/// Linear, an activation, Linear: from d values over f hidden units to d values.
struct FeedForward: Sendable {
  /// f x d
  let expand: Projection
  /// d x f
  let contract: Projection

  var projections: [Projection] { [expand, contract] }
  var unitCount: Int { expand.weight.shape[0] }

  /// FLOPs of the two products.
  func operationsPerFrame(_ w: Weights) -> Double {
    expand.operationsPerRow(w) + contract.operationsPerRow(w)
  }

  /// All hidden units, the most important first: by the norm of what comes in, bias included, times the norm
  /// of what goes out. Of equal ones the earlier comes first.
  func order(_ w: Weights) -> [Int] {
    let (f, d) = (unitCount, expand.weight.shape[1])
    let (first, second) = (expand.matrix(w), contract.matrix(w))
    let (rows, columns) = (first.pointer, second.pointer)
    defer { withExtendedLifetime((first, second)) {} }
    let importance = (0..<f).map { unit in
      var (incoming, outgoing) = (0.0, 0.0)
      for i in 0..<d {
        let (one, other) = (Double(rows[unit * d + i]), Double(columns[i * f + unit]))
        incoming += one * one
        outgoing += other * other
      }
      if let bias = expand.bias {
        let value = Double(w[bias][unit])
        incoming += value * value
      }
      return incoming * outgoing
    }
    return (0..<f).sorted { (importance[$1], $0) < (importance[$0], $1) }
  }
}

/// A feed-forward part's parameters with some of its hidden units, in an order of their own.
struct OrderedFeedForward: Sendable {
  private let source: FeedForward
  /// u x d and u
  let expand: Tensor
  private let expandBias: Tensor?
  /// d x u and d
  let contract: Tensor
  private let contractBias: Tensor?

  /// The matrices as L R: f x k and k x d, d x k and k x f.
  struct Factors: Sendable {
    var expand, contract: (left: Tensor, right: Tensor)
  }

  init(_ source: FeedForward, units: [Int], _ w: Weights) {
    let (f, d, u) = (source.unitCount, source.expand.weight.shape[1], units.count)
    self.source = source
    let (first, second) = (source.expand.matrix(w), source.contract.matrix(w))
    defer { withExtendedLifetime((first, second)) {} }
    var expand = Tensor(uninitialized: u, d)
    var contract = Tensor(uninitialized: d, u)
    let (rows, columns) = (expand.mutablePointer, contract.mutablePointer)
    for (place, unit) in units.enumerated() {
      (rows + place * d).update(from: first.pointer + unit * d, count: d)
    }
    let all = second.pointer
    for i in 0..<d {
      for (place, unit) in units.enumerated() { columns[i * u + place] = all[i * f + unit] }
    }
    self.expand = expand
    self.contract = contract
    expandBias = source.expand.bias.map { bias in Tensor(units.map { w[bias][$0] }) }
    contractBias = source.contract.bias.map { w.tensor($0) }
  }

  /// What takes the source's place: the first so many units, by as many ranks or without factors.
  func parts(units: Int, by factors: (Factors, rank: Int)?) -> [Weights.Part] {
    let d = expand.columns
    let (first, second): (ThinLinear.Weight, ThinLinear.Weight) =
      if let (factors, rank) = factors {
        (
          .factors(left: factors.expand.left, right: factors.expand.right, rank: rank),
          .factors(left: factors.contract.left, right: factors.contract.right, rank: rank)
        )
      } else {
        (.whole(expand), .whole(contract))
      }
    return [
      (
        source.expand.weight, source.expand.bias,
        ThinLinear(first, bias: expandBias, inputs: d, outputs: units)
      ),
      (
        source.contract.weight, source.contract.bias,
        ThinLinear(second, bias: contractBias, inputs: units, outputs: d)
      ),
    ]
  }
}
