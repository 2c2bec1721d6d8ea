// Sums over many rows. A running Float sum over a waveform's 96,000 frames loses digits that log-softmax
// shows; PyTorch sums pairwise.

/// Column by column, in Float over a block of rows and in Double over the blocks: as exact as a Float can
/// tell, however many rows there are.
enum ColumnSums {
  /// Rows whose Float sum loses nothing to speak of.
  private static let blockRows = 64

  /// The sums of `columns` values over all rows: calls `add` with each row and the block's sums, which
  /// it adds the row's values to. Returns `columns` values.
  @inline(__always)
  static func over(
    rows: Int, columns: Int, _ add: (_ row: Int, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) -> [Double] {
    var block = Tensor(uninitialized: columns)
    let sums = block.mutablePointer
    return [Double](unsafeUninitializedCapacity: columns) { totals, count in
      totals.initialize(repeating: 0)
      count = columns
      guard let total = totals.baseAddress else { return }
      var row = 0
      while row < rows {
        sums.update(repeating: 0, count: columns)
        let end = min(rows, row + blockRows)
        while row < end {
          add(row, sums)
          row &+= 1
        }
        for j in 0..<columns { total[j] += Double(sums[j]) }
      }
    }
  }

  /// The sums over rows of x[row, j], with `stride` floats from one row to the next.
  static func of(_ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int) -> [Double] {
    over(rows: rows, columns: columns) { row, sums in
      mapVectors(sums, x + row * stride, into: sums, count: columns) { $0 + $1 }
    }
  }

  /// The sums over rows of (x[row, j] - mean[j])^2: squares around the means do not cancel.
  static func squares(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int,
    around mean: UnsafePointer<Float>
  ) -> [Double] {
    over(rows: rows, columns: columns) { row, sums in
      mapVectors(sums, x + row * stride, mean, into: sums, count: columns) {
        $0.addingProduct($1 - $2, $1 - $2)
      }
    }
  }

  /// target[j] += the sum over rows of x[row, j].
  static func add(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, to target: UnsafeMutablePointer<Float>
  ) {
    add(of(x, rows: rows, columns: columns, stride: columns)[...], to: target)
  }

  /// target[j] += sums[j].
  static func add(_ sums: ArraySlice<Double>, to target: UnsafeMutablePointer<Float>) {
    for (j, sum) in sums.enumerated() { target[j] += Float(sum) }
  }
}
