// The characters widgets draw with, in three sets, because fonts and locales differ.

import Base

/// Box lines, bars and dots. `braille` needs a font with braille; `block` only line and block
/// characters; `ascii` nothing at all.
package struct Symbols: Sendable, Equatable {
  package struct Border: Sendable, Equatable {
    package let horizontal, vertical: Character
    package let topLeft, topRight, bottomLeft, bottomRight: Character
    /// An axis's corner and its tick marks.
    package let tickLeft, tickBottom, cross: Character
  }

  /// How plots put dots into cells.
  package enum Dots: Sendable, Equatable {
    /// 2x4 dots a cell.
    case braille
    /// 2x2 quadrants a cell.
    case block
    /// One mark a cell.
    case ascii
  }

  package let name: String
  package let dots: Dots
  package let border: Border
  /// Bar pieces that fill 1/n, 2/n ... n/n of a cell from the left; the last is the full cell.
  package let bar: [Character]
  /// What the rest of a bar shows.
  package let track: Character
  /// A slider's knob, stop and filled and empty line.
  package let knob, stop, line, lineEmpty: Character
  /// Marks for plot series, in order; different shapes, so that colour carries nothing alone.
  package let markers: [Character]
  /// The mark of the current point of a plot.
  package let currentMarker: Character
  /// The mark of a point that lies above a plot.
  package let above: Character
  /// A scroll bar's thumb.
  package let filled: Character
  /// What stands for text that was cut.
  package let ellipsis: Character

  private static let lines = Border(
    horizontal: "─", vertical: "│", topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘",
    tickLeft: "┤", tickBottom: "┬", cross: "┼")
  private static let eighths: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

  private static func unicode(_ name: String, _ dots: Dots) -> Symbols {
    Symbols(
      name: name, dots: dots, border: lines, bar: eighths, track: "░", knob: "●",
      stop: "┼", line: "━", lineEmpty: "─",
      markers: ["o", "×", "+", "△", "□", "◇", "▽", "*", "▷", "◁"],
      currentMarker: "◉", above: "↑", filled: "┃", ellipsis: "…")
  }

  package static let braille = unicode("braille", .braille)
  package static let block = unicode("block", .block)
  package static let ascii = Symbols(
    name: "ascii", dots: .ascii,
    border: Border(
      horizontal: "-", vertical: "|", topLeft: "+", topRight: "+", bottomLeft: "+",
      bottomRight: "+", tickLeft: "+", tickBottom: "+", cross: "+"),
    bar: ["#"], track: ".", knob: "O", stop: "+", line: "=",
    lineEmpty: "-", markers: ["o", "x", "+", "^", "s", "v", "d", "*", "z", "w"], currentMarker: "@",
    above: "!",
    filled: "#",
    ellipsis: "~")

  /// The sets a user can switch through.
  package static let all = Catalogue<Symbols>("symbols", [.braille, .block, .ascii]) { $0.name }
}
