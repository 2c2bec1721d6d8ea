// The distillation loss of DLD: how far the student's token distribution is from the teacher's.

import Foundation

/// Kullback-Leibler divergence from teacher to student at a temperature (Hinton et al., 2015).
package enum KLDistillation {
  /// The same weight for every frame, but times `blankWeight` for those that the teacher takes for
  /// blank with 95 % or more: frames between tokens, which are many and say little.
  package static func frameWeights(
    teacherLogProbabilities: Tensor, weight: Float, blankWeight: Float, blank: Int = 0
  ) -> [Float] {
    let sure = Float(log(0.95))
    return (0..<teacherLogProbabilities.rows).map {
      teacherLogProbabilities[$0, blank] < sure ? weight : weight * blankWeight
    }
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
    typealias Lanes = SIMD16<Float>
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
      var studentSums = Lanes(repeating: 0)
      var teacherSums = Lanes(repeating: 0)
      var token = 0
      while token < tokens {
        let count = min(VectorMath.width, tokens - token)
        let s = VectorMath.load(student + token, first: count, filler: -.infinity)
        let t = VectorMath.load(teacher + token, first: count, filler: -.infinity)
        let studentExponential = VectorMath.exp((s - studentTop) * inverse)
        let teacherExponential = VectorMath.exp((t - teacherTop) * inverse)
        studentSums += studentExponential
        teacherSums += teacherExponential
        VectorMath.store(studentExponential, row + token, first: count)
        VectorMath.store(teacherExponential, teacherExponentials + token, first: count)
        token += VectorMath.width
      }
      let studentSum = VectorMath.sum(studentSums)
      let teacherSum = VectorMath.sum(teacherSums)
      let studentScale = weight * temperature / studentSum
      let teacherScale = weight * temperature / teacherSum
      // log p - log q = (t - s) / tau + constant, where p is not 0.
      let constant =
        (studentTop - teacherTop) * inverse
        + VectorMath.log(Lanes(repeating: studentSum / teacherSum))[0]
      var divergence = Lanes(repeating: 0)
      token = 0
      while token < tokens {
        let count = min(VectorMath.width, tokens - token)
        let s = VectorMath.load(student + token, first: count)
        let t = VectorMath.load(teacher + token, first: count)
        let p = VectorMath.load(teacherExponentials + token, first: count)
        let q = VectorMath.load(row + token, first: count)
        var term = p * ((t - s) * inverse + constant)
        // 0 log 0 is 0.
        term.replace(with: 0, where: p .== 0)
        divergence += term
        VectorMath.store(q * studentScale - p * teacherScale, row + token, first: count)
        token += VectorMath.width
      }
      loss += Double(VectorMath.sum(divergence) * teacherScale) * Double(temperature)
    }
    return (loss, gradient)
  }
}
