// Log-softmax over the last dimension.

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

  /// The largest of `count` values, which is what rows are shifted by before the exponential.
  static func maximum(_ values: UnsafePointer<Float>, count: Int) -> Float {
    var top = Vector(repeating: -.infinity)
    eachVector(count) {
      top = larger(top, Vector(load: values + $0, count: $1, padding: -.infinity))
    }
    return top.largest
  }
}
