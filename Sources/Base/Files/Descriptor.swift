// Whole buffers to and from descriptors.

import Foundation

enum Descriptor {
  /// Writes all of it, waiting where the other side is slow.
  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32
  ) throws(SystemError) {
    var rest = bytes[...]
    while let base = bytes.baseAddress, !rest.isEmpty {
      let written = Foundation.write(descriptor, base + rest.startIndex, rest.count)
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written < 0, errno == EAGAIN {
        var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&place, 1, -1)
      } else if written == 0 || errno != EINTR {
        throw SystemError()
      }
    }
  }

  /// Reads until the buffer is full or the file ends; returns how many bytes that were.
  static func read(
    _ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer
  ) throws(SystemError) -> Int {
    var done = 0
    while let base = bytes.baseAddress, done < bytes.count {
      let count = Foundation.read(descriptor, base + done, bytes.count - done)
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw SystemError()
      }
    }
    return done
  }

  /// Whether the file or folder at a path is still the open one.
  static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
    var (named, opened) = (stat(), stat())
    return lstat(path, &named) == 0 && fstat(descriptor, &opened) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }
}
