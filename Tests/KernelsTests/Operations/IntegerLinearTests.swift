// Linear layers by whole numbers, against the same numbers multiplied one by one, and against floats.

import TestSupport
import Testing

@testable import Kernels

@Suite struct IntegerLinearTests {
  /// Rows, inputs, outputs: below a tile, whole tiles, beyond them.
  struct Size: Sendable, CustomTestStringConvertible {
    var n, i, o: Int
    var testDescription: String { "\(n) x \(i) x \(o)" }
  }

  private static let sizes = [
    Size(n: 1, i: 1, o: 1), Size(n: 7, i: 5, o: 3), Size(n: 24, i: 64, o: 64),
    Size(n: 25, i: 130, o: 77), Size(n: 13, i: 129, o: 33),
  ]

  /// Whole numbers of a row or a channel, and what one of them is worth.
  private struct Counted {
    var values: [Int]
    var step: Float
    var zero = 0
  }

  private func count(row: [Float]) -> Counted {
    let (low, high) = (min(0, row.min() ?? 0), max(0, row.max() ?? 0))
    let factor = 255 / (high - low)
    let zero = (-low * factor).rounded(.toNearestOrEven)
    return Counted(
      values: row.map { Int(min(255, max(0, $0 * factor + zero)).rounded(.toNearestOrEven)) },
      step: (high - low) / 255, zero: Int(zero))
  }

  private func count(channel: [Float]) -> Counted {
    let largest = channel.map(abs).max() ?? 0
    return Counted(
      values: channel.map { Int(($0 / largest * 127).rounded(.toNearestOrEven)) },
      step: largest / 127)
  }

  private func rows(_ matrix: Tensor) -> [[Float]] {
    (0..<matrix.rows).map { row in (0..<matrix.columns).map { matrix[row, $0] } }
  }

  @Test func plainLoopsAreAlwaysThere() {
    #expect(IntegerTile.available.last == .plain)
  }

  @Test(arguments: IntegerTile.available, sizes)
  func everySumIsExact(tile: IntegerTile, size: Size) {
    let x = randomTensor(size.n, size.i, seed: 1)
    let weight = randomTensor(size.o, size.i, seed: 2)
    let bias = randomTensor(size.o, seed: 3)
    let layer = IntegerLinear(weight, inputs: size.i, outputs: size.o, tile: tile)
    let channels = rows(weight).map(count(channel:))
    let expected = rows(x).map(count(row:)).flatMap { row in
      zip(channels, bias.values).map { channel, bias in
        let sum = zip(row.values, channel.values).reduce(0) { $0 + ($1.0 - row.zero) * $1.1 }
        return Float(sum) * (row.step * channel.step) + bias
      }
    }
    let y = layer(x, bias: bias.pointer)
    #expect(y.shape == [size.n, size.o] && layer.weightCount == size.i * size.o)
    #expect(y.values == expected)
  }

  /// 255 times 127 over and over: two such products are more than 16 bits hold.
  @Test(arguments: IntegerTile.available) func theLargestNumbersDoNotOverflow(tile: IntegerTile) {
    let inputs = 1 << 16
    let ones = Tensor([Float](repeating: 1, count: inputs), shape: [1, inputs])
    let signs = Tensor(
      [Float](repeating: 1, count: inputs) + [Float](repeating: -1, count: inputs),
      shape: [2, inputs])
    let y = IntegerLinear(signs, inputs: inputs, outputs: 2, tile: tile)(ones, bias: nil)
    expectClose(y.values, [Float(inputs), -Float(inputs)], relative: 1e-6)
  }

  /// Every value is off by a step at most, every weight by half of one.
  @Test(arguments: sizes) func nearTheProductOfFloats(size: Size) {
    let x = randomTensor(size.n, size.i, seed: 4)
    let weight = randomTensor(size.o, size.i, seed: 5)
    let y = IntegerLinear(weight, inputs: size.i, outputs: size.o)(x, bias: nil)
    for (n, row) in rows(x).enumerated() {
      let step = Double(count(row: row).step)
      for (o, channel) in rows(weight).enumerated() {
        let half = Double(count(channel: channel).step) / 2
        var (exact, bound) = (0.0, 1e-6)
        for (a, w) in zip(row, channel) {
          exact += Double(a) * Double(w)
          bound += step * (abs(Double(w)) + half) + abs(Double(a)) * half
        }
        #expect(abs(Double(y[n, o]) - exact) <= bound, "\(n) \(o)")
      }
    }
  }

  @Test(arguments: IntegerTile.available) func theFirstRowsAndColumnsOfAWeight(tile: IntegerTile) {
    let weight = randomTensor(40, 30, seed: 6)
    let x = randomTensor(9, 21, seed: 7)
    let corner = Tensor(
      (0..<35).flatMap { o in (0..<21).map { weight[o, $0] } }, shape: [35, 21])
    let part = IntegerLinear(weight, inputs: 21, outputs: 35, tile: tile)
    let whole = IntegerLinear(corner, inputs: 21, outputs: 35, tile: tile)
    #expect(part(x, bias: nil).values == whole(x, bias: nil).values)
  }

  @Test func threadsChangeNothing() {
    let (x, weight) = (randomTensor(203, 64, seed: 8), randomTensor(70, 64, seed: 9))
    let layer = IntegerLinear(weight, inputs: 64, outputs: 70)
    let alone = layer(x, bias: nil).values
    #expect(Parallel.with(threads: 3) { layer(x, bias: nil).values } == alone)
  }

  /// What is not finite is not rounded to something that is; what is next to nothing is nothing.
  @Test(arguments: IntegerTile.available) func unusualRows(tile: IntegerTile) {
    let x = Tensor(
      [1, 2, .nan, 4, 0, 0, 0, 0, 1, -.infinity, 0, 0, 1e-35, 0, -1e-35, 0, 1, 1, 1, 1],
      shape: [5, 4])
    let bias = Tensor([0.5, -0.5, 1])
    let layer = IntegerLinear(
      Tensor([1, 1, 1, 1, 0, 0, 0, 0, -1, 1, -1, 1], shape: [3, 4]), inputs: 4, outputs: 3,
      tile: tile)
    let y = rows(layer(x, bias: bias.pointer))
    #expect(y[0].allSatisfy(\.isNaN) && y[2].allSatisfy(\.isNaN))
    #expect(y[1] == bias.values && y[3] == bias.values)
    expectClose(y[4], [4.5, -0.5, 1], relative: 1e-6)
  }

  @Test func aChannelThatIsNoNumberStaysNone() {
    let weight = Tensor([1, .nan, 1, 1, .infinity, 1], shape: [3, 2])
    let y = IntegerLinear(weight, inputs: 2, outputs: 3)(
      Tensor([1, 1], shape: [1, 2]), bias: nil)
    #expect(y[0, 0].isNaN && y[0, 2].isNaN)
    expectClose(Double(y[0, 1]), 2)
  }
}

extension IntegerLinear {
  /// x is n x i; returns n x o.
  fileprivate func callAsFunction(_ x: Tensor, bias: UnsafePointer<Float>?) -> Tensor {
    var y = Tensor(uninitialized: x.rows, outputs)
    multiply(x.pointer, stride: x.columns, rows: x.rows, bias: bias, into: y.mutablePointer)
    return y
  }
}
