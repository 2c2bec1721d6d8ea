// Contiguous Float32 arrays with value semantics: the one type numbers travel in.

/// A row-major, contiguous array of Float32. A value: copies share storage until one is written.
///
/// Most operations see a tensor as a matrix of `rows` by `columns`, where `columns` is the last
/// dimension. Reading goes through `pointer`, writing through `mutablePointer`, which first makes the
/// storage unique; both are valid while the tensor itself is alive and unmodified.
package struct Tensor: Sendable {
  package private(set) var shape: [Int]
  private var storage: TensorStorage

  package var count: Int { storage.count }
  package var columns: Int { shape.last ?? 1 }
  package var rows: Int { columns == 0 ? 0 : count / columns }

  /// Values are undefined until written.
  package init(uninitialized shape: Int...) {
    self.init(uninitializedShape: shape)
  }

  package init(uninitializedShape shape: [Int]) {
    self.shape = shape
    storage = TensorStorage(count: shape.reduce(1, *))
  }

  package init(zeros shape: Int...) {
    self.init(uninitializedShape: shape)
    storage.pointer.update(repeating: 0, count: storage.count)
  }

  package init(_ values: [Float], shape: [Int]) {
    precondition(
      values.count == shape.reduce(1, *), "\(values.count) values do not fill shape \(shape)")
    self.init(uninitializedShape: shape)
    values.withUnsafeBufferPointer {
      if let base = $0.baseAddress { storage.pointer.update(from: base, count: $0.count) }
    }
  }

  package init(_ values: [Float]) { self.init(values, shape: [values.count]) }

  package var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }

  package var mutablePointer: UnsafeMutablePointer<Float> {
    mutating get {
      if !isKnownUniquelyReferenced(&storage) {
        let copy = TensorStorage(count: storage.count)
        copy.pointer.update(from: storage.pointer, count: storage.count)
        storage = copy
      }
      return storage.pointer
    }
  }

  package var values: [Float] { Array(UnsafeBufferPointer(start: storage.pointer, count: count)) }

  package subscript(row: Int, column: Int) -> Float {
    precondition(
      row >= 0 && row < rows && column >= 0 && column < columns,
      "(\(row), \(column)) is outside a tensor of shape \(shape)")
    return storage.pointer[row * columns + column]
  }

  package func reshaped(_ shape: Int...) -> Tensor {
    precondition(shape.reduce(1, *) == count, "shape \(shape) does not hold \(count) values")
    var result = self
    result.shape = shape
    return result
  }

  /// A copy of rows `range` of the matrix view: (range.count) x columns.
  package func rows(_ range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a tensor with \(rows)")
    let result = Tensor(uninitialized: range.count, columns)
    result.storage.pointer.update(
      from: storage.pointer + range.lowerBound * columns, count: range.count * columns)
    return result
  }
}

/// 64-byte aligned memory of one tensor.
/// @unchecked Sendable: written only through `Tensor.mutablePointer`, which requires a unique
/// reference, or before the initializer's tensor is shared.
private final class TensorStorage: @unchecked Sendable {
  private let block: TensorPool.Block
  let count: Int
  var pointer: UnsafeMutablePointer<Float> { block.pointer }

  init(count: Int) {
    self.count = count
    block = TensorPool.shared.take(count: count)
  }

  deinit { TensorPool.shared.give(block) }
}
