// How a cell looks: colours from the xterm 256-colour palette, and attributes.

/// A colour a widget asks for. The terminal maps it down to what it has (256, 16, 8 or none).
package enum Color: Sendable, Hashable {
  /// The user's own foreground or background.
  case `default`
  /// An index into the xterm palette: 0-15 named, 16-231 the 6x6x6 cube, 232-255 greys.
  case palette(UInt8)
}

package struct Style: Sendable, Equatable, Hashable {
  package var foreground: Color
  package var background: Color
  package var bold: Bool
  package var dim: Bool
  package var underline: Bool
  package var reverse: Bool
  package var italic: Bool

  package init(
    foreground: Color = .default, background: Color = .default, bold: Bool = false,
    dim: Bool = false, underline: Bool = false, reverse: Bool = false, italic: Bool = false
  ) {
    self.foreground = foreground
    self.background = background
    self.bold = bold
    self.dim = dim
    self.underline = underline
    self.reverse = reverse
    self.italic = italic
  }

  /// A copy with some fields changed: `style.with { $0.bold = true }`.
  package func with(_ change: (inout Style) -> Void) -> Style {
    var copy = self
    change(&copy)
    return copy
  }
}
