// Parts of fully connected layers against sums written out.

import Kernels
import TestSupport
import Testing

@Suite struct ThinLinearTests {
  private let x = randomTensor(5, 6, seed: 1)
  private let bias = randomTensor(9, seed: 2)

  /// o x i of (sum over r of left[o, r] right[r, i]), applied to x, with the bias.
  private func expected(
    outputs: Int, inputs: Int, bias: Tensor?, weight: (Int, Int) -> Double
  ) -> [Float] {
    (0..<x.rows).flatMap { row in
      (0..<outputs).map { o in
        let start = bias.map { Double($0.values[o]) } ?? 0
        return Float(
          (0..<inputs).reduce(start) { $0 + Double(x.values[row * 6 + $1]) * weight(o, $1) })
      }
    }
  }

  @Test(arguments: [9, 4, 1], [true, false])
  func theFirstRowsAndColumnsOfAWeight(outputs: Int, hasBias: Bool) {
    let weight = randomTensor(9, 8, seed: 3)
    let part = ThinLinear(
      .whole(weight), bias: hasBias ? bias : nil, inputs: 6, outputs: outputs)
    let y = part(x)
    #expect(y.shape == [5, outputs] && part.weightCount == 6 * outputs)
    expectClose(
      y.values,
      expected(outputs: outputs, inputs: 6, bias: hasBias ? bias : nil) { Double(weight[$0, $1]) })
  }

  @Test(arguments: [1, 3, 5], [9, 4])
  func theFirstRanksOfTwoFactors(rank: Int, outputs: Int) {
    let (left, right) = (randomTensor(9, 5, seed: 4), randomTensor(5, 8, seed: 5))
    let part = ThinLinear(
      .factors(left: left, right: right, rank: rank), bias: bias, inputs: 6, outputs: outputs)
    let y = part(x)
    #expect(y.shape == [5, outputs] && part.weightCount == rank * (6 + outputs))
    expectClose(
      y.values,
      expected(outputs: outputs, inputs: 6, bias: bias) { o, i in
        (0..<rank).reduce(0) { $0 + Double(left[o, $1]) * Double(right[$1, i]) }
      })
  }

  @Test func weightsKnowTheirParts() {
    var layout = ParameterLayout()
    let (weight, bias) = (layout.add("a.weight", 9, 8), layout.add("a.bias", 9))
    let other = layout.add("b.weight", 9, 8)
    let whole = Weights(ParameterBuffer(count: layout.count))
    let part = ThinLinear(
      .whole(randomTensor(9, 8, seed: 6)), bias: nil, inputs: 8, outputs: 3)
    let thin = whole.replacing([(weight, bias, part)])
    #expect(thin.part(weight)?.outputs == 3 && thin.part(other) == nil)
    #expect(thin.count(weight) == 24 && thin.count(bias) == 3 && thin.count(other) == 72)
    #expect(whole.part(weight) == nil && whole.count(weight) == 72)
  }

  /// 1 + 2^-8 and 1 + 3 2^-8 are ties, which go to even.
  @Test func weightsInBFloat16() {
    let weight = Tensor([1.00390625, 1.01171875, 3.1415927, -3.1415927], shape: [2, 2])
    let rounded = ThinLinear(.whole(weight), bias: nil, inputs: 2, outputs: 2).inBFloat16
    #expect(rounded(Tensor([1, 0], shape: [1, 2])).values == [1, 3.140625])
    #expect(rounded(Tensor([0, 1], shape: [1, 2])).values == [1.015625, -3.140625])
    #expect(rounded.weightCount == 4)
  }

  @Test(arguments: [true, false]) func partsInBytesSayNearlyTheSame(isFactored: Bool) {
    let (left, right) = (randomTensor(9, 5, seed: 6), randomTensor(5, 8, seed: 7))
    let part = ThinLinear(
      isFactored
        ? .factors(left: left, right: right, rank: 3) : .whole(randomTensor(9, 8, seed: 8)),
      bias: bias, inputs: 6, outputs: 7)
    let bytes = part.inBytes
    #expect(bytes.weightCount == part.weightCount)
    expectClose(bytes(x), part(x), relative: 0.05)
    #expect(bytes(x).values != part(x).values)
    // Rounded once.
    #expect(bytes.inBytes(x).values == bytes(x).values)
  }
}
