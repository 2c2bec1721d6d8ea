// Norms whose statistics are over many rows, against the same in Double. Sums of running Floats are off
// by 2e-4 of a standard deviation for 30 s of sound, and by 0.15 with an offset.

import Base
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct NormPrecisionTests {
  /// Syllables of noise on an offset.
  struct Sound: Sendable, CustomTestStringConvertible {
    var peak, offset: Float
    /// Of a normalised value and of a gradient, in standard deviations. With an offset of a thousand of
    /// them the mean's own last digit is 6e-5.
    var tolerance, gradientTolerance: Double

    var testDescription: String { "peak \(peak), offset \(offset)" }
  }

  static let sounds = [
    Sound(peak: 0.5, offset: 0, tolerance: 2e-6, gradientTolerance: 5e-6),
    Sound(peak: 0.005, offset: 0.9, tolerance: 5e-5, gradientTolerance: 1.5e-4),
  ]
  static let channels = 16

  /// 30 s at 16 kHz through a first convolution like wav2vec 2.0's: 96,000 rows.
  private func firstConvolution(_ sound: Sound) -> Tensor {
    var random = RandomGenerator(seed: 5)
    let samples = (0..<480_000).map { n in
      let envelope = 0.5 - 0.5 * cos(2 * Float.pi * Float(n % 4000) / 4000)
      return sound.offset + sound.peak * envelope * random.uniform(-1...1)
    }
    let kernel = randomTensor(Self.channels, 1, 10, seed: 6, scale: 0.3)
    // Two samples more than 480,000 / 5 windows of 10 need, five in front of them.
    let padded = samples + samples.prefix(5)
    return StridedConvolution.forward(
      Tensor(padded, shape: [padded.count, 1]), lengths: [padded.count], weight: kernel.pointer,
      bias: nil, outputs: Self.channels, kernel: 10, stride: 5
    ).output
  }

  /// A column in Double.
  private func column(_ x: Tensor, _ j: Int) -> [Double] {
    (0..<x.rows).map { Double(x.pointer[$0 * x.columns + j]) }
  }

  private func statistics(_ x: [Double]) -> (mean: Double, inverse: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return (mean, 1 / (variance + 1e-5).squareRoot())
  }

  private func worst(_ actual: [Double], _ expected: [Double]) -> Double {
    zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// Each column of y against x normalised in Double, with weight 1 and bias 0.
  private func expectNormalized(_ y: Tensor, _ x: Tensor, tolerance: Double) {
    for j in 0..<x.columns {
      let values = column(x, j)
      let (mean, inverse) = statistics(values)
      let error = worst(column(y, j), values.map { ($0 - mean) * inverse })
      #expect(error < tolerance, "column \(j) is off by \(error)")
    }
  }

  private let ones = Tensor(Array(repeating: 1, count: channels))
  private let zeros = Tensor(zeros: channels)

  @Test(arguments: sounds) func channelNorm(_ sound: Sound) {
    let x = firstConvolution(sound)
    #expect(x.rows == 96_000)
    let (y, saved) = ChannelNorm.forward(
      x, lengths: [x.rows], weight: ones.pointer, bias: zeros.pointer)
    expectNormalized(y, x, tolerance: sound.tolerance)

    // Gradients that do not sum to 0, so that their means count.
    var dy = randomTensor(x.rows, x.columns, seed: 7)
    dy.add(Tensor(Array(repeating: 3, count: x.count), shape: x.shape))
    var (weightGradient, biasGradient) = (zeros, zeros)
    let dx = ChannelNorm.backward(
      dy, input: x, statistics: saved, lengths: [x.rows], weight: ones.pointer,
      weightGradient: weightGradient.mutablePointer, biasGradient: biasGradient.mutablePointer)
    expectGradients(
      dx, dy, x, weightGradient, biasGradient, tolerance: sound.gradientTolerance)
  }

  /// dx, in units of 1/sqrt(var + eps), and the parameters' gradients a row against Double.
  private func expectGradients(
    _ dx: Tensor, _ dy: Tensor, _ x: Tensor, _ weightGradient: Tensor, _ biasGradient: Tensor,
    tolerance: Double
  ) {
    let rows = Double(x.rows)
    for j in 0..<x.columns {
      let (values, g) = (column(x, j), column(dy, j))
      let (mean, inverse) = statistics(values)
      let normalized = values.map { ($0 - mean) * inverse }
      let bias = g.reduce(0, +)
      let weight = zip(g, normalized).reduce(0) { $0 + $1.0 * $1.1 }
      let expected = zip(g, normalized).map { $0 - bias / rows - $1 * weight / rows }
      let error = worst(column(dx, j).map { $0 / inverse }, expected)
      #expect(error < tolerance, "column \(j)'s gradient is off by \(error)")
      #expect(abs(Double(biasGradient.pointer[j]) - bias) / rows < 1e-6)
      #expect(abs(Double(weightGradient.pointer[j]) - weight) / rows < tolerance)
    }
  }

  /// In training, by two workers.
  @Test(arguments: sounds) func batchNorm(_ sound: Sound) throws {
    let x = firstConvolution(sound)
    let half = x.rows / 3
    let shards = [x.rows(0..<half), x.rows(half..<x.rows)]
    let reduce = AllReduce(workers: 2)
    let (weight, bias) = (ones, zeros)
    let outputs = try inParallel(2) { worker in
      BatchNorm.forward(
        shards[worker], weight: weight.pointer, bias: bias.pointer, running: nil, reduce: reduce,
        worker: worker
      ).output
    }
    let y = Tensor(outputs.flatMap(\.values), shape: x.shape)
    expectNormalized(y, x, tolerance: sound.tolerance)
  }

  /// The parameters' gradients are sums over rows.
  @Test func layerNorm() {
    let x = firstConvolution(Self.sounds[0])
    let (_, saved) = LayerNorm.forward(x, weight: ones.pointer, bias: zeros.pointer)
    let dy = Tensor(Array(repeating: 0.1, count: x.count), shape: x.shape)
    var (weightGradient, biasGradient) = (zeros, zeros)
    _ = LayerNorm.backward(
      dy, input: x, statistics: saved, weight: ones.pointer,
      weightGradient: weightGradient.mutablePointer, biasGradient: biasGradient.mutablePointer)
    let expected = Double(x.rows) * Double(Float(0.1))
    #expect(biasGradient.values.allSatisfy { abs(Double($0) / expected - 1) < 1e-6 })
  }
}
