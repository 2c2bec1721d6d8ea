// How other threads tell the main loop something.

import Foundation
import Synchronization

/// A queue any thread may post to. Its descriptor is readable exactly while it holds something, so
/// the main loop can sleep in one poll on the terminal and the mailbox.
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  /// Poll this for input.
  package let descriptor: Int32
  private let writeEnd: Int32

  package init() {
    var ends: [Int32] = [0, 0]
    precondition(pipe(&ends) == 0, "no file descriptors left for a pipe")
    for end in ends {
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    }
    (descriptor, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writeEnd)
  }

  /// Adds a message and wakes the main loop. From any thread, but not from a signal handler.
  package func post(_ message: Message) {
    messages.withLock { queue in
      if queue.isEmpty {
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
      }
      queue.append(message)
    }
  }

  /// Takes everything posted so far, oldest first.
  package func drain() -> [Message] {
    messages.withLock { queue in
      guard !queue.isEmpty else { return [] }
      var byte: UInt8 = 0
      _ = read(descriptor, &byte, 1)
      defer { queue = [] }
      return queue
    }
  }
}
