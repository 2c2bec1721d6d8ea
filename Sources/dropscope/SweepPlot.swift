// A sweep as an SVG picture: word error rate against compute, a curve a model and policy.

import Foundation
import TerminalUI
import Tradeoff

struct SweepPlot {
  private let curves: [Curve]
  private let title: String

  private struct Curve {
    var name: String
    var groups: [SweepGroup]
  }

  private static let size = (width: 860.0, height: 560.0)
  private static let field = (left: 70.0, top: 50.0, right: 640.0, bottom: 490.0)
  /// Told apart by every kind of colour vision (Okabe and Ito's palette without the yellow).
  private static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000",
  ]

  init(_ groups: [SweepGroup]) {
    var names: [String] = []
    var byName: [String: [SweepGroup]] = [:]
    let splits = Set(groups.map(\.first.split))
    for group in groups {
      let summary = group.first
      let split = splits.count > 1 ? " \(summary.split)" : ""
      let name = "\(summary.model) \(summary.policy)\(split)"
      if byName[name] == nil { names.append(name) }
      byName[name, default: []].append(group)
    }
    curves = names.map { name in
      Curve(
        name: name,
        groups: (byName[name] ?? []).sorted {
          $0.mean(\.gflopPerAudioSecond) < $1.mean(\.gflopPerAudioSecond)
        })
    }
    let datasets = Set(groups.map { "\($0.first.dataset) \($0.first.split)" }).sorted()
    title = datasets.joined(separator: ", ")
  }

  var svg: String {
    let all = curves.flatMap(\.groups)
    let highest = all.map { ($0.range?.upperBound ?? $0.meanErrorRate) * 100 }.max() ?? 1
    let dearest = all.map { $0.mean(\.gflopPerAudioSecond) }.max() ?? 1
    let x = AxisScale(0...dearest * 1.05, intervals: 6)
    let y = AxisScale(0...min(highest, 120) * 1.05, intervals: 8)
    let field = Self.field
    func across(_ value: Double) -> Double {
      field.left + x.position(value) * (field.right - field.left)
    }
    func down(_ value: Double) -> Double {
      field.bottom - min(1, y.position(value)) * (field.bottom - field.top)
    }
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.size.width)) \
      \(Int(Self.size.height))" font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="#ffffff"/>
      <text x="\(field.left)" y="28" font-size="16">\(Self.escaped(title)): word error rate against \
      compute</text>
      """
    ]
    for tick in y.ticks {
      let at = Self.number(down(tick))
      lines.append(
        """
        <path d="M\(field.left) \(at)H\(field.right)" stroke="#dddddd"/>
        <text x="\(field.left - 8)" y="\(at)" dy="4" text-anchor="end">\(y.label(tick))</text>
        """)
    }
    for tick in x.ticks {
      let at = Self.number(across(tick))
      lines.append(
        """
        <path d="M\(at) \(field.bottom)v6" stroke="#000000"/>
        <text x="\(at)" y="\(field.bottom + 22)" text-anchor="middle">\(x.label(tick))</text>
        """)
    }
    lines.append(
      """
      <path d="M\(field.left) \(field.top)V\(field.bottom)H\(field.right)" fill="none" stroke="#000000"/>
      <text x="\(field.right)" y="\(field.bottom + 46)" text-anchor="end">GFLOP per second of audio</text>
      <text x="\(field.left)" y="\(field.top - 6)">WER %</text>
      """)
    for (index, curve) in curves.enumerated() {
      let colour = Self.colours[index % Self.colours.count]
      // Beyond the last colour the curves start over, dashed.
      let dash = index < Self.colours.count ? "" : " stroke-dasharray=\"6 4\""
      let points = curve.groups.map {
        (across($0.mean(\.gflopPerAudioSecond)), down($0.meanErrorRate * 100))
      }
      let path = points.map { "\(Self.number($0.0)) \(Self.number($0.1))" }.joined(separator: "L")
      lines.append(
        "<path d=\"M\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash)/>")
      for (group, point) in zip(curve.groups, points) {
        if let range = group.range {
          let (low, high) = (down(range.lowerBound * 100), down(range.upperBound * 100))
          lines.append(
            "<path d=\"M\(Self.number(point.0)) \(Self.number(low))V\(Self.number(high))\""
              + " stroke=\"\(colour)\" stroke-opacity=\"0.5\"/>")
        }
        lines.append(
          "<circle cx=\"\(Self.number(point.0))\" cy=\"\(Self.number(point.1))\" r=\"3.5\""
            + " fill=\"\(colour)\"><title>\(Self.escaped(curve.name)), "
            + "\(group.first.keptLayers) layers: \(Self.number(group.meanErrorRate * 100)) %"
            + "</title></circle>")
      }
      let top = field.top + 20 * Double(index)
      lines.append(
        """
        <path d="M660 \(top)h24" stroke="\(colour)" stroke-width="2"\(dash)/>
        <text x="692" y="\(top)" dy="4">\(Self.escaped(curve.name))</text>
        """)
    }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}
