// Colours by role. Every role also differs by shape, sign or wording, so none is needed to read.

import TerminalUI

package struct Theme: Sendable, Equatable {
  package var name: String
  /// What is read.
  package var text = Style()
  /// Numbers and words that matter most.
  package var strong = Style(bold: true)
  /// Labels, units, scales.
  package var muted: Style
  package var border: Style
  package var title: Style
  /// The one accent: the present setting, layers that run.
  package var accent: Style
  package var accentStrong: Style
  /// Layers that are skipped.
  package var skipped: Style
  /// Wrong words, bad news.
  package var error: Style

  /// Blue and orange are told apart by every kind of colour vision; these two and the grey keep a
  /// contrast of about 4 to 1 on black and on white alike, so the terminal's background stays.
  package static let standard = Theme(
    name: "standard",
    muted: Style(foreground: .palette(244)),
    border: Style(foreground: .palette(244), dim: true),
    title: Style(bold: true),
    accent: Style(foreground: .palette(32)),
    accentStrong: Style(foreground: .palette(32), bold: true),
    skipped: Style(foreground: .palette(244)),
    error: Style(foreground: .palette(166)))
}
