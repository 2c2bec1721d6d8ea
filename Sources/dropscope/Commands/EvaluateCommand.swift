// `dropscope evaluate`: measured word error rate and cost of masks.

import Backbones
import Base
import Foundation
import Speech
import Tradeoff

enum EvaluateCommand: Command {
  static let name = "evaluate"
  static let summary = "measure word error rate and cost of models and masks"
  static let usage = "\(name) [OPTION]..."
  static let explanation = """
    Measures the word error rate, with its 95 % bootstrap interval over speakers (over utterances
    where there are fewer than 8), and the time taken, on every utterance of a split.

    \(AudioInput.piecesExplanation)
    """

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var data = DataOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var decoding = DecodingOptions()
    var tunesLM = false
    var against: URL?
    var hypotheses: HypothesesFile?
    var threads = Threads()
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      let tune = Option<Self>(
        flag: "tune-lm", \.tunesLM,
        "error rates over a grid of --lm-weight and --word-bonus, for one model and mask: which are "
          + "best, on a split for development")
      return [
        ModelOptions.group(several: "compare models").at(\.model),
        DataOptions.group().at(\.data),
        LayerOptions.group(several: "They take lists: 12,8,6. Every layer runs without them.")
          .at(\.layers),
        ComputeOptions.group(several: true).at(\.compute),
        DecodingOptions.group().at(\.decoding),
        OptionGroup(
          "Run"
        ) {
          tune
          Option(
            "against", "DIR", \.against, .url,
            "compare every model with this one at the same masks, whole and in float32: the difference "
              + "with its 95 % interval and the probability of improvement (paired bootstrap)")
          Option.threads(\.threads, "utterances measured side by side")
          Option(
            "hypotheses", "FILE", \.hypotheses, HypothesesFile.reader,
            "write reference and hypothesis of every utterance at every mask: as JSON lines, or "
              + "where FILE ends in .trn as pairs for sclite, FILE.ref.trn and FILE.hyp.trn without "
              + "the first .trn, with FILE.MODEL.MASK in place of FILE where there are several masks"
          )
          Option.json(\.isJSON, "JSON lines, one object per model and mask")
        } check: { settings, arguments in
          guard settings.tunesLM else { return }
          if !settings.decoding.hasLanguageModel {
            throw UsageError("option --\(tune.name) goes with --lm FILE")
          }
          if let other = arguments.given("lm-weight", "word-bonus", "against").first {
            throw UsageError("--\(tune.name) and --\(other) cannot be given together")
          }
        },
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let threads = settings.threads.count

    // Whatever can be wrong with what was asked for is said before minutes of measuring.
    let recognizers = try ModelOptions.recognizers(settings.model.models())
    let dataset = try settings.data.dataset()
    let choices = try recognizers.map {
      try settings.layers.choices(by: settings.layers.policies(of: $0, on: dataset))
    }
    let computes = settings.compute.computes
    var hypotheses = settings.hypotheses
    let several = choices.reduce(0) { $0 + $1.count } * computes.count > 1
    for (recognizer, choices) in zip(recognizers, choices) {
      for choice in choices {
        for compute in computes {
          try hypotheses?.check(
            model: recognizer.name, walk: choice.walk, compute: compute, several: several)
        }
      }
    }
    try settings.compute.check(recognizers)
    let other = try settings.against.map { try ModelOptions.recognizer($0) }
    let decoding = try settings.decoding.decoding()
    if settings.tunesLM, let search = decoding.beam {
      guard computes.count == 1 else {
        throw UsageError("--tune-lm is of one rank, width and precision, found \(computes.count)")
      }
      let tuning = try LanguageModelTuning(
        recognizers.map(settings.compute.applied), choices, dataset, search)
      try tuning.run(threads: threads, isJSON: settings.isJSON)
      return 0
    }

    let table = SummaryTable(
      compares: other != nil, searches: decoding != .greedy, hasComputes: computes.count > 1,
      zip(recognizers, choices).flatMap { recognizer, choices in
        computes.flatMap { compute in
          choices.map {
            [
              recognizer.name, $0.policy ?? "manual", $0.walk.mask?.description ?? Walk.ownMasks,
            ] + (computes.count > 1 ? [compute.word] : [])
          }
        }
      })
    let loaded = LoadedDatasets(isStrict: settings.data.isStrict, report: LeftOut.complain)
    var isFirst = true
    let baseline = try other.map { other in
      let measuring = Measuring(other, try loaded.data(dataset, for: other), threads: threads)
      defer { measuring.stop() }
      var results: [Walk: [UtteranceResult]] = [:]
      for walk in Set(choices.flatMap { $0.map(\.walk) }).sorted(by: { "\($0)" > "\($1)" }) {
        guard walk.layerCount == other.backbone.layerCount else {
          throw InputError(
            "--against \(other.folder.path)", expected: "a model of \(walk.layerCount) layers",
            found: "one of \(other.backbone.layerCount)")
        }
        results[walk] = try measuring.run(walk, decoding: decoding, title: other.name)
      }
      return (model: other.name, results: results)
    }
    for (recognizer, choices) in zip(recognizers, choices) {
      let measuring = Measuring(
        recognizer, try loaded.data(dataset, for: recognizer), threads: threads)
      defer { measuring.stop() }
      // Masks that share their first layers share the work, computes none.
      for (compute, choice) in computes.flatMap({ compute in choices.map { (compute, $0) } }) {
        let results = try measuring.run(
          choice.walk, compute: compute, decoding: decoding, title: recognizer.name)
        var summary = Summary(
          results, model: recognizer.name, dataset: dataset, policy: choice.policy ?? "manual",
          walk: choice.walk, compute: compute, decoding: decoding, threads: threads,
          machine: Machine.description,
          against: baseline.flatMap { baseline in
            baseline.results[choice.walk].map { (baseline.model, $0) }
          })
        summary.atlas = choice.atlas
        try hypotheses?.write(
          results, of: dataset, model: recognizer.name, policy: choice.policy ?? "manual",
          walk: choice.walk, compute: compute, several: several)
        if settings.isJSON {
          try StandardOutput.show("\(try JSON.line(summary))")
        } else {
          if isFirst { try StandardOutput.show(table.heading(summary)) }
          try StandardOutput.show(table.row(summary))
        }
        // A reader of a pipe sees each row when it is known.
        isFirst = false
      }
    }
    return 0
  }
}

/// Summaries for people, one row each as soon as it is known.
private struct SummaryTable {
  private let table: TextTable
  private let compares: Bool
  private let searches: Bool
  private let hasComputes: Bool

  /// `searches` and `hasComputes`: whether decoding, and what of the linear layers is computed, are worth a
  /// column. `names`: model, policy and mask, and there compute, of every row to come.
  init(compares: Bool, searches: Bool, hasComputes: Bool, _ names: [[String]]) {
    self.compares = compares
    self.searches = searches
    self.hasComputes = hasComputes
    table = TextTable(
      ["model", "policy", "mask"] + (hasComputes ? ["compute"] : []) + ["keep", "WER %", "95 %"]
        + (compares
          ? ["against", "change", "95 %", "P better"]
          : ["S", "D", "I", "CER %", "GFLOP/s", "RTF", "p50 ms", "p95 ms"]
            + (searches ? ["decode"] : [])),
      names: names,
      numbers: [4, 6, 13]
        + (compares ? [6, 6, 15, 8] : [5, 5, 5, 6, 8, 7, 7, 7] + (searches ? [6] : [])))
  }

  /// What all rows have in common, and the columns' titles.
  func heading(_ summary: Summary) -> HarmlessText {
    """
    \(summary.dataset) \(summary.split): \(summary.utterances) utterances, \(summary.words) words\
    \(summary.skippedRemark)\
    \(summary.normalization.map { ", text normalised: \($0.rawValue)" } ?? "")\
    \(searches ? ", \(summary.decoding)" : "")\(hasComputes ? "" : summary.compute.remark); \
    \(summary.threads) threads on \(summary.machine)
    \(compares
      ? "against: WER % of \(summary.comparison?.model ?? "the other"); change: below 0 is better; P better: probability of improvement"
      : "GFLOP/s: per second of audio, counted; RTF and ms: one thread's time for an utterance, measured"
        + (searches ? "; decode: of p50, from log-probabilities to words" : ""))

    \(table.heading)
    """
  }

  func row(_ summary: Summary) -> HarmlessText {
    func percent(_ fraction: Double) -> String { TextTable.number(fraction * 100, 2) }
    var start = [summary.model, summary.policy, summary.mask ?? Walk.ownMasks]
    if hasComputes { start.append(summary.compute.word) }
    start += [
      "\(summary.keptLayers)", percent(summary.wer),
      summary.werInterval.map { $0.map(percent).joined(separator: "-") } ?? "",
    ]
    if compares {
      guard let other = summary.comparison else { return table.line(start + ["", "", "", ""]) }
      return table.line(
        start + [
          percent(other.wer), percent(other.difference),
          other.interval.map(percent).joined(separator: " to "),
          TextTable.number(other.probabilityOfImprovement, 3),
        ])
    }
    return table.line(
      start + [
        "\(summary.substitutions)", "\(summary.deletions)", "\(summary.insertions)",
        percent(summary.cer), TextTable.number(summary.gflopPerAudioSecond, 3),
        TextTable.number(summary.realTimeFactor, 4), TextTable.number(summary.latency.p50, 1),
        TextTable.number(summary.latency.p95, 1),
      ] + (summary.decodeLatency.map { [TextTable.number($0.p50, 1)] } ?? []))
  }
}
