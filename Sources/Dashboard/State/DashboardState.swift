// Everything the screen shows, as plain values; `update` alone changes it.

import Backbones
import Speech
import TerminalUI
import Tradeoff

package struct DashboardState: Sendable {
  package internal(set) var subject: Subject
  /// What can be opened, in the order of the tabs.
  package let views: [ViewKind]

  // What was chosen.
  package var choice: Choice
  /// What was chosen before, newest last, and what `redo` goes to, next last.
  package var past: [Choice] = []
  package var future: [Choice] = []
  /// The model that was chosen to stand beside the present one.
  package var chosenRival: Int?
  /// The beam search that the key for it switches to and from; nil where none was asked for.
  package var beam: BeamSearchDecoder.Options?
  /// What every number is compared with besides full depth.
  package var pinned: OperatingPoint?

  // What is known.
  package var activity = Activity.preparing("getting ready")
  package var measurements: [OperatingPoint: Measurement] = [:]
  /// What was asked for, each once, the newest last: what goes when there is too much of the above.
  var asked: [OperatingPoint] = []
  /// Paired comparisons of models at one mask, worked out when both are complete.
  package var comparisons: [Pair: ErrorRate.Comparison] = [:]
  /// Of each model.
  package var modelCosts: [CostModel]
  /// The newest request, or nil before the first.
  package var newest: EvaluationRequest?
  /// Id of the last request that finished or failed.
  package var doneID = 0
  /// Nothing is measured until it goes on, but one utterance at a time where that is asked for.
  package var isPaused = false
  /// What close looks brought, and the one that is under way.
  package var probes = Probes()
  /// What each model's atlas shows; nil where there is none.
  package internal(set) var surveys: [AtlasSurvey?]
  /// Curves of saved sweeps, for the plot.
  package var savedSweeps: [SavedSweep] = []

  // What the reader looks at.
  package var view: ViewKind
  package var layerCursor = 0
  package var utterance = 0
  /// Nobody has chosen an utterance yet: one is looked for in which something changes.
  package var seeksChange = false
  package var zoomed: PanelKind?
  /// What is presented over the panels.
  package var overlay: Overlay?
  /// Shown in the footer until the next key.
  package var notice = ""
  /// What can be slid over while the button is down, since a press on one of them.
  package var held: [Target] = []
  package var isSliderHeld: Bool { !held.isEmpty }
  /// What was chosen before the slider was taken hold of is in `past` already.
  package var isHoldRemembered = false
  /// Something on the screen goes on by itself with every tick.
  package var isMoving: Bool { budget.isPlaying || training.isPlaying }
  /// No file is written and nothing is recorded: for a machine that strangers try.
  package var isReadOnly = false
  /// The footer counts what was asked of the evaluator and what it answered, for tests to wait on.
  package var showsCounters = false
  /// The terminal has the mouse, so that text can be copied.
  package var isMouseReleased = false
  package var size = Size(width: 80, height: 24)
  package var symbols: Symbols
  package var theme = Theme.standard
  /// Nobody has chosen the theme: it is light where the terminal says that its background is.
  package var followsBackground = false
  package var plotAxis = PlotAxis.compute
  /// Whether the view Compare is about policies rather than models.
  package var comparesPolicies = false
  package var list = UtteranceList()
  package var budget = BudgetState()
  package var listening = ListenState()
  /// What there is to listen to.
  package var clips: [Clip] = []
  package var training = TrainingState()
  /// The row under the cursor of the view Atlas.
  package var neighbour = 0
  package var tour = TourState()
  /// How many times faster than meant the demo runs.
  package var demoPace = 1.0

  package struct Pair: Hashable, Sendable {
    package var mine, other: OperatingPoint
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
    subject: Subject, mask: LayerMask, policy: String, isManual: Bool = false, seed: UInt64 = 1,
    costs: [CostModel], symbols: Symbols = .braille, views: [ViewKind] = ViewCatalog.all
  ) {
    self.subject = subject
    self.views = views
    view = views[0]
    choice = Choice(model: 0, mask: mask, policy: policy, isManual: isManual, seed: seed)
    modelCosts = costs
    surveys = zip(subject.models, costs).map { model, costs in
      model.atlas.map { AtlasSurvey($0, costs) }
    }
    self.symbols = symbols
  }

  /// A theme that somebody wants, whatever the terminal says later.
  package mutating func choose(_ theme: Theme) {
    (self.theme, followsBackground) = (theme, false)
  }

  package var model: Int { choice.model }
  package var mask: LayerMask { choice.mask }
  package var policy: String { choice.policy }
  package var isManual: Bool { choice.isManual }
  package var seed: UInt64 { choice.seed }
  package var layerCount: Int { subject.models[model].layerCount }
  /// Of the present model.
  package var policies: ModelPolicies { subject.models[model].policies }
  /// Of the present model.
  package var costs: CostModel { modelCosts[model] }
  /// Of the present model's atlas.
  package var survey: AtlasSurvey? { surveys[model] }
  package var decoding: Decoding { choice.decoding }
  package var presentPoint: OperatingPoint { choice.point }
  /// The present model at full depth.
  package var fullPoint: OperatingPoint { presentPoint.full }
  /// The present policy's mask of every depth, deepest first.
  package var policyMasks: [LayerMask] {
    (1...layerCount).reversed().map { choice.mask(keeping: $0, by: policies) }
  }
  package var fullMask: LayerMask { .full(layerCount) }
  package var present: Measurement? { measurement(mask) }
  package var fullDepth: Measurement? { measurement(fullMask) }

  /// The present model at a mask.
  package func measurement(_ mask: LayerMask) -> Measurement? {
    measurements[point(model: model, mask: mask)]
  }

  /// A model at a mask, decoded as now.
  package func point(model: Int, mask: LayerMask) -> OperatingPoint {
    OperatingPoint(model: model, mask: mask, decoding: decoding)
  }

  /// The model beside the present one, at the same mask: the one chosen for it, else for `dld` the one
  /// that was trained alike but without a teacher, else the next in the list with as many layers.
  package var rival: (name: String, point: OperatingPoint)? {
    let models = subject.models
    let isStudent = models[model].name == "dld"
    let index =
      rivals.first { $0 == chosenRival }
      ?? rivals.first { isStudent && models[$0].name == "random-drop" } ?? rivals.first
    return index.map { (models[$0].name, point(model: $0, mask: mask)) }
  }
  /// Models that can run the present mask, the next in the list first.
  package var rivals: [Int] {
    let models = subject.models
    return (1..<models.count).map { (model + $0) % models.count }
      .filter { models[$0].layerCount == layerCount }
  }
  /// `spread`, or `manual` after a layer was toggled by hand.
  package var policyName: String { isManual ? "manual" : policy }
  /// What is being measured now.
  package var measured: OperatingPoint? {
    activity == .measuring ? newest.map { OperatingPoint($0) } : nil
  }

  /// The close look that the present view shows.
  package var wantedProbe: ProbeRequest? { view.type.probe(self) }

  /// A view's number key, from 1; the tenth and later ones are for Tab alone.
  package func number(of view: ViewKind) -> Int { (views.firstIndex(of: view) ?? 0) + 1 }

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

  /// Errors now and in another measurement over the utterances known in both; nil when there are none.
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
