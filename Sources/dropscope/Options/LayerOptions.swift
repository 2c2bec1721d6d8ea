// Which layers run: the same for every subcommand that runs a model.

import Backbones
import Base
import Tradeoff

/// `--policy`, `--seed`, and at most one of `--keep`, `--drop` and `--mask`.
struct LayerOptions: CommandSettings {
  /// A mask and who chose it.
  struct ChosenMask: Equatable {
    var mask: LayerMask
    /// nil for a mask given by hand.
    var policy: String?
    /// What the random policy drew it from; nil for the others.
    var seed: UInt64?
  }

  private var policies: [String] = []
  private var seed: UInt64 = 1
  private var keptCounts: [Int] = []
  private var dropRatios: [Double] = []
  private var masks: [String] = []

  static var groups: [OptionGroup<Self>] { [group()] }

  /// - Parameter several: what is measured where the options give several choices, or none.
  /// - Parameter standard: the policies where none is named.
  /// - Parameter isRequired: whether a command line has to choose.
  static func group(
    several: String? = nil, standard: String = PolicyCatalog.names[0], isRequired: Bool = false
  ) -> OptionGroup<Self> {
    let depths = (keep: "keep", drop: "drop", mask: "mask")
    let policy = Option<Self>(
      some: "policy", several == nil ? "NAME" : "LIST", \.policies, .name(in: PolicyCatalog.all),
      "how layers are chosen", absent: standard
    ).listing(PolicyCatalog.all.map { "\($0.name): \($0.summary)" })
    let names = "--\(depths.keep), --\(depths.drop) and --\(depths.mask)"
    let remark =
      isRequired
      ? "One of \(names)."
      : "At most one of \(names). " + (several ?? "Every layer runs without them.")
    let plural = several == nil ? "" : ", or several numbers with commas between"
    return OptionGroup(
      "Layers", remark
    ) {
      policy
      Option("seed", "N", \.seed, .seed, "of the random policy")
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
    } check: { _, arguments in
      let given = arguments.given(depths.keep, depths.drop, depths.mask)
      if isRequired, given.isEmpty { throw UsageError("one of \(names) is required") }
      let masked = arguments.given(depths.mask, policy.name)
      if let pair = [given, masked].first(where: { $0.count > 1 }) {
        let list = pair.map { "--\($0)" }.joined(separator: " and ")
        throw UsageError("\(list) cannot be given together: each chooses the layers")
      }
    }
  }

  /// Whether layers were asked for at all; without, every layer runs.
  var choosesLayers: Bool { !(keptCounts.isEmpty && dropRatios.isEmpty && masks.isEmpty) }

  /// Every mask that was asked for, in the order it was asked for, for a model with that many layers.
  func choices(layerCount: Int) throws -> [ChosenMask] {
    if !masks.isEmpty { return try masks(layerCount: layerCount) }
    let policies = policies.isEmpty ? [PolicyCatalog.names[0]] : policies
    guard choosesLayers else { return [ChosenMask(mask: .full(layerCount), policy: policies[0])] }
    return chosen(policies, try depths(layerCount: layerCount), draws: 1, layerCount)
  }

  /// The same for a sweep: every policy and every depth unless some were named, and up to `draws`
  /// masks of the random policy at each depth (those drawn twice count once).
  /// - Parameter only: instead of the policies that were asked for.
  func sweep(layerCount: Int, draws: Int, only: [String]? = nil) throws -> [ChosenMask] {
    if !masks.isEmpty { return try masks(layerCount: layerCount) }
    return chosen(
      only ?? (policies.isEmpty ? PolicyCatalog.names : policies),
      try depths(layerCount: layerCount), draws: draws, layerCount)
  }

  private func chosen(
    _ policies: [String], _ counts: [Int], draws: Int, _ layerCount: Int
  ) -> [ChosenMask] {
    policies.flatMap { policy in
      distinct(counts).flatMap { count in
        let isDrawn = PolicyCatalog.isDrawn(policy)
        var drawn: Set<LayerMask> = []
        return (0..<UInt64(isDrawn ? draws : 1)).compactMap { draw -> ChosenMask? in
          let mask = PolicyCatalog.mask(
            policy, seed: seed &+ draw, keeping: count, of: layerCount)
          guard drawn.insert(mask).inserted else { return nil }
          return ChosenMask(mask: mask, policy: policy, seed: isDrawn ? seed &+ draw : nil)
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

  private func masks(layerCount: Int) throws -> [ChosenMask] {
    try distinct(masks).map { text in
      guard let mask = try? LayerMask(text, layerCount: layerCount) else {
        throw UsageError(
          "option --mask: expected \(layerCount) characters, one a layer of the model, "
            + "found \(text.count) in '\(text)'")
      }
      return ChosenMask(mask: mask, policy: nil)
    }
  }

  /// The one mask of a subcommand that takes one.
  func choice(layerCount: Int) throws -> ChosenMask {
    let all = try choices(layerCount: layerCount)
    guard all.count == 1 else {
      throw UsageError("expected one choice of layers here, found \(all.count)")
    }
    return all[0]
  }
}
