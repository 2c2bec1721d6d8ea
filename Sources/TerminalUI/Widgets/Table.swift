// Rows and columns of text with a selected row.

package struct Table: Sendable {
  package enum Alignment: Sendable { case left, right }

  package struct Column: Sendable {
    package var title: String
    package var alignment: Alignment
    /// Fixed columns; nil shares what is left with the other such columns.
    package var width: Int?

    package init(_ title: String, alignment: Alignment = .left, width: Int? = nil) {
      self.title = title
      self.alignment = alignment
      self.width = width
    }
  }

  package var columns: [Column]
  package var rows: [[StyledText]]
  package var selection: Int?
  package var headerStyle: Style
  /// Of the bar that shows where in the table one is, where its thumb is not.
  package var trackStyle: Style
  package var symbols: Symbols

  package init(
    columns: [Column], rows: [[StyledText]], selection: Int? = nil,
    headerStyle: Style = Style(bold: true), trackStyle: Style = Style(dim: true),
    symbols: Symbols = .braille
  ) {
    self.columns = columns
    self.rows = rows
    self.selection = selection
    self.headerStyle = headerStyle
    self.trackStyle = trackStyle
    self.symbols = symbols
  }

  /// The first row shown in an area: `scroll`, moved as little as possible for the selection to be
  /// in sight and no room to be wasted at the end.
  package func firstRow(in area: Rect, scroll: Int = 0) -> Int {
    let visible = max(1, area.height - 1)
    var first = min(max(0, scroll), max(0, rows.count - visible))
    if let selection, rows.indices.contains(selection) {
      first = min(max(first, selection - visible + 1), selection)
    }
    return first
  }

  /// What of an area is left for so many rows: where they do not fit, the bar that tells so takes two columns.
  package static func body(of area: Rect, rows: Int) -> Rect {
    let visible = area.height - 1
    return rows > visible && area.width > 8 && visible > 0 ? area.split(right: 2).rest : area
  }

  /// One heading row, then as many rows as fit. The last column of the area shows where in the
  /// table one is when not all fits.
  /// - Parameter action: what a press on a row, by its index, asks for.
  package func draw(
    in area: Rect, scroll: Int = 0, on canvas: inout Canvas,
    action: (Int) -> (any Sendable)? = { _ in nil }
  ) {
    guard !area.isEmpty else { return }
    let visible = area.height - 1
    let body = Self.body(of: area, rows: rows.count)
    let isScrolling = body != area
    let places = layout(width: body.width)
    for (column, place) in zip(columns, places) {
      put(
        StyledText(column.title, style: headerStyle), column, x: body.x + place.start, y: area.y,
        width: place.width, on: &canvas)
    }
    let first = firstRow(in: area, scroll: scroll)
    for (offset, index) in (first..<rows.count).prefix(max(0, visible)).enumerated() {
      let y = area.y + 1 + offset
      if let action = action(index) { canvas.target(area.row(1 + offset), action) }
      for ((column, place), text) in zip(zip(columns, places), rows[index]) {
        put(text, column, x: body.x + place.start, y: y, width: place.width, on: &canvas)
      }
      if index == selection {
        // One colour, or the row would be in patches.
        canvas.restyle(body.row(1 + offset)) {
          ($0.foreground, $0.dim, $0.reverse) = (.default, false, true)
        }
      }
    }
    if isScrolling {
      let top = visible * first / rows.count
      let size = max(1, visible * visible / rows.count)
      for row in 0..<visible {
        let isThumb = row >= top && row < top + size
        canvas[area.maxX - 1, area.y + 1 + row] = Cell(
          isThumb ? symbols.filled : symbols.border.vertical,
          style: isThumb ? Style() : trackStyle)
      }
    }
  }

  /// Start and width of each column, one blank column apart. What does not fit gets width 0.
  private func layout(width: Int) -> [(start: Int, width: Int)] {
    let gaps = max(0, columns.count - 1)
    let fixed = columns.reduce(0) { $0 + ($1.width ?? 0) }
    let flexible = columns.count { $0.width == nil }
    var left = max(0, width - gaps - fixed)
    var waiting = flexible
    var start = 0
    return columns.map { column in
      var wanted = column.width ?? 0
      if column.width == nil {
        wanted = left / waiting
        left -= wanted
        waiting -= 1
      }
      let place = (start: start, width: max(0, min(wanted, width - start)))
      start += wanted + 1
      return place
    }
  }

  private func put(
    _ text: StyledText, _ column: Column, x: Int, y: Int, width: Int, on canvas: inout Canvas
  ) {
    guard width > 0 else { return }
    let excess = text.width - width
    let indent = column.alignment == .right ? max(0, -excess) : 0
    canvas.text(text, x: x + indent, y: y, width: width - indent)
    if excess > 0 {
      let style = canvas[x + width - 1, y].style
      canvas[x + width - 1, y] = Cell(symbols.ellipsis, style: style)
    }
  }
}
