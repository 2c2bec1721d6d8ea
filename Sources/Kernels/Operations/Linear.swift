// y = x W^T + b.

/// A fully connected layer as in `torch.nn.Linear`.
/// n rows, i inputs, o outputs; x is n x i, the weight o x i, the bias o.
package enum Linear {
  /// Returns n x o.
  package static func forward(
    _ x: Tensor, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, outputs: Int
  ) -> Tensor {
    forward(
      x, weight: .transposed(weight, stride: x.columns), bias: bias, outputs: outputs)
  }

  /// The same with a weight, i x o as a factor, whose rows need not lie close together.
  static func forward(
    _ x: Tensor, weight: BLAS.Factor, bias: UnsafePointer<Float>?, outputs: Int
  ) -> Tensor {
    let (n, i) = (x.rows, x.columns)
    var y = Tensor(uninitialized: n, outputs)
    let out = y.mutablePointer
    if let bias {
      for row in 0..<n { (out + row * outputs).update(from: bias, count: outputs) }
    }
    BLAS.multiply(
      .matrix(x.pointer, stride: i), weight, into: out, stride: outputs,
      m: n, n: outputs, k: i, beta: bias == nil ? 0 : 1)
    return y
  }

  /// Adds to the parameters' gradients and returns d/dx (n x i).
  package static func backward(
    _ dy: Tensor, input x: Tensor, weight: UnsafePointer<Float>,
    weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>?
  ) -> Tensor {
    let (n, i, o) = (x.rows, x.columns, dy.columns)
    precondition(dy.rows == n, "a gradient of \(dy.rows) rows for an input of \(n)")
    BLAS.multiply(
      .transposed(dy.pointer, stride: o),
      .matrix(x.pointer, stride: i), into: weightGradient, stride: i,
      m: o, n: i, k: n, beta: 1)
    if let biasGradient { ColumnSums.add(dy.pointer, rows: n, columns: o, to: biasGradient) }
    return inputGradient(dy, weight: weight, inputs: i)
  }

  /// d/dx (n x i) alone, for weights that stay as they are.
  package static func inputGradient(
    _ dy: Tensor, weight: UnsafePointer<Float>, inputs i: Int
  ) -> Tensor {
    let (n, o) = (dy.rows, dy.columns)
    var dx = Tensor(uninitialized: n, i)
    BLAS.multiply(
      .matrix(dy.pointer, stride: o),
      .matrix(weight, stride: i), into: dx.mutablePointer, stride: i,
      m: n, n: i, k: o)
    return dx
  }
}
