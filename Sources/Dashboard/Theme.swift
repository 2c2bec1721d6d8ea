// Colours by role. Every role also differs by shape, sign or wording, so none is needed to read.

import Base
import TerminalUI

package struct Theme: Sendable, Equatable {
  package var name: String
  /// For the menu.
  package var explanation: String
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
  /// A second one, for what is compared with.
  package var other: Style
  /// Layers that are skipped.
  package var skipped: Style
  /// Wrong words, bad news.
  package var error: Style
  /// One for each of several curves, apart for every kind of colour vision (after Okabe and Ito).
  package var series: [Style]
  /// From little to much, for heat maps.
  package var heat: [Color]
  /// What stands in for the terminal's own foreground and background; nil: nothing does.
  package var paper: Style?
  /// Of pictures of the screen.
  package var svgColors = SVGColors.dark

  package static let all = Catalogue("theme", [standard, light, contrast, mono]) { $0.name }

  /// A space is as good as a hyphen.
  package static func named(_ name: String) -> Theme? {
    all.find(name.replacing(" ", with: "-"))
  }

  /// What suits a terminal that says what its background is.
  package static func on(lightBackground isLight: Bool) -> Theme { isLight ? light : standard }

  /// Blue and orange are told apart by every kind of colour vision; these two and the grey keep a
  /// contrast of about 4 to 1 on black and on white alike, so the terminal's background stays.
  package static let standard = Theme(
    name: "standard", explanation: "blue and orange, for any background",
    muted: Style(foreground: .palette(244)),
    border: Style(foreground: .palette(244), dim: true),
    title: Style(bold: true),
    accent: Style(foreground: .palette(32)),
    accentStrong: Style(foreground: .palette(32), bold: true),
    other: Style(foreground: .palette(172)),
    skipped: Style(foreground: .palette(244)),
    error: Style(foreground: .palette(166)),
    series: [32, 172, 29, 169, 74, 142].map { Style(foreground: .palette($0)) },
    heat: [238, 24, 31, 38, 45].map { .palette($0) })

  package static let light = Theme(
    name: "light", explanation: "darker colours, for a white background",
    muted: Style(foreground: .palette(240)),
    border: Style(foreground: .palette(247)),
    title: Style(bold: true),
    accent: Style(foreground: .palette(25)),
    accentStrong: Style(foreground: .palette(25), bold: true),
    other: Style(foreground: .palette(130)),
    skipped: Style(foreground: .palette(243)),
    error: Style(foreground: .palette(124)),
    series: [25, 130, 29, 133, 67, 100].map { Style(foreground: .palette($0)) },
    heat: [253, 153, 110, 67, 25].map { .palette($0) }, svgColors: .light)

  /// White on black whatever the terminal's own colours are, and every colour at least 7 to 1 on it
  /// (WCAG 2, level AAA); no dim text. Of 256 colours those from 16 on stay what they are, unlike the
  /// first sixteen, which people change. With fewer colours the terminal's own paper stays.
  package static let contrast = Theme(
    name: "high-contrast", explanation: "white on black, nothing dim",
    muted: Style(),
    border: Style(),
    title: Style(bold: true, reverse: true),
    accent: Style(foreground: .palette(51), bold: true),
    accentStrong: Style(foreground: .palette(51), bold: true, underline: true),
    other: Style(foreground: .palette(226), bold: true),
    skipped: Style(),
    error: Style(foreground: .palette(210), bold: true),
    series: [51, 226, 46, 213, 208, 231].map { Style(foreground: .palette($0), bold: true) },
    heat: [39, 45, 87, 159, 231].map { .palette($0) },
    paper: Style(foreground: .palette(231), background: .palette(16)),
    svgColors: .contrast)

  package static let mono = Theme(
    name: "mono", explanation: "no colours at all",
    muted: Style(dim: true),
    border: Style(dim: true),
    title: Style(bold: true),
    accent: Style(bold: true),
    accentStrong: Style(bold: true),
    other: Style(underline: true),
    skipped: Style(dim: true),
    error: Style(bold: true, underline: true),
    series: [Style(bold: true), Style()],
    heat: [])
}
