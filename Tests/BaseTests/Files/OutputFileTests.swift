// Outputs replace files and nothing else, and leave nothing behind.

import Foundation
import Testing

@testable import Base

@Suite struct OutputFileTests {
  /// A fresh folder that is gone after `body`.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("outputs \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

  private func kind(_ url: URL) -> mode_t {
    var status = stat()
    return lstat(url.path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test func linksAreFollowedAndStay() throws {
    try withFolder { folder in
      let inner = folder.appendingPathComponent("inner")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      let target = inner.appendingPathComponent("target")
      try Data("old".utf8).write(to: target)
      let (one, two) = (
        folder.appendingPathComponent("one"), folder.appendingPathComponent("two")
      )
      try #require(symlink("inner/target", one.path) == 0 && symlink(one.path, two.path) == 0)
      try OutputFile.check(two)
      try OutputFile.write("new", to: two)
      #expect(try text(target) == "new")
      #expect(kind(one) == S_IFLNK && kind(two) == S_IFLNK)
      // One that leads to nothing yet leads to the new file.
      try FileManager.default.removeItem(at: target)
      try OutputFile.write("again", to: one)
      #expect(try text(target) == "again")
      let circle = folder.appendingPathComponent("circle")
      try #require(symlink("circle", circle.path) == 0)
      #expect(throws: InputError.self) { try OutputFile.write("x", to: circle) }
      #expect(try names(folder) == ["circle", "inner", "one", "two"])
      #expect(try names(inner) == ["target"])
    }
  }

  @Test func aReplacedFileKeepsItsMode() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      for mode in [0o600, 0o640, 0o755] as [mode_t] {
        try OutputFile.write("old", to: file)
        chmod(file.path, mode)
        try OutputFile.write("new", to: file)
        var status = stat()
        stat(file.path, &status)
        #expect(status.st_mode & 0o777 == mode)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func devicesPipesAndDescriptorsAreWrittenTo() throws {
    try withFolder { folder in
      // Of our own kind, so that the machine's would survive a failure of this test.
      let pipe = folder.appendingPathComponent("pipe")
      try #require(mkfifo(pipe.path, 0o600) == 0)
      let reader = open(pipe.path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try OutputFile.check(pipe)
      try OutputFile.write("through", to: pipe)
      var bytes = [UInt8](repeating: 0, count: 64)
      #expect(read(reader, &bytes, bytes.count) == 7 && kind(pipe) == S_IFIFO)
      #expect(!OutputFile.isReplaced(pipe))

      let null = folder.appendingPathComponent("null")
      try #require(symlink("/dev/null", null.path) == 0)
      try OutputFile.check(null)
      try OutputFile.write("nothing", to: null)
      #expect(kind(null) == S_IFLNK && kind(URL(fileURLWithPath: "/dev/null")) == S_IFCHR)
      let error = #expect(throws: InputError.self) {
        try OutputFile.write("too much", to: URL(fileURLWithPath: "/dev/full"))
      }
      #expect("\(error!)".contains("No space left on device"), "\(error!)")

      // What stands before in an open file stays.
      let file = folder.appendingPathComponent("redirected")
      let descriptor = open(file.path, O_RDWR | O_CREAT, 0o600)
      defer { close(descriptor) }
      try #require(write(descriptor, "before ", 7) == 7)
      let named = URL(fileURLWithPath: "/dev/fd/\(descriptor)")
      try OutputFile.check(named)
      try OutputFile.write("after", to: named)
      #expect(try text(file) == "before after")
      #expect(try names(folder) == ["null", "pipe", "redirected"])
    }
  }

  /// What a killed process leaves, file or folder, goes with the next writing; what is held stays.
  @Test func leftoversGo() throws {
    try withFolder { folder in
      let left = folder.appendingPathComponent(".partial-4194303/within")
      try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
      for name in [".partial-4194303-7", ".partial-4194303-8", ".partial-notes", "partial-1"] {
        try Data("x".utf8).write(to: folder.appendingPathComponent(name))
      }
      let held = open(folder.appendingPathComponent(".partial-4194303-8").path, O_RDONLY)
      defer { close(held) }
      try #require(flock(held, LOCK_EX | LOCK_NB) == 0)
      try OutputFile.write("x", to: folder.appendingPathComponent("output"))
      #expect(
        try names(folder) == [".partial-4194303-8", ".partial-notes", "output", "partial-1"])
    }
  }

  @Test func oneAtATimeAndTheOtherIsNamed() throws {
    try withFolder { folder in
      for output in [folder, folder.appendingPathComponent("table.csv")] {
        let lock = try OutputLock(output)
        let error = #expect(throws: InputError.self) { try OutputLock(output) }
        #expect("\(error!)".contains("found process \(getpid()) at work on it"), "\(error!)")
        lock.release()
        #expect(try names(folder).isEmpty)
        // What a killed process left is nobody's.
        let file = output == folder ? ".lock" : ".table.csv.lock"
        try Data("1 elsewhere\n".utf8).write(to: folder.appendingPathComponent(file))
        let next = try OutputLock(output)
        next.release()
        #expect(try names(folder).isEmpty)
      }
    }
  }

  @Test func aTemporaryFolderGoes() throws {
    let folder = try TemporaryFolder()
    try OutputFile.write("x", to: folder.url.appendingPathComponent("file"))
    var status = stat()
    #expect(stat(folder.url.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
    folder.remove()
    #expect(stat(folder.url.path, &status) != 0)
  }
}
