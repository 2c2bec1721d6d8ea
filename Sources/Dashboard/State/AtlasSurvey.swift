// What the view Atlas shows of a model's atlas, worked out once and not for every frame.

import Backbones
import Tradeoff

package struct AtlasSurvey: Sendable {
  /// A way through the masks, from all layers to none: what a policy keeps of each depth.
  struct Path: Sendable {
    var name: String
    var points: [MaskAtlas.Point]
  }

  /// What masks of one depth come to.
  struct Depth: Sendable {
    /// How many of them are in the atlas.
    var masks: Int
    /// Of the words, with the best mask; nil without one.
    var best: Double?
    /// With the best mask of each utterance; nil where that is not known.
    var bound: Double?
  }

  let atlas: MaskAtlas
  let paths: [Path]
  /// Of CTC loss in nats an utterance, by layer; nil where masks are missing.
  let shapleyValues: [Double]?
  /// By layer: how much more of the words is wrong when full depth does without it.
  let knockOuts: [Double?]
  /// From no layers on.
  let depths: [Depth]

  // What follows depends on what layers cost.

  private var costs: CostModel
  /// Cost and percent of the words that are wrong, mask by mask.
  private(set) var cloud: [(x: Double, y: Double)] = []
  /// Where the paths' points lie in it, path by path, and the front's.
  private(set) var pathPlaces: [[(x: Double, y: Double)]] = []
  private(set) var frontPlaces: [(x: Double, y: Double)] = []
  /// The greatest of each in the cloud.
  private(set) var (dearest, worst) = (0.0, 0.0)
  /// The best mask of each cost, without those that a cheaper one matches; cheapest first.
  private(set) var front: [MaskAtlas.Point] = []

  init(_ atlas: MaskAtlas, _ costs: CostModel) {
    self.atlas = atlas
    self.costs = costs
    let layers = atlas.key.layers
    let best = (0...layers).map { atlas.best(keeping: $0) }
    let context = PolicyContext(layerCount: layers, atlas: .success(atlas))
    paths = PolicyCatalog.all.filter { !$0.isDrawn && $0 is any MaskPolicy.Type }.map { policy in
      Path(
        name: policy.name,
        points: (0...layers).reversed().compactMap { count in
          (try? policy.walk(keeping: count, in: context, seed: 0))?.mask.flatMap { atlas[$0] }
        })
    }
    shapleyValues = atlas.shapleyValues()
    let full = LayerMask.full(layers)
    knockOuts = (0..<layers).map { layer in
      var mask = full
      mask[layer] = false
      guard let whole = atlas[full], let without = atlas[mask] else { return nil }
      return atlas.errorRate(without) - atlas.errorRate(whole)
    }
    var masks = [Int](repeating: 0, count: layers + 1)
    for point in atlas.points { masks[point.mask.keptCount] += 1 }
    let words = Double(max(1, atlas.key.words))
    depths = (0...layers).map { depth in
      let fewest = atlas.fewestErrors.reduce(0) { $0 + $1[depth] }
      return Depth(
        masks: masks[depth], best: best[depth].map { atlas.errorRate($0) },
        bound: masks[depth] == 0 || atlas.fewestErrors.isEmpty ? nil : Double(fewest) / words)
    }
    measure()
  }

  /// With what layers were found to cost.
  mutating func setCosts(_ costs: CostModel) {
    self.costs = costs
    measure()
  }

  private mutating func measure() {
    cloud = atlas.points.map(place)
    (dearest, worst) = cloud.reduce((0, 0)) { (max($0.0, $1.x), max($0.1, $1.y)) }
    front = ParetoFront.of(Array(zip(cloud, atlas.points))) { ($0.0.x, $0.0.y) }.map(\.1)
    frontPlaces = front.map(place)
    pathPlaces = paths.map { $0.points.map(place) }
  }

  /// Cost, and percent of the words that are wrong.
  func place(_ point: MaskAtlas.Point) -> (x: Double, y: Double) {
    (cost(of: point.mask), atlas.errorRate(point) * 100)
  }

  /// GFLOP per second of audio, to a thousand operations: sums of the same layers' costs must not differ
  /// by the order in which they were added.
  func cost(of mask: LayerMask) -> Double {
    (costs.gflopPerAudioSecond(Walk(mask)) * 1e6).rounded() / 1e6
  }

  /// What a layer costs, on the average.
  var meanLayerCost: Double {
    let (all, none) = (
      LayerMask.full(atlas.key.layers), LayerMask(layerCount: atlas.key.layers, keeping: [])
    )
    return (cost(of: all) - cost(of: none)) / Double(atlas.key.layers)
  }

  /// One layer more, less or another, best first; of equal ones the one with the lower loss.
  func neighbours(of mask: LayerMask) -> [MaskAtlas.Point] {
    atlas.neighbours(of: mask).sorted {
      ($0.errors, $0.loss, $0.mask.number) < ($1.errors, $1.loss, $1.mask.number)
    }
  }

  /// The next mask of the front that costs more, or less. From beside the front, the first one on it that
  /// costs no less, or no more. Nil at its end.
  func alongFront(from mask: LayerMask, dearer: Bool) -> LayerMask? {
    let cost = cost(of: mask)
    let isOnFront = front.contains { $0.mask == mask }
    let next =
      dearer
      ? front.first { isOnFront ? self.cost(of: $0.mask) > cost : self.cost(of: $0.mask) >= cost }
      : front.last { isOnFront ? self.cost(of: $0.mask) < cost : self.cost(of: $0.mask) <= cost }
    return next?.mask
  }
}
