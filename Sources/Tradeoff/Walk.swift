// How utterances go through the layers: what a policy makes for a depth.

import Backbones
import Foundation
import Kernels

/// Asked before each layer whether it runs. A mask is a walk that does not look: it says the same of
/// every utterance; others give utterances masks of their own, by their ids or by what would be said. Walks
/// that are equal decide alike.
package struct Walk: Hashable, Sendable, CustomStringConvertible {
  /// Whether an utterance runs a layer (zero-based). The same arguments give the same answer.
  /// - Parameter utterance: its id.
  package typealias Choice = @Sendable (_ layer: Int, _ utterance: String) -> Bool
  /// The same by what has been computed.
  /// - Parameter said: what the head makes of the layers so far (frames x tokens); asking it costs.
  package typealias Look = @Sendable (_ layer: Int, _ said: () -> Tensor) -> Step
  /// All layers at once, by what the front end makes of an utterance.
  package typealias Pick = @Sendable (_ frames: HiddenFrames) -> LayerMask

  /// What becomes of a layer: it runs, it is skipped, or it and all further ones are left.
  package enum Step: Sendable {
    case run, skip, leave
  }

  private enum Way: Sendable {
    case mask(LayerMask)
    case choice(Choice)
    /// - Parameter exits: what is trained for the depths at which somebody looks; nil where nothing is.
    case look(Look, exits: TrainedExits?)
    /// - Parameter operations: FLOPs of deciding by so many frames.
    case pick(Pick, operations: @Sendable (_ frames: Int) -> Double)
  }

  package let layerCount: Int
  /// Layers that run: of every utterance, or on the average.
  package let keptCount: Int
  /// Who decides; nil for one mask, whoever chose it.
  package let maker: Maker?
  private let way: Way

  /// With layers, and how many of them are kept, what tells walks apart that have no one mask.
  package struct Maker: Hashable, Sendable {
    package let policy: String
    /// Of a policy that draws.
    package let seed: UInt64?
    /// `MaskAtlas.digest` of the atlas that it chooses by; nil where it takes none.
    package let atlas: String?
  }

  package init(_ mask: LayerMask) {
    (layerCount, keptCount, maker) = (mask.layerCount, mask.keptCount, nil)
    way = .mask(mask)
  }

  /// Masks that depend on the utterance.
  /// - Parameters:
  ///   - seed: of a policy that draws.
  ///   - atlas: the digest of the one that the policy chooses by.
  ///   - count: layers that run on the average, 0 < count < layerCount: of none and of all of them there
  ///     is but one mask.
  package init(
    policy: String, seed: UInt64? = nil, atlas: String? = nil, keeping count: Int,
    of layerCount: Int, choice: @escaping Choice
  ) {
    self.init(Maker(policy: policy, seed: seed, atlas: atlas), count, layerCount, .choice(choice))
  }

  /// Masks that depend on what is computed.
  /// - Parameters:
  ///   - atlas: the digest of what the policy chooses by.
  ///   - exits: layers that what would be said goes through, at the depths that they were trained for.
  package init(
    policy: String, atlas: String, keeping count: Int, of layerCount: Int,
    exits: TrainedExits? = nil, look: @escaping Look
  ) {
    self.init(
      Maker(policy: policy, seed: nil, atlas: atlas), count, layerCount,
      .look(look, exits: exits))
  }

  /// Masks that depend on what the front end makes of an utterance.
  /// - Parameters:
  ///   - atlas: the digest of what the policy chooses by.
  ///   - operations: FLOPs of deciding by so many frames.
  package init(
    policy: String, atlas: String, keeping count: Int, of layerCount: Int,
    operations: @escaping @Sendable (_ frames: Int) -> Double, pick: @escaping Pick
  ) {
    self.init(
      Maker(policy: policy, seed: nil, atlas: atlas), count, layerCount,
      .pick(pick, operations: operations))
  }

  private init(_ maker: Maker, _ count: Int, _ layerCount: Int, _ way: Way) {
    precondition((1..<layerCount).contains(count), "keeping \(count) of \(layerCount) layers")
    (self.layerCount, keptCount, self.maker, self.way) = (layerCount, count, maker, way)
  }

  /// The layers of every utterance; nil where utterances have masks of their own.
  package var mask: LayerMask? {
    if case .mask(let mask) = way { mask } else { nil }
  }

  /// In place of a mask's characters where there is no one mask.
  package static let ownMasks = "by utterance"

  package static func full(_ layerCount: Int) -> Walk { Walk(.full(layerCount)) }

  /// A mask's characters, or `bernoulli 6 of 12, seed 1`: the same for no two walks.
  package var description: String {
    guard let maker else { return mask?.description ?? "" }
    return "\(maker.policy) \(keptCount) of \(layerCount)"
      + (maker.seed.map { ", seed \($0)" } ?? "") + (maker.atlas.map { ", atlas \($0)" } ?? "")
  }

  /// Fraction of layers skipped, 0 to 1.
  package var dropRatio: Double { Double(layerCount - keptCount) / Double(layerCount) }

  /// What a recording goes by that is in no data set: its file's name.
  package static func utterance(file path: String) -> String {
    URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  }

  /// The layers that an utterance runs; nil where that depends on what is computed.
  package func mask(of utterance: String) -> LayerMask? {
    switch way {
    case .mask(let mask): mask
    case .choice(let runs):
      LayerMask(layerCount: layerCount, keeping: (0..<layerCount).filter { runs($0, utterance) })
    case .look, .pick: nil
    }
  }

  /// The mask that is picked by the front end's frames, and the FLOPs of that; nil where nobody looks at
  /// them.
  func picked(by frames: HiddenFrames) -> (mask: LayerMask, operations: Double)? {
    guard case .pick(let pick, let operations) = way else { return nil }
    return (pick(frames), operations(frames.values.rows))
  }

  /// What lies between so many layers and the head when somebody looks; nil where nothing does.
  func exit(after depth: Int) -> ExitBlock? {
    guard case .look(_, let exits?) = way else { return nil }
    return exits.block(after: depth)
  }

  /// For what comes after the first piece of an utterance: the same layers, and the same way out.
  func following(_ first: Passage) -> Walk {
    guard let left = first.exit, let maker, case .look(_, let exits) = way else {
      return Walk(first.mask)
    }
    let mask = first.mask
    let look: Look = { layer, said in
      guard layer == left else { return mask[layer] ? .run : .skip }
      _ = said()
      return .leave
    }
    return Walk(maker, keptCount, layerCount, .look(look, exits: exits))
  }

  /// Of walks that do not pick.
  /// - Parameter said: what would be said if no further layer ran.
  func step(before layer: Int, of utterance: String, said: () -> Tensor) -> Step {
    switch way {
    case .mask(let mask): mask[layer] ? .run : .skip
    case .choice(let runs): runs(layer, utterance) ? .run : .skip
    case .look(let look, _): look(layer, said)
    case .pick: preconditionFailure("\(self) decides before the first layer")
    }
  }

  package static func == (a: Walk, b: Walk) -> Bool {
    a.mask == b.mask && a.maker == b.maker && a.keptCount == b.keptCount
      && a.layerCount == b.layerCount
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(mask)
    hasher.combine(maker)
    hasher.combine(keptCount)
  }
}
