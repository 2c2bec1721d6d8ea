// Small pieces of state: the plot's axis, the list of utterances, a budget, a recording.

import Backbones
import Foundation
import TerminalUI
import Tradeoff

/// What the plot's horizontal axis counts.
package enum PlotAxis: String, CaseIterable, Sendable {
  case compute = "GFLOP per second of audio"
  case latency = "ms per utterance, measured"
  case layers = "layers run"
}

/// Order and filter of the utterances.
package struct UtteranceList: Sendable, Equatable {
  package enum Order: String, CaseIterable, Sendable {
    case dataset = "as in the data set"
    case worst = "worst first"
    case changed = "most changed by this mask first"
  }

  package var order = Order.dataset
  /// Words that the transcript or the hypothesis has to contain.
  package var filter = ""

  package init() {}
}

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

  /// What may be spent.
  package var amount = 10.0
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

package struct ListenState: Sendable, Equatable {
  package var isRecording = false
  /// What was recorded or opened last.
  package var file: String?
  /// Counts recordings, which all go by the same name.
  package var take = 0
  /// What was heard last and from what, which stays until something else is heard.
  package var heard: [Listening] = []
  package var heardFile: String?
  /// The take that it belongs to.
  package var heardTake = 0
  /// Which model heard it.
  package var model = 0
  /// Why there is no recording, or why the file that was opened last was not heard.
  package var failure: String?
  /// The first row to show, once the reader has scrolled.
  package var scroll: Int?

  package init() {}
}

extension String {
  var trimmed: String { trimmingCharacters(in: .whitespaces) }
}

extension CaseIterable where Self: Equatable {
  /// The one after this; after the last the first.
  var next: Self {
    let all = Array(Self.allCases)
    let index = all.firstIndex(of: self) ?? 0
    return all[(index + 1) % all.count]
  }
}
