// Files that are written whole or not at all.

import Foundation

package enum OutputFile {
  /// Writes to a temporary name in the same folder, then renames: `url` is the old file or the whole
  /// new one. Throws `InputError`.
  package static func write(_ data: Data, to url: URL) throws {
    try report(url, expected: "a place to write \(data.count) bytes") {
      try data.write(to: url, options: .atomic)
    }
  }

  package static func write(_ text: String, to url: URL) throws {
    try write(Data(text.utf8), to: url)
  }

  /// Throws now what `write` would throw, before the work whose result is to be written.
  package static func check(_ url: URL) throws {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue
    {
      throw InputError(url.relativePath, expected: "a file to write", found: "a folder")
    }
    let trial = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent)-\(getpid())")
    try report(url, expected: "a place to write to") { try Data().write(to: trial) }
    try? FileManager.default.removeItem(at: trial)
  }

  /// Creates a folder, and those it lies in, unless it is there.
  package static func makeFolder(_ url: URL) throws {
    try report(url, expected: "a folder to write to") {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }

  private static func report(_ url: URL, expected: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      throw InputError(url.relativePath, expected: expected, found: reason(url, error))
    }
  }

  /// Foundation says no more than that it failed where the folder is the reason.
  private static func reason(_ url: URL, _ error: any Error) -> String {
    let folder = url.deletingLastPathComponent()
    var isFolder: ObjCBool = false
    if !FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) {
      return "no folder \(folder.relativePath)"
    }
    if !isFolder.boolValue { return "a file \(folder.relativePath) instead of a folder" }
    if !FileManager.default.isWritableFile(atPath: folder.path) {
      return "no permission to write into \(folder.relativePath)"
    }
    var place: NSError? = error as NSError
    while let error = place {
      if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
      place = error.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return error.localizedDescription
  }
}
