// Reading what torch.save writes of a state_dict: a zip archive with a pickle of the tensors' names,
// shapes and places, and an entry for each storage.

import Base
import Foundation

/// A pytorch_model.bin, read without Python and without running anything of it; mapped into memory where it
/// is large. Immutable.
package final class PyTorchFile: PlacedTensorFile {
  package let path: String
  let bytes: Data
  private let places: [String: TensorPlace]
  package var metadata: [String: String] { [:] }

  /// Before PyTorch 1.6: pickles one after the other, of which the first is a magic number.
  private static let oldStart: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]
  private static let zipStart = Array("PK\u{3}\u{4}".utf8)
  /// Tensors may share storages; more bytes than this many times the file's are a trap.
  private static let mostUses = 4

  /// Throws `InputError` for files that cannot be read, are of another kind or cut off, and whose pickle
  /// has anything but plain tensors within their storages.
  package init(contentsOf url: URL) throws {
    let path = url.path
    self.path = path
    bytes = try TensorBytes.open(url, as: "a file of torch.save")
    guard bytes.starts(with: Self.zipStart) else {
      var error = InputError(
        path, expected: "a zip archive, as torch.save writes it", found: "something else")
      if bytes.starts(with: Self.oldStart) {
        error = InputError(
          path, expected: "a zip archive, as torch.save writes it since PyTorch 1.6",
          found: "the format before")
        error.advice = "in Python, torch.save(torch.load(FILE), FILE) converts it"
      }
      throw error
    }
    let archive = try ZipArchive(bytes, path: path)
    let pickles = archive.entries.keys.filter {
      $0.split(separator: "/").dropFirst() == ["data.pkl"]
    }
    guard pickles.count == 1, let pickle = pickles.first, let range = archive.entries[pickle] else {
      throw InputError(
        path, expected: "one pickle in the archive, FOLDER/data.pkl", found: "\(pickles.count)")
    }
    let folder = pickle.dropLast("data.pkl".count)
    if let order = archive.entries["\(folder)byteorder"], order.count < 16,
      !bytes[order].elementsEqual("little".utf8)
    {
      throw InputError(
        path, expected: "numbers in the byte order \"little\"",
        found: "\"\(String(decoding: bytes[order], as: UTF8.self))\"")
    }
    let tensors = try PickleReader.tensors(bytes[range], path: path)
    var places: [String: TensorPlace] = [:]
    var total = 0
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let storage = archive.entries["\(folder)data/\(tensor.key)"]
      let placed = try Self.place(tensor, name, in: storage, path: path)
      total += placed.byteCount
      guard total <= Self.mostUses * bytes.count else {
        throw InputError(
          path,
          expected: "tensors of at most \(Self.mostUses) times the file's \(bytes.count) bytes",
          found: "more")
      }
      places[name] = placed
    }
    self.places = places
  }

  package var names: [String] { places.keys.sorted() }

  func place(_ name: String) -> TensorPlace? { places[name] }

  /// A tensor within its storage.
  private static func place(
    _ tensor: PickledTensor, _ name: String, in storage: Range<Int>?, path: String
  ) throws -> TensorPlace {
    func wrong(_ expected: String, _ found: Any) -> InputError {
      InputError(path, expected: expected, found: "\(found)")
    }
    let elementBytes = TensorTypes.byteCount(tensor.dtype) ?? 1
    guard let storage else {
      throw wrong("the storage data/\(tensor.key) of tensor \(name)", "none")
    }
    guard
      TensorTypes.byteCount(elementBytes: elementBytes, shape: [tensor.storageCount])
        == storage.count
    else {
      throw wrong(
        "\(tensor.storageCount) elements of \(tensor.dtype) in data/\(tensor.key)",
        "\(storage.count) bytes")
    }
    guard let size = TensorTypes.byteCount(elementBytes: elementBytes, shape: tensor.shape),
      tensor.strides.count == tensor.shape.count, tensor.strides.allSatisfy({ $0 >= 0 }),
      tensor.offset >= 0
    else {
      throw wrong(
        "tensor \(name) to have a possible shape",
        "\(tensor.shape) in steps of \(tensor.strides) from \(tensor.offset)")
    }
    let last = size == 0 ? 0 : self.last(tensor)
    guard let last, size == 0 ? tensor.offset <= tensor.storageCount : last < tensor.storageCount
    else {
      throw wrong(
        "tensor \(name) within the \(tensor.storageCount) elements of its storage",
        "\(tensor.shape) in steps of \(tensor.strides) from \(tensor.offset)")
    }
    return TensorPlace(
      dtype: tensor.dtype, shape: tensor.shape,
      start: storage.lowerBound + tensor.offset * elementBytes,
      strides: size == 0 || isContiguous(tensor) ? nil : tensor.strides, byteCount: size)
  }

  /// The place of the last element within the storage; nil where it cannot be counted.
  private static func last(_ tensor: PickledTensor) -> Int? {
    zip(tensor.shape, tensor.strides).reduce(tensor.offset) { last, dimension in
      guard let last else { return nil }
      let (steps, overflow) = (dimension.0 - 1).multipliedReportingOverflow(by: dimension.1)
      let (sum, more) = last.addingReportingOverflow(steps)
      return overflow || more ? nil : sum
    }
  }

  private static func isContiguous(_ tensor: PickledTensor) -> Bool {
    var expected = 1
    for (size, stride) in zip(tensor.shape, tensor.strides).reversed() where size != 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }
}
