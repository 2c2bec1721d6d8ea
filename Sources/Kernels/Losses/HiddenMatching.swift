// A distillation loss besides the divergence: the student's hidden frames drawn to the teacher's.

/// Mean square difference of hidden frames of one width (FitNets: Romero et al., arXiv 1412.6550,
/// without their regressor, since widths are equal).
package enum HiddenMatching {
  /// loss = weight * sum over frames of the mean over columns of (student - teacher)^2.
  ///
  /// student, teacher: total frames x columns. Returns the loss and its gradient with respect to the
  /// student's frames: 2 * weight / columns * (student - teacher).
  package static func lossAndGradient(
    student: Tensor, teacher: Tensor, weight: Float
  ) -> (loss: Double, gradient: Tensor) {
    guard student.shape == teacher.shape else {
      fatalError("hidden frames of student \(student.shape) and teacher \(teacher.shape) differ")
    }
    var gradient = Tensor(uninitializedShape: student.shape)
    let (s, t, g) = (student.pointer, teacher.pointer, gradient.mutablePointer)
    let scale = 2 * weight / Float(student.columns)
    mapVectors(s, t, into: g, count: student.count) { s, t in (s - t) * scale }
    var loss = 0.0
    for row in 0..<student.rows {
      let start = row * student.columns
      loss += Double(
        sumVectors(s + start, t + start, count: student.columns) { ($0 - $1) * ($0 - $1) })
    }
    return (loss * Double(weight) / Double(student.columns), gradient)
  }
}
