// Comparing arrays of numbers against a reference.

import Kernels
import Testing

/// Fails unless every value is within `absolute + relative * scale` of the expected one, where the
/// scale is the expected array's largest magnitude: what rounding in sums of such values amounts
/// to. Reports the worst value. Equal infinities are close; NaN never is.
package func expectClose(
  _ actual: [Float], _ expected: [Float], relative: Float = 1e-5, absolute: Float = 1e-7,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(actual.count) values instead of \(expected.count) \(text(comment))",
      sourceLocation: sourceLocation)
    return
  }
  let scale = expected.reduce(0) { $1.isFinite ? max($0, abs($1)) : $0 }
  let tolerance = absolute + relative * scale
  var worst: (index: Int, error: Float) = (0, 0)
  for index in actual.indices where actual[index] != expected[index] {
    let error = abs(actual[index] - expected[index])
    if !(error <= worst.error) { worst = (index, error.isNaN ? .infinity : error) }
  }
  #expect(
    worst.error <= tolerance,
    """
    at \(worst.index): \(actual[worst.index]) instead of \(expected[worst.index]), \
    tolerance \(tolerance) \(text(comment))
    """,
    sourceLocation: sourceLocation)
}

/// The same for tensors, which must agree in shape.
package func expectClose(
  _ actual: Tensor, _ expected: Tensor, relative: Float = 1e-5, absolute: Float = 1e-7,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(actual.shape == expected.shape, comment, sourceLocation: sourceLocation)
  expectClose(
    actual.values, expected.values, relative: relative, absolute: absolute, comment,
    sourceLocation: sourceLocation)
}

/// The same for single numbers; the scale is the expected value itself.
package func expectClose(
  _ actual: Double, _ expected: Double, relative: Double = 1e-5, absolute: Double = 1e-7,
  _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(actual - expected) <= absolute + relative * abs(expected),
    "\(actual) instead of \(expected) \(text(comment))",
    sourceLocation: sourceLocation)
}

private func text(_ comment: Comment?) -> String { comment.map { "(\($0))" } ?? "" }
