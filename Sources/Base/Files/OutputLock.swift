// One run at a time to an output.

import Foundation
import Synchronization

/// Held from its making until it is let go of or the process ends, however it ends: flock(2) on a file
/// that says who it is, `.lock` in a folder, `.NAME.lock` beside a file.
package final class OutputLock: Sendable {
  /// Of a folder, hidden in it.
  package static let name = ".lock"

  private let path: String
  /// -1 where the disk has no such locks, and once it is let go of.
  private let descriptor: Mutex<Int32>

  /// - Parameter output: a folder that is there, or a file, which need not be.
  /// - Throws: `InputError` that names the process which writes there, or why one cannot.
  package init(_ output: URL) throws {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: output.path, isDirectory: &isFolder)
    path =
      isThere && isFolder.boolValue
      ? "\(output.path)/\(Self.name)"
      // Names have at most 255 bytes.
      : output.deletingLastPathComponent().path + "/.\(output.lastPathComponent.prefix(60)).lock"
    let descriptor = try Self.hold(path, output)
    self.descriptor = Mutex(descriptor)
    guard descriptor >= 0 else { return }
    let note = Array("\(getpid()) \(Self.host)\n".utf8)
    ftruncate(descriptor, 0)
    note.withUnsafeBytes { try? Descriptor.write($0, to: descriptor) }
  }

  deinit { release() }

  package func release() {
    descriptor.withLock {
      guard $0 >= 0 else { return }
      // While it is held: whoever opened it meanwhile notices.
      unlink(path)
      close($0)
      $0 = -1
    }
  }

  private static func hold(_ path: String, _ output: URL) throws -> Int32 {
    while true {
      var descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      // Another user's, who was killed or is at work.
      if descriptor < 0, errno == EACCES {
        descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard descriptor >= 0 else {
        throw InputError(
          output.relativePath, expected: "a place to write to", found: SystemError().reason)
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
        if Descriptor.isAt(path, descriptor) { return descriptor }
        close(descriptor)
        continue
      }
      defer { close(descriptor) }
      guard errno == EWOULDBLOCK else { return -1 }
      throw InputError(
        output.relativePath, expected: "an output that no other run writes to",
        found: "\(holder(descriptor)) at work on it")
    }
  }

  private static func holder(_ descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 256)
    // It may just have begun.
    for _ in 0..<20 {
      let count = pread(descriptor, &bytes, bytes.count, 0)
      let words = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
        .split(whereSeparator: \.isWhitespace)
      if words.count == 2 {
        return "process \(words[0])" + (words[1] == host ? "" : " of host \(words[1])")
      }
      usleep(10_000)
    }
    return "another process"
  }

  private static var host: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "-" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
