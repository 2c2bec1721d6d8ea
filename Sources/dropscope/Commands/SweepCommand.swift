// `dropscope sweep`: the trade-off table over policies and depths, whole or in shards.

import Backbones
import Base
import Dashboard
import Foundation
import Speech
import TerminalUI
import Tradeoff

enum SweepCommand: Command {
  static let name = "sweep"
  static let summary = "measure the whole trade-off: policies and depths, or all masks"
  static let help = """
    Usage: dropscope sweep [OPTION]...
           dropscope sweep merge FILE... [--json] [--csv FILE] [--svg FILE]

    Measures every policy at every depth (the random one at several masks a depth) and prints the
    mean word error rate of each; masks that share their first layers share the work. `merge` puts
    the JSON lines of all shards together and says which points are missing or there twice.

    \(ModelOptions.modelHelp)
                       repeat it to compare models
    \(ModelOptions.dataHelp)
                       --split takes a list: dev,test-clean
    \(ModelOptions.layerHelp)
                       lists, as for evaluate; all policies and all depths without them
      --draws N        draws of the random policy at each depth, equal ones once (20)
      --all-masks      every mask, or with --keep or --drop every one of those depths, instead of
                       policies; of models of more than \(mostLayersWithEveryMask) layers --draws random ones of a depth
      --threads N      utterances measured side by side (one per processor)
      --shard I/N      only the I-th of N parts, for job arrays
      --json           JSON lines, one object per mask, as they are measured
      --csv FILE       the same as a table       --svg FILE   a plot
    """

  static func run(_ raw: [String]) throws -> Int32 {
    if raw.first == "merge" { return try merge(Array(raw.dropFirst())) }
    let arguments = try Arguments(
      raw, options: ModelOptions.names + ["draws", "threads", "shard", "csv", "svg"],
      flags: ["all-masks", "json"])
    let options = try ModelOptions(arguments)
    let threads = try arguments.threads()
    let draws = try arguments.integer("draws", in: 1...100_000) ?? 20
    let shard = try shard(arguments)
    let allMasks = arguments.flag("all-masks")
    let others = ["policy", "seed", "mask"]
    if allMasks, let other = others.first(where: { arguments.string($0) != nil }) {
      throw UsageError("--all-masks and --\(other) cannot be given together")
    }

    let output = try SweepOutput(arguments)
    let recognizers = try options.recognizers(options.models())
    let datasets = try options.datasets()
    var groups: [[SweepPlan.Entry]] = []
    var sources: [String: (Recognizer, Dataset)] = [:]
    let contents = datasets.map(\.digest)
    for recognizer in recognizers {
      let weights = try ModelFolder.digest(of: recognizer.folder)
      let layers = recognizer.backbone.layerCount
      let choices =
        allMasks && layers <= mostLayersWithEveryMask
        ? everyMask(of: layers, keeping: try options.depths(layerCount: layers))
        : try options.sweep(
          layerCount: layers, draws: draws, only: allMasks ? [RandomPolicy.name] : nil)
      for (dataset, content) in zip(datasets, contents) {
        sources[key(recognizer.name, dataset.split)] = (recognizer, dataset)
        groups.append(
          choices.map {
            SweepPlan.Entry(
              model: recognizer.name, dataset: dataset.name, split: dataset.split,
              policy: $0.policy ?? "manual", seed: $0.seed, mask: $0.mask,
              normalization: dataset.normalization, contents: weights + content)
          })
      }
    }
    let plan = SweepPlan(groups)
    let positions = plan.shard(shard.index, of: shard.count)

    let loaded = LoadedDatasets()
    var points: [SweepPoint] = []
    var measuring: (key: String, value: Measuring)?
    defer { measuring?.value.stop() }
    for position in positions {
      let entry = plan.entries[position]
      let key = key(entry.model, entry.split)
      guard let (recognizer, dataset) = sources[key] else { continue }
      if measuring?.key != key {
        measuring?.value.stop()
        measuring = (
          key,
          Measuring(recognizer, try loaded.data(dataset, for: recognizer), threads: threads)
        )
      }
      guard let now = measuring?.value else { continue }
      let place = "\(position - positions.lowerBound + 1)/\(positions.count)"
      let results = try now.run(entry.mask, title: "\(place) \(entry.model)")
      let point = SweepPoint(
        summary: Summary(
          results, model: entry.model, dataset: dataset, policy: entry.policy, mask: entry.mask,
          threads: threads, machine: Machine.description),
        seed: entry.seed, sweep: plan.identifier, point: position, points: plan.entries.count)
      try output.measured(point)
      points.append(point)
    }
    try output.finish(points)
    return 0
  }

  /// Models are told apart by their names, as in every table.
  private static func key(_ model: String, _ split: String) -> String { "\(model)\t\(split)" }

  private static func shard(_ arguments: Arguments) throws -> (index: Int, count: Int) {
    guard let text = arguments.string("shard") else { return (1, 1) }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count >= 1,
      (1...count).contains(index)
    else { throw UsageError("option --shard: expected I/N with 1 <= I <= N, found '\(text)'") }
    return (index, count)
  }

  /// Of 16 layers there are 65,535; those of more are sampled.
  private static let mostLayersWithEveryMask = 16

  private static func everyMask(of layers: Int, keeping depths: [Int]) -> [ModelOptions.ChosenMask]
  {
    (1..<(1 << layers)).filter { depths.contains($0.nonzeroBitCount) }.map { bits in
      ModelOptions.ChosenMask(
        mask: LayerMask(
          layerCount: layers, keeping: (0..<layers).filter { bits >> $0 & 1 == 1 }))
    }
  }

  private static func merge(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw, options: ["csv", "svg"], flags: ["json"], positionals: 1...Int.max)
    let files = try arguments.positionals.map {
      (name: $0, points: try SweepFile.read(URL(fileURLWithPath: $0)))
    }
    let points = try SweepFile.merge(files)
    let output = try SweepOutput(arguments)
    for point in points { try output.measured(point) }
    try output.finish(points)
    return 0
  }
}

/// Where points go: JSON lines at once, tables and plots at the end.
private struct SweepOutput {
  private let isJSON: Bool
  private let csv, svg: URL?

  init(_ arguments: Arguments) throws {
    isJSON = arguments.flag("json")
    csv = arguments.string("csv").map { URL(fileURLWithPath: $0) }
    svg = arguments.string("svg").map { URL(fileURLWithPath: $0) }
    // Hours of measuring must not end at a file that cannot be written.
    for url in [csv, svg].compactMap({ $0 }) { try OutputFile.check(url) }
  }

  func measured(_ point: SweepPoint) throws {
    guard isJSON else { return }
    print(try JSON.line(point))
    fflush(nil)
  }

  func finish(_ points: [SweepPoint]) throws {
    let groups = SweepGroup.of(points)
    if !isJSON { printTable(groups) }
    if let csv { try OutputFile.write(SweepPoint.csv(points), to: csv) }
    if let svg { try OutputFile.write(LinePlot(groups).svg, to: svg) }
  }

  private func printTable(_ groups: [SweepGroup]) {
    guard let summary = groups.first?.first else { return }
    func names(_ group: SweepGroup) -> [String] {
      let first = group.first
      // A lone mask is worth showing; of several only the number says something.
      let mask = group.points.count == 1 ? first.mask : "\(group.points.count) masks"
      return [first.model, first.split, first.policy, mask]
    }
    let table = TextTable(
      ["model", "split", "policy", "mask", "keep", "WER %", "range", "sd", "GFLOP/s", "RTF"],
      names: groups.map(names), numbers: [4, 6, 13, 5, 7, 7])
    print(
      """
      \(summary.dataset)\
      \(summary.normalization.map { ", text normalised: \($0.rawValue)" } ?? ""): \
      \(summary.threads) threads on \(summary.machine)
      WER %: mean over masks; range: 95 % interval of one mask, lowest to highest of several

      \(table.heading)
      """)
    for group in groups {
      func percent(_ fraction: Double) -> String { TextTable.number(fraction * 100, 2) }
      print(
        table.line(
          names(group) + [
            "\(group.first.keptLayers)", percent(group.meanErrorRate),
            group.range.map { "\(percent($0.lowerBound))-\(percent($0.upperBound))" } ?? "",
            group.deviation.map(percent) ?? "",
            TextTable.number(group.mean(\.gflopPerAudioSecond), 3),
            TextTable.number(group.mean(\.realTimeFactor), 4),
          ]))
    }
  }
}
