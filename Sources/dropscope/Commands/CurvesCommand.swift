// `dropscope curves`: what validation said while models were trained, against the time it took.

import Base
import Foundation
import TerminalUI
import Training

enum CurvesCommand: Command {
  static let name = "curves"
  static let summary = "compare trainings by their logs: error rate against time"
  static let usage = "\(name) LOG... [OPTION]..."
  static let explanation = """
    Reads the logs of trainings (train.jsonl, or FOLDER for FOLDER/train.jsonl) and prints, for each
    number of layers that validation kept, the word error rate that each training ended at on the
    utterances used all along, its minutes, and after how many minutes it had reached the rate at
    which the first one ended. FIRST+SECOND are the logs of one training in two runs, the second of
    which started from the weights of the first; it goes by the name of the second.
    """
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var pace: [(name: String, rate: Double)] = []
    var svg: URL?
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      let pace = Option<Self>(
        list: "pace", "LIST", \.pace,
        ValueReader("NAME=RATE with a rate above 0") { text in
          let parts = text.split(separator: "=", maxSplits: 1)
          return parts.count == 2 ? Double(parts[1]).map { (String(parts[0]), $0) } : nil
        },
        "NAME=RATE,...: not the minutes that went by, which depend on what else ran meanwhile, but "
          + "those that the steps take at RATE audio seconds a second, as "
          + "`dropscope bench --training` measures it for the recipe")
      return [
        OptionGroup("Options") {
          pace
          Option("svg", "FILE", \.svg, .url, "a plot of all curves")
          Option.json(\.isJSON, "one object per training and number of layers")
        } check: { settings, _ in
          if let (name, rate) = settings.pace.first(where: { !($0.rate > 0 && $0.rate.isFinite) }) {
            throw UsageError(
              "option --pace: expected a rate above 0 for \(name), found '\(rate)'")
          }
        }
      ]
    }

    /// Audio seconds a second by training; nil for the time that went by.
    var rates: [String: Double]? {
      pace.isEmpty
        ? nil : Dictionary(pace.map { ($0.name, $0.rate) }, uniquingKeysWith: { $1 })
    }
  }

  /// One training at one depth.
  private struct Curve: Encodable {
    var name: String
    var dataset: String
    var mask: String
    var keptLayers: Int
    var words: Int
    var minutes: [Double]
    var wer: [Double]
    /// The rate the first training ended at, and when this one was there for good; nil if never.
    var goal: Double = 0
    var minutesToGoal: Double?

    enum CodingKeys: String, CodingKey {
      case name, dataset, mask, words, minutes, wer, goal
      case keptLayers = "kept_layers"
      case minutesToGoal = "minutes_to_goal"
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let pace = settings.rates
    var curves = try arguments.positionals.map {
      try Self.curves(ofRuns: $0, pace: pace)
    }
    let first = curves[0]
    for index in curves.indices {
      curves[index] = curves[index].compactMap { curve in
        guard let other = first.first(where: { $0.mask == curve.mask }) else { return nil }
        var curve = curve
        curve.goal = other.wer.last ?? 0
        // The last time it was worse, then the next look.
        let reached = (curve.wer.lastIndex { $0 > curve.goal }).map { $0 + 1 } ?? 0
        curve.minutesToGoal = reached < curve.wer.count ? curve.minutes[reached] : nil
        return curve
      }
    }
    let all = curves.flatMap { $0 }
    if let svg = settings.svg { try OutputFile.write(plot(curves).svg, to: svg) }
    if settings.isJSON {
      for curve in all { try StandardOutput.show("\(try JSON.line(curve))") }
    } else {
      try show(all)
    }
    return 0
  }

  /// Those of one log, or of several joined by "+", one after the other.
  private static func curves(ofRuns argument: String, pace: [String: Double]?) throws -> [Curve] {
    let isOne = FileManager.default.fileExists(atPath: argument)
    let logs = isOne ? [argument] : argument.split(separator: "+").map(String.init)
    var joined: [Curve] = []
    var start = 0.0
    for log in logs {
      let (curves, minutes) = try curves(of: URL(fileURLWithPath: log), pace: pace)
      if let before = joined.first, let here = curves.first, before.words != here.words {
        throw InputError(
          log, expected: "validation on \(before.words) words, as in \(logs[0])",
          found: "\(here.words)")
      }
      joined = curves.map { curve in
        var curve = curve
        curve.minutes = curve.minutes.map { start + $0 }
        if let before = joined.first(where: { $0.mask == curve.mask }) {
          curve.minutes = before.minutes + curve.minutes
          curve.wer = before.wer + curve.wer
        }
        return curve
      }
      start += minutes
    }
    return joined
  }

  /// The validations of a log by mask. Those on fewer words than most, or on more, which is how a run
  /// ends, are not comparable and left out. Also how long the run was.
  private static func curves(
    of path: URL, pace: [String: Double]?
  ) throws -> (curves: [Curve], minutes: Double) {
    let isFolder = (try? path.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
    let file = isFolder ? path.appendingPathComponent("train.jsonl") : path
    let (training, records) = try TrainingLog.read(file)
    let stem = file.deletingPathExtension().lastPathComponent
    let name = stem == "train" ? file.deletingLastPathComponent().lastPathComponent : stem
    let words = Dictionary(grouping: records, by: \.words).max { $0.value.count < $1.value.count }
    guard let words = words?.key else {
      throw InputError(file.path, expected: "lines with \"event\":\"validation\"", found: "none")
    }
    var secondsPerStep: Double?
    if let pace {
      guard let rate = pace[name], let last = training.last, last.step > 0 else {
        throw InputError(
          "\(file.path): expected a rate for \"\(name)\" in --pace and steps in the log, "
            + "found \(pace[name] == nil ? "no rate" : "no steps")")
      }
      secondsPerStep = last.audioSeconds / Double(last.step) / rate
    }
    func minutes(step: Int, elapsed: Double) -> Double {
      (secondsPerStep.map { $0 * Double(step) } ?? elapsed) / 60
    }
    var curves: [Curve] = []
    for record in records where record.words == words {
      let index =
        curves.firstIndex { $0.mask == record.mask }
        ?? {
          curves.append(
            Curve(
              name: name, dataset: record.dataset, mask: record.mask,
              keptLayers: record.keptLayers, words: words, minutes: [], wer: []))
          return curves.count - 1
        }()
      curves[index].minutes.append(
        minutes(step: record.step, elapsed: record.elapsedSeconds))
      curves[index].wer.append(record.wer)
    }
    let end = records.last.map { minutes(step: $0.step, elapsed: $0.elapsedSeconds) }
    return (curves, end ?? 0)
  }

  private static func show(_ curves: [Curve]) throws {
    let table = TextTable(
      ["training", "mask", "keep", "WER %", "min", "goal %", "min to goal", "sooner"],
      names: curves.map { [$0.name, $0.mask] }, numbers: [4, 6, 6, 6, 6, 6])
    if let first = curves.first {
      try StandardOutput.show(
        """
        validation on \(first.words) words of \(first.dataset)
        goal: where \(first.name) ended; sooner: than \(first.name) ended
        """)
      var named: Set<String> = []
      for curve in curves where curve.words != first.words && named.insert(curve.name).inserted {
        try StandardOutput.show(
          "not on the same words: \(curve.name), \(curve.words) of \(curve.dataset)")
      }
      try StandardOutput.show("\n\(table.heading)")
    }
    let ends = Dictionary(
      curves.filter { $0.name == curves[0].name }.map { ($0.mask, $0.minutes.last ?? 0) },
      uniquingKeysWith: { first, _ in first })
    for curve in curves {
      let sooner = curve.minutesToGoal.flatMap { minutes in
        ends[curve.mask].map { TextTable.number(100 * (1 - minutes / max($0, 1e-9)), 0) + " %" }
      }
      try StandardOutput.show(
        table.line([
          curve.name, curve.mask, "\(curve.keptLayers)",
          TextTable.number(100 * (curve.wer.last ?? 0), 2),
          TextTable.number(curve.minutes.last ?? 0, 1), TextTable.number(100 * curve.goal, 2),
          curve.minutesToGoal.map { TextTable.number($0, 1) } ?? "never", sooner ?? "",
        ]))
    }
  }

  private static func plot(_ trainings: [[Curve]]) -> LinePlot {
    LinePlot(
      title: "Word error rate on held-out speech while training", xLabel: "minutes",
      yLabel: "WER %",
      curves: trainings.enumerated().flatMap { training, curves in
        curves.enumerated().map { depth, curve in
          LinePlot.Curve(
            name: "\(curve.name), \(curve.keptLayers) layers",
            points: zip(curve.minutes, curve.wer).map { minutes, rate in
              LinePlot.Point(
                x: minutes, y: rate * 100, range: nil,
                note: TextTable.number(rate * 100, 1) + " % after "
                  + TextTable.number(minutes, 1) + " minutes")
            }, colour: training, dash: depth)
        }
      }, highest: 100)
  }
}
