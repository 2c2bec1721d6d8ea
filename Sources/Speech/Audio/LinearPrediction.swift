// FLAC's linear predictor, undone: the decoder's inner loop.

enum LinearPrediction {
  /// Adds the prediction to the residual in `x[order..<count]`, where order is the number of
  /// coefficients; the first one weighs the latest sample. `width` is the bits of a sample.
  static func restore<Sample: FixedWidthInteger & SignedInteger>(
    _ x: UnsafeMutablePointer<Sample>, count: Int, coefficients: [Int], shift: Int, width: Int
  ) {
    let order = coefficients.count
    // Oldest sample first, as they lie in memory.
    let weights = coefficients.reversed().map { Int64($0) }
    weights.withUnsafeBufferPointer { weights in
      for i in order..<max(order, count) {
        let history = x + (i - order)
        var sum: Int64 = 0
        for j in 0..<order { sum &+= weights[j] &* Int64(truncatingIfNeeded: history[j]) }
        x[i] &+= Sample(truncatingIfNeeded: sum &>> Int64(shift))
      }
    }
  }
}
