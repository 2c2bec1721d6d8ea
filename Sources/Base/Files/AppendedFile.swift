// Files that grow while a program runs.

import Foundation

/// A file that is there, open for writing at its end.
package final class AppendedFile: Sendable {
  private let url: URL
  private let descriptor: Int32

  /// Throws `InputError`.
  package init(_ url: URL) throws {
    self.url = url
    descriptor = open(url.path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw InputError(
        url.relativePath, expected: "a file to write to", found: SystemError().reason)
    }
  }

  deinit { close(descriptor) }

  /// All of it or, where it does not fit, nothing. Throws `InputError`.
  package func append(_ text: String) throws {
    let bytes = Array(text.utf8)
    let end = lseek(descriptor, 0, SEEK_END)
    try bytes.withUnsafeBytes {
      do throws(SystemError) {
        try Descriptor.write($0, to: descriptor)
      } catch {
        if end >= 0 { ftruncate(descriptor, end) }
        throw InputError(
          url.relativePath, expected: "a place to write \(bytes.count) bytes", found: error.reason)
      }
    }
  }
}
