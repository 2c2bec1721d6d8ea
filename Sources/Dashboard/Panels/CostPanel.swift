// What the present choice costs against the full model and what is pinned: compute, parameters, time.

import Backbones
import TerminalUI
import Tradeoff

extension PanelKind {
  package static let cost = PanelKind(CostPanel.self)
}

enum CostPanel: Panel {
  static let name = "cost"

  /// A quantity now, at full depth and at the pinned operating point.
  private struct Row {
    /// From the longest to the shortest form.
    var names: [String]
    var now, full, pin: Double?
    /// Of the pinned point's model at full depth.
    var pinFull: Double?
    var format: (Double) -> String

    var share: String { Self.share(now, of: full) }
    var pinShare: String { Self.share(pin, of: pinFull) }
    func text(_ value: Double?) -> String { value.map(format) ?? "–" }

    /// Now minus pinned.
    var change: String {
      guard let now, let pin else { return "" }
      let size = format(abs(now - pin))
      return size == format(0) ? "±0" : (now < pin ? "−" : "+") + size
    }

    private static func share(_ value: Double?, of full: Double?) -> String {
      guard let value, let full, full > 0 else { return "" }
      return percent(value / full, decimals: 0)
    }
  }

  private struct Column {
    var title: String
    var style: Style
    var text: (Row) -> String

    func width(_ rows: [Row]) -> Int {
      max(title.count, rows.map { text($0).count }.max() ?? 0)
    }
  }

  static func draw(_ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let size = canvas.size
    let rows = rows(state)
    let width = size.width - 4
    let choices = columns(theme, isPinned: pin(state) != nil)
    let columns =
      choices.first { needed($0, rows) + names(rows, 2) <= width } ?? choices[choices.count - 1]
    let form = (0...2).first { needed(columns, rows) + names(rows, $0) <= width } ?? 2
    let titles = columns.map(\.title)
    canvas.frame(
      title: "Cost",
      trailing: KeyText(
        [titles.contains("share") ? state.fullName : "", pin(state) == nil ? "" : pinTitle(state)]
          .filter { !$0.isEmpty }.joined(separator: ", ").prefixed("against ")), theme: theme)
    let ends = ends(columns, rows, width: width, names: names(rows, form))
    var y = 1
    if size.height - 2 > rows.count {
      for (column, end) in zip(columns, ends) {
        canvas.textRight(column.title, end: end, y: y, style: theme.muted)
      }
      y += 1
    }
    let left = max(0, size.height - 1 - y)
    let notes = notes(state)
    let lines = rows.count + notes.count
    let pitch = left >= 2 * lines - 1 ? 2 : 1
    for row in rows.prefix(left) {
      canvas.wording(
        row.names[form], x: 2, y: y, style: theme.muted, width: width, symbols: state.symbols)
      for (column, end) in zip(columns, ends) {
        canvas.textRight(column.text(row), end: end, y: y, style: column.style)
      }
      y += pitch
    }
    for note in notes.prefix(max(0, left - rows.count)) {
      canvas.wording(
        keys: note, x: 2, y: y, style: theme.muted, width: width, symbols: state.symbols)
      y += pitch
    }
    if lines > left { canvas.more("+\(lines - left) more", state) }
  }

  // MARK: - Columns

  /// From the most to the least.
  private static func columns(_ theme: Theme, isPinned: Bool) -> [[Column]] {
    let now = Column(title: "now", style: theme.strong) { $0.text($0.now) }
    let full = Column(title: "full", style: theme.text) { $0.text($0.full) }
    let share = Column(title: "share", style: theme.accent, text: \.share)
    guard isPinned else { return [[now, full, share], [now, share]] }
    let pin = Column(title: "pin", style: theme.other) { $0.text($0.pin) }
    let pinShare = Column(title: "share", style: theme.muted, text: \.pinShare)
    let change = Column(title: "now−pin", style: theme.accent, text: \.change)
    return [
      [full, now, share, pin, pinShare, change], [now, share, pin, pinShare, change],
      [now, share, change], [now, change],
    ]
  }

  private static func needed(_ columns: [Column], _ rows: [Row]) -> Int {
    columns.reduce(0) { $0 + $1.width(rows) + 1 }
  }

  private static func names(_ rows: [Row], _ form: Int) -> Int {
    rows.map(\.names[form].count).max() ?? 0
  }

  /// Where each column ends; spare room goes between them, two columns at most.
  private static func ends(_ columns: [Column], _ rows: [Row], width: Int, names: Int) -> [Int] {
    let spare = max(0, width - names - needed(columns, rows))
    let gap = min(2, spare / columns.count)
    var end = 2 + width
    return columns.reversed().map { column -> Int in
      defer { end -= column.width(rows) + 1 + gap }
      return end
    }.reversed()
  }

  // MARK: - Numbers

  /// What is to be known of the times, each from long to short.
  private static func notes(_ state: DashboardState) -> [[KeyText]] {
    let costs = state.costs
    guard let latency = costs.latency else { return [] }
    var notes: [[KeyText]] = []
    if let lengths = costs.middleHalf,
      let seconds = state.seconds(
        state.presentPoint, audioSeconds: [lengths.lowerBound, lengths.upperBound])
    {
      let range = "\(significant(seconds[0] * 1000)) – \(significant(seconds[1] * 1000)) ms"
      notes.append(["half of the utterances take \(range)", "half of them: \(range)"])
    }
    if let apart = latency.unevenness, apart > 0.0005 {
      let amount = percent(apart)
      notes.append([
        "layers of equal work share a time; they were \(amount) apart",
        "equal layers pooled, \(amount) apart",
      ])
    }
    let day = latency.day.map { ", of \($0)" } ?? ""
    notes.append([
      "times: one thread on \(state.subject.machine)\(day)", "times: one thread\(day)",
    ])
    return notes
  }

  /// The pinned operating point, when there is one and it is not the present one.
  private static func pin(_ state: DashboardState) -> OperatingPoint? {
    state.pinned == state.presentPoint ? nil : state.pinned
  }

  private static func pinTitle(_ state: DashboardState) -> String {
    pin(state).map { pin in
      let isSame = pin.model == state.model
      let model = isSame ? "" : state.subject.models[pin.model].name + " "
      let decoding = pin.decoding.beam.map { "beam \($0.beam) " } ?? "greedy "
      return "pin \(model)\(pin.decoding == state.decoding ? "" : decoding)"
        + "\(pin.distinction(from: state.compute))\(pin.walk.keptCount)"
    } ?? ""
  }

  /// Most telling first: a small panel shows the first ones.
  private static func rows(_ state: DashboardState) -> [Row] {
    func modelled(
      _ names: [String], _ value: (CostModel, Walk) -> Double?,
      _ format: @escaping (Double) -> String
    ) -> Row {
      func at(_ point: OperatingPoint?) -> Double? {
        point.flatMap { value(state.costs($0), $0.walk) }
      }
      return row(names, at, format)
    }
    func row(
      _ names: [String], _ at: (OperatingPoint?) -> Double?,
      _ format: @escaping (Double) -> String
    ) -> Row {
      let pin = pin(state)
      return Row(
        names: names, now: at(state.presentPoint), full: at(state.fullPoint), pin: at(pin),
        pinFull: at(pin?.full), format: format)
    }
    func time(
      _ names: [String], _ value: @escaping (OperatingPoint) -> Double?,
      _ format: @escaping (Double) -> String = { significant($0 * 1000) }
    ) -> Row {
      row(names, { $0.flatMap(value) }, format)
    }
    func decoding(_ point: OperatingPoint) -> Double? {
      point.decoding.beam == nil
        ? state.costs(point).decodingSeconds
        : state.measurements[point]?.meanDecodeSeconds
    }
    // Where there is a choice, what each part of the time is for.
    let parts =
      state.beam == nil
      ? []
      : [
        time(["of that decoding, ms", "decoding, ms", "decoding, ms"], decoding),
        time(["of that the network, ms", "network, ms", "network, ms"]) { point in
          state.costs(point).stageSeconds?.total(state.uses(point))
        },
      ]
    // A number taken beside other work says so where it stands.
    let isBusy = state.costs.latency?.isBusy == true
    let quiet = state.isEstimated(state.presentPoint) ? "estimated" : "measured"
    let (how, short) = isBusy ? ("busy machine", "busy") : (quiet, quiet)
    return [
      row(
        ["GFLOP per second of audio", "GFLOP/audio second", "GFLOP/audio s"],
        { $0.map(state.gflopPerAudioSecond) }, significant),
      time(["ms per utterance, \(how)", "ms/utt., \(how)", "ms, \(short)"], { state.seconds($0) }),
    ] + parts + [
      time(
        ["real-time factor, \(how)", "real-time factor", "RT factor"],
        { point in
          let length = state.costs(point).utteranceSeconds
          return length > 0 ? state.seconds(point).map { $0 / length } : nil
        }, significant),
      modelled(
        ["million parameters used", "M parameters", "M parameters"],
        { $0.activeParameters($1) }, { significant($0 / 1e6) }),
    ]
  }
}

extension String {
  /// Empty stays empty.
  fileprivate func prefixed(_ prefix: String) -> String { isEmpty ? "" : prefix + self }
}
