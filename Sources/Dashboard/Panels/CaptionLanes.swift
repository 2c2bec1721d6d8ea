// Captions beside each other while somebody speaks: what is final, then what may still change.

import Speech
import TerminalUI
import Tradeoff

enum CaptionLanes {
  static func draw(_ captions: Captions, _ state: DashboardState, _ canvas: inout Canvas) {
    let theme = state.theme
    let isOn = state.listening.isRecording
    canvas.frame(
      title: isOn ? "● Captions" : "Captions",
      trailing: isOn ? "\(key: " ") stops" : "", theme: theme)
    let inside = Rect(
      x: 2, y: 1, width: canvas.size.width - 4, height: max(0, canvas.size.height - 2))
    let (top, rest) = inside.split(top: RacePanel.outlineHeight(inside.height))
    RacePanel.drawOutline(
      captions.sound?.peaks ?? [], seconds: captions.seconds, state, top, &canvas)
    let racers = state.racers
    let areas = rest.width >= 96 ? rest.columns(racers.count, gap: 2) : rest.rows(racers.count)
    let lanes = Array(captions.lanes.prefix(racers.count))
    let texts = texts(lanes, theme)
    for (place, area) in areas.enumerated() where !area.isEmpty {
      let lane = lanes.indices.contains(place) ? lanes[place] : Captions.Lane()
      drawHeading(lane, racers[place], place, state, area.row(0), &canvas)
      let lines = (texts.indices.contains(place) ? texts[place] : StyledText())
        .wrapped(width: area.width)
      // The newest words are at the end.
      for (row, line) in lines.suffix(area.height - 1).enumerated() {
        canvas.text(line, x: area.x, y: area.y + 1 + row, width: area.width)
      }
    }
    canvas.edge(
      lanes.count == 2 ? ["≠ another word   + heard besides"] : [],
      width: canvas.size.width, y: canvas.size.height - 1, style: theme.muted)
  }

  /// The depth of what stands below it, and how long the last update of it took.
  private static func drawHeading(
    _ lane: Captions.Lane, _ racer: OperatingPoint, _ place: Int, _ state: DashboardState,
    _ row: Rect, _ canvas: inout Canvas
  ) {
    let hearer = lane.hearer ?? racer
    let layers = "\(hearer.walk.keptCount) of \(hearer.walk.layerCount)"
    let name = "\(state.subject.models[hearer.model].name) \(layers)\(hearer.remark)"
    let time = lane.seconds.map { "\(milliseconds($0)) an update" } ?? "listening"
    canvas.text(
      name, x: row.x, y: row.y,
      style: place == 0 ? state.theme.accentStrong : state.theme.other, width: row.width)
    if CharacterWidth.of(name) + CharacterWidth.of(time) + 2 <= row.width {
      canvas.textRight(time, end: row.maxX, y: row.y, style: state.theme.muted)
    }
  }

  /// More final words than fit anywhere need not be laid out.
  private static let shownWords = 400

  /// Of each lane: final words, then the open ones, of which those that the lanes do not share stand out;
  /// not while one of them has none yet.
  private static func texts(_ lanes: [Captions.Lane], _ theme: Theme) -> [StyledText] {
    zip(lanes, openWords(lanes, theme)).map { lane, open in
      let final = lane.final.suffix(shownWords).map { ($0, theme.muted) }
      return StyledText((final + open).map { ($0.0 + " ", $0.1) })
    }
  }

  private static func openWords(
    _ lanes: [Captions.Lane], _ theme: Theme
  ) -> [[(String, Style)]] {
    guard lanes.count == 2, lanes.allSatisfy({ !$0.words.isEmpty }) else {
      return lanes.map { $0.words.map { ($0, theme.text) } }
    }
    var (first, second): ([(String, Style)], [(String, Style)]) = ([], [])
    for word in Alignment.align(lanes[0].words, lanes[1].words) {
      switch word {
      case .match(let word):
        first.append((word, theme.text))
        second.append((word, theme.text))
      case .substitution(let word, let other):
        first.append((word, theme.error))
        second.append(("≠" + other, theme.error))
      case .deletion(let word): first.append(("+" + word, theme.error))
      case .insertion(let other): second.append(("+" + other, theme.error))
      }
    }
    return [first, second]
  }
}
