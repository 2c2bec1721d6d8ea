// Where the points of a sweep go.

import Base
import Dashboard
import Foundation
import TerminalUI
import Tradeoff

/// Where points go: JSON lines at once, tables and plots at the end.
struct SweepOutput {
  private var isJSON = false
  private var csv: URL?
  private var svg: URL?

  static func group(_ json: String) -> OptionGroup<Self> {
    OptionGroup(
      "Output"
    ) {
      Option.json(\.isJSON, json)
      Option("csv", "FILE", \.csv, .url, "the same as a table")
      Option("svg", "FILE", \.svg, .url, "a plot")
    }
  }

  /// Throws unless the files can be written, by this process alone as long as the locks are held.
  func check() throws -> [OutputLock] {
    try [csv, svg].compactMap { $0 }.compactMap {
      try OutputFile.check($0)
      return try OutputFile.isReplaced($0) ? OutputLock($0) : nil
    }
  }

  func measured(_ point: SweepPoint) throws {
    guard isJSON else { return }
    try StandardOutput.show("\(try JSON.line(point))")
  }

  func finish(_ points: [SweepPoint]) throws {
    let groups = SweepGroup.of(points)
    if !isJSON { try printTable(groups) }
    if let csv { try OutputFile.write(SweepPoint.csv(points), to: csv) }
    if let svg { try OutputFile.write(LinePlot(groups).svg, to: svg) }
  }

  private func printTable(_ groups: [SweepGroup]) throws {
    guard let summary = groups.first?.first else { return }
    let hasComputes = Set(groups.map(\.first.compute)).count > 1
    let lit = hasComputes ? front(groups) : []
    func names(_ group: SweepGroup) -> [String] {
      let first = group.first
      // A lone mask is worth showing; of several only the number says something.
      let mask =
        group.points.count == 1
        ? first.mask ?? Walk.ownMasks
        : "\(group.points.count) \(first.mask == nil ? "draws" : "masks")"
      return [first.model, first.split, first.policy, mask]
        + (hasComputes ? [first.compute.word] : [])
    }
    let table = TextTable(
      ["model", "split", "policy", "mask"] + (hasComputes ? ["compute"] : [])
        + ["keep", "WER %", "range", "sd", "GFLOP/s", "RTF"] + (hasComputes ? ["front"] : []),
      names: groups.map(names), numbers: [4, 6, 13, 5, 7, 7] + (hasComputes ? [5] : []))
    try StandardOutput.show(
      """
      \(summary.dataset)\
      \(summary.normalization.map { ", text normalised: \($0.rawValue)" } ?? "")\
      \(summary.skippedRemark)\
      \(summary.decoder == nil ? "" : ", \(summary.decoding)")\(hasComputes ? "" : summary.compute.remark): \
      \(summary.threads) threads on \(summary.machine)
      WER %: mean over masks; range: 95 % interval of one mask, lowest to highest of several\
      \(hasComputes ? "; front: none has fewer FLOPs and no more errors" : "")

      \(table.heading)
      """)
    for (index, group) in groups.enumerated() {
      func percent(_ fraction: Double) -> String { TextTable.number(fraction * 100, 2) }
      try StandardOutput.show(
        table.line(
          names(group) + [
            "\(group.first.keptLayers)", percent(group.meanErrorRate),
            group.range.map { "\(percent($0.lowerBound))-\(percent($0.upperBound))" } ?? "",
            group.deviation.map(percent) ?? "",
            TextTable.number(group.mean(\.gflopPerAudioSecond), 3),
            TextTable.number(group.mean(\.realTimeFactor), 4),
          ] + (hasComputes ? [lit.contains(index) ? "*" : ""] : [])))
    }
  }

  /// Places of the groups that no other of the same model and split beats, an operation of whatever precision
  /// being one.
  private func front(_ groups: [SweepGroup]) -> Set<Int> {
    let sources = Dictionary(grouping: groups.indices) { index in
      [groups[index].first.model, groups[index].first.dataset, groups[index].first.split]
    }
    return sources.values.reduce(into: []) { all, places in
      all.formUnion(
        ParetoFront.of(places) {
          (groups[$0].mean(\.gflopPerAudioSecond), groups[$0].meanErrorRate)
        })
    }
  }
}
