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
      var sums = Vector.zero
      eachVector(columns) {
        sums += Vector.exp(Vector(load: source + $0, count: $1, padding: -.infinity) - top)
      }
      let logSum = Vector.log(Vector(repeating: sums.total))[0]
      // In two subtractions: top + logSum would round away logSum's low bits when logits are large.
      mapVectors(source, into: target, count: columns) { ($0 - top) - logSum }
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
      var sums = Vector.zero
      eachVector(columns) { sums += Vector(load: source + $0, count: $1) }
      let sum = sums.total
      mapVectors(source, logProbabilities, into: target, count: columns) { g, y in
        g - Vector.exp(y) * sum
      }
    }
    return result
  }

  /// The largest of `count` values, which is what rows are shifted by before the exponential.
  static func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var top = Vector(repeating: -.infinity)
    eachVector(count) {
      top = larger(top, Vector(load: values + $0, count: $1, padding: -.infinity))
    }
    return top.largest
  }
}
