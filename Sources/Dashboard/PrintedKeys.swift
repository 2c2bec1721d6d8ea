// Keys that stand on the screen in brackets, `(P)` or `(← →, d)`: a click on one presses it.

import TerminalUI

package enum PrintedKeys {
  /// Keys by the names people read.
  private static let names: [String: Key] = [
    "←": .left, "→": .right, "↑": .up, "↓": .down, "Space": " ", "Enter": .enter, "Esc": .escape,
    "Home": .home, "End": .end, "Tab": .tab, "Shift-Tab": .backTab, "Ctrl-R": .control("r"),
    "Ctrl-C": .control("c"), "Ctrl-Z": .control("z"), "F1": .function(1),
  ]

  static func key(_ name: String) -> Key? {
    names[name] ?? (name.count == 1 ? name.first.map { .character($0) } : nil)
  }

  /// The key under a place of a frame; nil where brackets hold anything but keys.
  package static func key(x: Int, y: Int, in frame: Canvas) -> Key? {
    guard frame.area.contains(x: x, y: y) else { return nil }
    let row = (0..<frame.size.width).map { frame[$0, y].character }
    guard let open = row[...x].lastIndex(of: "("), let close = row[x...].firstIndex(of: ")"),
      !row[open..<x].contains(")")
    else { return nil }
    let inside = words(row, open + 1..<close)
    guard !inside.isEmpty, inside.allSatisfy({ key($0.text) != nil }) else { return nil }
    // Brackets belong to the word beside them.
    let word =
      inside.first { $0.columns.contains(x) } ?? (x == open ? inside.first : nil)
      ?? (x == close ? inside.last : nil)
    return word.flatMap { key($0.text) }
  }

  /// Between spaces and commas.
  static func words(_ row: [Character], _ columns: Range<Int>) -> [(
    text: String, columns: Range<Int>
  )] {
    var words: [(text: String, columns: Range<Int>)] = []
    var start = columns.lowerBound
    for x in columns.lowerBound...columns.upperBound {
      guard x == columns.upperBound || row[x] == " " || row[x] == "," else { continue }
      if x > start { words.append((String(row[start..<x]), start..<x)) }
      start = x + 1
    }
    return words
  }
}
