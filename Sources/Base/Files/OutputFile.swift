// Files that are written whole or not at all.

import Foundation

package enum OutputFile {
  /// Writes to a temporary name in the same folder, then renames: what is at `url`, or where its links
  /// lead to, is the old file or the whole new one, with the old one's mode. Devices, pipes and open
  /// descriptors are written to. Throws `InputError`.
  package static func write(_ data: Data, to url: URL) throws {
    try write(CollectionOfOne(data), byteCount: data.count, to: url)
  }

  /// The same of parts one after the other, of so many bytes together, each asked for when its turn comes.
  package static func write(
    _ parts: some Sequence<Data>, byteCount: Int, to url: URL
  ) throws {
    try report(url, expected: "a place to write \(byteCount) bytes") {
      () throws(SystemError) in
      switch try Destination(url.path) {
      case .descriptor(let descriptor): try write(parts, to: descriptor)
      case .device(let path):
        let descriptor = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        try write(parts, to: descriptor)
      case .file(let path, let present): try replace(path, present, with: parts)
      }
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
    try report(url, expected: "a place to write to") { () throws(SystemError) in
      switch try Destination(url.path) {
      case .descriptor(let descriptor):
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0 else { throw SystemError() }
        guard flags & O_ACCMODE != O_RDONLY else { throw SystemError(EBADF) }
      case .device(let path):
        guard access(path, W_OK) == 0 else { throw SystemError() }
      case .file(let path, _):
        let trial = try Partial(in: Destination.folder(of: path), isFolder: false)
        unlink(trial.path)
      }
    }
  }

  /// Whether `write` puts a file in the place of another, or of nothing: devices and pipes are shared.
  package static func isReplaced(_ url: URL) -> Bool {
    guard case .file = try? Destination(url.path) else { return false }
    return true
  }

  /// Creates a folder, and those it lies in, unless it is there.
  package static func makeFolder(_ url: URL) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        url.relativePath, expected: "a folder to write to", found: reason(url, error))
    }
  }

  /// What is behind the failure of a program that wrote to `folder` and did not say why: that the disk
  /// takes no more; or the failure itself, with a word where little is left, since others that write
  /// there may just have given up as well.
  package static func reason(of failure: any Error, writingTo folder: URL) -> any Error {
    if let refusal = refusal(in: folder) { return refusal }
    var disk = statvfs()
    guard var failure = failure as? InputError, failure.advice == nil,
      statvfs(folder.path, &disk) == 0
    else { return failure }
    let free = Double(disk.f_bavail) * Double(disk.f_frsize)
    if free < 64e6 {
      failure.advice = "only \(String(format: "%.1f", free / 1e6)) MB are left on its disk"
    }
    return failure
  }

  /// What the disk under a folder says to a little more; nil when it takes it.
  private static func refusal(in folder: URL) -> InputError? {
    let trial = Data(count: 1 << 20)
    do throws(SystemError) {
      let file = try Partial(in: folder.path, isFolder: false)
      defer { unlink(file.path) }
      try write(CollectionOfOne(trial), to: file.descriptor)
      // Some say so late.
      if fsync(file.descriptor) != 0 { throw SystemError() }
      return nil
    } catch {
      return InputError(
        folder.relativePath, expected: "a place to write to", found: reason(folder, error))
    }
  }

  private static func write(
    _ parts: some Sequence<Data>, to descriptor: Int32
  ) throws(SystemError) {
    for part in parts {
      var failure: SystemError?
      part.withUnsafeBytes { bytes in
        do throws(SystemError) {
          try Descriptor.write(bytes, to: descriptor)
        } catch {
          failure = error
        }
      }
      if let failure { throw failure }
    }
  }

  private static func replace(
    _ path: String, _ present: stat?, with parts: some Sequence<Data>
  ) throws(SystemError) {
    let file = try Partial(in: Destination.folder(of: path), isFolder: false)
    do throws(SystemError) {
      if let present {
        // Who may not give it away keeps it; what a stranger's program was allowed stays with them.
        let isTheirs = fchown(file.descriptor, present.st_uid, present.st_gid) == 0
        fchmod(file.descriptor, present.st_mode & (isTheirs ? 0o7777 : 0o777))
      }
      try write(parts, to: file.descriptor)
      // A disk elsewhere may say only now that it is full.
      let copy = dup(file.descriptor)
      if copy >= 0, close(copy) != 0 { throw SystemError() }
      guard rename(file.path, path) == 0 else { throw SystemError() }
    } catch {
      unlink(file.path)
      throw error
    }
  }

  private static func report(
    _ url: URL, expected: String, _ body: () throws(SystemError) -> Void
  ) throws {
    do {
      try body()
    } catch {
      throw InputError(url.relativePath, expected: expected, found: reason(url, error))
    }
  }

  /// The system says no more than that something is missing or not allowed where the folder is the
  /// reason.
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
    if let error = error as? SystemError { return error.reason }
    var place: NSError? = error as NSError
    while let error = place {
      if error.domain == NSPOSIXErrorDomain { return SystemError(Int32(error.code)).reason }
      place = error.userInfo[NSUnderlyingErrorKey] as? NSError
    }
    return error.localizedDescription
  }
}
