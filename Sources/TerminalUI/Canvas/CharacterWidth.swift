// How many columns a character takes. Our own table rather than wcwidth(3), so that a frame is the
// same in every locale and in tests without a terminal.

package enum CharacterWidth {
  /// Columns of a character a canvas can hold; 0 for control characters, lone combining marks and
  /// unassigned invisible ones, which a canvas replaces.
  package static func of(_ character: Character) -> Int {
    var scalars = character.unicodeScalars.makeIterator()
    guard let first = scalars.next() else { return 0 }
    if scalars.next() == nil { return alone(first) }
    return alone(first) == 0 ? 0 : pieces(of: character).reduce(0) { $0 + columns(ofPiece: $1) }
  }

  /// Columns `text` takes once a canvas has replaced what it cannot show.
  package static func of(_ text: String) -> Int {
    text.reduce(0) { $0 + max(1, of($1)) }
  }

  /// What of a character takes cells of its own on terminals, most of which know no grapheme clusters:
  /// each letter of a conjunct and each spacing mark, with what takes no column. Emoji that a joiner
  /// makes one are one.
  package static func pieces(of character: Character) -> [Character] {
    let scalars = character.unicodeScalars
    if scalars.count == 1 { return [character] }
    var pieces: [String.UnicodeScalarView] = []
    var before: Unicode.Scalar = " "
    for scalar in scalars {
      let joins = before == "\u{200D}" && scalar.value >= 0x2190
      if pieces.isEmpty || (alone(scalar) > 0 && !isJoiningJamo(scalar) && !joins) {
        pieces.append(String.UnicodeScalarView([scalar]))
      } else {
        pieces[pieces.count - 1].append(scalar)
      }
      before = scalar
    }
    return pieces.map { Character(String($0)) }
  }

  private static func columns(ofPiece piece: Character) -> Int {
    guard let first = piece.unicodeScalars.first else { return 0 }
    // Shown as a picture, or as a character: terminals disagree.
    let isPicture = !first.isASCII && piece.unicodeScalars.contains("\u{FE0F}")
    return isPicture ? 2 : alone(first)
  }

  private static func alone(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value >= 32 && scalar.value < 127 ? 1 : 0 }
    // What frames, bars and plots are made of, cell after cell: looking up the category takes longer.
    if (0x2500...0x259F).contains(scalar.value) || (0x2800...0x28FF).contains(scalar.value) {
      return 1
    }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .nonspacingMark,
      .enclosingMark, .unassigned, .privateUse:
      return 0
    default: return isWide(scalar.value) ? 2 : 1
    }
  }

  /// Vowels and final consonants of Hangul, which join the consonant before them.
  private static func isJoiningJamo(_ scalar: Unicode.Scalar) -> Bool {
    (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value)
  }

  /// East Asian Wide and Fullwidth blocks, and emoji shown as pictures (Unicode 15,
  /// EastAsianWidth.txt, joined into ranges).
  private static func isWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    switch value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0, 0x23F3,
      0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F, 0x2693, 0x26A1,
      0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA,
      0x26F2...0x26F3, 0x26F5, 0x26FA, 0x26FD, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E,
      0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x27B0, 0x27BF, 0x2B1B...0x2B1C, 0x2B50, 0x2B55,
      0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
      0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F004, 0x1F0CF,
      0x1F18E, 0x1F191...0x1F19A, 0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C,
      0x1F37E...0x1F393, 0x1F3A0...0x1F3CA, 0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4,
      0x1F3F8...0x1F43E, 0x1F440, 0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E,
      0x1F550...0x1F567, 0x1F57A, 0x1F595...0x1F596, 0x1F5A4, 0x1F5FB...0x1F64F,
      0x1F680...0x1F6C5, 0x1F6CC, 0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6D7, 0x1F6DC...0x1F6DF,
      0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7EB, 0x1F7F0, 0x1F90C...0x1F93A,
      0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x2FFFD,
      0x30000...0x3FFFD:
      return true
    default: return false
    }
  }
}
