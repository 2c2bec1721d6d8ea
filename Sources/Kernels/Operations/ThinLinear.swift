// y = x W^T + b by a part of W: its first rows and columns, as it is or in two factors, exactly or rounded.

/// A fully connected layer of which only a part is computed: its first outputs, from its first inputs, and
/// where the weight is W = L R by the first ranks of the two. Any part is a view into tensors that all share,
/// so that a thinner layer is made at no cost; to be computed it is laid out for products (`inPanels`,
/// `inBytes`), which then are as small as they look.
/// n rows, i inputs, o outputs, r ranks.
package struct ThinLinear: Sendable {
  package enum Weight: Sendable {
    /// At least o x i.
    case whole(Tensor)
    /// At least o x r, and r x i.
    case factors(left: Tensor, right: Tensor, rank: Int)
    /// One after the other, from i to o.
    case panels([Panels])
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
      case .panels(let panels): (panels.last?.columns ?? 0, panels.first?.rows ?? 0)
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
    let ready = inPanels
    var y = Tensor(uninitialized: x.rows, outputs)
    let (input, output) = (x.pointer, y.mutablePointer)
    Parallel.split(x.rows, grain: Panels.tile, work: x.rows * weightCount) { part in
      ready.rows(
        input + part.lowerBound * inputs, stride: inputs, count: part.count,
        into: output + part.lowerBound * outputs)
    }
    return y
  }

  /// x has `count` rows, `stride` floats apart, which may overlap; those of y lie close together. On the
  /// calling thread alone.
  package func rows(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    switch weight {
    case .whole, .factors: inPanels.rows(x, stride: stride, count: count, into: y)
    case .panels(let panels):
      each(panels, width: \.columns, x, stride, count, y) { panels, x, stride, bias, y in
        panels.multiply(
          x, stride: stride, count: count, bias: bias, into: y, stride: panels.columns)
      }
    case .integers(let layers):
      each(layers, width: \.outputs, x, stride, count, y) { layer, x, stride, bias, y in
        layer.multiply(x, stride: stride, rows: count, bias: bias, into: y)
      }
    }
  }

  /// Each layer's result is the next one's input, and the last has the bias.
  private func each<Layer>(
    _ layers: [Layer], width: (Layer) -> Int, _ x: UnsafePointer<Float>, _ stride: Int,
    _ count: Int, _ y: UnsafeMutablePointer<Float>,
    _ apply: (
      Layer, UnsafePointer<Float>, _ stride: Int, _ bias: UnsafePointer<Float>?,
      UnsafeMutablePointer<Float>
    ) -> Void
  ) {
    var (input, stride) = (x, stride)
    var inner = Tensor(uninitialized: 0)
    for layer in layers.dropLast() {
      let columns = width(layer)
      var next = Tensor(uninitialized: count, columns)
      apply(layer, input, stride, nil, next.mutablePointer)
      (inner, input, stride) = (next, next.pointer, columns)
    }
    if let last = layers.last { apply(last, input, stride, bias?.pointer, y) }
    withExtendedLifetime(inner) {}
  }

  /// Values of the weight that take part, each with a multiplication a row.
  package var weightCount: Int {
    switch weight {
    case .whole: Self.weightCount(inputs: inputs, outputs: outputs, rank: nil)
    case .factors(_, _, let rank):
      Self.weightCount(inputs: inputs, outputs: outputs, rank: rank)
    case .panels(let panels): panels.reduce(0) { $0 + $1.rows * $1.columns }
    case .integers(let layers): layers.reduce(0) { $0 + $1.weightCount }
    }
  }

  /// The same from shapes: in two factors of so many ranks, or in one matrix.
  package static func weightCount(inputs: Int, outputs: Int, rank: Int?) -> Int {
    rank.map { $0 * (inputs + outputs) } ?? inputs * outputs
  }

  /// The matrices that a row goes through, outputs x inputs, of which the first so many of both count.
  private var matrices: [(values: Tensor, inputs: Int, outputs: Int)] {
    switch weight {
    case .whole(let whole): [(whole, inputs, outputs)]
    case .factors(let left, let right, let rank): [(right, inputs, rank), (left, rank, outputs)]
    case .panels(let panels): panels.map { ($0.transposed, $0.rows, $0.columns) }
    case .integers: preconditionFailure("whole numbers do not become floats again")
    }
  }

  private func with(_ weight: Weight) -> ThinLinear {
    ThinLinear(weight, bias: bias, inputs: inputs, outputs: outputs)
  }

  /// The same, laid out for products: a copy.
  package var inPanels: ThinLinear {
    switch weight {
    case .panels, .integers: self
    case .whole, .factors:
      with(
        .panels(
          matrices.map { Panels(transposing: $0.values, rows: $0.inputs, columns: $0.outputs) }))
    }
  }

  /// The same by products of whole numbers of 8 bits.
  package var inBytes: ThinLinear {
    if case .integers = weight { return self }
    return with(
      .integers(
        matrices.map { IntegerLinear($0.values, inputs: $0.inputs, outputs: $0.outputs) }))
  }

  /// The same with the weights that are floats rounded to bfloat16; sums and what comes in stay as they are.
  package var inBFloat16: ThinLinear {
    if case .integers = weight { return self }
    return with(
      .panels(
        matrices.map {
          Panels(
            transposing: ElementType.bfloat16.rounded($0.values), rows: $0.inputs,
            columns: $0.outputs)
        }))
  }

  /// All of a weight that is not in factors, outputs x inputs, in floats.
  package var wholeWeight: Tensor? {
    if case .integers = weight { return nil }
    let matrices = matrices
    return matrices.count == 1 ? matrices[0].values : nil
  }
}
