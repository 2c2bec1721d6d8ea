// A sweep as a picture: word error rate against compute, a curve for each model and policy.

import TerminalUI
import Tradeoff

extension LinePlot {
  /// The groups' error rates with what `SweepGroup.range` says of them.
  package init(_ groups: [SweepGroup]) {
    var names: [String] = []
    var byName: [String: [SweepGroup]] = [:]
    let splits = Set(groups.map(\.first.split))
    let computes = Set(groups.map(\.first.compute))
    for group in groups {
      let summary = group.first
      let split = splits.count > 1 ? " \(summary.split)" : ""
      let compute = computes.count > 1 && summary.compute != .full ? " \(summary.compute)" : ""
      let name = "\(summary.model) \(summary.policy)\(compute)\(split)"
      if byName[name] == nil { names.append(name) }
      byName[name, default: []].append(group)
    }
    let datasets = Set(groups.map { "\($0.first.dataset) \($0.first.split)" }).sorted()
    // What is put together is decoded in one way.
    let search = groups.first.flatMap { $0.first.decoder == nil ? nil : $0.first.decoding }
    self.init(
      title: datasets.joined(separator: ", ") + ": word error rate against compute"
        + (search.map { ", \($0)" } ?? "")
        + (computes.count == 1 ? groups[0].first.compute.remark : ""),
      xLabel: "GFLOP per second of audio", yLabel: "WER %",
      curves: names.enumerated().map { index, name in
        Curve(
          name: name,
          points: (byName[name] ?? []).map { group in
            let rate = group.meanErrorRate * 100
            return Point(
              x: group.mean(\.gflopPerAudioSecond), y: rate,
              range: group.range.map { $0.lowerBound * 100...$0.upperBound * 100 },
              note: "\(name), \(group.first.keptLayers) layers: "
                + fixed(rate, 1) + " %")
          }.sorted { $0.x < $1.x },
          colour: index, dash: index / Self.colours.count)
      },
      highest: 120)
  }
}
