// A grid of cells, and what can be clicked on it. Every screen is first drawn on one, so that it can be
// compared as text, exported and painted by the terminal alike. Drawing outside is allowed and does
// nothing.

package struct Canvas: Sendable, Equatable {
  package let size: Size
  private var cells: [Cell]
  /// What was registered while drawing, later ones on top; all of them inside the canvas.
  package private(set) var targets: [Target] = []

  /// A canvas of spaces. Negative sizes count as 0.
  package init(_ size: Size) {
    self.size = Size(width: max(0, size.width), height: max(0, size.height))
    cells = [Cell](repeating: .blank, count: self.size.width * self.size.height)
  }

  /// Whether they look alike; what can be clicked is not compared.
  package static func == (a: Canvas, b: Canvas) -> Bool { a.size == b.size && a.cells == b.cells }

  /// The whole canvas.
  package var area: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

  /// One cell; reading outside gives a blank, writing outside does nothing. Writing over half of a
  /// wide character blanks its other half; a wide character that does not fit becomes a space.
  package subscript(x: Int, y: Int) -> Cell {
    get { area.contains(x: x, y: y) ? cells[y * size.width + x] : .blank }
    set {
      guard area.contains(x: x, y: y) else { return }
      var cell = newValue
      if CharacterWidth.of(cell.character) > 2 {
        cell.character = CharacterWidth.pieces(of: cell.character)[0]
      }
      let width = CharacterWidth.of(cell.character)
      if width == 0 { cell.character = Self.substitute(for: cell.character) }
      if width == 2, x + 1 >= size.width { cell.character = " " }
      let index = y * size.width + x
      detach(index, x: x)
      if width == 2, x + 1 < size.width {
        detach(index + 1, x: x + 1)
        cells[index + 1] = Cell(Cell.continuation, style: cell.style)
      }
      cells[index] = cell
    }
  }

  /// Writes one line of text. It is cut at the canvas's edges and after `width` columns; a control
  /// character becomes a space and anything else that cannot be shown becomes "?".
  package mutating func text(
    _ string: String, x: Int, y: Int, style: Style = Style(), width: Int? = nil
  ) {
    guard y >= 0, y < size.height else { return }
    let end = min(size.width, width.map { x + max(0, $0) } ?? size.width)
    var column = x
    for character in string.lazy.flatMap(CharacterWidth.pieces) {
      let columns = max(1, CharacterWidth.of(character))
      if column >= end { return }
      if column + columns > end {
        self[column, y] = Cell(" ", style: style)
        return
      }
      if column >= 0 {
        self[column, y] = Cell(character, style: style)
      } else if column + columns > 0 {
        self[0, y] = Cell(" ", style: style)
      }
      column += columns
    }
  }

  /// Fills a rectangle, clipped, with copies of one cell.
  package mutating func fill(_ rect: Rect, _ cell: Cell = .blank) {
    let inside = rect.intersection(area)
    guard !inside.isEmpty else { return }
    let step = max(1, CharacterWidth.of(cell.character))
    for y in inside.y..<inside.maxY {
      for x in stride(from: inside.x, to: inside.maxX, by: step) {
        self[x, y] = x + step <= inside.maxX ? cell : Cell(" ", style: cell.style)
      }
    }
  }

  /// Changes the style of what is already in a rectangle.
  package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    let inside = rect.intersection(area)
    for y in inside.y..<inside.maxY {
      for x in inside.x..<inside.maxX { change(&cells[y * size.width + x].style) }
    }
  }

  /// A border with a title on its top edge. Nothing is drawn inside; rectangles too small for a
  /// border (under 2x2) get only what fits.
  package mutating func box(
    _ rect: Rect, title: String = "", style: Style = Style(), titleStyle: Style = Style(),
    symbols: Symbols = .braille
  ) {
    guard !rect.isEmpty else { return }
    let border = symbols.border
    let (left, right, top, bottom) = (rect.x, rect.maxX - 1, rect.y, rect.maxY - 1)
    // Clipped before looping: a rectangle may be far larger than the canvas.
    let seen = rect.intersection(area)
    for x in seen.x..<seen.maxX {
      self[x, top] = Cell(border.horizontal, style: style)
      self[x, bottom] = Cell(border.horizontal, style: style)
    }
    for y in seen.y..<seen.maxY {
      self[left, y] = Cell(border.vertical, style: style)
      self[right, y] = Cell(border.vertical, style: style)
    }
    self[left, top] = Cell(border.topLeft, style: style)
    self[right, top] = Cell(border.topRight, style: style)
    self[left, bottom] = Cell(border.bottomLeft, style: style)
    self[right, bottom] = Cell(border.bottomRight, style: style)
    if !title.isEmpty, rect.width > 4 {
      let room = rect.width - 4
      let shown = CharacterWidth.of(title) <= room - 2 ? " \(title) " : title
      text(shown, x: rect.x + 2, y: top, style: titleStyle, width: room)
    }
  }

  /// Makes a rectangle, clipped, ask for something; what was drawn there before lies below it.
  package mutating func target(
    _ rect: Rect, _ action: any Sendable, on gestures: Set<Target.Gesture> = [.press]
  ) {
    let inside = rect.intersection(area)
    if !inside.isEmpty { targets.append(Target(inside, action, on: gestures)) }
  }

  /// Puts what `change` makes of each action in its place; nil removes the target.
  package mutating func mapActions(_ change: (any Sendable) -> (any Sendable)?) {
    targets = targets.compactMap { target in
      change(target.action).map { Target(target.area, $0, on: target.gestures) }
    }
  }

  /// Nothing that has been drawn can be clicked any more.
  package mutating func removeTargets() { targets = [] }

  /// Copies another canvas and its targets with its top left corner at (x, y), clipped.
  package mutating func paste(_ other: Canvas, x: Int, y: Int) {
    for target in other.targets {
      var area = target.area
      (area.x, area.y) = (area.x + x, area.y + y)
      self.target(area, target.action, on: target.gestures)
    }
    let inside = Rect(x: x, y: y, width: other.size.width, height: other.size.height)
      .intersection(area)
    guard !inside.isEmpty else { return }
    for row in inside.y..<inside.maxY {
      let (target, source) = (row * size.width, (row - y) * other.size.width - x)
      var start = inside.x
      // Of a wide character that lies half outside nothing is left.
      if other.cells[source + start].character == Cell.continuation { start += 1 }
      guard start < inside.maxX else { continue }
      // Wide characters may stick out of the ends here; in between, the other canvas has whole ones.
      detach(target + start, x: start)
      detach(target + inside.maxX - 1, x: inside.maxX - 1)
      for column in start..<inside.maxX { cells[target + column] = other.cells[source + column] }
      if inside.maxX < x + other.size.width {
        let last = cells[target + inside.maxX - 1]
        if CharacterWidth.of(last.character) == 2 { self[inside.maxX - 1, row] = last }
      }
    }
  }

  /// The cells of a row of the canvas.
  package func row(_ y: Int) -> ArraySlice<Cell> { cells[y * size.width..<(y + 1) * size.width] }

  /// The text of each row without styles, trailing spaces removed.
  package func lines() -> [String] {
    (0..<size.height).map { y in
      var line = ""
      for x in 0..<size.width {
        let character = cells[y * size.width + x].character
        if character != Cell.continuation { line.append(character) }
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// Blanks the other half of a wide character before one of its halves is written over.
  private mutating func detach(_ index: Int, x: Int) {
    if cells[index].character == Cell.continuation, x > 0 {
      cells[index - 1].character = " "
    } else if x + 1 < size.width, cells[index + 1].character == Cell.continuation {
      cells[index + 1].character = " "
    }
  }

  private static func substitute(for character: Character) -> Character {
    guard let first = character.unicodeScalars.first else { return " " }
    switch first.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return " "
    default: return "?"
    }
  }
}
