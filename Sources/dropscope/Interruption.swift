// Ctrl-C and its relatives, noticed at the next convenient point rather than in mid-write.

import Foundation
import Synchronization

/// Turns INT, TERM and HUP into a flag that long-running commands poll. A second signal ends the
/// program at once, as if there had been no handler.
enum Interruption {
  /// The signal's number; 0 before any came.
  private static let received = Atomic<Int32>(0)

  /// Installs the handlers; before this, signals end the program.
  static func install() {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        // Only async-signal-safe work here: an atomic store and `signal`.
        Interruption.received.store(number, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Whether a signal came.
  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit status shells expect of a program ended by that signal.
  static var exitStatus: Int32 { 128 + received.load(ordering: .relaxed) }
}
