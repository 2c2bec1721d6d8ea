// `dropscope sweep`: the trade-off table over policies and depths, whole or in shards.

import Backbones
import Base
import Foundation
import Speech
import Tradeoff

enum SweepCommand: Command {
  static let name = "sweep"
  static let summary = "measure the whole trade-off: policies and depths, or all masks"
  static let usage = "\(name) [OPTION]..."
  static let explanation = """
    Measures every policy that needs no atlas, or those named, at every depth (those that draw
    several times) and prints the mean word error rate of each; masks that share their first layers
    share the work. `merge` puts the JSON lines of all shards together and says which points are
    missing or there twice.
    """
  static let subcommands: [any Command.Type] = [SweepMergeCommand.self]

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var data = DataOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var decoding = DecodingOptions()
    var draws = 20
    var allMasks = false
    var threads = Threads()
    var shard = Shard()
    var output = SweepOutput()

    static var groups: [OptionGroup<Self>] {
      let allMasks = Option<Self>(
        flag: "all-masks", \.allMasks,
        "every mask, or with --keep or --drop every one of those depths, instead of policies; of "
          + "models of more than \(mostLayersWithEveryMask) layers --draws random ones of a depth")
      return [
        ModelOptions.group(several: "compare models").at(\.model),
        DataOptions.group(several: true).at(\.data),
        LayerOptions.group(
          several: "They take lists: 12,8,6. Without them all depths are measured.",
          standard: "all that need no atlas", atlas: .elsewhere
        ).at(\.layers),
        ComputeOptions.group(several: true).at(\.compute),
        DecodingOptions.group().at(\.decoding),
        OptionGroup(
          "Sweep"
        ) {
          Option(
            "draws", "N", \.draws, .integer(in: 1...100_000),
            "draws at each depth of policies that draw, equal ones once")
          allMasks
          Option(
            "atlas", "FILE", \.layers.atlas, .url,
            "with --all-masks, of one model and split: errors, CTC loss and KL from full depth of "
              + "every mask, measured together, and what policies search for and learn there; the "
              + "same command goes on where it was stopped; without, the atlas that policies choose "
              + "by in place of the one that is found")
          Option.threads(\.threads, "utterances measured side by side")
          Option(
            "shard", "I/N", \.shard, Shard.reader, "only the I-th of N parts, for job arrays")
        } check: { settings, arguments in
          if settings.allMasks, let other = arguments.given("policy", "seed", "mask").first {
            throw UsageError("--\(allMasks.name) and --\(other) cannot be given together")
          }
          guard settings.layers.atlas != nil else { return }
          if !settings.allMasks {
            guard settings.layers.choosesByAtlas else {
              throw UsageError(
                "--atlas takes --\(allMasks.name), or \(LayerOptions.policiesWithAtlas)")
            }
            return
          }
          // An atlas is found by a model's weights, which say nothing of how much is computed.
          let others = ["shard", "json", "csv", "svg", "lm", "beam"] + ComputeOptions.names
          if let other = others.first(where: { arguments.values($0) != nil }) {
            throw UsageError("--atlas and --\(other) cannot be given together")
          }
        },
        SweepOutput.group("JSON lines, one object per mask, as they are measured").at(\.output),
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let threads = settings.threads.count
    let allMasks = settings.allMasks
    let output = settings.output
    // Hours of measuring must not end at a file that cannot be written.
    let locks = try output.check()
    defer { for lock in locks { lock.release() } }
    let decoding = try settings.decoding.decoding()
    let recognizers = try ModelOptions.recognizers(settings.model.models())
    try settings.compute.check(recognizers)
    let datasets = try settings.data.datasets()
    if allMasks, let atlas = settings.layers.atlas {
      return try measure(atlas, recognizers, datasets, settings)
    }
    var groups: [[SweepPlan.Entry]] = []
    var sources: [String: (Recognizer, Dataset, ModelPolicies)] = [:]
    let contents = datasets.map(\.digest)
    for recognizer in recognizers {
      let weights = try ModelFolder.digest(of: recognizer.folder)
      let layers = recognizer.backbone.layerCount
      for (dataset, content) in zip(datasets, contents) {
        let policies = settings.layers.policies(of: recognizer, on: dataset)
        let choices =
          allMasks && layers <= mostLayersWithEveryMask
          ? everyMask(of: layers, keeping: try settings.layers.depths(layerCount: layers))
          : try settings.layers.sweep(
            by: policies, draws: settings.draws, only: allMasks ? [RandomPolicy.name] : nil)
        sources[key(recognizer.name, dataset.split)] = (recognizer, dataset, policies)
        groups += settings.compute.computes.map { compute in
          choices.map {
            SweepPlan.Entry(
              model: recognizer.name, dataset: dataset.name, split: dataset.split,
              policy: $0.policy ?? "manual", seed: $0.seed, walk: $0.walk, compute: compute,
              normalization: dataset.normalization, contents: weights + content,
              decoding: decoding)
          }
        }
      }
    }
    let plan = SweepPlan(groups)
    let positions = plan.shard(settings.shard.index, of: settings.shard.count)

    let loaded = LoadedDatasets(isStrict: settings.data.isStrict, report: LeftOut.complain)
    var points: [SweepPoint] = []
    var measuring: (key: String, value: Measuring)?
    defer { measuring?.value.stop() }
    for position in positions {
      let entry = plan.entries[position]
      let key = key(entry.model, entry.split)
      guard let (recognizer, dataset, policies) = sources[key] else { continue }
      if measuring?.key != key {
        measuring?.value.stop()
        measuring = (
          key,
          Measuring(recognizer, try loaded.data(dataset, for: recognizer), threads: threads)
        )
      }
      guard let now = measuring?.value else { continue }
      let place = "\(position - positions.lowerBound + 1)/\(positions.count)"
      let results = try now.run(
        entry.walk, compute: entry.compute, decoding: decoding,
        title: "\(place) \(entry.model)")
      var summary = Summary(
        results, model: entry.model, dataset: dataset, policy: entry.policy, walk: entry.walk,
        compute: entry.compute, decoding: decoding, threads: threads, machine: Machine.description)
      summary.atlas = PolicyCatalog.needsAtlas(entry.policy) ? policies.digest : nil
      let point = SweepPoint(
        summary: summary, seed: entry.seed, sweep: plan.identifier, point: position,
        points: plan.entries.count)
      try output.measured(point)
      points.append(point)
    }
    try output.finish(points)
    return 0
  }

  private static func measure(
    _ atlas: URL, _ recognizers: [Recognizer], _ datasets: [Dataset], _ settings: Settings
  ) throws -> Int32 {
    guard recognizers.count == 1, let recognizer = recognizers.first, datasets.count == 1,
      let dataset = datasets.first
    else {
      throw UsageError(
        "--atlas is of one model and one split, found \(recognizers.count) and \(datasets.count)")
    }
    try OutputFile.check(atlas)
    let lock = try OutputLock(atlas)
    defer { lock.release() }
    let layers = recognizer.backbone.layerCount
    let depths = try settings.layers.depths(layerCount: layers)
    var masks =
      layers <= mostLayersWithEveryMask
      ? everyMask(of: layers, keeping: depths)
      : try settings.layers.sweep(
        by: ModelPolicies(layerCount: layers), draws: settings.draws, only: [RandomPolicy.name])
    // What no layer at all does is where the worth of each is counted from.
    if Set(depths).count == layers {
      masks.append(LayerOptions.ChosenWalk(walk: Walk(LayerMask(layerCount: layers, keeping: []))))
    }
    let data = try LoadedDatasets(isStrict: settings.data.isStrict, report: LeftOut.complain)
      .data(dataset, for: recognizer)
    let key = MaskAtlas.Key(
      model: recognizer.name, dataset: dataset.name, split: dataset.split,
      normalization: dataset.normalization.rawValue, layers: layers,
      weights: try ModelFolder.digest(of: recognizer.folder), data: dataset.digest,
      utterances: data.readable.count,
      words: data.readable.reduce(0) { $0 + dataset.utterances[$1].words.count })
    return try AtlasMeasuring(
      walk: AtlasWalk(recognizer, data, masks: masks.compactMap(\.walk.mask)), key: key,
      output: atlas,
      threads: settings.threads.count
    ).run()
  }

  /// Models are told apart by their names, as in every table.
  private static func key(_ model: String, _ split: String) -> String { "\(model)\t\(split)" }

  /// Of 16 layers there are 65,535; those of more are sampled.
  private static let mostLayersWithEveryMask = 16

  private static func everyMask(of layers: Int, keeping depths: [Int]) -> [LayerOptions.ChosenWalk]
  {
    (1..<(1 << layers)).filter { depths.contains($0.nonzeroBitCount) }.map { bits in
      LayerOptions.ChosenWalk(walk: Walk(LayerMask(number: bits, layerCount: layers)))
    }
  }
}

/// One of a number of equal parts, at most a million.
struct Shard {
  var index = 1
  var count = 1

  static var reader: ValueReader<Shard> {
    let most = 1_000_000
    return ValueReader(
      "I/N with 1 <= I <= N <= \(most)", word: { "\($0.index)/\($0.count)" }
    ) { text in
      let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let index = parts[0], let count = parts[1],
        (1...most).contains(count), (1...count).contains(index)
      else { return nil }
      return Shard(index: index, count: count)
    }
  }
}
