// Files and folders that are there only while somebody works on them, and what killed programs leave of
// them.

import Foundation
import Synchronization

/// A file or folder under a name of its own, `.partial-PID-N` beside an output. Its maker holds it with
/// flock(2): one that nobody holds is left over, whatever has become of the process of that number, here
/// or in another container or on another host.
struct Partial: ~Copyable {
  let path: String
  let descriptor: Int32

  static let prefix = ".partial-"
  private static let serial = Atomic<Int>(0)
  private static let tidied = Mutex<Set<String>>([])

  /// A new and empty one in `folder`, where leftovers are cleaned first.
  init(in folder: String, prefix: String = Self.prefix, isFolder: Bool) throws(SystemError) {
    Self.tidy(folder, prefix: prefix)
    while true {
      let number = Self.serial.wrappingAdd(1, ordering: .relaxed).newValue
      let path = "\(folder)/\(prefix)\(getpid())-\(number)"
      if isFolder, mkdir(path, 0o700) != 0 {
        if errno == EEXIST { continue }
        throw SystemError()
      }
      let descriptor = open(
        path,
        isFolder ? O_RDONLY | O_DIRECTORY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
        0o666)
      // Somebody who cleans up may come between, here and below.
      if descriptor < 0, errno == (isFolder ? ENOENT : EEXIST) { continue }
      guard descriptor >= 0 else { throw SystemError() }
      // Where there are no such locks, nothing is ever taken for left over.
      flock(descriptor, LOCK_EX)
      if Descriptor.isAt(path, descriptor) {
        self.path = path
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit { close(descriptor) }

  /// Removes what is left over in `folder`, once in a process.
  private static func tidy(_ folder: String, prefix: String) {
    guard tidied.withLock({ $0.insert("\(folder)/\(prefix)").inserted }) else { return }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where isName(name, prefix: prefix) { clean("\(folder)/\(name)") }
  }

  /// Also as earlier versions called them, without the last number.
  private static func isName(_ name: String, prefix: String) -> Bool {
    guard name.hasPrefix(prefix) else { return false }
    let numbers = name.dropFirst(prefix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    return (1...2).contains(numbers.count)
      && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }
  }

  private static func clean(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
      [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT),
      flock(descriptor, LOCK_EX | LOCK_NB) == 0
    else { return }
    try? FileManager.default.removeItem(atPath: path)
  }
}
