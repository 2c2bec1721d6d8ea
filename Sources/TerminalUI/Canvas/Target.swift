// What can be clicked on a canvas: rectangles with what they ask for, collected while it is drawn.

/// A rectangle and what the mouse asks for in it.
package struct Target: Sendable {
  package enum Gesture: Sendable, CaseIterable {
    case press
    /// Dragging after a press on one of the targets that can be slid over.
    case slide
    case wheelUp, wheelDown
  }

  package var area: Rect
  package var gestures: Set<Gesture>
  /// Of whatever type the program has for it: a canvas does not know what its cells mean.
  package var action: any Sendable

  package init(_ area: Rect, _ action: any Sendable, on gestures: Set<Gesture> = [.press]) {
    self.area = area
    self.gestures = gestures
    self.action = action
  }
}

extension [Target] {
  /// The topmost, which is the last, that a gesture at a cell means.
  package func target(x: Int, y: Int, for gesture: Target.Gesture) -> Target? {
    last { $0.gestures.contains(gesture) && $0.area.contains(x: x, y: y) }
  }

  /// The nearest to a cell, wherever it is: a drag may leave what it began on.
  package func nearest(x: Int, y: Int) -> Target? {
    func distance(_ area: Rect) -> Int {
      Swift.max(area.x - x, 0, x - area.maxX + 1) + Swift.max(area.y - y, 0, y - area.maxY + 1)
    }
    return self.min { distance($0.area) < distance($1.area) }
  }
}
