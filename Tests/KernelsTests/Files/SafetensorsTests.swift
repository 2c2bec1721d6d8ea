// Round trips of all types, files of Python's writer, and one sentence for each kind of damage.

import Base
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  @Test(arguments: ElementType.allCases)
  func roundTrip(_ type: ElementType) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("model.safetensors")
      // Quarters up to 64 are exact in all types.
      let a = Tensor((0..<67).map { Float($0 - 30) / 4 }, shape: [67])
      let b = Tensor([1, -2, 3, -4, 5, -6], shape: [1, 2, 3])
      try SafetensorsWriter.write(
        [("layer.b", b), ("a/ü\"", a), ("none", Tensor(zeros: 0, 3))], as: type,
        metadata: ["k": "v\n\""], to: url)
      let file = try SafetensorsFile(contentsOf: url)
      #expect(file.names == ["a/ü\"", "layer.b", "none"])
      #expect(file.metadata == ["k": "v\n\""])
      #expect(file.elementType("layer.b") == type.rawValue)
      #expect(file.shape("layer.b") == [1, 2, 3])
      #expect(try file.tensor("layer.b", shape: [1, 2, 3]).values == b.values)
      #expect(try file.tensor("a/ü\"").values == a.values)
      #expect(try file.tensor("none").count == 0)
      // The temporary file is gone.
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
    }
  }

  /// Whatever they are of, and from several files; float32 can be read in place behind an odd float16.
  @Test func copiesAreTheSameBytes() throws {
    try withTemporaryFolder { folder in
      let (odd, url) = (
        folder.appendingPathComponent("odd.safetensors"),
        folder.appendingPathComponent("copy.safetensors")
      )
      try SafetensorsWriter.write([("x", Tensor([1, 2, 3]))], as: .float16, to: odd)
      let files = try [fixture("types.safetensors"), odd].map {
        try SafetensorsFile(contentsOf: $0)
      }
      try SafetensorsWriter.copy(
        files.enumerated().flatMap { index, file in
          file.names.map { TensorCopy("\(index).\($0)", of: file, source: $0, part: nil) }
        }.reversed(), metadata: ["k": "v"], to: url)
      let copy = try SafetensorsFile(contentsOf: url)
      #expect(copy.metadata == ["k": "v"] && copy.names.count == files[0].names.count + 1)
      for (index, file) in files.enumerated() {
        for name in file.names {
          let new = "\(index).\(name)"
          #expect(copy.shape(new) == file.shape(name))
          #expect(copy.elementType(new) == file.elementType(name))
          let elements = try #require(copy.elements(new))
          #expect(elements == file.elements(name), "\(name)")
        }
      }
      #expect(copy.floats("0.float32") != nil && copy.elements("none") == nil)
      #expect(try copy.byteCount == Data(contentsOf: url).count)
    }
  }

  /// Indices of one dimension, in the order asked for, of values that a byte order would show.
  @Test(arguments: [ElementType.float32, .float16, .bfloat16])
  func partsAreCopiedInTheirOrder(type: ElementType) throws {
    try withTemporaryFolder { folder in
      let (source, url) = (
        folder.appendingPathComponent("a.safetensors"),
        folder.appendingPathComponent("b.safetensors")
      )
      let all = (0..<24).map { Float($0) + 0.5 }
      try SafetensorsWriter.write([("x", Tensor(all, shape: [2, 4, 3]))], as: type, to: source)
      let file = try SafetensorsFile(contentsOf: source)
      func copy(_ name: String, _ dimension: Int, _ indices: [Int]) -> TensorCopy {
        TensorCopy(
          name, of: file, source: "x",
          part: TensorCopy.Part(dimension: dimension, indices: indices))
      }
      try SafetensorsWriter.copy(
        [copy("first", 0, [1]), copy("middle", 1, [3, 0]), copy("last", 2, [2])], metadata: [:],
        to: url)
      let parts = try SafetensorsFile(contentsOf: url)
      func values(_ name: String, _ shape: [Int]) throws -> [Float] {
        #expect(parts.elementType(name) == type.rawValue)
        return try parts.tensor(name, shape: shape).values.map { $0 - 0.5 }
      }
      #expect(try values("first", [1, 4, 3]) == (12..<24).map { Float($0) })
      #expect(
        try values("middle", [2, 2, 3]) == [9, 10, 11, 0, 1, 2, 21, 22, 23, 12, 13, 14])
      #expect(try values("last", [2, 4, 1]) == [2, 5, 8, 11, 14, 17, 20, 23])
    }
  }

  @Test func whatWasNeverFetchedIsNamed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("model.safetensors")
      for (text, found) in [
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "git lfs pull"),
        ("<!DOCTYPE html><html><body>Not Found</body></html>", "an HTML page"),
        ("<html>", "an HTML"),
      ] {
        try Data(text.utf8).write(to: url)
        do {
          _ = try SafetensorsFile(contentsOf: url)
          Issue.record("it was read")
        } catch {
          #expect("\(error)".hasPrefix(url.path) && "\(error)".contains(found), "\(error)")
        }
      }
    }
  }

  @Test func roundsToNearestEven() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      let values: [Float] = [
        1 + 0x1p-11, 1 + 0x3p-11, 0x1p-24, 65519, .nan, .leastNonzeroMagnitude,
      ]
      try SafetensorsWriter.write([("x", Tensor(values))], as: .float16, to: url)
      let half = try SafetensorsFile(contentsOf: url).tensor("x").values
      #expect(half[..<4] == [1, 1 + 0x1p-9, 0x1p-24, 65504])
      #expect(half[4].isNaN && half[5] == 0)
      let wide: [Float] = [1 + 0x1p-8, 1 + 0x3p-8, .infinity, Float(bitPattern: 0x7F80_0001)]
      try SafetensorsWriter.write([("x", Tensor(wide))], as: .bfloat16, to: url)
      let brain = try SafetensorsFile(contentsOf: url).tensor("x").values
      #expect(brain[..<3] == [1, 1 + 0x1p-6, .infinity])
      #expect(brain[3].isNaN)
      expectOneSentence(naming: url, "65504") {
        try SafetensorsWriter.write([("x", Tensor([0, 65520]))], as: .float16, to: url)
      }
    }
  }

  @Test func readsFilesOfPython() throws {
    let url = fixture("types.safetensors")
    let file = try SafetensorsFile(contentsOf: url)
    let grid: [Float] = [-0.75, -0.5, -0.25, 0, 0.25, 0.5]
    for name in ["float32", "float16", "bfloat16"] {
      #expect(try file.tensor(name, shape: [2, 3]).values == grid)
    }
    #expect(try file.tensor("scalar").values == [1.5])
    #expect(file.shape("scalar") == [])
    #expect(file.shape("empty") == [0, 4])
    #expect(file.metadata == ["format": "pt", "note": "quotes \" and ünïcode"])
    #expect(file.elementType("int64") == "I64")
    #expect(file.elementType("missing") == nil && file.shape("missing") == nil)
    expectOneSentence(naming: url, "int64") { _ = try file.tensor("int64") }
    expectOneSentence(naming: url, "missing") { _ = try file.tensor("missing") }
    expectOneSentence(naming: url, "[3, 2]") { _ = try file.tensor("float32", shape: [3, 2]) }
  }

  /// Header, data bytes, and what the sentence must mention.
  @Test(arguments: [
    ("", 0, "not JSON"),
    ("[]", 0, "header"),
    ("{\"x\":", 0, "not JSON"),
    ("{\"x\": 3}", 0, "\"x\""),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "data_offsets"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", 4, "shape"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "[-1]"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, "8 bytes"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", 4, "8"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, "[4, 0]"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, "[0]"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "byte 0"),
    ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 6, "6 bytes"),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
        + "\"y\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[2,6]}}", 6, "byte 4"
    ),
    (
      "{\"x\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0,
      "4611686018427387904"
    ),
    ("{\"__metadata__\":{\"k\":3}}", 0, "__metadata__"),
  ])
  func corruptHeaders(_ header: String, _ dataCount: Int, _ mention: String) throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("bad.safetensors")
      var bytes = Data()
      withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: header.utf8)
      bytes.append(Data(count: dataCount))
      try bytes.write(to: url)
      expectOneSentence(naming: url, mention) { _ = try SafetensorsFile(contentsOf: url) }
    }
  }

  @Test func truncatedFiles() throws {
    let whole = try Data(contentsOf: fixture("types.safetensors"))
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("cut.safetensors")
      for count in [0, 7, 8, 100, whole.count - 1] {
        try whole.prefix(count).write(to: url)
        expectOneSentence(naming: url, "") { _ = try SafetensorsFile(contentsOf: url) }
      }
      let missing = folder.appendingPathComponent("missing.safetensors")
      expectOneSentence(naming: missing, "no file") {
        _ = try SafetensorsFile(contentsOf: missing)
      }
      expectOneSentence(naming: folder, "") { _ = try SafetensorsFile(contentsOf: folder) }
    }
  }

  @Test func pointersOfGitAreNamed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("x.safetensors")
      try OutputFile.write(
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", to: url)
      expectOneSentence(naming: url, "git lfs pull") { _ = try SafetensorsFile(contentsOf: url) }
    }
  }

  @Test func whatCannotBeWrittenIsSaidBefore() throws {
    try withTemporaryFolder { folder in
      expectOneSentence(naming: folder, "found a folder") { try OutputFile.check(folder) }
      let nowhere = folder.appendingPathComponent("nowhere/x")
      expectOneSentence(naming: nowhere, "") { try OutputFile.check(nowhere) }
      let file = folder.appendingPathComponent("x")
      try OutputFile.check(file)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      try OutputFile.write("x", to: file)
      let inside = file.appendingPathComponent("y")
      expectOneSentence(naming: inside, "instead of a folder") { try OutputFile.check(inside) }
      expectOneSentence(naming: inside, "") { try OutputFile.makeFolder(inside) }
    }
  }

  @Test func failedWritesAreOneSentence() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("nowhere/x.safetensors")
      expectOneSentence(naming: url, "") {
        try SafetensorsWriter.write([("x", Tensor([1]))], to: url)
      }
    }
  }

  /// `body` must throw an `InputError` of one line that names the file and mentions `part`.
  private func expectOneSentence(
    naming url: URL, _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
  ) {
    do {
      try body()
      Issue.record("no error", sourceLocation: sourceLocation)
    } catch let error as InputError {
      let text = error.description
      #expect(
        text.hasPrefix(url.path + ": ") && !text.contains("\n")
          && (part.isEmpty || text.contains(part)),
        "\(text)", sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }
}
