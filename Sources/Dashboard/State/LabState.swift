// The lab: a small network that is trained in the program itself, and what can be turned meanwhile.

import Training

package struct LabState: Sendable, Equatable {
  package enum Phase: Sendable, Equatable {
    case preparing
    case training
    /// To its end, or as far as somebody let it.
    case done
    case failed(String)
  }

  /// What comes of an older one is not listened to.
  package let id: Int
  package internal(set) var phase = Phase.preparing
  package internal(set) var settings = LabSettings()

  package var isBusy: Bool { phase == .preparing || phase == .training }

  static let learningRates = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016]
  static let lambdas = [0.0, 0.25, 0.5, 1, 2, 4, 8]

  mutating func changeLearningRate(by step: Int) {
    settings.learningRate = Self.other(settings.learningRate, step, Self.learningRates)
  }

  mutating func changeLambda(by step: Int) {
    settings.klWeight = Self.other(settings.klWeight, step, Self.lambdas)
  }

  private static func other(_ value: Double, _ step: Int, _ values: [Double]) -> Double {
    let place = values.firstIndex(of: value) ?? 0
    return values[min(values.count - 1, max(0, place + step))]
  }
}

/// What is told of a lab.
package enum LabNews: Sendable {
  case trained(LabTraining, [TrainingEvent])
  case ended
  case failed(String)
}
