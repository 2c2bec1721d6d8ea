// Log-softmax over the last dimension, and its gradient.

/// y_k = x_k - log(sum_j e^x_j), row by row.
package enum LogSoftmax {
  package static func forward(_ logits: Tensor) -> Tensor {
    let columns = logits.columns
    var result = Tensor(uninitializedShape: logits.shape)
    let output = result.mutablePointer
    for row in 0..<logits.rows {
      let source = logits.pointer + row * columns
      let target = output + row * columns
      let top = maximum(source, count: columns)
      var sums = SIMD16<Float>(repeating: 0)
      var column = 0
      while column < columns {
        let count = min(VectorMath.width, columns - column)
        let x = VectorMath.load(source + column, first: count, filler: -.infinity)
        sums += VectorMath.exp(x - top)
        column += VectorMath.width
      }
      let logSum = VectorMath.log(SIMD16(repeating: VectorMath.sum(sums)))[0]
      column = 0
      while column < columns {
        let count = min(VectorMath.width, columns - column)
        // In two subtractions: top + logSum would round away logSum's low bits when logits are
        // large.
        let y = (VectorMath.load(source + column, first: count) - top) - logSum
        VectorMath.store(y, target + column, first: count)
        column += VectorMath.width
      }
    }
    return result
  }

  /// d(loss)/d(logits) = g - softmax * sum(g), from d(loss)/d(output) and the output itself.
  package static func backward(gradient: Tensor, output: Tensor) -> Tensor {
    let columns = output.columns
    var result = Tensor(uninitializedShape: output.shape)
    let pointer = result.mutablePointer
    for row in 0..<output.rows {
      let source = gradient.pointer + row * columns
      let logProbabilities = output.pointer + row * columns
      let target = pointer + row * columns
      var sums = SIMD16<Float>(repeating: 0)
      var column = 0
      while column < columns {
        sums += VectorMath.load(source + column, first: min(VectorMath.width, columns - column))
        column += VectorMath.width
      }
      let sum = VectorMath.sum(sums)
      column = 0
      while column < columns {
        let count = min(VectorMath.width, columns - column)
        let y = VectorMath.load(logProbabilities + column, first: count)
        let g = VectorMath.load(source + column, first: count)
        VectorMath.store(g - VectorMath.exp(y) * sum, target + column, first: count)
        column += VectorMath.width
      }
    }
    return result
  }

  /// The largest of `count` values, which is what rows are shifted by before the exponential.
  static func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var top = SIMD16<Float>(repeating: -.infinity)
    var index = 0
    while index < count {
      let lanes = VectorMath.load(
        values + index, first: min(VectorMath.width, count - index), filler: -.infinity)
      top = VectorMath.larger(top, lanes)
      index += VectorMath.width
    }
    return VectorMath.maximum(top)
  }
}
