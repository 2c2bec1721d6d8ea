// What terminals send.

import TerminalUI
import Testing

@Suite struct InputTests {
  @Test(arguments: [
    ("0;1;1M", MouseEvent(kind: .press, button: 0, x: 0, y: 0)),
    ("2;300;40M", MouseEvent(kind: .press, button: 2, x: 299, y: 39)),
    ("0;10;5m", MouseEvent(kind: .release, button: 0, x: 9, y: 4)),
    ("32;11;5M", MouseEvent(kind: .drag, button: 0, x: 10, y: 4)),
    // Shift held.
    ("36;11;5M", MouseEvent(kind: .drag, button: 0, x: 10, y: 4)),
    ("64;3;4M", MouseEvent(kind: .wheelUp, x: 2, y: 3)),
    ("65;3;4M", MouseEvent(kind: .wheelDown, x: 2, y: 3)),
  ])
  func mouseReports(_ report: String, _ event: MouseEvent) {
    #expect(MouseEvent(sgr: report) == event)
  }

  @Test(arguments: [
    "", "M", "0;1M", "0;1;1", "0;1;1;1M", "0;0;1M", "0;1;0M", "-1;1;1M", "a;1;1M", "0;;1M",
    "0;1;99999999999999999999M", "35;5;5M", "66;5;5M", "128;5;5M", "0;1;1X", "+1;1;1M", "٣;1;1M",
  ])
  func otherReportsAreIgnored(_ report: String) {
    #expect(MouseEvent(sgr: report) == nil)
  }

  @Test func pastedTextIsCleaned() {
    #expect(PastedText.clean("a\r\nb\rc\td\u{1B}[31me\u{0}") == "a\nb\nc\td[31me")
  }

  @Test func terminfoDelaysAreRemoved() {
    #expect(Terminfo.withoutPadding("\u{1B}[m\u{F}$<2>") == Array("\u{1B}[m\u{F}".utf8))
    #expect(Terminfo.withoutPadding("a$<20/>b$<3>") == Array("ab".utf8))
    #expect(Terminfo.withoutPadding("a$<b") == Array("a$<b".utf8))
  }
}

@Suite struct ColorTests {
  @Test func ladder() {
    func depth(_ choice: ColorChoice, _ available: Int, _ environment: [String: String] = [:])
      -> ColorDepth
    {
      choice.depth(available: available, environment: environment)
    }
    #expect(depth(.auto, 256) == .full)
    #expect(depth(.auto, 88) == .sixteen)
    #expect(depth(.auto, 8) == .eight)
    #expect(depth(.auto, 0) == .mono)
    #expect(depth(.auto, 256, ["NO_COLOR": "1"]) == .mono)
    #expect(depth(.auto, 256, ["NO_COLOR": ""]) == .full)
    #expect(depth(.always, 256, ["NO_COLOR": "1"]) == .full)
    #expect(depth(.sixteen, 256) == .sixteen)
    #expect(depth(.full, 8) == .eight)
    #expect(depth(.never, 256) == .mono)
  }

  @Test func everyColorMapsInside() {
    for index in UInt8.min...UInt8.max {
      let color = Color.palette(index)
      #expect(ColorDepth.mono.index(of: color) == nil)
      #expect(ColorDepth.full.index(of: color) == Int(index))
      #expect((0..<16).contains(ColorDepth.sixteen.index(of: color) ?? 0))
      #expect((0..<8).contains(ColorDepth.eight.index(of: color) ?? 0))
      // No hue may turn into black or white, which are unreadable on somebody's background.
      if index >= 16, let mapped = ColorDepth.eight.index(of: color) {
        #expect((1...6).contains(mapped), "palette \(index)")
      }
    }
  }

  @Test func huesSurvive() {
    // Okabe and Ito's orange, blue and vermilion, as near as the cube has them.
    #expect(ColorDepth.eight.index(of: .palette(214)) == 3)
    #expect(ColorDepth.eight.index(of: .palette(33)) == 4)
    #expect(ColorDepth.eight.index(of: .palette(166)) == 1)
    #expect(ColorDepth.sixteen.index(of: .palette(196)) == 9)
    #expect(ColorDepth.eight.index(of: .palette(244)) == nil)
    #expect(ColorDepth.eight.index(of: .default) == nil)
  }
}
