// LAPACK's singular values, held against numpy's (Fixtures/make_singular.py) and what defines them.

import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct SingularValuesTests {
  @Test(arguments: ["tall", "wide", "square"]) func valuesAndVectorsAreThoseOfNumpy(
    name: String
  ) throws {
    let file = try SafetensorsFile(contentsOf: fixture("singular.safetensors"))
    let found = try #require(SingularValues(try file.tensor("\(name).matrix")))
    expectClose(found.values, try file.tensor("\(name).values").values)
    expectClose(found.left, try file.tensor("\(name).left"), relative: 1e-4)
    expectClose(found.right, try file.tensor("\(name).right"), relative: 1e-4)
  }

  private static let sizes = [(1, 1), (1, 5), (5, 1), (40, 7), (7, 40), (33, 33), (200, 12)]

  @Test(arguments: sizes) func vectorsAreOrthonormal(rows: Int, columns: Int) throws {
    let matrix = randomTensor(rows, columns, seed: UInt64(rows * columns))
    let found = try #require(SingularValues(matrix))
    let count = min(rows, columns)
    #expect(found.left.shape == [rows, count] && found.right.shape == [count, columns])
    #expect(found.values == found.values.sorted(by: >) && found.values.count == count)
    for i in 0..<count {
      for j in 0..<count {
        let left = (0..<rows).reduce(Float(0)) { $0 + found.left[$1, i] * found.left[$1, j] }
        let right = (0..<columns).reduce(Float(0)) { $0 + found.right[i, $1] * found.right[j, $1] }
        let expected: Float = i == j ? 1 : 0
        #expect(abs(left - expected) < 1e-4 && abs(right - expected) < 1e-4, "\(i) \(j)")
      }
      let largest = (0..<columns).map { found.right[i, $0] }.max { abs($0) < abs($1) } ?? 0
      #expect(largest > 0)
    }
  }

  /// With the first r of them as far from the matrix as the root of the others' squares; with all it is the
  /// matrix.
  @Test(arguments: sizes) func whatIsLeftOutIsTheDistance(rows: Int, columns: Int) throws {
    let matrix = randomTensor(rows, columns, seed: UInt64(rows + columns))
    let found = try #require(SingularValues(matrix))
    for rank in 0...found.values.count {
      var squares = 0.0
      for i in 0..<rows {
        for j in 0..<columns {
          let product = (0..<rank).reduce(0.0) {
            $0 + Double(found.left[i, $1]) * Double(found.values[$1]) * Double(found.right[$1, j])
          }
          squares += pow(Double(matrix[i, j]) - product, 2)
        }
      }
      let expected = found.values[rank...].reduce(0.0) { $0 + Double($1) * Double($1) }
      expectClose(squares.squareRoot(), expected.squareRoot(), relative: 1e-4, absolute: 3e-4)
    }
  }

  @Test func nothingHasNone() throws {
    let found = try #require(SingularValues(Tensor(uninitialized: 0, 5)))
    #expect(found.values.isEmpty && found.left.count == 0 && found.right.count == 0)
  }
}
