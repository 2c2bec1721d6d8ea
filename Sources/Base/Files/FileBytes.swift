// The bytes of files that are read at leisure: small ones copied, large ones mapped.

import Foundation
import Synchronization

package enum FileBytes {
  /// What is copied, and so stays what it was when the file was opened, whatever happens to the file. A
  /// file that is mapped and then cut short raises SIGBUS where it is read: see `MappedFiles`.
  static let largestCopy = 64 << 20

  /// All bytes, at an address that is a multiple of 64. Throws `SystemError`.
  package static func read(_ url: URL) throws(SystemError) -> Data {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError() }
    switch status.st_mode & S_IFMT {
    case S_IFREG where status.st_size > largestCopy:
      return try map(descriptor, count: Int(status.st_size), path: url.path)
    // The system's own files do not say how long they are.
    case S_IFREG where status.st_size > 0: return try copy(descriptor, count: Int(status.st_size))
    case S_IFREG, S_IFIFO: return try all(of: descriptor)
    case S_IFDIR: throw SystemError(EISDIR)
    default: throw SystemError(EINVAL)
    }
  }

  /// Less where the file became shorter meanwhile.
  private static func copy(_ descriptor: Int32, count: Int) throws(SystemError) -> Data {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    guard let base = memory.baseAddress else { return Data() }
    do throws(SystemError) {
      let read = try Descriptor.read(descriptor, into: memory)
      return Data(
        bytesNoCopy: base, count: read, deallocator: .custom { base, _ in base.deallocate() })
    } catch {
      memory.deallocate()
      throw error
    }
  }

  private static func all(of descriptor: Int32) throws(SystemError) -> Data {
    var data = Data()
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { piece.deallocate() }
    while case let count = try Descriptor.read(descriptor, into: piece), count > 0 {
      data.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[..<count]))
    }
    return data
  }

  private static func map(
    _ descriptor: Int32, count: Int, path: String
  ) throws(SystemError) -> Data {
    guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED
    else { throw SystemError() }
    let file = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
    let place = MappedFiles.add(base, count: count, path: path, file)
    return Data(
      bytesNoCopy: base, count: count,
      deallocator: .custom { base, count in
        MappedFiles.remove(place)
        munmap(base, count)
      })
  }
}

/// The mapped files of this process, and what becomes of it when one of them is cut short, or its disk
/// fails, while it is in use: a sentence on standard error and exit status 1, not a crash. One that is
/// written to without getting shorter raises nothing: `change` says so afterwards.
package enum MappedFiles {
  /// A file's range of addresses and what is said when one of them cannot be read. Never freed, so that
  /// the handler may follow `next` at any time; used again for another file.
  fileprivate struct Place {
    var start: UInt
    /// `start` while there is no file.
    var end: UInt
    var sentence: UnsafeMutablePointer<CChar>?
    var next: UnsafeMutablePointer<Place>?
    var path = ""
    /// The file itself, whatever its name leads to meanwhile, and when it was last written to before it was
    /// mapped. -1 where the system had no descriptor left.
    var file: Int32 = -1
    var written = timespec()

    var wasWrittenTo: Bool {
      var status = stat()
      guard file >= 0, fstat(file, &status) == 0 else { return false }
      let now = status.st_mtim
      return (now.tv_sec, now.tv_nsec) != (written.tv_sec, written.tv_nsec)
    }
  }

  /// @unchecked Sendable: a pointer to what only `add` and `remove` change, one at a time; a thread in
  /// the handler reads from a range that was added before it was read, and is removed after.
  fileprivate struct Reference: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Place>
  }

  /// Of those that are mapped no more: the first that was written to while it was.
  private static let changing = Mutex<InputError?>(nil)

  /// The first file found that was written to while it was mapped: what was computed from it is neither of
  /// the old nor of the new one.
  package static var change: InputError? {
    changing.withLock { past in
      if past != nil { return past }
      var place = known.pointee
      while let one = place {
        if one.pointee.end > one.pointee.start, one.pointee.wasWrittenTo {
          return error(of: one.pointee)
        }
        place = one.pointee.next
      }
      return nil
    }
  }

  private static func error(of place: Place) -> InputError {
    InputError(
      place.path, expected: "a file that stays as it is while it is in use",
      found: "one that was written to meanwhile")
  }

  /// Takes `file` over.
  fileprivate static func add(
    _ base: UnsafeMutableRawPointer, count: Int, path: String, _ file: Int32
  ) -> Reference {
    let sentence =
      "dropscope: "
      + InputError(
        path, expected: "the \(count) bytes that were there when it was opened",
        found: "a file that was cut short, or a disk that failed, while it was in use"
      ).description + "\n"
    return changing.withLock { _ in
      var place = known.pointee
      while let one = place, one.pointee.end > one.pointee.start { place = one.pointee.next }
      let new =
        place
        ?? {
          let place = UnsafeMutablePointer<Place>.allocate(capacity: 1)
          place.initialize(to: Place(start: 0, end: 0, sentence: nil, next: known.pointee))
          known.pointee = place
          return place
        }()
      var status = stat()
      if file >= 0, fstat(file, &status) == 0 { new.pointee.written = status.st_mtim }
      (new.pointee.path, new.pointee.file) = (path, file)
      new.pointee.sentence = strdup(sentence)
      new.pointee.start = UInt(bitPattern: base)
      new.pointee.end = UInt(bitPattern: base) + UInt(count)
      return Reference(pointer: new)
    }
  }

  fileprivate static func remove(_ place: Reference) {
    changing.withLock { past in
      if past == nil, place.pointer.pointee.wasWrittenTo { past = error(of: place.pointer.pointee) }
      place.pointer.pointee.end = place.pointer.pointee.start
      free(place.pointer.pointee.sentence)
      place.pointer.pointee.sentence = nil
      if place.pointer.pointee.file >= 0 { close(place.pointer.pointee.file) }
      place.pointer.pointee.file = -1
    }
  }

  /// Call before anything else handles SIGBUS: what comes later gives the terminal back first, and then
  /// lets the fault repeat.
  package static func watch() {
    // Made here: a handler may not.
    _ = (known, earlierHandler)
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = handleBusError
    action.sa_flags = SA_SIGINFO | SA_ONSTACK
    sigaction(SIGBUS, &action, earlierHandler)
  }
}

nonisolated(unsafe) private let known = {
  let pointer = UnsafeMutablePointer<UnsafeMutablePointer<MappedFiles.Place>?>.allocate(capacity: 1)
  pointer.initialize(to: nil)
  return pointer
}()

nonisolated(unsafe) private let earlierHandler = {
  let pointer = UnsafeMutablePointer<sigaction>.allocate(capacity: 1)
  pointer.initialize(to: sigaction())
  return pointer
}()

/// Async-signal-safe.
private func handleBusError(
  _ number: Int32, _ information: UnsafeMutablePointer<siginfo_t>?, _: UnsafeMutableRawPointer?
) {
  let isFault = (information?.pointee.si_code ?? 0) > 0
  if isFault, let information {
    let address = UInt(bitPattern: information.pointee._sifields._sigfault.si_addr)
    var place = known.pointee
    while let one = place {
      if address >= one.pointee.start, address < one.pointee.end, let text = one.pointee.sentence {
        _ = write(STDERR_FILENO, text, strlen(text))
        _exit(1)
      }
      place = one.pointee.next
    }
  }
  // Somebody else's: it comes again, to whoever would have had it.
  sigaction(SIGBUS, earlierHandler, nil)
  if !isFault { raise(number) }
}
