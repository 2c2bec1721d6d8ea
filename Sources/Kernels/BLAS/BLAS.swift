// Matrix products: the only importer of COpenBLAS and the one owner of its thread count.

internal import COpenBLAS

/// OpenBLAS in single-threaded calls. Dropscope's own threads (trainer shards, evaluator workers, those
/// of `Parallel`) are the parallelism: one product per thread at a time keeps each thread's data in its
/// own cache.
package enum BLAS {
  /// Runs once, before the first call into the library.
  static let singleThreaded: Void = openblas_set_num_threads(1)

  /// A factor: row-major floats, `stride` floats from one stored row to the next.
  package struct Factor {
    let pointer: UnsafePointer<Float>
    let stride: Int
    let isTransposed: Bool

    package static func matrix(_ pointer: UnsafePointer<Float>, stride: Int) -> Factor {
      Factor(pointer: pointer, stride: stride, isTransposed: false)
    }

    package static func transposed(_ pointer: UnsafePointer<Float>, stride: Int) -> Factor {
      Factor(pointer: pointer, stride: stride, isTransposed: true)
    }
  }

  /// C = alpha A B + beta C: A is m x k (stored k x m when transposed), B is k x n (stored n x k when
  /// transposed), C is m x n with `ldc` floats from row to row.
  package static func multiply(
    _ a: Factor, _ b: Factor,
    into c: UnsafeMutablePointer<Float>, stride ldc: Int,
    m: Int, n: Int, k: Int, alpha: Float = 1, beta: Float = 0
  ) {
    if m == 0 || n == 0 { return }
    _ = singleThreaded
    let byRows = m >= n
    Parallel.split(byRows ? m : n, grain: 16, work: m * n * k) { part in
      let (row, column) = byRows ? (part.lowerBound, 0) : (0, part.lowerBound)
      cblas_sgemm(
        CblasRowMajor, a.isTransposed ? CblasTrans : CblasNoTrans,
        b.isTransposed ? CblasTrans : CblasNoTrans,
        blasint(byRows ? part.count : m), blasint(byRows ? n : part.count), blasint(k), alpha,
        a.pointer + (a.isTransposed ? row : row * a.stride), blasint(a.stride),
        b.pointer + (b.isTransposed ? column * b.stride : column), blasint(b.stride), beta,
        c + row * ldc + column, blasint(ldc))
    }
  }

  /// The processor OpenBLAS chose its kernels for, such as `SkylakeX`.
  package static var coreName: String { String(cString: openblas_get_corename()) }
}
