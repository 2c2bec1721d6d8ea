// Writes that wait no longer than they may.

import Foundation
import Testing

@testable import TerminalUI

@Suite struct TerminalOutputTests {
  /// A pipe that nobody reads, in place of a terminal.
  private func withPipe(_ body: (_ read: Int32, _ write: Int32) throws -> Void) rethrows {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    try body(ends[0], ends[1])
  }

  @Test func takesAsMuchAsFits() {
    withPipe { readEnd, writeEnd in
      #expect(TerminalOutput.isWritable(writeEnd))
      let bytes = [UInt8](repeating: 7, count: 1 << 20)
      let taken = TerminalOutput.write(
        bytes, count: bytes.count, to: writeEnd, milliseconds: 1)
      #expect(taken > 0 && taken < bytes.count)
      #expect(!TerminalOutput.isWritable(writeEnd))
      #expect(!TerminalOutput.release(writeEnd))
      var rest = bytes
      #expect(read(readEnd, &rest, rest.count) == taken)
      #expect(TerminalOutput.release(writeEnd))
      // The open file waits again for whoever else has it.
      #expect(fcntl(writeEnd, F_GETFL) & O_NONBLOCK == 0)
    }
  }

  @Test func isNotHeldUpByWhatIsGone() {
    #expect(TerminalOutput.write([1, 2, 3], count: 3, to: -1, milliseconds: 1000) == 3)
  }
}
