// Forward passes shared by threads give what one thread gives.

import Base
import TestSupport
import Testing

@testable import Kernels

struct ParallelTests {
  /// Large enough for every operation to be shared, with ragged ends.
  private let rows = 203, columns = 192, heads = 6

  private func random(_ shape: Int..., seed: UInt64) -> Tensor {
    var generator = RandomGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: -2...2, using: &generator) }
    return Tensor(values, shape: shape)
  }

  /// Every shared operation on the same inputs.
  private func outputs() -> [(name: String, values: Tensor)] {
    let x = random(rows, columns, seed: 1)
    let weight = random(columns, seed: 2)
    let bias = random(columns, seed: 3)
    let square = random(columns, columns, seed: 4)
    let lengths = [150, 53]
    var modest = x
    GELU.apply(to: &modest)
    var wide = Tensor(uninitialized: 16, rows)
    BLAS.multiply(
      .transposed(square.pointer, stride: columns), .transposed(x.pointer, stride: columns),
      into: wide.mutablePointer, stride: rows, m: 16, n: rows, k: columns)
    let qkv = random(rows, 3 * columns, seed: 5)
    let attention = Attention.forward(qkv, lengths: lengths, heads: heads, keepWeights: true)
    let taps = random(columns, columns / 4, 9, seed: 6)
    return [
      (
        "Linear",
        Linear.forward(x, weight: square.pointer, bias: bias.pointer, outputs: columns)
      ),
      ("a product of few rows", wide),
      ("LayerNorm", LayerNorm.forward(x, weight: weight.pointer, bias: bias.pointer).output),
      (
        "ChannelNorm",
        ChannelNorm.forward(
          x, lengths: lengths, weight: weight.pointer, bias: bias.pointer
        ).output
      ),
      ("GELU", GELU.forward(x)), ("GELU in place", modest),
      ("Attention", attention.output), ("attention weights", attention.weights ?? x),
      (
        "Attention without weights",
        Attention.forward(qkv, lengths: lengths, heads: heads, keepWeights: false).output
      ),
      (
        "GroupedConvolution",
        GroupedConvolution.forward(
          x, lengths: lengths, weight: taps.pointer, bias: bias.pointer, kernel: 9, groups: 4)
      ),
    ]
  }

  @Test(arguments: [2, 3, 64]) func threadsDoNotChangeResults(threads: Int) {
    let expected = outputs()
    let found = Parallel.with(threads: threads) { outputs() }
    for (a, b) in zip(expected, found) {
      #expect(a.name == b.name)
      expectClose(b.values, a.values, relative: 1e-6)
    }
  }

  @Test(arguments: [(1, 1), (17, 1), (1000, 16), (1001, 16), (5, 16)])
  func rangesCoverEverythingOnce(count: Int, grain: Int) {
    var visits = Tensor(zeros: count)
    let counts = visits.mutablePointer
    Parallel.with(threads: 4) {
      Parallel.split(count, grain: grain, work: .max) { part in
        #expect(part.lowerBound % grain == 0)
        for i in part { counts[i] += 1 }
      }
    }
    #expect(visits.values.allSatisfy { $0 == 1 })
  }

  /// Threads are asked for where they are wanted, and nowhere else.
  @Test func oneThreadUnlessAsked() {
    var parts = 0
    Parallel.split(1000, work: .max) { _ in parts += 1 }
    #expect(parts == 1)
  }
}
