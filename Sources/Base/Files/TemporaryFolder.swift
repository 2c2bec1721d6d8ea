// Folders for files that live for a moment.

import Foundation
import Synchronization

/// A new folder, for nobody else to read, gone when it is removed or with this object. That of a killed
/// process goes when the next one is made in the same place.
package final class TemporaryFolder: Sendable {
  package let url: URL
  /// Holds it; -1 once it is removed.
  private let descriptor: Mutex<Int32>

  /// In the system's place for such. Throws `InputError`.
  package convenience init() throws {
    try self.init(in: FileManager.default.temporaryDirectory, prefix: "dropscope-")
  }

  /// Hidden in an output. Throws `InputError`.
  package convenience init(in output: URL) throws {
    try self.init(in: output, prefix: Partial.prefix)
  }

  private init(in place: URL, prefix: String) throws {
    do throws(SystemError) {
      let folder = try Partial(in: place.path, prefix: prefix, isFolder: true)
      url = URL(fileURLWithPath: folder.path, isDirectory: true)
      descriptor = Mutex(fcntl(folder.descriptor, F_DUPFD_CLOEXEC, 3))
    } catch {
      throw InputError(
        place.relativePath, expected: "a place for temporary files", found: error.reason)
    }
  }

  deinit { remove() }

  package func remove() {
    descriptor.withLock {
      guard $0 >= 0 else { return }
      try? FileManager.default.removeItem(at: url)
      close($0)
      $0 = -1
    }
  }
}
