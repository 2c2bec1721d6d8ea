// Eigenvectors of a symmetric matrix, by the LAPACK that OpenBLAS brings along.

internal import COpenBLAS

package enum SymmetricEigen {
  /// All eigenvalues, largest first, and their unit eigenvectors as rows (n x n) of a symmetric
  /// n x n matrix; nil when LAPACK's `ssyev` finds no convergence. Each vector's largest component is
  /// made positive, so that the result does not depend on the library's choice of sign.
  package static func decompose(_ matrix: Tensor) -> (values: [Float], vectors: Tensor)? {
    let n = matrix.columns
    precondition(matrix.rows == n, "a matrix of \(matrix.rows) x \(n) is not square")
    guard n > 0 else { return ([], Tensor(uninitialized: 0, 0)) }
    var vectors = matrix
    var ascending = [Float](repeating: 0, count: n)
    var size = Int32(n)
    var room = Int32(max(1, 34 * n))
    var work = [Float](repeating: 0, count: Int(room))
    var status: Int32 = 0
    // Column-major columns are row-major rows.
    dropscope_ssyev(&size, vectors.mutablePointer, &ascending, &work, &room, &status)
    guard status == 0 else { return nil }
    var result = Tensor(uninitialized: n, n)
    let (from, to) = (vectors.pointer, result.mutablePointer)
    for row in 0..<n {
      let source = from + (n - 1 - row) * n
      let largest = (0..<n).max { abs(source[$0]) < abs(source[$1]) } ?? 0
      let sign: Float = source[largest] < 0 ? -1 : 1
      for i in 0..<n { to[row * n + i] = sign * source[i] }
    }
    return (ascending.reversed(), result)
  }
}
