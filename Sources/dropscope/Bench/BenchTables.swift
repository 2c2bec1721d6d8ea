// The parts of `dropscope bench`'s report that have rivals in them, as tables.

import Base
import Foundation

/// Columns of what each rival took, after our own.
struct RivalColumns {
  let rivals: [Rival]
  /// "ms" or "s/s"
  let unit: String
  /// What a rival has besides its time and the ratios: a title and its least width.
  let extra: (title: String, width: Int)

  var titles: [String] {
    rivals.flatMap { ["\($0.title) \(unit)", "ratio", "10-90 %", extra.title] }
  }
  var widths: [Int] { rivals.flatMap { _ in [7, 5, 11, extra.width] } }

  func cells(_ results: [(result: RivalResult, time: Double, extra: String)]) -> [String] {
    rivals.flatMap { rival in
      guard let found = results.first(where: { $0.result.rival == rival }) else {
        return ["", "", "", ""]
      }
      let ratio = found.result.ratio
      return [
        TextTable.number(found.time, 1), TextTable.number(ratio.p50, 2), ratio.description,
        found.extra,
      ]
    }
  }
}

extension BenchReport {
  /// One recording, of several lengths and with several numbers of threads where that was asked.
  var recordingTable: [HarmlessText] {
    guard let first = recording.first else { return [] }
    let isOfOne = recording.allSatisfy {
      $0.seconds == first.seconds && $0.threads == first.threads
    }
    let columns = RivalColumns(
      rivals: recording[0].rivals.map(\.result.rival), unit: "ms", extra: ("difference", 8))
    let table = TextTable(
      ["mask", "keep"] + (isOfOne ? [] : ["seconds", "threads"]) + ["RTF", "p50 ms"]
        + columns.titles,
      names: recording.map { [$0.mask] },
      numbers: [4] + (isOfOne ? [] : [7, 7]) + [6, 7] + columns.widths)
    let rows = recording.map { row in
      table.line(
        [row.mask, "\(row.keptLayers)"]
          + (isOfOne ? [] : [TextTable.number(row.seconds, 1), "\(row.threads)"])
          + [
            TextTable.number(row.realTimeFactor, 4),
            TextTable.number(row.latencyMilliseconds.p50, 1),
          ]
          + columns.cells(
            row.rivals.map {
              ($0.result, $0.milliseconds, String(format: "%.0e", $0.difference))
            }))
    }
    let size =
      isOfOne
      ? " of \(TextTable.number(first.seconds, 1)) s, \(first.threads) threads" : ""
    return [HarmlessText(lines: ["one recording\(size)\(besides)"]), table.heading] + rows
  }

  /// The split as fast as it goes.
  var throughputTable: [HarmlessText] {
    guard let first = throughput.first else { return [] }
    let columns = RivalColumns(
      rivals: first.rivals.map(\.result.rival), unit: "s/s", extra: ("by", 8))
    let table = TextTable(
      ["mask", "keep", "audio s/s"] + columns.titles, names: throughput.map { [$0.mask] },
      numbers: [4, 7] + columns.widths)
    let rows = throughput.map { row in
      table.line(
        [row.mask, "\(row.keptLayers)", TextTable.number(row.audioSecondsPerSecond, 1)]
          + columns.cells(row.rivals.map { ($0.result, $0.audioSecondsPerSecond, $0.way) }))
    }
    let title =
      "throughput: \(first.utterances) utterances of \(dataset) \(split), \(first.threads) threads"
    return [HarmlessText(lines: [title + besides]), table.heading] + rows
  }

  /// "; in turns with PyTorch 2.13.0 and ONNX Runtime 1.20.0"
  private var besides: String {
    let names = Rival.allCases.compactMap { rival in
      recording.first?.rivals.contains { $0.result.rival == rival } == true
        ? "\(rival.title) \(version(of: rival) ?? "")" : nil
    }
    return names.isEmpty ? "" : "; in turns with \(names.joined(separator: " and "))"
  }
}
