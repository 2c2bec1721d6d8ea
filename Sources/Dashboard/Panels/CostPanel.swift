// What the present mask costs against full depth: compute, parameters, time.

import TerminalUI
import Tradeoff

enum CostPanel: Panel {
  static let name = "cost"

  /// A quantity now and at full depth.
  private struct Row {
    /// From the longest to the shortest form.
    var names: [String]
    var now, full: Double?
    var format: (Double) -> String
  }

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    canvas.frame(
      title: "Cost", trailing: against(state) == nil ? "against full depth" : "against the pin",
      theme: theme)
    let width = size.width - 4
    let form = width >= 56 ? 0 : width >= 38 ? 1 : 2
    // Now, at full depth, and the share; the full-depth column goes first when it gets tight.
    let end = size.width - 2
    let showsFull = width >= 36
    let shareEnd = end
    let fullEnd = shareEnd - 7
    let nowEnd = showsFull ? fullEnd - 8 : shareEnd - 7
    var y = 1
    let rows = rows(state)
    if size.height - 2 > rows.count {
      canvas.textRight("now", end: nowEnd, y: y, style: theme.muted)
      if showsFull {
        canvas.textRight(
          against(state) == nil ? "full" : "pin", end: fullEnd, y: y, style: theme.muted)
      }
      canvas.textRight("share", end: shareEnd, y: y, style: theme.muted)
      y += 1
    }
    let left = size.height - 1 - y
    let pitch = left >= 2 * rows.count + 1 ? 2 : 1
    for row in rows.prefix(max(0, left)) {
      canvas.text(row.names[form], x: 2, y: y, style: theme.muted, width: nowEnd - 7)
      canvas.textRight(row.now.map(row.format) ?? "–", end: nowEnd, y: y, style: theme.strong)
      if showsFull {
        canvas.textRight(row.full.map(row.format) ?? "–", end: fullEnd, y: y, style: theme.text)
      }
      if let now = row.now, let full = row.full, full > 0 {
        canvas.textRight(percent(now / full, decimals: 0), end: shareEnd, y: y, style: theme.accent)
      }
      y += pitch
    }
    let note = "measured on \(state.subject.machine), \(state.subject.threads) threads"
    if y < size.height - 1, note.count <= width {
      canvas.text(note, x: 2, y: size.height - 2, style: theme.muted)
    }
  }

  /// The pinned setting, when there is one and it is not the present one.
  private static func against(_ state: DashboardState) -> DashboardState.Setting? {
    state.pinned == state.presentSetting ? nil : state.pinned
  }

  /// Most telling first: a small panel shows the first ones.
  private static func rows(_ state: DashboardState) -> [Row] {
    let costs = state.costs
    let mask = state.mask
    let other =
      against(state) ?? DashboardState.Setting(model: state.model, mask: state.fullMask)
    let otherCosts = state.modelCosts[other.model]
    let full = other.mask
    let measured = state.measurements[other]
    return [
      Row(
        names: ["GFLOP per second of audio", "GFLOP/audio second", "GFLOP/audio s"],
        now: costs.gflopPerAudioSecond(mask), full: otherCosts.gflopPerAudioSecond(full),
        format: significant),
      Row(
        names: ["ms per utterance, measured", "ms/utt., measured", "ms, measured"],
        now: state.present?.meanSeconds, full: measured?.meanSeconds,
        format: { significant($0 * 1000) }),
      Row(
        names: ["ms per utterance, estimated", "ms/utt., estimated", "ms, estimated"],
        now: costs.estimatedSeconds(mask), full: otherCosts.estimatedSeconds(full),
        format: { significant($0 * 1000) }),
      Row(
        names: ["real-time factor, measured", "real-time factor", "RT factor"],
        now: state.present?.realTimeFactor, full: measured?.realTimeFactor,
        format: significant),
      Row(
        names: ["million parameters used", "M parameters", "M parameters"],
        now: costs.activeParameters(mask), full: otherCosts.activeParameters(full),
        format: { significant($0 / 1e6) }),
    ]
  }
}
