// Products with matrices in panels against sums written out.

import TestSupport
import Testing

@testable import Kernels

@Suite struct PanelsTests {
  /// y = x W^T + b, in double precision.
  private func expected(_ x: Tensor, _ weight: Tensor, rows k: Int, bias: Tensor?) -> [Float] {
    (0..<x.rows).flatMap { row in
      (0..<weight.rows).map { column in
        Float(
          (0..<k).reduce(bias.map { Double($0.values[column]) } ?? 0) {
            $0 + Double(x[row, $1]) * Double(weight[column, $1])
          })
      }
    }
  }

  /// Fewer rows than a tile has, whole tiles, and a last one that does some rows again; ragged panels.
  @Test(arguments: [1, 5, 6, 7, 12, 23], [1, 15, 16, 17, 48])
  func products(count: Int, columns: Int) {
    let (x, weight) = (randomTensor(count, 21, seed: 1), randomTensor(columns, 24, seed: 2))
    let bias = randomTensor(columns, seed: 3)
    let panels = Panels(transposing: weight, rows: 21, columns: columns)
    // A row of y has more than the product fills, and that stays.
    let stride = columns + 3
    var y = Tensor(zeros: count, stride)
    let out = y.mutablePointer
    out.update(repeating: 7, count: count * stride)
    panels.multiply(
      x.pointer, stride: 21, count: count, bias: bias.pointer, into: out, stride: stride)
    let found = (0..<count).flatMap { row in (0..<columns).map { y[row, $0] } }
    expectClose(found, expected(x, weight, rows: 21, bias: bias))
    #expect((0..<count).allSatisfy { row in (columns..<stride).allSatisfy { y[row, $0] == 7 } })
    #expect(panels.transposed.shape == [columns, 21])
    #expect(
      (0..<columns).allSatisfy { o in
        (0..<21).allSatisfy { panels.transposed[o, $0] == weight[o, $0] }
      })
  }

  /// Rows that overlap, as a convolution's do.
  @Test func rowsThatOverlap() {
    let (frames, weight) = (randomTensor(9, 4, seed: 4), randomTensor(16, 12, seed: 5))
    let panels = Panels(transposing: weight, rows: 12, columns: 16)
    var y = Tensor(uninitialized: 4, 16)
    panels.multiply(
      frames.pointer, stride: 8, count: 4, bias: nil, into: y.mutablePointer, stride: 16)
    let windows = Tensor((0..<4).flatMap { frames.values[8 * $0..<8 * $0 + 12] }, shape: [4, 12])
    expectClose(y.values, expected(windows, weight, rows: 12, bias: nil))
  }

  /// A row's sums do not depend on the rows beside it.
  @Test func anyRowsGiveTheSame() {
    let (x, weight) = (randomTensor(31, 40, seed: 6), randomTensor(35, 40, seed: 7))
    let panels = Panels(transposing: weight, rows: 40, columns: 35)
    func rows(_ range: Range<Int>) -> [Float] {
      var y = Tensor(uninitialized: range.count, 35)
      panels.multiply(
        x.pointer + range.lowerBound * 40, stride: 40, count: range.count, bias: nil,
        into: y.mutablePointer, stride: 35)
      return y.values
    }
    let all = rows(0..<31)
    for range in [0..<3, 3..<20, 20..<26, 26..<31] {
      #expect(rows(range) == Array(all[range.lowerBound * 35..<range.upperBound * 35]))
    }
  }
}
