// A log that another program is writing, read as it grows.

import Base
import Foundation

/// Reads what has come since it last looked, a bounded amount at a time.
package struct FollowedLog: Sendable {
  /// What a look brought.
  package struct News: Sendable, Equatable {
    /// The log is another one than before, or was written anew: what it said no longer counts.
    package var startsOver = false
    package var events: [TrainingEvent] = []
    /// What keeps it from being read, or is wrong in it, in one sentence.
    package var complaint: String?
    /// There was more than one look takes.
    package var isBehind = false
  }

  /// Bytes that one look reads.
  static let most = 1 << 18
  /// Bytes of a line that has no end yet; no line of a log is as long.
  static let longest = 1 << 24
  /// Bytes of its beginning by which a log is known again.
  private static let known = 256

  private let file: URL
  private var device: dev_t = 0
  private var inode: ino_t = 0
  private var position = 0
  private var beginning = Data()
  /// Of the last line, which is not complete yet.
  private var rest = Data()
  private var lines = 0
  private var fault: String?

  /// A log, or a folder with a `train.jsonl`; it may come into being later.
  package init(_ place: URL) {
    file = place.pathExtension == "jsonl" ? place : place.appendingPathComponent("train.jsonl")
  }

  package mutating func look() -> News {
    var news = News()
    do throws(SystemError) {
      try look(&news)
      news.complaint = fault
    } catch {
      news.complaint =
        "\(InputError(file.relativePath, expected: "the log of a training", found: error.reason))"
    }
    return news
  }

  private mutating func look(_ news: inout News) throws(SystemError) {
    // A pipe of that name must not hold up whoever waits for this.
    let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemError() }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError() }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    let start = try Self.bytes(descriptor, from: 0, most: beginning.count)
    if (status.st_dev, status.st_ino) != (device, inode) || status.st_size < position
      || start != beginning
    {
      news.startsOver = position > 0
      (device, inode) = (status.st_dev, status.st_ino)
      (position, lines, fault) = (0, 0, nil)
      (beginning, rest) = (Data(), Data())
    }
    let new = try Self.bytes(descriptor, from: position, most: Self.most)
    position += new.count
    beginning += new.prefix(Self.known - beginning.count)
    news.isBehind = status.st_size > position
    take(new, &news)
  }

  /// Lines that are complete now.
  private mutating func take(_ new: Data, _ news: inout News) {
    rest += new
    guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else {
      if rest.count > Self.longest {
        find(fault: "line \(lines + 1)", "a line without an end")
        rest = Data()
      }
      return
    }
    for line in rest[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    {
      lines += 1
      guard !line.isEmpty else { continue }
      if let event = TrainingEvent(line: line) {
        news.events.append(event)
      } else {
        find(fault: "line \(lines)", "something else")
      }
    }
    rest = Data(rest[(end + 1)...])
  }

  /// The first one is told.
  private mutating func find(fault place: String, _ found: String) {
    let error = InputError(
      "\(file.relativePath): \(place)", expected: "a line of a training log", found: found)
    fault = fault ?? "\(error)"
  }

  /// At most so many bytes from a place on, fewer at the end.
  private static func bytes(
    _ descriptor: Int32, from position: Int, most: Int
  ) throws(SystemError) -> Data {
    var data = Data(count: most)
    var failure: SystemError?
    let count = data.withUnsafeMutableBytes { buffer -> Int in
      var done = 0
      while let base = buffer.baseAddress, done < buffer.count {
        let read = pread(descriptor, base + done, buffer.count - done, off_t(position + done))
        if read > 0 {
          done += read
        } else if read == 0 {
          break
        } else if errno != EINTR {
          failure = SystemError()
          break
        }
      }
      return done
    }
    if let failure { throw failure }
    return data.prefix(count)
  }
}
