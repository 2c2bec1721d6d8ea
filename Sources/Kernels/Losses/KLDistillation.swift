// The distillation loss of DLD: how far the student's token distribution is from the teacher's.

import Foundation

/// Kullback-Leibler divergence from teacher to student at a temperature (Hinton et al., 2015).
package enum KLDistillation {
  /// The same weight for every frame, but times `blankWeight` for those that the teacher takes for
  /// blank with 95 % or more: frames between tokens, which are many and say little.
  package static func frameWeights(
    teacherLogProbabilities: Tensor, weight: Float, blankWeight: Float, blank: Int
  ) -> [Float] {
    let sure = Float(log(0.95))
    return (0..<teacherLogProbabilities.rows).map {
      teacherLogProbabilities[$0, blank] < sure ? weight : weight * blankWeight
    }
  }

  /// KL(teacher || student) in nats, summed over some rows of log-probabilities of one shape.
  package static func divergence(
    of student: Tensor, from teacher: Tensor, rows: Range<Int>
  ) -> Double {
    precondition(student.shape == teacher.shape, "\(student.shape) and \(teacher.shape) differ")
    let tokens = student.columns
    var sum = 0.0
    for row in rows {
      let (s, t) = (student.pointer + row * tokens, teacher.pointer + row * tokens)
      var divergence = Vector.zero
      eachVector(tokens) { token, count in
        let (t, s) = (
          Vector(load: t + token, count: count), Vector(load: s + token, count: count)
        )
        // Beyond the end both are 0, and so is what they add.
        divergence += Vector.exp(t) * (t - s)
      }
      sum += Double(divergence.total)
    }
    return sum
  }

  /// loss = sum over frames of weight * tau^2 * KL(softmax(teacher / tau) || softmax(student /
  /// tau)).
  ///
  /// - Parameters:
  ///   - studentLogits: total frames x tokens; log-probabilities serve as well, since the softmax
  ///     undoes any shift of a row.
  ///   - teacherLogProbabilities: the same shape.
  ///   - frameWeights: one per frame; 0 leaves a frame out.
  ///   - temperature: tau, above 0.
  /// - Returns: the loss in nats, and its gradient with respect to the student's logits:
  ///   weight * tau * (student_tau - teacher_tau).
  package static func lossAndGradient(
    studentLogits: Tensor, teacherLogProbabilities: Tensor, frameWeights: [Float],
    temperature: Float = 1
  ) -> (loss: Double, logitGradient: Tensor) {
    let tokens = studentLogits.columns
    let frames = studentLogits.rows
    guard teacherLogProbabilities.columns == tokens, teacherLogProbabilities.rows == frames,
      frameWeights.count == frames
    else {
      fatalError(
        "student \(studentLogits.shape), teacher \(teacherLogProbabilities.shape) and "
          + "\(frameWeights.count) frame weights differ")
    }
    let inverse = 1 / temperature
    var gradient = Tensor(uninitializedShape: studentLogits.shape)
    let gradientPointer = gradient.mutablePointer
    var scratch = Tensor(uninitialized: tokens)
    let teacherExponentials = scratch.mutablePointer
    var loss = 0.0
    for frame in 0..<frames {
      let weight = frameWeights[frame]
      let row = gradientPointer + frame * tokens
      if weight == 0 {
        row.update(repeating: 0, count: tokens)
        continue
      }
      let student = studentLogits.pointer + frame * tokens
      let teacher = teacherLogProbabilities.pointer + frame * tokens
      let studentTop = LogSoftmax.maximum(student, count: tokens)
      let teacherTop = LogSoftmax.maximum(teacher, count: tokens)
      var studentSums = Vector.zero
      var teacherSums = Vector.zero
      eachVector(tokens) { token, count in
        let s = Vector(load: student + token, count: count, padding: -.infinity)
        let t = Vector(load: teacher + token, count: count, padding: -.infinity)
        let studentExponential = Vector.exp((s - studentTop) * inverse)
        let teacherExponential = Vector.exp((t - teacherTop) * inverse)
        studentSums += studentExponential
        teacherSums += teacherExponential
        studentExponential.store(row + token, count: count)
        teacherExponential.store(teacherExponentials + token, count: count)
      }
      let studentSum = studentSums.total
      let teacherSum = teacherSums.total
      let studentScale = weight * temperature / studentSum
      let teacherScale = weight * temperature / teacherSum
      // log p - log q = (t - s) / tau + constant, where p is not 0.
      let constant =
        (studentTop - teacherTop) * inverse
        + Vector.log(Vector(repeating: studentSum / teacherSum))[0]
      var divergence = Vector.zero
      eachVector(tokens) { token, count in
        let s = Vector(load: student + token, count: count)
        let t = Vector(load: teacher + token, count: count)
        let p = Vector(load: teacherExponentials + token, count: count)
        let q = Vector(load: row + token, count: count)
        var term = p * ((t - s) * inverse + constant)
        // 0 log 0 is 0.
        term.replace(with: 0, where: p .== 0)
        divergence += term
        (q * studentScale - p * teacherScale).store(row + token, count: count)
      }
      loss += Double(divergence.total * teacherScale) * Double(temperature)
    }
    return (loss, gradient)
  }
}
