// The optimiser: AdamW over the flat parameter buffer, a slice per worker.

import Kernels

/// AdamW as torch.optim.AdamW computes it. In a step every worker calls `update` on its own slice
/// of the buffer; after a barrier one of them calls `advance`.
/// @unchecked Sendable: slices do not overlap and the trainer's barriers order `advance`.
package final class AdamW: @unchecked Sendable {
  /// Settings that stay the same for a whole run; the learning rate comes from a `Schedule`.
  package struct Configuration: Codable, Sendable, Equatable {
    package var beta1: Double
    package var beta2: Double
    package var epsilon: Double
    /// Applies to parameters whose `decays` is set.
    package var weightDecay: Double

    package init(
      beta1: Double = 0.9, beta2: Double = 0.98, epsilon: Double = 1e-9, weightDecay: Double = 1e-2
    ) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
      self.weightDecay = weightDecay
    }
  }

  package let configuration: Configuration
  package let layout: ParameterLayout
  /// Running means of the gradients and of their squares, laid out by `layout`: with
  /// `completedSteps`, all there is to save and restore.
  package let firstMoment: ParameterBuffer
  package let secondMoment: ParameterBuffer
  package var completedSteps = 0

  package init(_ configuration: Configuration, layout: ParameterLayout) {
    self.configuration = configuration
    self.layout = layout
    firstMoment = ParameterBuffer(count: layout.count)
    secondMoment = ParameterBuffer(count: layout.count)
  }

  /// Splits the buffer into one run a worker, at cache line borders and of nearly equal length.
  package static func slices(count: Int, workers: Int) -> [Range<Int>] {
    let lines = (count + 15) / 16
    return (0..<workers).map {
      let lower = lines * $0 / workers * 16
      let upper = lines * ($0 + 1) / workers * 16
      return min(lower, count)..<min(upper, count)
    }
  }

  /// Updates the weights within `range`.
  /// - Parameter gradientScale: multiplies the gradients first, see `GradientClipping.scale`.
  package func update(
    _ weights: ParameterBuffer, gradients: ParameterBuffer, range: Range<Int>, learningRate: Float,
    gradientScale: Float = 1
  ) {
    let coefficients = AdamWUpdate.Coefficients(
      learningRate: learningRate, beta1: configuration.beta1, beta2: configuration.beta2,
      epsilon: configuration.epsilon, step: completedSteps + 1, gradientScale: gradientScale)
    for parameter in layout.parameters where !parameter.isFrozen {
      let part = range.clamped(to: parameter.offset..<parameter.offset + parameter.count)
      if part.isEmpty { continue }
      let start = part.lowerBound
      AdamWUpdate.apply(
        weights: weights.pointer + start, gradients: gradients.pointer + start,
        firstMoment: firstMoment.pointer + start, secondMoment: secondMoment.pointer + start,
        count: part.count, weightDecay: parameter.decays ? Float(configuration.weightDecay) : 0,
        coefficients)
    }
  }

  /// Ends the step, once every slice is updated.
  package func advance() { completedSteps += 1 }
}
