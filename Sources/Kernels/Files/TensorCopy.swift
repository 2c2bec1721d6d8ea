// A tensor of one file on its way into another, whole or in part.

import Foundation

/// What `SafetensorsWriter.copy` writes: a file's tensor under a name of its own.
package struct TensorCopy {
  /// Indices along one dimension that are copied, in that order.
  package struct Part {
    package var dimension: Int
    package var indices: [Int]

    package init(dimension: Int, indices: [Int]) {
      self.dimension = dimension
      self.indices = indices
    }
  }

  package let name: String
  private let file: any TensorFile
  private let source: String
  private let part: Part?

  /// `part`: of a tensor that has the dimension, its indices among the tensor's; nil for all of it.
  package init(_ name: String, of file: any TensorFile, source: String, part: Part?) {
    self.name = name
    self.file = file
    self.source = source
    self.part = part
  }

  var elementType: String { file.elementType(source) ?? "" }

  var shape: [Int] {
    var shape = file.shape(source) ?? []
    if let part { shape[part.dimension] = part.indices.count }
    return shape
  }

  /// Read when asked for.
  var elements: Data {
    guard let all = file.elements(source), let shape = file.shape(source) else {
      fatalError("\(file.path) has no tensor \(source)")
    }
    guard let part else { return all }
    guard let size = TensorTypes.byteCount(elementType) else {
      fatalError("parts of \(source), whose type \(elementType) has no size")
    }
    // Bytes of one index, and of all of them.
    let run = shape[(part.dimension + 1)...].reduce(size, *)
    let period = run * shape[part.dimension]
    var result = Data(capacity: run * part.indices.count)
    for start in stride(from: all.startIndex, to: all.endIndex, by: period) {
      for index in part.indices {
        result.append(all[start + index * run..<start + (index + 1) * run])
      }
    }
    return result
  }
}
