// Clipping, wide characters, and text nobody should print as it is.

import Base
import TerminalUI
import Testing

@Suite struct CanvasTests {
  func canvas(_ width: Int, _ height: Int) -> Canvas {
    Canvas(Size(width: width, height: height))
  }

  @Test func textIsCutAtEveryEdge() {
    var c = canvas(5, 2)
    c.text("abcdefgh", x: -2, y: 0)
    c.text("xyz", x: 4, y: 1)
    c.text("no", x: 0, y: 2)
    c.text("no", x: 0, y: -1)
    #expect(c.lines() == ["cdefg", "    x"])
  }

  @Test func textIsCutAtItsWidth() {
    var c = canvas(8, 1)
    c.text("abcdef", x: 1, y: 0, width: 3)
    #expect(c.lines() == [" abc"])
    c.text("zzz", x: 0, y: 0, width: 0)
    #expect(c.lines() == [" abc"])
  }

  @Test func wideCharactersTakeTwoCells() {
    var c = canvas(6, 1)
    c.text("漢a字", x: 0, y: 0)
    #expect(c.lines() == ["漢a字"])
    #expect(c[1, 0].character == Cell.continuation)
    #expect(c[2, 0].character == "a")
    #expect(CharacterWidth.of("漢a字") == 5)
  }

  @Test func halvesOfWideCharactersNeverStayAlone() {
    var c = canvas(5, 1)
    c.text("漢字", x: 0, y: 0)
    c.text("x", x: 1, y: 0)
    #expect(c.lines() == [" x字"])
    c.text("語", x: 1, y: 0)
    #expect(c.lines() == [" 語"])
    // No room for the second half, at the edge and at a width's end.
    c.text("漢", x: 4, y: 0)
    #expect(c[4, 0].character == " ")
    var d = canvas(4, 1)
    d.text("a漢", x: 0, y: 0, width: 2)
    #expect(d.lines() == ["a"])
    // The first half is left of the edge.
    d.text("漢b", x: -1, y: 0)
    #expect(d.lines() == [" b"])
  }

  @Test func controlCharactersNeverReachTheScreen() {
    var c = canvas(20, 1)
    c.text("a\u{1B}[2Jb\tc\u{7F}d\u{200B}e\u{202E}f\u{0301}", x: 0, y: 0)
    for x in 0..<20 {
      let scalars = c[x, 0].character.unicodeScalars
      #expect(!scalars.contains { $0.properties.generalCategory == .control })
    }
    #expect(c.lines() == ["a [2Jb c d e f\u{301}"])
    c.text("\u{E000}\u{0301}", x: 0, y: 0)
    // One character, however many scalars: one replacement.
    #expect(c.lines()[0].hasPrefix("? "))
  }

  @Test func writingOutsideDoesNothing() {
    var c = canvas(3, 2)
    c[3, 0] = Cell("x")
    c[0, -1] = Cell("x")
    c.fill(Rect(x: 5, y: 5, width: 9, height: 9), Cell("x"))
    #expect(c == canvas(3, 2))
    #expect(c[99, 99] == .blank)
    c.fill(Rect(x: -1, y: 1, width: 99, height: 99), Cell("x"))
    #expect(c.lines() == ["", "xxx"])
  }

  @Test func boxesOfEverySize() {
    var c = canvas(9, 3)
    c.box(c.area, title: "tea")
    #expect(c.lines() == ["┌─ tea ─┐", "│       │", "└───────┘"])
    c = canvas(9, 3)
    c.box(Rect(x: 1, y: 1, width: 900, height: 900), title: "a long title", symbols: .ascii)
    #expect(c.lines() == ["", " +- a lon", " |"])
    for width in 0...6 {
      for height in 0...4 {
        c = canvas(6, 4)
        c.box(Rect(x: 0, y: 0, width: width, height: height), title: "abc")
        #expect(c[width, 0] == .blank)
        #expect(c[0, height] == .blank)
      }
    }
  }

  @Test func pastingClips() {
    var small = canvas(3, 2)
    small.text("漢x", x: 0, y: 0)
    small.text("abc", x: 0, y: 1)
    var c = canvas(4, 2)
    c.paste(small, x: 2, y: 0)
    #expect(c.lines() == ["  漢", "  ab"])
    c.paste(small, x: -1, y: -1)
    #expect(c.lines() == ["bc漢", "  ab"])
  }

  /// Wherever it lies, with wide characters cut at every edge of both.
  @Test func aPastedCanvasIsItsCells() {
    var random = RandomGenerator(seed: 3)
    func filled(_ width: Int, _ height: Int, _ letters: String) -> Canvas {
      var canvas = Canvas(Size(width: width, height: height))
      for y in 0..<height {
        let line = String((0..<width).map { _ in letters.randomElement(using: &random)! })
        canvas.text(line, x: Int.random(in: -1...0, using: &random), y: y)
      }
      return canvas
    }
    for _ in 0..<500 {
      let below = filled(9, 3, "ab漢")
      let above = filled(
        Int.random(in: 1...11, using: &random), Int.random(in: 1...4, using: &random), "xy字")
      let x = Int.random(in: -4...10, using: &random)
      let y = Int.random(in: -3...3, using: &random)
      var pasted = below
      pasted.paste(above, x: x, y: y)
      var written = below
      for row in 0..<above.size.height {
        for column in 0..<above.size.width where above[column, row].character != Cell.continuation {
          written[x + column, y + row] = above[column, row]
        }
      }
      #expect(pasted == written, "\(above.lines()) at \(x), \(y) of \(below.lines())")
    }
  }

  @Test func negativeSizesAreEmpty() {
    let c = canvas(-3, 4)
    #expect(c.area.isEmpty)
    #expect(c.lines() == ["", "", "", ""])
    #expect(Rect(x: 0, y: 0, width: -1, height: 5).isEmpty)
  }
}

@Suite struct RectTests {
  let rect = Rect(x: 2, y: 3, width: 10, height: 6)

  @Test func splitsShareOutEverything() {
    #expect(rect.split(left: 4).left == Rect(x: 2, y: 3, width: 4, height: 6))
    #expect(rect.split(left: 4).rest == Rect(x: 6, y: 3, width: 6, height: 6))
    #expect(rect.split(right: 3).right == Rect(x: 9, y: 3, width: 3, height: 6))
    #expect(rect.split(top: 99).rest.isEmpty)
    #expect(rect.split(bottom: 2).bottom == Rect(x: 2, y: 7, width: 10, height: 2))
    #expect(rect.split(bottom: -1).rest == rect)
  }

  @Test func columnsAndRowsFillTheRect() {
    for count in 1...12 {
      let columns = rect.columns(count)
      #expect(columns.map(\.width).reduce(0, +) == 10)
      #expect(columns.last?.maxX == rect.maxX)
      let gapped = rect.rows(count, gap: 1)
      #expect(gapped.allSatisfy { $0.maxY <= rect.maxY })
    }
    #expect(rect.columns(0).isEmpty)
  }

  @Test func insetsStopAtEmpty() {
    #expect(rect.inset(by: 1) == Rect(x: 3, y: 4, width: 8, height: 4))
    #expect(rect.inset(by: 50).isEmpty)
    #expect(rect.contains(x: 11, y: 8))
    #expect(!rect.contains(x: 12, y: 8))
  }
}
