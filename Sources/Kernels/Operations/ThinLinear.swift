// y = x W^T + b by a part of W: its first rows and columns, as it is or in two factors.

/// A fully connected layer of which only a part is computed: its first outputs, from its first inputs, and
/// where the weight is W = L R by the first ranks of the two. Any part is a view into tensors that all share,
/// so that a thinner layer is made at no cost, and its products are as small as they look.
/// n rows, i inputs, o outputs, r ranks.
package struct ThinLinear: Sendable {
  package enum Weight: Sendable {
    /// At least o x i.
    case whole(Tensor)
    /// At least o x r, and r x i.
    case factors(left: Tensor, right: Tensor, rank: Int)
  }

  package let weight: Weight
  /// At least o.
  package let bias: Tensor?
  package let inputs, outputs: Int

  package init(_ weight: Weight, bias: Tensor?, inputs: Int, outputs: Int) {
    let (rows, columns) =
      switch weight {
      case .whole(let whole): (whole.rows, whole.columns)
      case .factors(let left, let right, let rank):
        rank <= min(left.columns, right.rows) ? (left.rows, right.columns) : (0, 0)
      }
    precondition(
      outputs <= rows && inputs <= columns && outputs <= bias?.count ?? outputs,
      "\(outputs) x \(inputs) of a weight of \(rows) x \(columns)")
    self.weight = weight
    self.bias = bias
    self.inputs = inputs
    self.outputs = outputs
  }

  /// x is n x i; returns n x o.
  package func callAsFunction(_ x: Tensor) -> Tensor {
    precondition(x.columns == inputs, "\(x.columns) columns for \(inputs) inputs")
    switch weight {
    case .whole(let whole):
      return Linear.forward(
        x, weight: .transposed(whole.pointer, stride: whole.columns), bias: bias?.pointer,
        outputs: outputs)
    case .factors(let left, let right, let rank):
      let inner = Linear.forward(
        x, weight: .transposed(right.pointer, stride: right.columns), bias: nil, outputs: rank)
      return Linear.forward(
        inner, weight: .transposed(left.pointer, stride: left.columns), bias: bias?.pointer,
        outputs: outputs)
    }
  }

  /// Values of the weight that take part, each with a multiplication a row.
  package var weightCount: Int {
    switch weight {
    case .whole: inputs * outputs
    case .factors(_, _, let rank): rank * (inputs + outputs)
    }
  }
}
