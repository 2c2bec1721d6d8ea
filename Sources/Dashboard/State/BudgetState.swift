// A budget, the device it is meant for, and the scenario played with it.

import Tradeoff

/// A speed relative to this machine's, made up and labelled so.
package struct Device: Sendable, Equatable {
  package var name: String
  /// How many times slower than this machine.
  package var slowness: Int

  package var speed: Double { 1 / Double(slowness) }
  /// Behind the name, so that nobody takes it for measured.
  var remark: String { slowness == 1 ? "" : " (estimate: 1/\(slowness))" }

  /// Round numbers to think with; no device was measured.
  package static let all = [
    Device(name: "this machine", slowness: 1),
    Device(name: "laptop on battery", slowness: 2),
    Device(name: "phone", slowness: 5),
    Device(name: "single-board computer", slowness: 10),
    Device(name: "microcontroller-class", slowness: 50),
  ]
}

extension ComputeTrace {
  /// Behind the name, so that nobody takes it for recorded; a reader's own file speaks for itself.
  var remark: String { Self.builtIn.contains(self) ? " (made up)" : "" }
}

package struct BudgetState: Sendable, Equatable {
  package enum Unit: String, CaseIterable, Sendable {
    case milliseconds = "ms an utterance"
    case gflop = "GFLOP per second of audio"
  }

  /// What may be spent, of what full depth takes on this machine.
  package var percent = 75
  package var unit = Unit.milliseconds
  /// The budget chooses the mask, also when a time turns out other than estimated; until the slider
  /// does.
  package var isInCharge = false
  package var device = 0
  package var trace = 1
  /// Traces besides the built-in ones.
  package var traces = ComputeTrace.builtIn
  /// Utterances of the scenario played so far; nil: not started.
  package var played: Int?
  package var isPlaying = false
  /// The tour asked for it, so it ends with the tour.
  package var isPlayedForTour = false

  package init() {}
}
