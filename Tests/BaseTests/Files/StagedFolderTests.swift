// A folder is filled by one run at a time, and what a killed one left is cleared away.

import Base
import Foundation
import Testing

@Suite struct StagedFolderTests {
  /// A fresh folder that is gone after `body`.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("staged \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func fill(_ output: URL, force: Bool? = false) throws {
    try StagedFolder.fill(output, force: force) { work, publish in
      try OutputFile.makeFolder(work.appendingPathComponent("dev"))
      try OutputFile.write("x", to: work.appendingPathComponent("dev/file"))
      try publish("dev")
      try OutputFile.write("y", to: work.appendingPathComponent("rest"))
    }
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func theSecondRunIsToldOfTheFirst() throws {
    try withFolder { output in
      let lock = try OutputLock(output)
      let error = #expect(throws: InputError.self) { try fill(output, force: true) }
      #expect("\(error!)".contains("found process \(getpid()) at work on it"), "\(error!)")
      lock.release()
      try fill(output)
      #expect(try names(output) == ["dev"])
    }
  }

  @Test func whatAKilledRunLeftIsNoReasonToRefuse() throws {
    try withFolder { output in
      let left = output.appendingPathComponent(".partial-4194303/train/7")
      try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
      try Data("4194303 here\n".utf8).write(to: output.appendingPathComponent(".lock"))
      try fill(output)
      #expect(try names(output) == ["dev"])
      // A folder with files is not written into without --force, and with it they are replaced.
      let error = #expect(throws: InputError.self) { try fill(output) }
      #expect("\(error!)".contains("one with 1 entries"), "\(error!)")
      #expect(error?.kind == .occupiedFolder)
      // Who has no --force is not told of it.
      let other = #expect(throws: InputError.self) { try fill(output, force: nil) }
      #expect(other == error && other?.kind == .general)
      try fill(output, force: true)
      #expect(try names(output) == ["dev"])
    }
  }

  @Test func nothingIsLeftWhereNothingWas() throws {
    try withFolder { folder in
      let output = folder.appendingPathComponent("new folder")
      #expect(throws: CancellationError.self) {
        try StagedFolder.fill(output, force: false) { _, _ in throw CancellationError() }
      }
      let left = try names(folder)
      #expect(left.isEmpty)
    }
  }
}
