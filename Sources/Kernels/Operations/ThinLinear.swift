// y = x W^T + b by a part of W: its first rows and columns, as it is or in two factors, exactly or rounded.

/// A fully connected layer of which only a part is computed: its first outputs, from its first inputs, and
/// where the weight is W = L R by the first ranks of the two. Any part is a view into tensors that all share,
/// so that a thinner layer is made at no cost, and its products are as small as they look; one that is rounded
/// has weights of its own.
/// n rows, i inputs, o outputs, r ranks.
package struct ThinLinear: Sendable {
  package enum Weight: Sendable {
    /// At least o x i.
    case whole(Tensor)
    /// At least o x r, and r x i.
    case factors(left: Tensor, right: Tensor, rank: Int)
    /// One after the other, from i to o.
    case integers([IntegerLinear])
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
      case .integers(let layers): (layers.last?.outputs ?? 0, layers.first?.inputs ?? 0)
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
    case .integers(let layers):
      return layers.indices.reduce(x) { x, index in
        layers[index](x, bias: index == layers.count - 1 ? bias?.pointer : nil)
      }
    }
  }

  /// Values of the weight that take part, each with a multiplication a row.
  package var weightCount: Int {
    switch weight {
    case .whole: Self.weightCount(inputs: inputs, outputs: outputs, rank: nil)
    case .factors(_, _, let rank):
      Self.weightCount(inputs: inputs, outputs: outputs, rank: rank)
    case .integers(let layers): layers.reduce(0) { $0 + $1.weightCount }
    }
  }

  /// The same from shapes: in two factors of so many ranks, or in one matrix.
  package static func weightCount(inputs: Int, outputs: Int, rank: Int?) -> Int {
    rank.map { $0 * (inputs + outputs) } ?? inputs * outputs
  }

  /// The same by products of whole numbers of 8 bits.
  package var inBytes: ThinLinear {
    let layers =
      switch weight {
      case .whole(let whole): [IntegerLinear(whole, inputs: inputs, outputs: outputs)]
      case .factors(let left, let right, let rank):
        [
          IntegerLinear(right, inputs: inputs, outputs: rank),
          IntegerLinear(left, inputs: rank, outputs: outputs),
        ]
      case .integers(let layers): layers
      }
    return ThinLinear(.integers(layers), bias: bias, inputs: inputs, outputs: outputs)
  }

  /// The same with the weights that are floats rounded to bfloat16; sums and what comes in stay as they are.
  package var inBFloat16: ThinLinear {
    let rounded: Weight =
      switch weight {
      case .whole(let whole): .whole(ElementType.bfloat16.rounded(whole))
      case .factors(let left, let right, let rank):
        .factors(
          left: ElementType.bfloat16.rounded(left), right: ElementType.bfloat16.rounded(right),
          rank: rank)
      case .integers: weight
      }
    return ThinLinear(rounded, bias: bias, inputs: inputs, outputs: outputs)
  }
}
