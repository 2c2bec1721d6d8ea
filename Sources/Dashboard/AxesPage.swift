// The sliders of rank, width and precision, over the lower panels: what they change stays in sight.

import Backbones
import TerminalUI

enum AxesPage {
  private static let height = 7
  private static let labelWidth = 12

  static func draw(_ axis: ComputeAxis, _ state: DashboardState, _ canvas: inout Canvas) {
    guard let stops = state.subject.models[state.model].stops else { return }
    let theme = state.theme
    let width = min(canvas.size.width, 80)
    var page = Canvas(Size(width: width, height: height))
    page.frame(
      title: "How much of each layer",
      trailing: "all (\(key: "0"))  cheapest way (\(key: "F"))  leave (\(key: .escape))",
      theme: theme)
    page.mapActions { action in (action as? Key).map { Action.key($0) } }
    let position = stops.position(of: state.compute, axis)
    // What lies beneath is not pressed through it.
    var ground = Canvas(page.size)
    ground.press(ground.area, .chooseAxis(axis))
    ground.wheel(up: .compute(axis, position + 1), down: .compute(axis, position - 1))
    for (row, other) in ComputeAxis.allCases.enumerated() {
      drawSlider(other, stops, isChosen: other == axis, y: 1 + row, state, &page)
    }
    page.wording(
      keys: amounts(state), x: 2, y: 4, style: theme.strong, width: width - 4,
      symbols: state.symbols)
    page.wording(
      "\(axis.rawValue): \(axis.explanation)", axis.explanation, x: 2, y: 5, style: theme.muted,
      width: width - 4, symbols: state.symbols)
    let place = (x: (canvas.size.width - width) / 2, y: max(0, canvas.size.height - 2 - height))
    canvas.paste(ground, x: place.x, y: place.y)
    canvas.paste(page, x: place.x, y: place.y)
  }

  private static func drawSlider(
    _ axis: ComputeAxis, _ stops: ComputeStops, isChosen: Bool, y: Int, _ state: DashboardState,
    _ page: inout Canvas
  ) {
    let theme = state.theme
    let value =
      switch axis {
      case .rank: percent(state.compute.rank, decimals: 0)
      case .width: percent(state.compute.width, decimals: 0)
      case .precision: state.compute.precision.rawValue
      }
    let widest = Compute.Precision.allCases.map(\.rawValue.count).max() ?? 0
    page.press(Rect(x: 1, y: y, width: labelWidth, height: 1), .chooseAxis(axis))
    page.text(
      (isChosen ? "▸ " : "  ") + axis.rawValue, x: 2, y: y,
      style: isChosen ? theme.accentStrong : theme.text)
    let track = Rect(
      x: 2 + labelWidth, y: y, width: max(2, page.size.width - 4 - labelWidth - widest - 2),
      height: 1)
    Slider(
      value: stops.position(of: state.compute, axis), positions: stops.count(axis),
      style: theme.accent, trackStyle: theme.muted, handleStyle: theme.accentStrong,
      symbols: state.symbols
    ).draw(in: track, on: &page) { Action.compute(axis, $0) }
    page.text(value, x: track.maxX + 2, y: y, style: theme.strong)
  }

  /// What the choice takes of the whole model, from long to short; times are there once the error rate is.
  private static func amounts(_ state: DashboardState) -> [KeyText] {
    let whole = state.gflopPerAudioSecond(state.fullPoint)
    let share = percent(
      whole > 0 ? state.gflopPerAudioSecond(state.presentPoint) / whole : 1, decimals: 0)
    guard let full = state.seconds(state.fullPoint), full > 0 else {
      return ["\(share) of the full model's FLOPs", "\(share) of the FLOPs"]
    }
    guard let now = state.seconds(state.presentPoint) else {
      return [
        "\(share) of the full model's FLOPs; its time is taken when nothing else computes",
        "\(share) of the FLOPs; time not taken yet", "\(share) of the FLOPs",
      ]
    }
    let time = percent(now / full, decimals: 0)
    return [
      "\(share) of the full float32 model's FLOPs, and \(time) of its time",
      "\(share) of the full model's FLOPs, \(time) of its time", "FLOPs \(share), time \(time)",
    ]
  }
}
