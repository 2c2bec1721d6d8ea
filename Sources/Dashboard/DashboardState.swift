// Everything the screen shows, as plain values; `update` alone changes it.

import Backbones
import Speech
import TerminalUI
import Tradeoff

package struct DashboardState: Sendable {
  package let subject: Subject

  // What was chosen.
  package var mask: LayerMask
  /// Name of the policy that the slider asks; kept while layers are set by hand.
  package var policy: String
  /// True when layers were toggled by hand since the policy last chose.
  package var isManual = false
  /// Of the random policy.
  package var seed: UInt64 = 1

  // What is known.
  package var activity = Activity.preparing("getting ready")
  package var measurements: [LayerMask: Measurement] = [:]
  package var costs: CostModel
  /// True once this machine's speed has been measured: latency estimates mean something.
  package var isCalibrated = false
  /// The newest request, or nil before the first.
  package var newest: EvaluationRequest?
  /// Id of the last request that finished or failed.
  package var doneID = 0

  // What the reader looks at.
  package var layerCursor = 0
  package var utterance = 0
  package var enlarged: PanelKind?
  package var isHelpShown = false
  package var isSliderHeld = false
  package var size = Size(width: 80, height: 24)
  package var symbols: Symbols
  package var theme = Theme.standard

  package enum Activity: Sendable, Equatable {
    case preparing(String)
    case measuring
    case idle
    /// The last request failed; the next may not.
    case failed(String)
    /// There is nothing to ask: the data or the model could not be made ready.
    case unavailable(String)
  }

  package init(
    subject: Subject, mask: LayerMask, policy: String, isManual: Bool = false, costs: CostModel,
    symbols: Symbols = .braille
  ) {
    self.subject = subject
    self.mask = mask
    self.policy = policy
    self.isManual = isManual
    self.costs = costs
    self.symbols = symbols
  }

  package var layerCount: Int { subject.layerCount }
  package var fullMask: LayerMask { .full(layerCount) }
  package var present: Measurement? { measurements[mask] }
  package var fullDepth: Measurement? { measurements[fullMask] }
  /// `spread`, or `manual` after a layer was toggled by hand.
  package var policyName: String { isManual ? "manual" : policy }
  /// The mask being measured now.
  package var measuredMask: LayerMask? { activity == .measuring ? newest?.mask : nil }

  /// Mean measured seconds of a layer: at the present mask, else at any mask that ran it, full depth
  /// first.
  package func layerSeconds(_ layer: Int) -> Double? {
    present?.meanSeconds(layer: layer) ?? fullDepth?.meanSeconds(layer: layer)
      ?? measurements.values.sorted { $0.measuredCount > $1.measuredCount }
      .lazy.compactMap { $0.meanSeconds(layer: layer) }.first
  }

  /// Mean measured seconds before and after the layers, from the mask with the most utterances.
  package var frontEndAndHeadSeconds: (frontEnd: Double, head: Double)? {
    (present ?? fullDepth)?.meanFrontEndAndHeadSeconds
  }

  /// Errors now and at full depth over the utterances known at both; nil when there are none.
  package var comparison: (now: ErrorCounts, full: ErrorCounts)? {
    guard let present, let fullDepth else { return nil }
    var now = ErrorCounts()
    var full = ErrorCounts()
    for (a, b) in zip(present.results, fullDepth.results) {
      guard let a, let b else { continue }
      now += a.counts
      full += b.counts
    }
    return now.words > 0 ? (now, full) : nil
  }
}
