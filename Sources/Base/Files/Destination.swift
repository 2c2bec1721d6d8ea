// Where what is written to a path goes.

import Foundation

enum Destination {
  /// An open descriptor of this process, as /dev/stdout and the shell's >(...) name it.
  case descriptor(Int32)
  /// A device or a pipe: written to, never replaced.
  case device(path: String)
  /// A file, or nothing yet, where links led to.
  case file(path: String, present: stat?)

  init(_ path: String) throws(SystemError) {
    var path = path
    // As many as the kernel follows.
    for _ in 0..<40 {
      var status = stat()
      guard lstat(path, &status) == 0 else {
        guard errno == ENOENT else { throw SystemError() }
        self = .file(path: path, present: nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        if let descriptor = Self.descriptor(path) {
          self = .descriptor(descriptor)
          return
        }
        let target = try Self.target(of: path)
        path = target.hasPrefix("/") ? target : "\(Self.folder(of: path))/\(target)"
      case S_IFREG:
        self = .file(path: path, present: status)
        return
      case S_IFDIR: throw SystemError(EISDIR)
      default:
        self = .device(path: path)
        return
      }
    }
    throw SystemError(ELOOP)
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func target(of link: String) throws(SystemError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(link, &buffer, buffer.count - 1)
    guard count >= 0 else { throw SystemError() }
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The number in /proc/self/fd/NUMBER, by whatever way.
  private static func descriptor(_ path: String) -> Int32? {
    guard let real = realpath(folder(of: path), nil) else { return nil }
    defer { free(real) }
    guard String(cString: real) == "/proc/\(getpid())/fd" else { return nil }
    return Int32(path.split(separator: "/").last ?? "")
  }
}
