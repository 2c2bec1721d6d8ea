// A folder whose parts appear in it complete or not at all.

import Base
import Foundation

enum StagedFolder {
  /// Lets `make` fill a hidden folder within `output`, whose parts it then publishes under their own
  /// names, replacing older ones. Whatever was not published is gone afterwards.
  /// - Parameter force: whether `output` may already have files.
  static func fill<Result>(
    _ output: URL, force: Bool,
    _ make: (_ work: URL, _ publish: (String) throws -> Void) throws -> Result
  ) throws -> Result {
    let files = FileManager.default
    let existing = (try? files.contentsOfDirectory(atPath: output.path)) ?? []
    guard existing.isEmpty || force else {
      throw InputError(
        output.path, expected: "a new or an empty folder",
        found: "one with \(existing.count) entries", kind: .occupiedFolder)
    }
    let existed = files.fileExists(atPath: output.path)
    try OutputFile.makeFolder(output)
    let work = output.appendingPathComponent(".partial-\(getpid())")
    defer {
      try? files.removeItem(at: work)
      if !existed { rmdir(output.path) }  // only succeeds while it is empty
    }
    try OutputFile.makeFolder(work)
    return try make(work) { name in
      let destination = output.appendingPathComponent(name)
      if files.fileExists(atPath: destination.path) { try files.removeItem(at: destination) }
      try files.moveItem(at: work.appendingPathComponent(name), to: destination)
    }
  }
}
