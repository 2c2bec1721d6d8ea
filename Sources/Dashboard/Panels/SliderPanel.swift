// The drop ratio in steps of one layer: the one control everything else follows.

import TerminalUI
import Tradeoff

extension PanelKind {
  package static let slider = PanelKind(SliderPanel.self)
}

enum SliderPanel: Panel {
  static let name = "drop ratio"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    // Where the header has one line only, the model's name finds no room there.
    let model = state.size.height < 26 ? " of \(state.subject.models[state.model].name)" : ""
    let keys: KeyText =
      size.width >= 100 ? " (\(key: .left) \(key: .right), \(key: "d"))" : ""
    let title: KeyText = "Drop ratio\(model)\(keys)"
    canvas.frame(
      title: title, trailing: trailing(state, size.width, beside: title), theme: theme)
    canvas.wheel(up: .dropMore, down: .dropLess)
    let track = track(state, panelWidth: size.width)
    canvas.textRight(
      percent(state.walk.dropRatio, decimals: 0), end: track.x - 2, y: 1,
      style: theme.accentStrong)
    slider(state).draw(in: track, on: &canvas) { Action.keep(state.layerCount - $0) }
    canvas.text(kept(state.walk.keptCount, state), x: track.maxX + 2, y: 1, style: theme.text)
    drawEdge(state, &canvas)
    if size.height >= 4 { drawScale(state, &canvas, x: track.x, width: track.width) }
  }

  /// What the choice means, and at the right how much of each layer is computed. Where that is all, the
  /// meaning goes first; where it is less, nothing may be read without it.
  private static func drawEdge(_ state: DashboardState, _ canvas: inout Canvas) {
    let (width, y) = (canvas.size.width, canvas.size.height - 1)
    let meaning = Meaning.forms(state)
    guard state.subject.models[state.model].stops != nil else {
      canvas.edge(meaning, width: width, y: y, style: state.theme.strong)
      return
    }
    let isWhole = state.compute == .full
    let forms: [KeyText] =
      isWhole
      ? ["rank, width, precision (\(key: "W"))"]
      : [
        "\(state.compute.description) (\(key: "W")), all (\(key: "A"))",
        "\(state.compute.description) (\(key: "W"))", "\(state.compute.description)",
      ]
    func fits(_ form: KeyText, beside text: KeyText?) -> Bool {
      form.width + 6 + (text.map { $0.width + 3 } ?? 0) <= width
    }
    let first = meaning.first { fits($0, beside: nil) }
    let axes =
      isWhole
      ? forms.first { fits($0, beside: first) }
      : forms.first { form in meaning.contains { fits(form, beside: $0) } }
        ?? forms.first { fits($0, beside: nil) } ?? forms[forms.count - 1]
    let shown = axes.map { axes in meaning.first { fits(axes, beside: $0) } } ?? first
    canvas.edge(shown.map { [$0] } ?? [], width: width, y: y, style: state.theme.strong)
    guard let axes else { return }
    canvas.textRight(
      keys: " \(axes) ", end: width - 2, y: y,
      style: isWhole ? state.theme.muted : state.theme.accentStrong)
  }

  /// Policy and mask; the mask is left out where there is no room for it, then the seed.
  private static func trailing(_ state: DashboardState, _ width: Int, beside title: KeyText)
    -> KeyText
  {
    let isDrawn = PolicyCatalog.isDrawn(state.policyName)
    let policy: KeyText = "policy \(state.policyName) (\(key: "P"))"
    let seed: KeyText = isDrawn ? ", seed \(state.seed) (\(key: "r"))" : ""
    let drawn = policy + seed
    let long: KeyText = "\(drawn)   mask \(state.walk.mask?.description ?? Walk.ownMasks)"
    if long.width + 44 <= width { return long }
    return drawn.width + title.width + 8 <= width ? drawn : policy
  }

  private static func kept(_ count: Int, _ state: DashboardState) -> String {
    "\(count) of \(state.layerCount) layers run"
  }

  private static func drawScale(
    _ state: DashboardState, _ canvas: inout Canvas, x: Int, width: Int
  ) {
    var free = 0
    for percent in stride(from: 0, through: 100, by: 25) {
      let label = percent == 0 ? "none" : percent == 100 ? "all" : "\(percent) %"
      let center = x + (width - 1) * percent / 100
      let start = min(max(center - label.count / 2, free), x + width - 1 + 3 - label.count)
      canvas.text(label, x: max(start, x), y: 2, style: state.theme.muted)
      free = start + label.count + 1
    }
  }

  // MARK: - Geometry

  /// A position for each number of dropped layers.
  private static func slider(_ state: DashboardState) -> Slider {
    Slider(
      value: state.layerCount - state.walk.keptCount, positions: state.layerCount + 1,
      style: state.theme.accent, trackStyle: state.theme.muted,
      handleStyle: state.theme.accentStrong, symbols: state.symbols)
  }

  /// The track inside the panel: the same for every setting, or a drag would run after itself.
  private static func track(_ state: DashboardState, panelWidth: Int) -> Rect {
    let left = 9
    let right = 2 + kept(state.layerCount, state).count + 2
    return Rect(x: left, y: 1, width: max(2, panelWidth - left - right), height: 1)
  }
}
