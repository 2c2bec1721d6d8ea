// Reading and writing safetensors files: 8 bytes of header length, a JSON header with the type,
// shape and byte range of each tensor, then the bytes
// (https://github.com/huggingface/safetensors#format).

import Base
import Foundation

/// Floating point types on disk; in memory everything is Float32.
package enum ElementType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  package var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// What the header says of one tensor.
private struct Entry: Codable {
  let dtype: String
  let shape: [Int]
  /// Begin and end, in bytes from the end of the header.
  let dataOffsets: [Int]

  enum CodingKeys: String, CodingKey {
    case dtype, shape
    case dataOffsets = "data_offsets"
  }
}

/// The header: one key a tensor, and `__metadata__`.
private struct Header: Codable {
  struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  static let metadataKey = "__metadata__"
  var entries: [String: Entry] = [:]
  var metadata: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for key in container.allKeys {
      if key.stringValue == Header.metadataKey {
        metadata = try container.decode([String: String].self, forKey: key)
      } else {
        entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    if !metadata.isEmpty {
      try container.encode(metadata, forKey: Key(stringValue: Header.metadataKey))
    }
    for (name, entry) in entries {
      try container.encode(entry, forKey: Key(stringValue: name))
    }
  }
}

/// A safetensors file, checked as a whole when opened; mapped into memory where it is large. Immutable.
package final class SafetensorsFile: PlacedTensorFile {
  package let path: String
  let bytes: Data
  private let dataStart: Int
  private let header: Header

  /// Longest header the format allows.
  private static let headerLimit = 100_000_000

  /// Throws `InputError` for files that cannot be read, are cut off, or whose header is not JSON of
  /// the right form or has sizes, gaps or overlaps that do not fit.
  package init(contentsOf url: URL) throws {
    let path = url.path
    self.path = path
    bytes = try TensorBytes.open(url, as: "a safetensors file")
    guard bytes.count >= 8 else {
      throw InputError(
        path, expected: "a safetensors file with 8 bytes of header length",
        found: "\(bytes.count) bytes in all")
    }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= Self.headerLimit, Int(length) <= bytes.count - 8 else {
      throw InputError(
        path,
        expected: "a safetensors header of at most \(min(bytes.count - 8, Self.headerLimit)) bytes",
        found: "a length of \(length)")
    }
    dataStart = 8 + Int(length)
    do {
      header = try JSONDecoder().decode(Header.self, from: bytes[8..<dataStart])
    } catch {
      throw InputError(
        path,
        expected: "a JSON header with dtype, shape and data_offsets of each tensor",
        found: "\(length) bytes that are not (\(Self.reason(error)))")
    }
    try Self.validate(header.entries, dataCount: bytes.count - dataStart, path: path)
  }

  /// Which key of the header is wrong, in a few words.
  private static func reason(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "unreadable" }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(quoted(context.codingPath)) has no \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(quoted(context.codingPath)) has the wrong type"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "\(quoted(context.codingPath)) has an invalid value"
    default:
      return "not JSON"
    }
  }

  private static func quoted(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the header" : "\"" + path.map(\.stringValue).joined(separator: ".") + "\""
  }

  /// The tensors must fill the data exactly, one after the other, each with as many bytes as its
  /// type and shape ask for.
  private static func validate(_ entries: [String: Entry], dataCount: Int, path: String) throws {
    for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
      let offsets = entry.dataOffsets
      guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
        throw InputError(
          path, expected: "data_offsets of tensor \(name) to be a begin and an end",
          found: "\(offsets)")
      }
      guard offsets[1] <= dataCount else {
        throw InputError(
          path, expected: "tensor \(name) to end within the \(dataCount) bytes of data",
          found: "an end at \(offsets[1])")
      }
      let elementBytes = TensorTypes.byteCount(entry.dtype)
      guard
        let size = TensorTypes.byteCount(elementBytes: elementBytes ?? 0, shape: entry.shape)
      else {
        throw InputError(
          path, expected: "tensor \(name) to have a possible shape", found: "\(entry.shape)")
      }
      guard elementBytes == nil || size == offsets[1] - offsets[0] else {
        throw InputError(
          path,
          expected: "\(size) bytes for tensor \(name), \(entry.dtype) of shape \(entry.shape)",
          found: "\(offsets[1] - offsets[0])")
      }
    }
    var end = 0
    let inFileOrder = entries.sorted {
      ($0.value.dataOffsets[0], $0.value.dataOffsets[1])
        < ($1.value.dataOffsets[0], $1.value.dataOffsets[1])
    }
    for (name, entry) in inFileOrder {
      guard entry.dataOffsets[0] == end else {
        throw InputError(
          path, expected: "tensor \(name) to begin at byte \(end), where the one before it ends",
          found: "\(entry.dataOffsets[0])")
      }
      end = entry.dataOffsets[1]
    }
    guard end == dataCount else {
      throw InputError(
        path, expected: "tensors to fill all \(dataCount) bytes of data", found: "\(end) in use")
    }
  }

  /// Sorted.
  package var names: [String] { header.entries.keys.sorted() }

  package var metadata: [String: String] { header.metadata }

  func place(_ name: String) -> TensorPlace? {
    header.entries[name].map {
      TensorPlace(
        dtype: $0.dtype, shape: $0.shape, start: dataStart + $0.dataOffsets[0],
        byteCount: $0.dataOffsets[1] - $0.dataOffsets[0])
    }
  }
}

/// Writes safetensors files.
package enum SafetensorsWriter {
  /// Writes all tensors, in the given order, as one type; through a temporary file beside `url`, so
  /// that `url` is either the old file or the complete new one. Throws `InputError` when the file
  /// cannot be written or a value does not fit into float16.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor)], as type: ElementType = .float32,
    metadata: [String: String] = [:], to url: URL
  ) throws {
    try write(tensors.map { ($0.name, $0.tensor, type) }, metadata: metadata, to: url)
  }

  /// The same with a type for each. Those of larger elements ought to come first: all lie at multiples of
  /// their size.
  package static func write(
    _ tensors: [(name: String, tensor: Tensor, type: ElementType)],
    metadata: [String: String] = [:], to url: URL
  ) throws {
    let (start, byteCount) = try start(
      tensors.map {
        ($0.name, $0.type.rawValue, $0.tensor.shape, $0.tensor.count * $0.type.byteCount)
      }, metadata: metadata)
    var bytes = Data(count: byteCount)
    var unfit: (name: String, type: ElementType)?
    bytes.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return }
      start.copyBytes(to: UnsafeMutableRawBufferPointer(rebasing: buffer[..<start.count]))
      var position = base + start.count
      for (name, tensor, type) in tensors {
        if !type.encode(tensor.pointer, into: position, count: tensor.count) {
          unfit = (name, type)
        }
        position += tensor.count * type.byteCount
      }
    }
    if let unfit {
      throw InputError(
        url.path, expected: "tensor \(unfit.name) to fit into \(unfit.type)",
        found: "a value above 65504")
    }
    try OutputFile.write(bytes, to: url)
  }

  /// Writes tensors that files have, bit for bit and each in its own type, one after the other, so that
  /// memory does not grow with them. Larger elements come first: all lie at multiples of their size.
  /// Otherwise as `write`.
  package static func copy(
    _ tensors: [TensorCopy], metadata: [String: String], to url: URL
  ) throws {
    let kinds = tensors.map(\.elementType)
    let order = tensors.indices.sorted { one, other in
      let sizes = [one, other].map { TensorTypes.byteCount(kinds[$0]) ?? 0 }
      return (sizes[1], tensors[one].name) < (sizes[0], tensors[other].name)
    }
    let (start, byteCount) = try start(
      order.map { place in
        let tensor = tensors[place]
        return (tensor.name, kinds[place], tensor.shape, tensor.elements.count)
      }, metadata: metadata)
    let parts = [nil] + order.map { tensors[$0] as TensorCopy? }
    try OutputFile.write(
      parts.lazy.map { $0?.elements ?? start }, byteCount: byteCount, to: url)
  }

  /// What comes before the data of tensors in this order, and the bytes of the whole file.
  private static func start(
    _ tensors: [(name: String, dtype: String, shape: [Int], byteCount: Int)],
    metadata: [String: String]
  ) throws -> (data: Data, byteCount: Int) {
    var header = Header()
    header.metadata = metadata
    var end = 0
    for tensor in tensors {
      guard header.entries[tensor.name] == nil, tensor.name != Header.metadataKey else {
        fatalError("two tensors named \(tensor.name), or one with the metadata's name")
      }
      let begin = end
      end += tensor.byteCount
      header.entries[tensor.name] = Entry(
        dtype: tensor.dtype, shape: tensor.shape, dataOffsets: [begin, end])
    }
    var json = Data(try JSON.line(header).utf8)
    // Data starts at a multiple of 8, as in files written by the format's own library.
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    let length = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    return (length + json, length.count + json.count + end)
  }
}

extension ElementType {
  /// Converts `count` elements at any alignment to Float32. Plain loops: the compiler makes them
  /// vcvtph2ps and shifts.
  func decode(
    _ source: UnsafeRawPointer, into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch self {
    case .float32:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count * 4)
    case .float16:
      for i in 0..<count {
        target[i] = Float(source.loadUnaligned(fromByteOffset: i &* 2, as: Float16.self))
      }
    case .bfloat16:
      for i in 0..<count {
        let bits = source.loadUnaligned(fromByteOffset: i &* 2, as: UInt16.self)
        target[i] = Float(bitPattern: UInt32(bits) << 16)
      }
    }
  }

  /// What a tensor is once it was written in this type and read again.
  package func rounded(_ tensor: Tensor) -> Tensor {
    var result = Tensor(uninitializedShape: tensor.shape)
    let half = UnsafeMutableRawPointer.allocate(
      byteCount: max(1, tensor.count * byteCount), alignment: 64)
    defer { half.deallocate() }
    _ = encode(tensor.pointer, into: half, count: tensor.count)
    decode(half, into: result.mutablePointer, count: tensor.count)
    return result
  }

  /// Rounds to nearest, ties to even. False when a value is beyond what float16 holds.
  fileprivate func encode(
    _ source: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, count: Int
  ) -> Bool {
    switch self {
    case .float32:
      target.copyMemory(from: source, byteCount: count * 4)
      return true
    case .float16:
      var unfit: UInt32 = 0
      for i in 0..<count {
        // 65520 is the first number that rounds up to 2^16.
        unfit |= source[i].magnitude >= 65520 ? 1 : 0
        target.storeBytes(of: Float16(source[i]), toByteOffset: i &* 2, as: Float16.self)
      }
      return unfit == 0
    case .bfloat16:
      for i in 0..<count {
        let bits = source[i].bitPattern
        let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
        // Rounding could turn a NaN into an infinity: keep it, with its quiet bit.
        let half = source[i].isNaN ? bits >> 16 | 0x40 : rounded
        target.storeBytes(of: UInt16(half), toByteOffset: i &* 2, as: UInt16.self)
      }
      return true
    }
  }
}
