// Singular values and vectors, by the LAPACK that OpenBLAS brings along.

internal import COpenBLAS

/// A = U S V^T with orthonormal columns in U and V. The nearest matrix of rank r, in the root of the summed
/// squares, has the first r of them (Eckart and Young, 1936), and is as far as the others' root of summed
/// squares.
package struct SingularValues: Sendable {
  /// U: rows x k, where k is the smaller of rows and columns.
  package let left: Tensor
  /// S: k, largest first.
  package let values: [Float]
  /// V^T: k x columns.
  package let right: Tensor

  /// All of a matrix; nil when LAPACK's `sgesdd` finds no convergence. The largest component of each row
  /// of V^T is made positive, so that the result does not depend on the library's choice of sign.
  package init?(_ matrix: Tensor) {
    let (m, n) = (matrix.rows, matrix.columns)
    let k = min(m, n)
    var left = Tensor(uninitialized: m, k)
    var right = Tensor(uninitialized: k, n)
    var values = [Float](repeating: 0, count: k)
    if k > 0 {
      // Row-major, the matrix is its own transpose in column-major: U and V change places.
      var lost = matrix
      var (rows, columns) = (Int32(n), Int32(m))
      var room = Int32(5 * k * k + 8 * k + 64 * (m + n))
      var work = [Float](repeating: 0, count: Int(room))
      var places = [Int32](repeating: 0, count: 8 * k)
      var status: Int32 = 0
      _ = BLAS.singleThreaded
      dropscope_sgesdd(
        &rows, &columns, lost.mutablePointer, &values, right.mutablePointer, left.mutablePointer,
        &work, &room, &places, &status)
      guard status == 0 else { return nil }
    }
    let (u, v) = (left.mutablePointer, right.mutablePointer)
    for i in 0..<k {
      let row = v + i * n
      let largest = (0..<n).max { abs(row[$0]) < abs(row[$1]) } ?? 0
      guard row[largest] < 0 else { continue }
      for j in 0..<n { row[j] = -row[j] }
      for j in 0..<m { u[j * k + i] = -u[j * k + i] }
    }
    self.left = left
    self.values = values
    self.right = right
  }
}
