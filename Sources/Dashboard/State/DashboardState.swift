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
  /// Paired comparisons of models by one walk, worked out when both are complete.
  package var comparisons: [Pair: ErrorRate.Comparison] = [:]
  /// The same of several draws, all of them together.
  var drawComparisons: [Draws: ErrorRate.Comparison] = [:]
  /// Of each model, all of it in float32.
  package var modelCosts: [CostModel]
  /// The same at every other choice of rank, width and precision, model by model: what shapes say, and times
  /// once they were taken.
  package var thinCosts: [[Compute: CostModel]]
  /// The model and choice whose times are being taken beside nothing else.
  package var timed: Thinned?
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
  /// A menu was left by a digit just now: out of habit Enter may follow.
  package var tookDigit = false
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
  package var front = FrontState()
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

  /// A model, and how much of it is computed.
  package struct Thinned: Hashable, Sendable {
    package var model: Int
    package var compute: Compute

    package init(model: Int, compute: Compute) {
      self.model = model
      self.compute = compute
    }
  }

  /// What stands for two contestants: one mask each, or several draws.
  struct Draws: Hashable, Sendable {
    var mine, other: [OperatingPoint]

    /// Whether one comparison says it all.
    var isOne: Bool { mine.count == 1 && other.count == 1 }
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
    subject: Subject, walk: Walk, policy: String, isManual: Bool = false, seed: UInt64 = 1,
    costs: [CostModel], thinCosts: [[Compute: CostModel]]? = nil, symbols: Symbols = .braille,
    views: [ViewKind] = ViewCatalog.all
  ) {
    self.subject = subject
    self.views = views
    view = views[0]
    choice = Choice(model: 0, walk: walk, policy: policy, isManual: isManual, seed: seed)
    modelCosts = costs
    self.thinCosts = thinCosts ?? costs.map { _ in [:] }
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
  package var walk: Walk { choice.walk }
  /// The layers that run; where utterances have masks of their own, those of the one looked at.
  /// Before it is known what is computed, as many of the first layers as run on the average.
  package var mask: LayerMask {
    if let mask = walk.mask { return mask }
    let known = present.flatMap {
      $0.results.indices.contains(utterance) ? $0.results[utterance] : nil
    }
    return known?.mask ?? walk.mask(of: id(ofUtterance: utterance))
      ?? LayerMask(layerCount: layerCount, keeping: 0..<walk.keptCount)
  }
  package var policy: String { choice.policy }
  package var isManual: Bool { choice.isManual }
  package var seed: UInt64 { choice.seed }
  package var layerCount: Int { subject.models[model].layerCount }
  /// Of the present model.
  package var policies: ModelPolicies { subject.models[model].policies }
  package var compute: Compute { choice.compute }
  /// Of the present model, of what of it is computed.
  package var costs: CostModel { costs(presentPoint) }
  /// Of the present model's atlas.
  package var survey: AtlasSurvey? { surveys[model] }
  package var decoding: Decoding { choice.decoding }
  package var presentPoint: OperatingPoint { choice.point }
  /// The present model at full depth, all of it in float32.
  package var fullPoint: OperatingPoint { presentPoint.full }
  /// Nothing is left out.
  package var isFull: Bool { presentPoint == fullPoint }
  /// What `fullPoint` is called: where only layers are left out, by its depth.
  package var fullName: String { compute == .full ? "full depth" : "full model" }
  /// The present policy's walk of every depth, deepest first.
  package var policyWalks: [Walk] {
    (1...layerCount).reversed().map { choice.walk(keeping: $0, by: policies) }
  }
  package var fullWalk: Walk { .full(layerCount) }
  package var present: Measurement? { measurement(walk) }
  package var fullDepth: Measurement? { measurements[fullPoint] }

  /// What walks know an utterance by; empty where there is none.
  package func id(ofUtterance index: Int) -> String {
    subject.utterances.indices.contains(index) ? subject.utterances[index].id : ""
  }

  /// The present model by a walk.
  package func measurement(_ walk: Walk) -> Measurement? {
    measurements[point(model: model, walk: walk)]
  }

  /// A model by a walk, as much of it computed and decoded as now.
  package func point(model: Int, walk: Walk) -> OperatingPoint {
    OperatingPoint(model: model, walk: walk, compute: compute, decoding: decoding)
  }

  /// Whether so much of a model can be computed.
  func has(_ compute: Compute, model: Int) -> Bool {
    compute == .full || thinCosts[model][compute] != nil
  }

  /// Of a point's model, of what of it is computed.
  package func costs(_ point: OperatingPoint) -> CostModel {
    costs(model: point.model, point.compute)
  }

  /// Of a model, of so much of it as it has.
  func costs(model: Int, _ compute: Compute) -> CostModel {
    if compute == .full { return modelCosts[model] }
    guard let costs = thinCosts[model][compute] else {
      preconditionFailure("\(compute) of \(subject.models[model].name) cannot be chosen")
    }
    return costs
  }

  /// From shapes; where utterances have masks of their own, of those measured, and an estimate before.
  package func gflopPerAudioSecond(_ point: OperatingPoint) -> Double {
    let costs = costs(point)
    return measurements[point]?.gflopPerAudioSecond(costs) ?? costs.gflopPerAudioSecond(point.walk)
  }

  /// In how many of the utterances measured so far a layer runs, from 0 to 1; nil before the first of
  /// masks that depend on the utterance.
  package func share(ofLayer layer: Int) -> Double? {
    walk.mask.map { $0[layer] ? 1 : 0 } ?? present?.share(ofLayer: layer)
  }

  /// The model beside the present one, by the same walk: the one chosen for it, else for `dld` the one
  /// that was trained alike but without a teacher, else the next in the list with as many layers.
  package var rival: (name: String, point: OperatingPoint)? {
    let models = subject.models
    let isStudent = models[model].name == "dld"
    let index =
      rivals.first { $0 == chosenRival }
      ?? rivals.first { isStudent && models[$0].name == "random-drop" } ?? rivals.first
    return index.map { (models[$0].name, point(model: $0, walk: walk)) }
  }
  /// Models that can go the present walk, the next in the list first.
  package var rivals: [Int] {
    let models = subject.models
    return (1..<models.count).map { (model + $0) % models.count }
      .filter { models[$0].layerCount == layerCount && has(compute, model: $0) }
  }
  /// `spread`, or `manual` after a layer was toggled by hand.
  package var policyName: String { isManual ? "manual" : policy }
  /// What is being measured now.
  package var measured: OperatingPoint? {
    activity == .measuring && !isFrontMeasured ? newest?.point : nil
  }

  /// The close look that the present view shows.
  package var wantedProbe: ProbeRequest? { view.type.probe(self) }

  /// A view's number key, from 1; the tenth and later ones are for Tab alone.
  package func number(of view: ViewKind) -> Int { (views.firstIndex(of: view) ?? 0) + 1 }

  /// Seconds of one thread for an utterance of mean length: what every view shows of an operating point.
  package func seconds(_ point: OperatingPoint) -> Double? {
    seconds(point, audioSeconds: [costs(point).utteranceSeconds])?.first
  }

  /// The same for utterances of these lengths. Where they have masks of their own, by the mean of those
  /// measured, and an estimate before.
  func seconds(_ point: OperatingPoint, audioSeconds: [Double]) -> [Double]? {
    seconds(point, audioSeconds) { latency, isDecoded in
      latency.seconds(uses(point), audioSeconds: audioSeconds, isDecoded: isDecoded)
    }
  }

  /// The same for what was measured of a point, each utterance by its own mask.
  func seconds(_ point: OperatingPoint, of results: [UtteranceResult]) -> [Double]? {
    let lengths = results.map(\.audioSeconds)
    if point.walk.mask != nil { return seconds(point, audioSeconds: lengths) }
    return seconds(point, lengths) { latency, isDecoded in
      results.flatMap { result in
        latency.seconds(
          StageValues(usesOf: result.mask, looks: result.looks),
          audioSeconds: [result.audioSeconds], isDecoded: isDecoded)
      }
    }
  }

  /// With a beam search the network's time and what was measured of the search, in proportion to the
  /// length; nil before both are known.
  private func seconds(
    _ point: OperatingPoint, _ audioSeconds: [Double],
    network: (_ latency: LatencyModel, _ isDecoded: Bool) -> [Double]
  ) -> [Double]? {
    let costs = costs(point)
    guard let latency = costs.latency else { return nil }
    guard point.decoding.beam != nil else { return network(latency, true) }
    guard let search = measurements[point]?.meanDecodeSeconds else { return nil }
    return zip(network(latency, false), audioSeconds).map { seconds, length in
      let share = costs.utteranceSeconds > 0 ? length / costs.utteranceSeconds : 1
      return seconds + search * share
    }
  }

  /// Of a recording that was heard; what it took beside everything else where the machine's speed is not
  /// known, or a beam search was part of it.
  func seconds(_ heard: Listening, by hearer: ListenState.Hearer) -> Double {
    guard hearer.decoding.beam == nil,
      let seconds = costs(model: hearer.model, hearer.compute).seconds(
        heard.mask, looks: heard.looks, audioSeconds: heard.audioSeconds)
    else { return heard.seconds }
    return seconds
  }

  /// How often an utterance uses each stage of a point's model.
  func uses(_ point: OperatingPoint) -> StageValues {
    measurements[point]?.meanUses ?? StageValues(usesOf: point.walk)
  }

  /// Whether nothing is known yet of the masks that a point gives its utterances.
  func isEstimated(_ point: OperatingPoint) -> Bool {
    point.walk.mask == nil && (measurements[point]?.measuredCount ?? 0) == 0
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
