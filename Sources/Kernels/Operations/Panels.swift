// Products with a matrix that lies ready for them: sixteen columns at a time.

/// A matrix of k x n in panels: by sixteen columns, row, column, so that a product reads it front to back. Made
/// once for weights, which BLAS would lay out so again in every product, or filled by who computes it. What
/// panels have beyond column n is never written to a result. The order of a result's sum is that of the rows,
/// whichever rows and columns are asked for together: threads do not change results.
package struct Panels: Sendable {
  /// k and n.
  package let rows, columns: Int
  private let values: Tensor

  /// Columns of a panel.
  static let width = Vector.width
  /// Rows of x at once, which is as many sums as fit in sixteen registers of AVX2.
  package static let tile = 6

  /// Floats that a matrix takes.
  static func count(rows: Int, columns: Int) -> Int { (columns + width - 1) / width * width * rows }

  /// Of the first `rows` columns and `columns` rows of a weight, outputs x inputs, whose transpose the
  /// matrix is: y = x W^T.
  package init(transposing weight: Tensor, rows: Int, columns: Int) {
    precondition(
      columns <= weight.rows && rows <= weight.columns,
      "\(columns) x \(rows) of a weight of \(weight.rows) x \(weight.columns)")
    (self.rows, self.columns) = (rows, columns)
    var values = Tensor(uninitialized: Self.count(rows: rows, columns: columns))
    let (source, stride, target) = (weight.pointer, weight.columns, values.mutablePointer)
    target.update(repeating: 0, count: values.count)
    for column in 0..<columns {
      let place = target + (column / Self.width * rows * Self.width + column % Self.width)
      let row = source + column * stride
      for i in 0..<rows { place[i &* Self.width] = row[i] }
    }
    self.values = values
  }

  /// The weight, n x k.
  var transposed: Tensor {
    var result = Tensor(uninitialized: columns, rows)
    let (source, target) = (values.pointer, result.mutablePointer)
    for column in 0..<columns {
      let place = source + (column / Self.width * rows * Self.width + column % Self.width)
      for i in 0..<rows { target[column &* rows &+ i] = place[i &* Self.width] }
    }
    return result
  }

  /// y = x M + bias; x has `count` rows, `stride` floats apart, and so has y, `target` apart.
  package func multiply(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, stride target: Int
  ) {
    Self.multiply(
      x, stride: stride, count: count, values.pointer, rows: rows, columns: columns, bias: bias,
      into: y, stride: target)
  }

  /// The same with panels of k x n anywhere in memory.
  package static func multiply(
    _ x: UnsafePointer<Float>, stride: Int, count: Int, _ panels: UnsafePointer<Float>, rows k: Int,
    columns n: Int, bias: UnsafePointer<Float>?, into y: UnsafeMutablePointer<Float>,
    stride target: Int
  ) {
    for column in Swift.stride(from: 0, to: n, by: width) {
      let panel = panels + column * k
      let wanted = min(width, n - column)
      let first = bias.map { Vector(load: $0 + column, count: wanted) } ?? .zero
      let out = y + column
      if count < tile {
        for row in 0..<count {
          oneRow(x + row * stride, panel, k, first).store(out + row * target, count: wanted)
        }
      } else if wanted == width {
        eachTile(count) { row in
          sixRows(x + row * stride, stride, panel, k, first, out + row * target, target)
        }
      } else {
        // Whole vectors would reach into what the next row has.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: tile * width) { sums in
          let whole = sums.baseAddress!
          eachTile(count) { row in
            sixRows(x + row * stride, stride, panel, k, first, whole, width)
            for i in 0..<tile {
              (out + (row + i) * target).update(from: whole + i * width, count: wanted)
            }
          }
        }
      }
    }
  }

  /// The first rows of tiles that cover `count` rows, at least one tile: the last one does some again.
  @inline(__always)
  private static func eachTile(_ count: Int, _ body: (Int) -> Void) {
    var row = 0
    while row < count {
      body(min(row, count - tile))
      row += tile
    }
  }

  /// Sixteen columns of six rows: twelve registers of sums, and each weight is loaded once for all of them.
  @inline(never)
  private static func sixRows(
    _ x: UnsafePointer<Float>, _ stride: Int, _ panel: UnsafePointer<Float>, _ k: Int,
    _ first: Vector, _ y: UnsafeMutablePointer<Float>, _ target: Int
  ) {
    var (a0, a1, a2) = (first, first, first)
    var (a3, a4, a5) = (first, first, first)
    let (x1, x2, x3) = (x + stride, x + 2 &* stride, x + 3 &* stride)
    let (x4, x5) = (x + 4 &* stride, x + 5 &* stride)
    var weights = panel
    var i = 0
    while i < k {
      let w = Vector(load: weights)
      a0 = a0.addingProduct(w, Vector(repeating: x[i]))
      a1 = a1.addingProduct(w, Vector(repeating: x1[i]))
      a2 = a2.addingProduct(w, Vector(repeating: x2[i]))
      a3 = a3.addingProduct(w, Vector(repeating: x3[i]))
      a4 = a4.addingProduct(w, Vector(repeating: x4[i]))
      a5 = a5.addingProduct(w, Vector(repeating: x5[i]))
      weights += width
      i &+= 1
    }
    a0.store(y)
    a1.store(y + target)
    a2.store(y + 2 &* target)
    a3.store(y + 3 &* target)
    a4.store(y + 4 &* target)
    a5.store(y + 5 &* target)
  }

  @inline(never)
  private static func oneRow(
    _ x: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ k: Int, _ first: Vector
  ) -> Vector {
    var sum = first
    var weights = panel
    for i in 0..<k {
      sum = sum.addingProduct(Vector(load: weights), Vector(repeating: x[i]))
      weights += width
    }
    return sum
  }
}
