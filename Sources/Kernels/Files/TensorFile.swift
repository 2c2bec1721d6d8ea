// What all files of named tensors have in common: values in place where they can be, else converted.

import Base
import Foundation

/// Where a tensor of a file is, and what of.
struct TensorPlace: Sendable {
  /// By safetensors' names; see `ElementType` for those that can be loaded.
  var dtype: String
  var shape: [Int]
  /// Of its first element, in bytes from the file's beginning.
  var start: Int
  /// Elements from one index to the next of each dimension; nil where the last runs fastest and without
  /// gaps.
  var strides: [Int]?
  /// Of its elements together.
  var byteCount: Int
}

/// A file of named tensors, checked as a whole when opened. Immutable.
package protocol TensorFile: AnyObject, Sendable {
  var path: String { get }
  /// Of the whole file.
  var byteCount: Int { get }
  /// Sorted.
  var names: [String] { get }
  var metadata: [String: String] { get }
  func shape(_ name: String) -> [Int]?
  /// As safetensors calls it; see `ElementType` for those that `tensor` can load.
  func elementType(_ name: String) -> String?
  /// The named tensor's elements as the file has them, in the order of their indices and without gaps; nil
  /// when it is missing.
  func elements(_ name: String) -> Data?
  /// The named tensor's values where they lie in the file, for as long as the file object lives; nil
  /// when they are not float32 in one piece at an aligned address.
  func floats(_ name: String) -> UnsafePointer<Float>?
  /// The named tensor as Float32. Throws `InputError` when it is missing, not of the expected
  /// shape, or of a type that is not floating point.
  func tensor(_ name: String, shape: [Int]?) throws -> Tensor
}

extension TensorFile {
  package func tensor(_ name: String) throws -> Tensor { try tensor(name, shape: nil) }
}

/// A file that knows where its tensors lie.
protocol PlacedTensorFile: TensorFile {
  var bytes: Data { get }
  func place(_ name: String) -> TensorPlace?
}

extension PlacedTensorFile {
  package var byteCount: Int { bytes.count }

  package func shape(_ name: String) -> [Int]? { place(name)?.shape }

  package func elementType(_ name: String) -> String? { place(name)?.dtype }

  package func elements(_ name: String) -> Data? {
    guard let place = place(name) else { return nil }
    guard let strides = place.strides, let size = TensorTypes.byteCount(place.dtype) else {
      return bytes[place.start..<place.start + place.byteCount]
    }
    var result = Data(capacity: place.byteCount)
    Self.visit(place.shape, strides: strides) { offset in
      let first = place.start + offset * size
      result.append(bytes[first..<first + size])
    }
    return result
  }

  package func floats(_ name: String) -> UnsafePointer<Float>? {
    guard let place = place(name), place.dtype == ElementType.float32.rawValue,
      place.strides == nil
    else { return nil }
    return bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let address = base + place.start
      guard Int(bitPattern: address) % MemoryLayout<Float>.alignment == 0 else { return nil }
      return address.assumingMemoryBound(to: Float.self)
    }
  }

  package func tensor(_ name: String, shape: [Int]?) throws -> Tensor {
    guard let place = place(name) else {
      throw InputError(path, expected: "a tensor \(name)", found: "\(names.count) others")
    }
    if let shape, shape != place.shape {
      throw InputError(
        path, expected: "tensor \(name) of shape \(shape)", found: "shape \(place.shape)")
    }
    guard let type = ElementType(rawValue: place.dtype) else {
      let types = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw InputError(
        path, expected: "tensor \(name) of type \(types)", found: "type \(place.dtype)")
    }
    var result = Tensor(uninitializedShape: place.shape)
    let count = result.count
    let pointer = result.mutablePointer
    bytes.withUnsafeBytes {
      guard let base = $0.baseAddress, count > 0 else { return }
      let source = base + place.start
      guard let strides = place.strides else {
        return type.decode(source, into: pointer, count: count)
      }
      var written = 0
      Self.visit(place.shape, strides: strides) { offset in
        type.decode(source + offset * type.byteCount, into: pointer + written, count: 1)
        written += 1
      }
    }
    return result
  }

  /// How many elements each lies from the first, in the order of their indices; there is at least one.
  private static func visit(_ shape: [Int], strides: [Int], _ body: (Int) -> Void) {
    var index = [Int](repeating: 0, count: shape.count)
    var offset = 0
    while true {
      body(offset)
      var dimension = shape.count - 1
      while dimension >= 0 {
        index[dimension] += 1
        offset += strides[dimension]
        if index[dimension] < shape[dimension] { break }
        offset -= shape[dimension] * strides[dimension]
        index[dimension] = 0
        dimension -= 1
      }
      if dimension < 0 { return }
    }
  }
}

enum TensorBytes {
  /// A file's bytes, which are not those of another kind of file. Throws `InputError`.
  static func open(_ url: URL, as kind: String) throws -> Data {
    let bytes: Data
    do {
      bytes = try FileBytes.read(url)
    } catch {
      let reason = error.code == ENOENT ? "no file" : "an unreadable one (\(error.reason))"
      throw InputError(url.path, expected: kind, found: reason)
    }
    if let impostor = Impostor.name(bytes.prefix(Impostor.prefixLength)) {
      throw InputError(url.path, expected: kind, found: impostor)
    }
    return bytes
  }
}

/// Types by the names that safetensors has for them.
enum TensorTypes {
  /// Bytes of one element; nil for types whose size is not known here.
  static func byteCount(_ dtype: String) -> Int? {
    switch dtype {
    case "BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2": 1
    case "U16", "I16", "F16", "BF16": 2
    case "U32", "I32", "F32": 4
    case "U64", "I64", "F64", "C64": 8
    default: nil
    }
  }

  /// Bytes of a tensor; nil where its sizes are negative or their product cannot be counted.
  static func byteCount(elementBytes: Int, shape: [Int]) -> Int? {
    var size = elementBytes
    for dimension in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { return nil }
      size = product
    }
    return size
  }
}
