// All masks over their cost, the front, the policies' paths, and where the present mask is among them.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let atlas = PanelKind(AtlasPanel.self)
}

enum AtlasPanel: Panel {
  static let name = "atlas"

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    guard let survey = state.survey else {
      drawAbsence(state, &canvas)
      return
    }
    let key = survey.atlas.key
    let count = grouped(survey.atlas.points.count)
    let hasAxes = state.subject.models[state.model].stops != nil
    let axes: KeyText = hasAxes ? "   over all axes (\(key: "F"))" : ""
    canvas.frame(
      title: "\(count) masks on \(key.split)",
      trailing: "\(key: "+") \("−", key: "-") along the front\(axes)", theme: theme)
    canvas.wheel(up: .frontDearer, down: .frontCheaper)
    let area = canvas.area.inset(x: 2, y: 1)
    let forms = standing(state, survey)
    // A low panel has one line for it.
    let lines = StyledText(forms[0], style: theme.text).wrapped(width: area.width)
    let rows = area.height >= 12 ? min(3, lines.count) : min(1, area.height)
    let (field, below) = area.split(bottom: rows)
    let points = marked(survey)
    plot(state, survey, width: area.width).draw(in: field, on: &canvas) { series, point in
      guard points.indices.contains(series) else { return nil }
      return Action.choosePoint(
        state.point(model: state.model, walk: Walk(points[series][point].mask)))
    }
    if rows == lines.count {
      for (row, line) in lines.enumerated() { canvas.text(line, x: below.x, y: below.y + row) }
    } else {
      canvas.wording(
        keys: forms.map { KeyText($0) }, x: below.x, y: below.y, style: theme.text,
        width: below.width, symbols: state.symbols)
    }
    canvas.wording(
      keys: origin(state, key).map { KeyText(" \($0) ") }, x: 2, y: size.height - 1,
      style: theme.muted, width: size.width - 4, symbols: state.symbols)
  }

  // MARK: - The plot

  /// What can be pressed, series by series: the paths, then the front.
  private static func marked(_ survey: AtlasSurvey) -> [[MaskAtlas.Point]] {
    survey.paths.map(\.points) + [survey.front]
  }

  private static func plot(
    _ state: DashboardState, _ survey: AtlasSurvey, width: Int
  ) -> ScatterPlot {
    let theme = state.theme
    let frontMark: Character = state.symbols.dots == .ascii ? "*" : "◆"
    let marks = state.symbols.markers.filter { $0 != frontMark }
    let paths = survey.paths.enumerated().map { index, path in
      ScatterPlot.Series(
        path.name, points: survey.pathPlaces[index],
        // The first of the colours is the accent, which the front has.
        style: theme.series[(index + 1) % theme.series.count], isConnected: true,
        marker: marks[index % marks.count])
    }
    let front = ScatterPlot.Series(
      "front", points: survey.frontPlaces, style: theme.accentStrong,
      labels: survey.front.map { "\($0.mask.keptCount)" },
      marker: frontMark)
    let present = survey.atlas[state.mask].map {
      ScatterPlot.Series(
        "this mask", points: [survey.place($0)], style: theme.strong,
        marker: state.symbols.currentMarker)
    }
    let forms = [
      "WER %; a dot a mask, side by side where they cost the same, stronger: more",
      "WER %; a dot a mask, stronger: more", "WER %",
    ]
    var plot = ScatterPlot(
      series: paths + [front] + (present.map { [$0] } ?? []),
      xLabel: "GFLOP per second of audio", yLabel: forms.first { $0.count <= width } ?? "",
      // From nothing, so that half the cost is half the way; what adds words to all that are wrong is above.
      xRange: 0...max(survey.dearest * 1.04, 1e-9),
      yRange: 0...min(100, max(survey.worst * 1.04, 1e-9)),
      axisStyle: theme.muted, hasLegend: true, symbols: state.symbols)
    plot.cloud = PointCloud(
      // Not so far that depths would meet.
      points: survey.cloud, spread: survey.meanLayerCost * 0.4, styles: density(theme))
    return plot
  }

  private static func density(_ theme: Theme) -> [Style] {
    theme.heat.isEmpty
      ? [theme.muted, theme.text, theme.strong] : theme.heat.map { Style(foreground: $0) }
  }

  // MARK: - What is said

  /// How far the present mask is from what masks of its depth can do, in several lengths.
  private static func standing(_ state: DashboardState, _ survey: AtlasSurvey) -> [String] {
    let atlas = survey.atlas
    let depth = survey.depths[state.mask.keptCount]
    let layers = "\(state.mask.keptCount) layer\(state.mask.keptCount == 1 ? "" : "s")"
    let kind = atlas.isComplete ? "" : "sampled "
    let masks =
      depth.masks == 1
      ? "the only \(kind)mask" : "the best of \(grouped(depth.masks)) \(kind)masks"
    let whole = state.compute == .full ? "" : "all of it in float32: "
    let bound = depth.bound.map { "; input-dependent bound \(percent($0))" } ?? ""
    let short = depth.bound.map { "; bound \(percent($0))" } ?? ""
    guard let best = depth.best else { return ["no mask of \(layers) is in this atlas"] }
    guard let point = atlas[state.mask] else {
      return [
        "this mask is not in the atlas; \(masks) of \(layers): \(percent(best))\(bound)",
        "not in the atlas; \(masks): \(percent(best))\(short)",
      ].map { whole + $0 }
    }
    let rate = atlas.errorRate(point)
    let place = rate > best ? "\(distance(rate - best)) points above \(masks)" : masks
    return [
      "\(percent(rate)), \(place) of \(layers)\(bound)", "\(place) of \(layers)\(bound)",
      "\(place) of \(layers)\(short)", "\(place)\(short)",
    ].map { whole + $0 }
  }

  /// A single error must not look like none.
  private static func distance(_ difference: Double) -> String {
    fixed(difference * 100, difference < 0.001 ? 3 : 1)
  }

  /// What the atlas is of, and whether that is what is measured live, in several lengths.
  private static func origin(_ state: DashboardState, _ key: MaskAtlas.Key) -> [String] {
    let subject = state.subject
    let count = "\(grouped(key.utterances)) utterances"
    let whole = "\(key.dataset)/\(key.split)"
    let live = "\(subject.dataset)/\(subject.split)"
    let decoding = state.decoding == .greedy ? "" : ", not by beam search"
    if state.compute != .full {
      return [
        "of \(whole): \(count), decoded greedily, all of the model in float32; live is \(state.compute)",
        "of \(key.split), all of the model in float32; live is \(state.compute)",
        "\(key.split), all of the model in float32",
      ]
    }
    if live != whole {
      return [
        "of \(whole): \(count), decoded greedily\(decoding); live is another split, \(live)",
        "of \(key.split): \(count); live is another split, \(subject.split)",
        "\(key.split): \(count); live: \(subject.split)",
      ]
    }
    if key.normalization != subject.normalization.rawValue {
      return [
        "of \(whole): \(count), decoded greedily\(decoding); live is the same with other text rules",
        "of \(key.split): \(count); live has other text rules",
      ]
    }
    return [
      "of \(whole): \(count), decoded greedily\(decoding), the split measured live",
      "of \(key.split): \(count), as live",
    ]
  }

  /// How there would be one.
  private static func drawAbsence(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let model = state.subject.models[state.model]
    canvas.frame(title: "Atlas", theme: theme)
    let lack = model.policies.lack
    // Of a file that is there and not used; how to make one is said below.
    let remark =
      lack.map { $0.summary == PolicyRefusal.noAtlas.summary ? "" : "× \($0.reason)\n" } ?? ""
    canvas.wrapped(
      StyledText([
        (remark, theme.error),
        (
          "There is no atlas of \(model.name): what each of its \(model.layerCount) layers, and every "
            + "choice among them, is worth has not been measured. With M its folder, this makes one:\n",
          theme.text
        ),
        (
          "dropscope sweep --model M --all-masks --split dev --atlas M/\(MaskAtlas.fileName)",
          theme.strong
        ),
      ]), in: canvas.area.inset(by: 1))
  }
}
