// Scripts whose letters join, and pictures of several scalars: in the grid as on terminals, which give
// each letter its cells.

import TerminalUI
import Testing

@Suite struct ScriptsTests {
  /// Columns as terminals without grapheme clusters count them.
  @Test(arguments: [
    ("தமிழ் வாங்க", 9), ("दुनिया", 5), ("नमस्ते", 4), ("क्षत्रिय", 6), ("বাংলা", 5), ("ก็", 1),
    ("각", 2), ("\u{1100}\u{1161}\u{11A8}", 2), ("e\u{301}\u{302}\u{303}\u{304}\u{305}", 1),
    ("👩‍💻", 2), ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("👍🏽", 4), ("❤️", 2), ("漢字", 4),
  ]) func columns(_ text: String, _ columns: Int) {
    #expect(CharacterWidth.of(text) == columns)
    var canvas = Canvas(Size(width: columns + 1, height: 1))
    canvas.text(text + "|", x: 0, y: 0)
    // By scalars: Swift takes canonically equal texts for one.
    #expect(Array(canvas.lines()[0].unicodeScalars) == Array((text + "|").unicodeScalars))
    #expect(canvas[columns, 0].character == "|")
  }

  /// Cut and overwritten where a cell begins, never inside.
  @Test func piecesAreCells() {
    var canvas = Canvas(Size(width: 5, height: 1))
    canvas.text("दुनिया", x: 0, y: 0, width: 3)
    #expect(canvas.lines() == ["दुनि"])
    canvas.text("x", x: 2, y: 0)
    #expect(canvas.lines() == ["दुनx"])
    #expect(CharacterWidth.pieces(of: "नि") == ["न", "ि"])
    #expect(CharacterWidth.pieces(of: "👩‍💻") == ["👩‍💻"])
    canvas[0, 0] = Cell("👍🏽")
    #expect(canvas[0, 0].character == "👍")
  }

  /// One text in a picture, so that its font can join the letters.
  @Test func picturesKeepThemTogether() {
    var canvas = Canvas(Size(width: 12, height: 1))
    canvas.text("दुनिया👍🏽", x: 0, y: 0)
    let svg = canvas.svg(title: "")
    #expect(svg.contains(">दुनिया<") && svg.contains(">👍🏽<"), "\(svg)")
  }
}
