// A folder whose parts appear in it complete or not at all.

import Foundation

package enum StagedFolder {
  /// Lets `make` fill a hidden folder within `output`, whose parts it then publishes under their own
  /// names, replacing older ones. Whatever was not published is gone afterwards.
  /// - Parameter force: whether `output` may already have files; nil where nobody can ask for that.
  package static func fill<Result>(
    _ output: URL, force: Bool?,
    _ make: (_ work: URL, _ publish: (String) throws -> Void) throws -> Result
  ) throws -> Result {
    let files = FileManager.default
    let existed = files.fileExists(atPath: output.path)
    try OutputFile.makeFolder(output)
    defer {
      if !existed { rmdir(output.path) }  // only succeeds while it is empty
    }
    let lock = try OutputLock(output)
    defer { lock.release() }
    let work = try TemporaryFolder(in: output)
    defer { work.remove() }
    let own = [OutputLock.name, work.url.lastPathComponent]
    let existing = ((try? files.contentsOfDirectory(atPath: output.path)) ?? [])
      .filter { !own.contains($0) }
    guard existing.isEmpty || force == true else {
      throw InputError(
        output.path, expected: "a new or an empty folder",
        found: "one with \(existing.count) entries",
        kind: force == nil ? .general : .occupiedFolder)
    }
    return try make(work.url) { name in
      let destination = output.appendingPathComponent(name)
      let old = work.url.appendingPathComponent("old-\(name)")
      let isReplaced = files.fileExists(atPath: destination.path)
      if isReplaced { try files.moveItem(at: destination, to: old) }
      do {
        try files.moveItem(at: work.url.appendingPathComponent(name), to: destination)
      } catch {
        if isReplaced { try? files.moveItem(at: old, to: destination) }
        throw error
      }
    }
  }
}
