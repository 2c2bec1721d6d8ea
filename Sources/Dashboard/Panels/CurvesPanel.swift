// Error rate against depth, a curve a model or a policy.

import TerminalUI
import Tradeoff

enum CurvesPanel: Panel {
  static let name = "curves"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    canvas.frame(
      title: "Error rate over depth",
      trailing: state.comparesPolicies ? "v compares models" : "v compares policies", theme: theme)
    let styles = [theme.accent, theme.other, theme.text, theme.error, theme.muted]
    let series = ComparisonPanel.contestants(state).enumerated().map { index, contestant in
      ScatterPlot.Series(
        contestant.name,
        points: ComparisonPanel.depths(state).compactMap { count in
          let setting = contestant.setting(keeping: count, state)
          return state.measurements[setting]?.errorRate.map { (Double(count), $0 * 100) }
        }, style: styles[index % styles.count], isConnected: true)
    }
    ScatterPlot(
      series: series, xLabel: "layers run", yLabel: "WER %",
      xRange: 0...Double(state.layerCount) * 1.04, axisStyle: theme.muted, hasLegend: true,
      symbols: state.symbols
    ).draw(in: canvas.area.inset(x: 2, y: 1), on: &canvas)
  }
}
