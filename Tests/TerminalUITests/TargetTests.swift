// What can be clicked: topmost first, moved and cut with what it was drawn on.

import TerminalUI
import Testing

@Suite struct TargetTests {
  private func action(
    _ canvas: Canvas, _ x: Int, _ y: Int, _ gesture: Target.Gesture = .press
  ) -> String? {
    canvas.targets.target(x: x, y: y, for: gesture)?.action as? String
  }

  @Test func theTopmostCounts() {
    var canvas = Canvas(Size(width: 10, height: 4))
    canvas.target(canvas.area, "all")
    canvas.target(Rect(x: 2, y: 1, width: 3, height: 1), "row")
    canvas.target(Rect(x: 2, y: 1, width: 3, height: 1), "wheel", on: [.wheelUp])
    #expect(action(canvas, 2, 1) == "row" && action(canvas, 4, 1) == "row")
    #expect(action(canvas, 5, 1) == "all" && action(canvas, 2, 2) == "all")
    // A gesture goes through what has no use for it.
    #expect(action(canvas, 2, 1, .wheelUp) == "wheel" && action(canvas, 0, 0, .wheelUp) == nil)
    #expect(action(canvas, 10, 0) == nil && action(canvas, -1, 0) == nil)
  }

  @Test func targetsGoWithTheirCanvas() {
    var part = Canvas(Size(width: 4, height: 2))
    part.target(Rect(x: -5, y: 1, width: 100, height: 100), "part")
    #expect(part.targets.map(\.area) == [Rect(x: 0, y: 1, width: 4, height: 1)])
    var canvas = Canvas(Size(width: 10, height: 5))
    canvas.paste(part, x: 3, y: 1)
    canvas.paste(part, x: 8, y: 3)
    canvas.paste(part, x: 20, y: 0)
    #expect(
      canvas.targets.map(\.area) == [
        Rect(x: 3, y: 2, width: 4, height: 1), Rect(x: 8, y: 4, width: 2, height: 1),
      ])
    #expect(action(canvas, 6, 2) == "part" && action(canvas, 9, 4) == "part")
    canvas.mapActions { action in (action as? String).map { "\($0) of it" } }
    #expect(action(canvas, 6, 2) == "part of it")
    canvas.mapActions { _ in nil }
    #expect(canvas.targets.isEmpty)
  }

  @Test func looksAreCompared() {
    let plain = Canvas(Size(width: 3, height: 1))
    var other = plain
    other.target(other.area, "something")
    #expect(plain == other)
    other.removeTargets()
    #expect(other.targets.isEmpty)
    other.text("x", x: 0, y: 0)
    #expect(plain != other)
  }

  @Test func theNearestIsFoundFromAnywhere() {
    let targets = (0..<4).map {
      Target(Rect(x: 10 * $0, y: 5, width: 2, height: 1), $0, on: [.slide])
    }
    #expect([Target]().nearest(x: 0, y: 0) == nil)
    for (x, y, expected) in [(-9, -9, 0), (0, 90, 0), (6, 5, 1), (21, 5, 2), (99, 5, 3)] {
      #expect(targets.nearest(x: x, y: y)?.action as? Int == expected, "\(x), \(y)")
    }
  }

  /// Keys in a text are clicked where they stand; nothing else in it is.
  @Test func keysInTextAreTargets() {
    var canvas = Canvas(Size(width: 40, height: 1))
    let text: KeyText = """
      ab (\(key: .left) \(key: .right), \(key: "d")) 95 (\(3) at full depth) (\(key: "r")) (
      """
    #expect(text.text == "ab (← →, d) 95 (3 at full depth) (r) (")
    #expect(canvas.text(keys: text, x: 0, y: 0) == 38)
    #expect(canvas.lines() == [text.text])
    func key(_ x: Int) -> Key? { canvas.targets.target(x: x, y: 0, for: .press)?.action as? Key }
    #expect(key(4) == .left && key(6) == .right && key(9) == "d")
    #expect(key(3) == .left && key(10) == "d", "a bracket belongs to what is beside it")
    #expect(key(34) == "r")
    for x in [0, 2, 5, 11, 13, 16, 20, 32, 37, 39, 99] { #expect(key(x) == nil, "\(x)") }
    // What is cut off cannot be clicked, and the caller says what a key does.
    var cut = Canvas(Size(width: 40, height: 1))
    cut.text(keys: text, x: 2, y: 0, width: 7) { $0 == .left ? "left" : nil }
    #expect(cut.targets.map(\.area) == [Rect(x: 5, y: 0, width: 2, height: 1)])
    #expect(action(cut, 6, 0) == "left")
  }

  @Test func labelsNameTheirKeys() {
    let label = KeyText("Space Enter x", naming: [" ", .enter, "y"])
    #expect(label.text == "Space Enter x")
    #expect(label.keys.map(\.key) == [" ", .enter])
    #expect(label.keys.map(\.columns) == [0..<5, 6..<11])
    let sum: KeyText = "a \("−", key: "-")\(label)"
    #expect(sum.text == "a −Space Enter x" && sum.keys.map(\.key) == ["-", " ", .enter])
    #expect((KeyText("ab") + label).width == 15)
  }
}
