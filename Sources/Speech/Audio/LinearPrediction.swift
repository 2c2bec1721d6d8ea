// FLAC's linear predictor, undone: the decoder's inner loop.

enum LinearPrediction {
  /// Adds the prediction to the residual in `x[order..<count]`, where order is the number of
  /// coefficients; the first one weighs the latest sample. `width` is the bits of a sample.
  static func restore<Sample: FixedWidthInteger & SignedInteger>(
    _ x: UnsafeMutablePointer<Sample>, count: Int, coefficients: [Int], shift: Int, width: Int
  ) {
    // Every partial sum stays below this, so most files do with half the width.
    let bound = coefficients.reduce(0) { $0 + abs($1) } << (width - 1)
    if Sample.self == Int32.self, bound <= Int(Int32.max) {
      restore(x, count: count, coefficients: coefficients.map { Int32($0) }, shift: Int32(shift))
    } else {
      restore(x, count: count, coefficients: coefficients.map { Int64($0) }, shift: Int64(shift))
    }
  }

  /// With `Sum` wide enough for every partial sum.
  @inline(__always)
  private static func restore<Sample, Sum>(
    _ x: UnsafeMutablePointer<Sample>, count: Int, coefficients: [Sum], shift: Sum
  ) where Sample: FixedWidthInteger & SignedInteger, Sum: FixedWidthInteger & SignedInteger {
    let order = coefficients.count
    guard order < count else { return }
    // The latest four samples stay in registers. Read back from memory as part of a vector, each
    // would have to wait until the stores before it are through.
    let recent = order < 4 ? 0 : 4
    let older = order - recent
    func weight(_ index: Int) -> Sum { recent == 0 ? 0 : coefficients[index] }
    let (w1, w2, w3, w4) = (weight(0), weight(1), weight(2), weight(3))
    func sample(_ back: Int) -> Sum { recent == 0 ? 0 : Sum(truncatingIfNeeded: x[order - back]) }
    var (x1, x2, x3, x4) = (sample(1), sample(2), sample(3), sample(4))
    // Oldest sample first, as they lie in memory.
    let weights = Array(coefficients.dropFirst(recent).reversed())
    weights.withUnsafeBufferPointer { weights in
      for i in order..<count {
        let history = x + (i - order)
        var sum: Sum = 0
        for j in 0..<older { sum &+= weights[j] &* Sum(truncatingIfNeeded: history[j]) }
        // From the oldest to the latest, so that only the last step waits for the last sample.
        sum &+= w4 &* x4 &+ w3 &* x3 &+ w2 &* x2
        sum &+= w1 &* x1
        x[i] &+= Sample(truncatingIfNeeded: sum &>> shift)
        (x4, x3, x2, x1) = (x3, x2, x1, Sum(truncatingIfNeeded: x[i]))
      }
    }
  }
}
