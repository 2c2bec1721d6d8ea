// Files of torch.save against the same tensors in safetensors, and one sentence for whatever is no plain
// tensor. Of the fixtures, make_pickles.py.

import Base
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct PyTorchFileTests {
  @Test func readsWhatTorchSaves() throws {
    try expectState(PyTorchFile(contentsOf: fixture("state.bin")))
  }

  private func expectState(_ file: PyTorchFile) throws {
    let expected = try SafetensorsFile(contentsOf: fixture("state.safetensors"))
    #expect(file.names == expected.names && file.names.count == 13)
    for name in expected.names {
      #expect(file.shape(name) == expected.shape(name), "\(name)")
      #expect(file.elementType(name) == expected.elementType(name), "\(name)")
      let elements = try #require(expected.elements(name))
      #expect(file.elements(name) == elements, "\(name)")
      if ElementType(rawValue: try #require(file.elementType(name))) != nil {
        let values = try expected.tensor(name).values
        #expect(try file.tensor(name).values == values, "\(name)")
      }
    }
    // In place where it can be.
    let floats = try #require(file.floats("float32"))
    #expect(floats[0] == -3 && floats[23] == 2.75)
    #expect(file.floats("turned") == nil && file.floats("float16") == nil)
    for (name, part) in [("counter", "type I64"), ("double", "type F64"), ("none", "13 others")] {
      expectRefusal(file.path, part) { _ = try file.tensor(name) }
    }
    expectRefusal(file.path, "found shape [3]") { _ = try file.tensor("parameter", shape: [4]) }
  }

  @Test(arguments: [
    ("state-old.bin", "in Python, torch.save(torch.load(FILE), FILE) converts it"),
    ("strange-call.bin", "found the global posix.system; nothing of it was run"),
    ("strange-list.bin", "found the opcode EMPTY_LIST"),
    ("strange-number.bin", "found \"epoch\", which is no tensor"),
    ("strange-nest.bin", "found \"model\", which is no tensor"),
    ("strange-complex.bin", "found the global torch.ComplexFloatStorage"),
    ("strange-sparse.bin", "found the global torch._utils._rebuild_sparse_tensor"),
    ("strange-tensor.bin", "something that is no dictionary"),
    ("strange-module.bin", "found the global torch.nn.modules.linear.Linear"),
  ])
  func whatIsNoPlainTensorIsNamed(name: String, part: String) throws {
    expectRefusal(fixture(name).path, part) { _ = try PyTorchFile(contentsOf: fixture(name)) }
  }

  // MARK: The archive

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func number(_ bytes: Data, _ place: Int, _ width: Int) -> Int {
    (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
  }

  private static func put(_ value: Int, _ width: Int, at place: Int, in bytes: inout Data) {
    bytes.replaceSubrange(place..<place + width, with: little(value, width))
  }

  /// The last record of an archive without a comment.
  private static func end(_ bytes: Data) -> Int { bytes.count - 22 }

  private func state() throws -> Data { try Data(contentsOf: fixture("state.bin")) }

  private func read(_ bytes: Data, _ body: (PyTorchFile) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("state.bin")
      try bytes.write(to: url)
      try body(PyTorchFile(contentsOf: url))
    }
  }

  /// As it is written beyond 4 GB or 65,535 entries.
  @Test func listsOfZip64AreRead() throws {
    var bytes = try state()
    let end = Self.end(bytes)
    let (count, size, start) = (
      Self.number(bytes, end + 10, 2), Self.number(bytes, end + 12, 4),
      Self.number(bytes, end + 16, 4)
    )
    let record =
      Self.little(0x0606_4b50, 4) + Self.little(44, 8) + Self.little(45, 2) + Self.little(45, 2)
      + Self.little(0, 8) + Self.little(count, 8) + Self.little(count, 8) + Self.little(size, 8)
      + Self.little(start, 8)
    let locator =
      Self.little(0x0706_4b50, 4) + Self.little(0, 4) + Self.little(end, 8) + Self.little(1, 4)
    bytes.insert(contentsOf: record + locator, at: end)
    let last = Self.end(bytes)
    Self.put(0xFFFF, 2, at: last + 10, in: &bytes)
    Self.put(0xFFFF_FFFF, 4, at: last + 16, in: &bytes)
    try read(bytes) { try expectState($0) }
    // Beyond the file, and beyond what Int holds.
    for wrong in [bytes.count + 1, Int.max, -1] {
      var other = bytes
      Self.put(wrong, 8, at: last - 20 - 8, in: &other)
      #expect(throws: InputError.self) { try read(other) { _ in } }
    }
  }

  /// An entry's own sizes in its zip64 field.
  @Test func entriesOfZip64AreRead() throws {
    var bytes = try state()
    let list = Self.number(bytes, Self.end(bytes) + 16, 4)
    let (packed, local) = (Self.number(bytes, list + 20, 4), Self.number(bytes, list + 42, 4))
    let (name, extra) = (Self.number(bytes, list + 28, 2), Self.number(bytes, list + 30, 2))
    let field =
      Self.little(1, 2) + Self.little(24, 2) + Self.little(packed, 8) + Self.little(packed, 8)
      + Self.little(local, 8)
    bytes.insert(contentsOf: field, at: list + 46 + name + extra)
    Self.put(extra + field.count, 2, at: list + 30, in: &bytes)
    for place in [20, 24, 42] { Self.put(0xFFFF_FFFF, 4, at: list + place, in: &bytes) }
    let end = Self.end(bytes)
    Self.put(Self.number(bytes, end + 12, 4) + field.count, 4, at: end + 12, in: &bytes)
    try read(bytes) { try expectState($0) }
    Self.put(Int.max, 8, at: list + 46 + name + extra + 4 + 16, in: &bytes)
    #expect(throws: InputError.self) { try read(bytes) { _ in } }
  }

  @Test func whatIsWrongWithAnArchiveIsNamed() throws {
    let whole = try state()
    let list = Self.number(whole, Self.end(whole) + 16, 4)
    func expectDamage(_ part: String, _ damage: (inout Data) -> Void) {
      var bytes = whole
      damage(&bytes)
      expectRefusal("", part) { try read(bytes) { _ in } }
    }
    expectDamage("\"state/data.pkl\" compressed") { Self.put(8, 2, at: list + 10, in: &$0) }
    expectDamage("\"state/data.pkl\" encrypted") { Self.put(1, 2, at: list + 8, in: &$0) }
    expectDamage("17 entries in the archive's list, found 0") { $0[list] = 0 }
    expectDamage("within the archive's") { Self.put(1 << 30, 4, at: list + 42, in: &$0) }
    expectDamage("with its list of entries") { $0.removeLast() }
    expectDamage("with its list of entries") { Self.put(9999, 2, at: Self.end($0) + 10, in: &$0) }
    expectDamage("as torch.save writes it, found something else") { $0[0] = 0 }
    expectDamage("a git-lfs pointer") {
      $0 = Data("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n".utf8)
    }
    expectDamage("the byte order \"little\", found \"biggle\"") {
      let place = $0.range(of: Data("little".utf8))!
      $0.replaceSubrange(place, with: Data("biggle".utf8))
    }
    expectDamage("the storage data/0") {
      let place = $0.range(of: Data("state/data/0".utf8), in: list..<$0.count)!
      $0.replaceSubrange(place, with: Data("state/data/?".utf8))
    }
  }

  // MARK: The pickle

  /// An archive of one pickle and one storage of so many bytes.
  private func archive(_ pickle: [UInt8], storage: Int = 16) -> Data {
    var (bytes, list) = (Data(), Data())
    let entries = [("x/data.pkl", pickle), ("x/data/0", [UInt8](repeating: 0, count: storage))]
    for (name, content) in entries {
      let sizes = Self.little(content.count, 4) + Self.little(content.count, 4)
      let lengths = Self.little(name.utf8.count, 2) + Self.little(0, 2)
      let header = [UInt8](repeating: 0, count: 16)
      list.append(contentsOf: Self.little(0x0201_4b50, 4) + header + sizes + lengths)
      list.append(contentsOf: [UInt8](repeating: 0, count: 10) + Self.little(bytes.count, 4))
      list.append(contentsOf: name.utf8)
      bytes.append(contentsOf: Self.little(0x0403_4b50, 4) + header[2...] + sizes + lengths)
      bytes.append(contentsOf: Array(name.utf8) + content)
    }
    let start = bytes.count
    bytes.append(list)
    bytes.append(contentsOf: Self.little(0x0605_4b50, 4) + Self.little(0, 4))
    bytes.append(contentsOf: Self.little(2, 2) + Self.little(2, 2))
    bytes.append(contentsOf: Self.little(list.count, 4) + Self.little(start, 4) + [0, 0])
    return bytes
  }

  /// {"t": a tensor of four floats in data/0}, its offset, shape and strides as numbers of 8 bytes.
  private func tensor(_ offset: Int, _ shape: [Int], _ strides: [Int], count: Int = 4) -> [UInt8] {
    func long(_ value: Int) -> [UInt8] { [0x8A, 8] + Self.little(value, 8) }
    func text(_ text: String) -> [UInt8] { [0x8C, UInt8(text.utf8.count)] + Array(text.utf8) }
    func tuple(_ numbers: [Int]) -> [UInt8] {
      Array("(".utf8) + numbers.flatMap(long) + Array("t".utf8)
    }
    let storage =
      Array("(".utf8) + text("storage") + Array("ctorch\nFloatStorage\n".utf8) + text("0")
      + text("cpu")
      + long(count) + Array("tQ".utf8)
    return [0x80, 2] + Array("}".utf8) + text("t")
      + Array("ctorch._utils\n_rebuild_tensor_v2\n(".utf8)
      + storage + long(offset) + tuple(shape) + tuple(strides) + [0x89]
      + Array("ccollections\nOrderedDict\n)RtRs.".utf8)
  }

  @Test func tensorsLieWithinTheirStorages() throws {
    try read(archive(tensor(1, [3], [1]))) { #expect($0.shape("t") == [3]) }
    try read(archive(tensor(0, [2, 2], [1, 2]))) {
      let count = try $0.tensor("t").count
      #expect(count == 4)
    }
    try read(archive(tensor(4, [0, 9], [9, 1]))) {
      let count = try $0.tensor("t").count
      #expect(count == 0)
    }
    for (offset, shape, strides, part) in [
      (1, [4], [1], "within the 4 elements of its storage"), (0, [2, 2], [3, 1], "within the 4"),
      (5, [0], [1], "within the 4"), (0, [2], [Int.max], "within the 4"),
      (-1, [2], [1], "possible shape"), (0, [-2], [1], "possible shape"),
      (0, [2], [-1], "possible shape"), (0, [2], [1, 1], "possible shape"),
      (0, [1 << 40, 1 << 40], [0, 0], "possible shape"),
      // No bytes, and a product that is more than the file by far.
      (0, [1 << 30], [0], "tensors of at most 4 times the file's"),
    ] {
      expectRefusal("", part) { try read(archive(tensor(offset, shape, strides))) { _ in } }
    }
    for count in [3, 5, -4, Int.max] {
      expectRefusal("", "elements of F32 in data/0") {
        try read(archive(tensor(0, [1], [1], count: count))) { _ in }
      }
    }
  }

  @Test func endlessPicklesAreRefused() throws {
    let deep =
      [0x80, 2] + [UInt8](repeating: 0x29, count: 1) + [UInt8](repeating: 0x85, count: 50_000)
    let wide = [0x80, 2] + [UInt8](repeating: 0x4E, count: 200_000)
    let marks = [0x80, 2] + [UInt8](repeating: 0x28, count: 200_000)
    for (pickle, part) in [
      (deep, "more than 8 deep"), (wide, "side by side"), (marks, "side by side"),
      ([0x80, 9], "protocol 9"), ([0x80, 2, 0x68, 1], "damaged"), ([0x80, 2, 0x2E], "damaged"),
      ([0x80, 2], "damaged"), ([0x80, 2, 0x58, 0xFF, 0xFF, 0xFF, 0xFF], "damaged"),
      ([0x80, 2, 0x52], "damaged"), ([0x80, 2, 0x69], "the opcode INST"),
      ([0x80, 2, 0x8A, 9], "a number of 9 bytes"), ([0x80, 2, 0x28, 0x4E, 0x28, 0x52], "damaged"),
    ] {
      expectRefusal("", part) { try read(archive(pickle)) { _ in } }
    }
  }

  /// An `InputError` of one line that begins with `path` and mentions `part`.
  private func expectRefusal(
    _ path: String, _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("no error", sourceLocation: sourceLocation)
    } catch {
      let text = "\(error)"
      #expect(
        error is InputError && text.hasPrefix(path) && text.contains(part) && !text.contains("\n"),
        "\(text)", sourceLocation: sourceLocation)
    }
  }
}
