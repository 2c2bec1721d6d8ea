// LAPACK's eigenvectors, held against what defines them.

import Kernels
import TestSupport
import Testing

@Suite struct SymmetricEigenTests {
  @Test(arguments: [1, 2, 7, 40]) func vectorsAreOrthonormalAndScaledByTheMatrix(n: Int) throws {
    let a = randomTensor(n, n, seed: UInt64(n))
    let matrix = Tensor(
      (0..<n).flatMap { i in (0..<n).map { a[i, $0] + a[$0, i] } }, shape: [n, n])
    let (values, vectors) = try #require(SymmetricEigen.decompose(matrix))
    #expect(values == values.sorted(by: >))
    for i in 0..<n {
      for j in 0..<n {
        let dot = (0..<n).reduce(Float(0)) { $0 + vectors[i, $1] * vectors[j, $1] }
        #expect(abs(dot - (i == j ? 1 : 0)) < 1e-4)
        let product = (0..<n).reduce(Float(0)) { $0 + matrix[j, $1] * vectors[i, $1] }
        #expect(abs(product - values[i] * vectors[i, j]) < 1e-4 * max(1, abs(values[0])))
      }
      let largest = (0..<n).map { vectors[i, $0] }.max { abs($0) < abs($1) } ?? 0
      #expect(largest > 0)
    }
  }
}
