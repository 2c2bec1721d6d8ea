// What cannot be written is said, and nothing is lost on the way.

import Foundation
import Testing

@testable import Base

@Suite struct StandardOutputTests {
  @Test func aFullDiskAndAClosedDescriptorAreSaid() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let closed = open("/dev/null", O_RDONLY)
    defer { close(closed) }
    for (descriptor, reason) in [
      (full, "No space left on device"), (closed, "Bad file descriptor"),
    ] {
      let error = #expect(throws: InputError.self) {
        try StandardOutput.write("twelve bytes", to: descriptor, named: "standard output")
      }
      #expect(
        "\(error!)" == "standard output: expected a place to write 12 bytes, found \(reason)")
    }
  }

  /// A pipe that takes little at a time, and that nobody reads at first.
  @Test(.timeLimit(.minutes(1))) func aSlowPipeGetsEverything() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    let (from, to) = (ends[0], ends[1])
    let text = String(repeating: "0123456789", count: 50_000)
    let writer = Thread {
      try? StandardOutput.write(text, to: to, named: "the pipe")
      close(to)
    }
    writer.start()
    var received = 0
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = read(from, &buffer, buffer.count), count > 0 { received += count }
    close(from)
    #expect(received == text.utf8.count)
  }
}
