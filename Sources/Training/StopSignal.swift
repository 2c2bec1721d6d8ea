// Ctrl-C and kill as a wish to stop after the current step.

import Foundation
import Synchronization

/// Set once, by a signal or by a test; asked between steps.
package final class StopSignal: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isSet: Bool { flag.load(ordering: .relaxed) }
  package func set() { flag.store(true, ordering: .relaxed) }

  /// The one the process's signals set.
  package static let process = StopSignal()

  /// From now on SIGINT, SIGTERM and SIGHUP set `process`; a second one ends the process at once.
  package static func catchSignals() {
    // Touched here so that the handler, which may only do trivial things, finds it initialised.
    _ = process
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        StopSignal.process.set()
        signal(number, SIG_DFL)
      }
    }
  }
}
