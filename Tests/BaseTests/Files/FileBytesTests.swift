// Small files are as they were when they were opened, whatever becomes of them.

import Foundation
import Testing

@testable import Base

@Suite struct FileBytesTests {
  @Test func aSmallFileMayBeCutShortMeanwhile() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("bytes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) })
    try bytes.write(to: file)
    let read = try FileBytes.read(file)
    try #require(truncate(file.path, 10) == 0)
    #expect(read == bytes)
    #expect(try FileBytes.read(file).count == 10)
    try #require(truncate(file.path, 0) == 0)
    #expect(try FileBytes.read(file).isEmpty)
  }

  @Test func aLargeFileIsTheSame() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("bytes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("start".utf8).write(to: file)
    // Sparse: it costs no disk.
    try #require(truncate(file.path, off_t(FileBytes.largestCopy + 5)) == 0)
    let read = try FileBytes.read(file)
    #expect(read.count == FileBytes.largestCopy + 5)
    #expect(read.prefix(5) == Data("start".utf8) && read.last == 0)
  }

  @Test func whatIsNoFileIsSaid() {
    #expect(throws: SystemError(ENOENT)) { try FileBytes.read(URL(fileURLWithPath: "/no/file")) }
    #expect(throws: SystemError(EISDIR)) { try FileBytes.read(URL(fileURLWithPath: "/")) }
    #expect(throws: SystemError(EINVAL)) { try FileBytes.read(URL(fileURLWithPath: "/dev/zero")) }
  }
}
