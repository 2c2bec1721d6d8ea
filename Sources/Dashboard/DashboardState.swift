// Everything the screen shows, as plain values; `update` alone changes it.

import Backbones
import Speech
import TerminalUI
import Tradeoff

package struct DashboardState: Sendable {
  package let subject: Subject

  // What was chosen.
  /// Index into the subject's models.
  package var model = 0
  package var mask: LayerMask
  /// Name of the policy that the slider asks; kept while layers are set by hand.
  package var policy: String
  /// True when layers were toggled by hand since the policy last chose.
  package var isManual = false
  /// Of the random policy.
  package var seed: UInt64 = 1

  // What is known.
  package var activity = Activity.preparing("getting ready")
  package var measurements: [Setting: Measurement] = [:]
  /// Of each model.
  package var modelCosts: [CostModel]
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
  /// The terminal has the mouse, so that text can be copied.
  package var isMouseReleased = false
  package var size = Size(width: 80, height: 24)
  package var symbols: Symbols
  package var theme = Theme.standard

  /// What a measurement is of.
  package struct Setting: Hashable, Sendable {
    package var model: Int
    package var mask: LayerMask

    package init(model: Int, mask: LayerMask) {
      self.model = model
      self.mask = mask
    }
  }

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
    subject: Subject, mask: LayerMask, policy: String, isManual: Bool = false, costs: [CostModel],
    symbols: Symbols = .braille
  ) {
    self.subject = subject
    self.mask = mask
    self.policy = policy
    self.isManual = isManual
    modelCosts = costs
    self.symbols = symbols
  }

  package var layerCount: Int { subject.models[model].layerCount }
  /// Of the present model.
  package var costs: CostModel { modelCosts[model] }
  package var presentSetting: Setting { Setting(model: model, mask: mask) }
  package var fullMask: LayerMask { .full(layerCount) }
  package var present: Measurement? { measurement(mask) }
  package var fullDepth: Measurement? { measurement(fullMask) }

  /// The present model at a mask.
  package func measurement(_ mask: LayerMask) -> Measurement? {
    measurements[Setting(model: model, mask: mask)]
  }

  /// The model beside the present one, at the same mask: the next in the list with as many layers.
  package var rival: (name: String, setting: Setting)? {
    let models = subject.models
    let index = (1..<models.count).lazy.map { (self.model + $0) % models.count }
      .first { models[$0].layerCount == self.layerCount }
    return index.map { (models[$0].name, Setting(model: $0, mask: mask)) }
  }
  /// `spread`, or `manual` after a layer was toggled by hand.
  package var policyName: String { isManual ? "manual" : policy }
  /// What is being measured now.
  package var measured: Setting? {
    activity == .measuring ? newest.map { Setting(model: $0.model, mask: $0.mask) } : nil
  }

  /// Mean measured seconds of a layer: at the present mask, else at any mask that ran it, full depth
  /// first.
  package func layerSeconds(_ layer: Int) -> Double? {
    present?.meanSeconds(layer: layer) ?? fullDepth?.meanSeconds(layer: layer)
      ?? measurements.filter { $0.key.model == model }.values
      .sorted { $0.measuredCount > $1.measuredCount }
      .lazy.compactMap { $0.meanSeconds(layer: layer) }.first
  }

  /// Mean measured seconds before and after the layers, from the mask with the most utterances.
  package var frontEndAndHeadSeconds: (frontEnd: Double, head: Double)? {
    (present ?? fullDepth)?.meanFrontEndAndHeadSeconds
  }

  /// Errors now and at full depth over the utterances known at both; nil when there are none.
  package var comparison: (now: ErrorCounts, other: ErrorCounts)? { compare(with: fullDepth) }

  /// Errors now and in another measurement over the utterances known in both.
  package func compare(with other: Measurement?) -> (now: ErrorCounts, other: ErrorCounts)? {
    guard let present, let other else { return nil }
    var (a, b) = (ErrorCounts(), ErrorCounts())
    for (x, y) in zip(present.results, other.results) {
      guard let x, let y else { continue }
      a += x.counts
      b += y.counts
    }
    return a.words > 0 ? (a, b) : nil
  }
}
