// Which run of neighbouring layers to skip, found by gradient: after contiguous layer pruning (arXiv 2510.23652).

import Backbones
import Foundation
import Kernels

/// A window over the layers that is closed within a run and open outside, with soft ends:
/// g(i) = 1 - s((i - p + 1/2) / t) s((p + w - 1/2 - i) / t), s the logistic function, for layer i from 0, a run
/// of w layers that begins at p, and softness t. What is learnt is p alone, by how far what is said is
/// from what all layers say. The paper's own formula could not be read; a product of two logistic functions
/// is concave within the run as well.
struct RunGate: Sendable {
  let layerCount: Int
  /// Layers to skip.
  let length: Int

  /// Of every layer how far it is open, from 0 to 1, and the derivative by the run's place.
  func gates(at place: Double, softness: Double) -> [(gate: Double, slope: Double)] {
    (0..<layerCount).map { layer in
      let after = Self.logistic((Double(layer) - place + 0.5) / softness)
      let before = Self.logistic((place + Double(length) - 0.5 - Double(layer)) / softness)
      return (1 - after * before, after * before * (before - after) / softness)
    }
  }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Where runs can begin.
  var places: ClosedRange<Double> { 0...Double(layerCount - length) }

  /// An utterance whose frames are through the front end.
  struct Example: Sendable {
    let start: Tensor
    /// What all layers say: log-probabilities.
    let whole: Tensor
  }

  /// KL a frame from what all layers say with the gates half open, and its derivative by the run's place.
  /// - Parameter scratch: laid out as the network's weights.
  func lossAndSlope(
    at place: Double, softness: Double, _ examples: [Example], network: any GateableBackbone,
    head: any DifferentiableHeadBackbone, scratch: ParameterBuffer
  ) -> (loss: Double, slope: Double) {
    let gates = gates(at: place, softness: softness)
    var frames = HiddenFrames(packing: examples.map(\.start))
    var layers: [GatedLayer] = []
    for (index, gate) in gates.enumerated() {
      let layer = network.gated(index, frames, gate: Float(gate.gate), scratch: scratch)
      layers.append(layer)
      frames = layer.output
    }
    let rows = frames.values.rows
    let (loss, logitGradient) = KLDistillation.lossAndGradient(
      studentLogits: head.head(frames),
      teacherLogProbabilities: HiddenFrames(packing: examples.map(\.whole)).values,
      frameWeights: Array(repeating: 1 / Float(max(1, rows)), count: rows))
    var gradient = head.headGradient(logitGradient, of: frames.values)
    var slope = 0.0
    for (layer, gate) in zip(layers, gates).reversed() {
      let (input, byGate) = layer.backward(gradient)
      slope += byGate * gate.slope
      gradient = input
    }
    return (loss, slope)
  }

  static let (steps, batch) = (30, 4)
  private static let (firstRate, lastRate, firstSoftness, lastSoftness) = (0.5, 0.05, 1.0, 0.2)

  /// Adam from the middle of the stack, with ends that grow hard; the nearest layer that a run can begin at.
  /// - Parameter slope: d(loss)/d(place); nil ends it.
  func learnt(
    slope: (_ step: Int, _ place: Double, _ softness: Double) -> Double?
  ) -> Int? {
    var place = places.upperBound / 2
    var (first, second) = (0.0, 0.0)
    let (beta1, beta2) = (0.8, 0.95)
    for step in 1...Self.steps {
      let share = Double(step - 1) / Double(Self.steps - 1)
      func between(_ a: Double, _ b: Double) -> Double { a * pow(b / a, share) }
      guard
        let slope = slope(step, place, between(Self.firstSoftness, Self.lastSoftness))
      else { return nil }
      first = beta1 * first + (1 - beta1) * slope
      second = beta2 * second + (1 - beta2) * slope * slope
      let (mean, square) = (
        first / (1 - pow(beta1, Double(step))), second / (1 - pow(beta2, Double(step)))
      )
      place -= between(Self.firstRate, Self.lastRate) * mean / (square.squareRoot() + 1e-12)
      place = min(max(place, places.lowerBound), places.upperBound)
    }
    return Int(place.rounded())
  }
}
