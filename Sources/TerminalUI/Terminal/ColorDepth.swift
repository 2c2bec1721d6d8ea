// The colour ladder: what becomes of a 256-colour index on terminals with fewer colours.

import Foundation

/// What the user asked for with --color.
package enum ColorChoice: String, Sendable, CaseIterable {
  /// What the terminal has, unless NO_COLOR is set.
  case auto
  /// What the terminal has, even if NO_COLOR is set.
  case always
  case never
  /// At most so many.
  case full = "256"
  case sixteen = "16"
  case eight = "8"

  /// Colours to use on a terminal that offers `available`.
  package func depth(available: Int, environment: [String: String]) -> ColorDepth {
    let limit: Int
    switch self {
    // no-color.org: any value but the empty one counts.
    case .auto: limit = environment["NO_COLOR", default: ""].isEmpty ? 256 : 0
    case .always, .full: limit = 256
    case .never: limit = 0
    case .sixteen: limit = 16
    case .eight: limit = 8
    }
    let count = min(limit, available)
    return count >= 256 ? .full : count >= 16 ? .sixteen : count >= 8 ? .eight : .mono
  }
}

package enum ColorDepth: Int, Sendable {
  case mono = 0
  case eight = 8
  case sixteen = 16
  case full = 256

  /// The terminal's colour number; nil is the terminal's default colour.
  package func index(of color: Color) -> Int? {
    guard case .palette(let index) = color else { return nil }
    switch self {
    case .mono: return nil
    case .full: return Int(index)
    case .sixteen where index < 16: return Int(index)
    case .eight where index < 8: return Int(index)
    case .sixteen, .eight:
      let (red, green, blue) = XtermPalette.rgb(index)
      let (high, low) = (max(red, green, blue), min(red, green, blue))
      // Greys become the default colour: black, white and bright black are each unreadable on
      // somebody's background.
      guard high - low >= 40 else { return nil }
      let threshold = high * 6 / 10
      let basic =
        (red >= threshold ? 1 : 0) + (green >= threshold ? 2 : 0) + (blue >= threshold ? 4 : 0)
      // A pale colour lights all three: then its two strongest decide.
      let hue = basic == 7 ? 7 - (low == red ? 1 : low == green ? 2 : 4) : basic
      return hue + (self == .sixteen && high >= 200 ? 8 : 0)
    }
  }
}

/// The colours xterm gives its 256 indices.
package enum XtermPalette {
  /// Red, green and blue, 0 to 255. Indices under 16 are xterm's defaults; users change those.
  package static func rgb(_ index: UInt8) -> (red: Int, green: Int, blue: Int) {
    let index = Int(index)
    if index < 16 { return named[index] }
    if index >= 232 {
      let level = 8 + 10 * (index - 232)
      return (level, level, level)
    }
    func channel(_ step: Int) -> Int { step == 0 ? 0 : 55 + 40 * step }
    let cube = index - 16
    return (channel(cube / 36), channel(cube / 6 % 6), channel(cube % 6))
  }

  private static let named: [(Int, Int, Int)] = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
  ]
}
