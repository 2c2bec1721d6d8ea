// Searching and learning what policies choose by, beside an atlas and on its split.

import Backbones
import Base
import Kernels
import Speech
import Synchronization

/// Everything that `AtlasFindings` holds, the same whatever the number of threads.
package struct PolicyFinder: Sendable {
  let atlas: MaskAtlas
  let recognizer: Recognizer
  let data: LoadedDataset
  let threads: Int
  let isCancelled: @Sendable () -> Bool
  let progress: @Sendable (_ policy: String, _ done: Double) -> Void

  /// Masks of a depth that `input` takes its candidates from: the best for all utterances.
  private static let shortlist = 8
  /// Batches that `segments` measures by where the atlas lacks masks.
  private static let searchBatches = 2

  /// - Parameters:
  ///   - atlas: of the model and the split that `walk` is of.
  ///   - threads: batches side by side.
  ///   - isCancelled: asked before every layer, and where something is trained before every step.
  ///   - progress: told how much of what is done, from 0 to 1.
  package init(
    _ atlas: MaskAtlas, beside walk: AtlasWalk, threads: Int,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (_ policy: String, _ done: Double) -> Void = { _, _ in }
  ) {
    self.atlas = atlas
    (recognizer, data) = (walk.recognizer, walk.data)
    self.threads = threads
    self.isCancelled = isCancelled
    self.progress = progress
  }

  var layers: Int { atlas.key.layers }

  /// Whether there is nothing that could still be found.
  package func isComplete(_ findings: AtlasFindings) -> Bool {
    (findings.exits != nil || exitBackbone == nil)
      && (findings.gatedRuns != nil || !hasGates)
  }

  /// nil when it was cancelled.
  /// - Parameter known: what a file has already; of that only what it lacks is found.
  package func findings(beside known: AtlasFindings? = nil) -> AtlasFindings? {
    guard var findings = known ?? found() else { return nil }
    if findings.gatedRuns == nil, hasGates {
      guard let found = gatedRuns() else { return nil }
      findings.gatedRuns = found.starts
      findings.costs.append(
        AtlasFindings.Cost(
          policy: ContiguousPolicy.name, layerRuns: found.layerRuns,
          trainingSteps: found.trainingSteps))
    }
    if findings.exits == nil, exitBackbone != nil {
      guard let trained = exits() else { return nil }
      findings.exits = trained.exits
      findings.costs.append(
        AtlasFindings.Cost(
          policy: ExitPolicy.name, layerRuns: trained.layerRuns,
          trainingSteps: trained.trainingSteps))
    }
    return findings
  }

  /// What does not depend on the kind of backbone.
  private func found() -> AtlasFindings? {
    var costs: [AtlasFindings.Cost] = []
    func spent(_ policy: any LayerPolicy.Type, layerRuns: Int = 0, trainingSteps: Int = 0) {
      costs.append(
        AtlasFindings.Cost(
          policy: policy.name, layerRuns: layerRuns, trainingSteps: trainingSteps))
    }
    guard let disturbed = sensitivities() else { return nil }
    spent(ZerothOrderPolicy.self, layerRuns: disturbed.layerRuns)
    guard let searched = segments() else { return nil }
    spent(SegmentsPolicy.self, layerRuns: searched.layerRuns)
    progress(ShapleyPolicy.name, 0)
    let surrogate = ShapleySurrogate(atlas)
    if surrogate != nil {
      spent(ShapleyPolicy.self, trainingSteps: ShapleySurrogate.trainingSteps)
    }
    guard let learnt = chooser() else { return nil }
    if learnt.chooser != nil {
      spent(
        InputPolicy.self, layerRuns: learnt.layerRuns, trainingSteps: learnt.trainingSteps)
    }
    return AtlasFindings(
      sensitivities: disturbed.means, segments: searched.masks,
      surrogateValues: surrogate?.values() ?? [], chooser: learnt.chooser, costs: costs)
  }

  /// What `body` makes of each of `count`, in order; nil when it was cancelled.
  /// - Parameter tells: whether progress is told of each that is done.
  func each<Result: Sendable>(
    of count: Int, for policy: any LayerPolicy.Type, tells: Bool = true,
    _ body: @escaping @Sendable (Int) -> Result?
  ) -> [Result]? {
    let name = policy.name
    let found = Mutex([Result?](repeating: nil, count: count))
    progress(name, 0)
    WorkerTeam.each(of: count, workers: threads) { place in
      guard !isCancelled(), let result = body(place) else { return }
      let done = found.withLock { found in
        found[place] = result
        return found.count { $0 != nil }
      }
      if tells { progress(name, Double(done) / Double(count)) }
    }
    let all = found.withLock { $0.compactMap { $0 } }
    return all.count == count ? all : nil
  }

  // MARK: - zeroth-order

  private func sensitivities() -> (means: [Double], layerRuns: Int)? {
    let walk = AtlasWalk(recognizer, data, masks: [])
    let parts = each(of: walk.batches.count, for: ZerothOrderPolicy.self) {
      walk.sensitivities(batch: $0, isCancelled: isCancelled)
    }
    guard let parts else { return nil }
    let count = Double(max(1, parts.reduce(0) { $0 + $1.alignable }))
    return (
      (0..<layers).map { layer in parts.reduce(0) { $0 + $1.sums[layer] } / count },
      walk.sensitivityRuns * data.readable.count
    )
  }

  // MARK: - segments

  /// From deep to shallow: each depth begins with what was found for the one before it.
  private func segments() -> (masks: [LayerMask?], layerRuns: Int)? {
    let search = SegmentSearch(layerCount: layers)
    let depths = depths
    var masks = [LayerMask?](repeating: nil, count: layers + 1)
    masks[0] = LayerMask(layerCount: layers, keeping: [])
    masks[layers] = .full(layers)
    var runs = 0
    var deeper: [Int]?
    for depth in (1..<max(1, layers)).reversed() {
      guard let known = depths[depth] else {
        deeper = nil
        continue
      }
      // All that there are, or those that a few utterances are asked for.
      let isWhole = Double(known.count) == Self.maskCount(layers, depth)
      let found = search.best(keeping: depth, after: deeper) { asked in
        if isWhole { return asked.map { atlas[$0]?.divergence ?? .infinity } }
        guard let scored = divergences(asked) else { return nil }
        runs += scored.layerRuns
        return scored.means
      }
      guard let found else { return nil }
      masks[depth] = search.mask(found)
      deeper = found
    }
    return (masks, runs)
  }

  /// Masks of so many of the layers: layers! / (depth! (layers - depth)!).
  private static func maskCount(_ layers: Int, _ depth: Int) -> Double {
    (0..<depth).reduce(1) { $0 * Double(layers - $1) / Double($1 + 1) }
  }

  /// KL from full depth, mean over the frames of some batches.
  private func divergences(_ masks: [LayerMask]) -> (means: [Double], layerRuns: Int)? {
    let walk = AtlasWalk(recognizer, data, masks: masks)
    let count = min(Self.searchBatches, walk.batches.count)
    let parts = each(of: count, for: SegmentsPolicy.self) {
      walk.run(batch: $0 * walk.batches.count / count, isCancelled: isCancelled)
    }
    guard let parts else { return nil }
    let frames = Double(max(1, parts.reduce(0) { $0 + $1.frames }))
    let means = Dictionary(
      uniqueKeysWithValues: walk.masks.indices.map { place in
        (
          walk.masks[place], parts.reduce(0) { $0 + Double($1.divergences[place]) } / frames
        )
      })
    return (
      masks.map { means[$0] ?? .infinity },
      walk.layerRuns * parts.reduce(0) { $0 + $1.utterances.count }
    )
  }

  // MARK: - input

  /// nil inside where there is nothing to choose from.
  private func chooser() -> (chooser: MaskChooser?, layerRuns: Int, trainingSteps: Int)? {
    let ranked = depths.filter { (1..<layers).contains($0.key) }.mapValues {
      $0.sorted(by: MaskAtlas.isBetter).prefix(Self.shortlist).map(\.mask)
    }
    if ranked.isEmpty { return (nil, 0, 0) }
    let walk = AtlasWalk(recognizer, data, masks: ranked.values.flatMap { $0 })
    /// Of a batch: by mask and utterance what goes wrong, and by utterance what the network sees.
    let parts = each(of: walk.batches.count, for: InputPolicy.self) {
      number -> (errors: [[Int]], features: [[Float]])? in
      var errors = walk.masks.map { _ in [Int]() }
      let part = walk.run(batch: number, isCancelled: isCancelled) { errors[$0] = $1 }
      let backbone = recognizer.backbone
      let features = walk.batches[number].map { index in
        // Of a long utterance the first piece decides.
        let first = backbone.pieces(data.samples[index])[0].samples
        return MaskChooser.features(backbone.frontEnd([first]))
      }
      return part.map { _ in (errors, features) }
    }
    guard let parts else { return nil }
    let utterances = walk.batches.flatMap { $0 }
    let errors = Dictionary(
      uniqueKeysWithValues: walk.masks.indices.map { place in
        (walk.masks[place], parts.flatMap { $0.errors[place] })
      })
    let candidates = (0...layers).map { depth -> [LayerMask] in
      guard let masks = ranked[depth] else { return [] }
      return ChooserTraining.few(of: masks.compactMap { errors[$0] }).map { masks[$0] }
    }
    let names = Set(utterances.map { data.dataset.utterances[$0].speaker }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    let inner = candidates[1..<layers]
    let training = ChooserTraining(
      features: parts.flatMap(\.features), candidates: Array(inner),
      errors: utterances.indices.map { place in
        inner.map { masks in masks.map { errors[$0]?[place] ?? 0 } }
      },
      speakers: utterances.map { numbers[data.dataset.utterances[$0].speaker] ?? 0 })
    let learnt = training.learnt()
    return (
      MaskChooser(candidates: candidates, network: learnt.network),
      walk.layerRuns * utterances.count, learnt.steps
    )
  }

  /// The atlas' masks by depth.
  private var depths: [Int: [MaskAtlas.Point]] {
    Dictionary(grouping: atlas.points) { $0.mask.keptCount }
  }
}
