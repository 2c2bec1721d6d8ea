// Which layers run: the same for every subcommand that runs a model.

import Backbones
import Base
import Foundation
import Speech
import Tradeoff

/// `--policy`, `--seed`, `--atlas`, and at most one of `--keep`, `--drop` and `--mask`.
struct LayerOptions: CommandSettings {
  /// A walk and who chose it.
  struct ChosenWalk: Equatable {
    var walk: Walk
    /// nil for a mask given by hand.
    var policy: String?
    /// What a policy that draws drew it from; nil for the others.
    var seed: UInt64?
    /// The digest of the atlas that it was chosen by; nil where the policy takes none.
    var atlas: String?
  }

  /// What becomes of an atlas.
  enum AtlasUse {
    /// The policies that were named choose by it.
    case named
    /// Others can be chosen later.
    case later
    /// The command says itself.
    case elsewhere
  }

  private var policies: [String] = []
  private var seed: UInt64 = 1
  private var keptCounts: [Int] = []
  private var dropRatios: [Double] = []
  private var masks: [String] = []
  var atlas: URL?

  static var groups: [OptionGroup<Self>] { [group()] }

  /// - Parameter several: what is measured where the options give several choices, or none.
  /// - Parameter standard: the policies where none is named.
  /// - Parameter other: where a command line has to choose, the option that lets it keep every layer.
  static func group(
    several: String? = nil, standard: String = PolicyCatalog.names[0],
    isRequiredWithout other: String? = nil,
    atlas use: AtlasUse = .named
  ) -> OptionGroup<Self> {
    let depths = (keep: "keep", drop: "drop", mask: "mask")
    let policy = Option<Self>(
      some: "policy", several == nil ? "NAME" : "LIST", \.policies, .name(in: PolicyCatalog.all),
      "how layers are chosen", absent: standard
    ).listing(PolicyCatalog.all.map { "\($0.name): \($0.summary)" })
    let atlas = Option<Self>(
      "atlas", "FILE", \.atlas, .url,
      "the atlas that policies choose by, as 'sweep --all-masks --atlas' writes it",
      absent:
        "\(MaskAtlas.fileName) in the model's folder, or Assets/Results/atlas-MODEL.safetensors")
    let names = "--\(depths.keep), --\(depths.drop) and --\(depths.mask)"
    let remark =
      other.map { "One of \(names); every layer is kept where only --\($0) is given." }
      ?? "At most one of \(names). " + (several ?? "Every layer runs without them.")
    let plural = several == nil ? "" : ", or several numbers with commas between"
    return OptionGroup(
      "Layers", remark
    ) {
      policy
      Option("seed", "N", \.seed, .seed, "of policies that draw")
      use == .elsewhere ? [] : [atlas]
      Option(
        list: depths.keep, "N", \.keptCounts,
        ValueReader("whole numbers of at least 1") { Int($0).flatMap { $0 >= 1 ? $0 : nil } },
        "keep N layers" + plural)
      Option(
        list: depths.drop, "RATIO", \.dropRatios,
        ValueReader("numbers from 0 to 1") { text in
          Double(text).flatMap { (0...1).contains($0) ? $0 : nil }
        }, "drop this share of the layers, from 0 to 1")
      Option(
        list: depths.mask, "BITS", \.masks,
        ValueReader("characters 0 and 1, at least one of them 1") { text in
          text.allSatisfy { $0 == "0" || $0 == "1" } && text.contains("1") ? text : nil
        }, "layer 1 first, 1 runs, 0 skips")
    } check: { options, arguments in
      if use == .named, options.atlas != nil, !options.choosesByAtlas {
        throw UsageError("--\(atlas.name) takes \(Self.policiesWithAtlas)")
      }
      let given = arguments.given(depths.keep, depths.drop, depths.mask)
      if let other, given.isEmpty, arguments.values(other) == nil {
        throw UsageError("one of \(names) is required, or --\(other)")
      }
      let masked = arguments.given(depths.mask, policy.name)
      if let pair = [given, masked].first(where: { $0.count > 1 }) {
        let list = pair.map { "--\($0)" }.joined(separator: " and ")
        throw UsageError("\(list) cannot be given together: each chooses the layers")
      }
    }
  }

  /// Whether layers were asked for at all; without, every layer runs.
  var choosesLayers: Bool { !(keptCounts.isEmpty && dropRatios.isEmpty && masks.isEmpty) }

  /// Whether a policy was named that needs an atlas.
  var choosesByAtlas: Bool { policies.contains(where: PolicyCatalog.needsAtlas) }

  /// What `--atlas` goes with, in words.
  static var policiesWithAtlas: String {
    "a --policy that chooses by an atlas: \(PolicyCatalog.namesWithAtlas.joined(separator: ", "))"
  }

  /// What the policies choose for a model. An atlas is read where one of them needs it.
  /// - Parameter dataset: what they choose for; nil where it is no split of a data set.
  func policies(of recognizer: Recognizer, on dataset: Dataset?) -> ModelPolicies {
    guard choosesByAtlas else {
      return ModelPolicies(layerCount: recognizer.backbone.layerCount)
    }
    let found = Atlases.policies(of: recognizer, by: atlas, on: dataset)
    for policy in policies {
      if let lack = found.shortfall(policy) {
        Dropscope.complain("dropscope: policy \(policy): \(lack.reason)")
      }
    }
    return found
  }

  /// Every walk that was asked for, in the order it was asked for.
  func choices(by model: ModelPolicies) throws -> [ChosenWalk] {
    let layerCount = model.layerCount
    if !masks.isEmpty { return try masks(layerCount: layerCount) }
    let policies = policies.isEmpty ? [PolicyCatalog.names[0]] : policies
    guard choosesLayers else { return try chosen([policies[0]], [layerCount], draws: 1, model) }
    return try chosen(policies, try depths(layerCount: layerCount), draws: 1, model)
  }

  /// The same for a sweep: every policy that needs no atlas and every depth unless some were named, and
  /// up to `draws` walks of policies that draw at each depth (those drawn twice count once).
  /// - Parameter only: instead of the policies that were asked for.
  func sweep(
    by model: ModelPolicies, draws: Int, only: [String]? = nil
  ) throws -> [ChosenWalk] {
    if !masks.isEmpty { return try masks(layerCount: model.layerCount) }
    return try chosen(
      only ?? (policies.isEmpty ? PolicyCatalog.namesWithoutAtlas : policies),
      try depths(layerCount: model.layerCount), draws: draws, model)
  }

  private func chosen(
    _ policies: [String], _ counts: [Int], draws: Int, _ model: ModelPolicies
  ) throws -> [ChosenWalk] {
    try policies.flatMap { policy in
      let isDrawn = PolicyCatalog.isDrawn(policy)
      let atlas = PolicyCatalog.needsAtlas(policy) ? model.digest : nil
      return try distinct(counts).flatMap { count in
        var drawn: Set<Walk> = []
        return try (0..<UInt64(isDrawn ? draws : 1)).compactMap { draw -> ChosenWalk? in
          let walk = try model.askedWalk(policy, seed: seed &+ draw, keeping: count)
          guard drawn.insert(walk).inserted else { return nil }
          return ChosenWalk(
            walk: walk, policy: policy, seed: isDrawn ? seed &+ draw : nil, atlas: atlas)
        }
      }
    }
  }

  /// Depths asked for; all of them, deepest first, when none were named.
  func depths(layerCount: Int) throws -> [Int] {
    if let wrong = keptCounts.first(where: { $0 > layerCount }) {
      throw UsageError(
        "option --keep: expected 1 to \(layerCount), the model's layers, found '\(wrong)'")
    }
    if !keptCounts.isEmpty { return keptCounts }
    if dropRatios.isEmpty { return (1...layerCount).reversed() }
    return dropRatios.map { PolicyCatalog.keptCount(dropRatio: $0, layerCount: layerCount) }
  }

  /// What was asked for twice is measured once.
  private func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
  }

  private func masks(layerCount: Int) throws -> [ChosenWalk] {
    try distinct(masks).map { text in
      guard let mask = try? LayerMask(text, layerCount: layerCount) else {
        throw UsageError(
          "option --mask: expected \(layerCount) characters, one a layer of the model, "
            + "found \(text.count) in '\(text)'")
      }
      return ChosenWalk(walk: Walk(mask), policy: nil)
    }
  }

  /// The one walk of a subcommand that takes one.
  func choice(by model: ModelPolicies) throws -> ChosenWalk {
    let all = try choices(by: model)
    guard all.count == 1 else {
      throw UsageError("expected one choice of layers here, found \(all.count)")
    }
    return all[0]
  }
}
