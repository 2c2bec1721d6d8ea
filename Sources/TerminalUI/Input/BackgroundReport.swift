// What terminals say of their background: in an answer to OSC 11, and in COLORFGBG.

package enum BackgroundReport {
  /// What asks for it, and what comes after the answer, if there is one: who knows nothing of colours
  /// still says what it is (DA1), in the order of the questions.
  static let question = Array("\u{1B}]11;?\u{1B}\\\u{1B}[c".utf8)

  /// Whether the background is light according to the text of an OSC (xterm's control sequences):
  /// `11;rgb:` and one to four hexadecimal digits for each of red, green and blue, apart by `/`, or `11;#`
  /// and as many for each without; nil for anything else.
  package static func isLight(osc text: String) -> Bool? {
    guard text.hasPrefix("11;") else { return nil }
    let color = text.dropFirst(3)
    var parts: [Substring]
    if color.hasPrefix("rgb:") || color.hasPrefix("rgba:") {
      parts = color.drop { $0 != ":" }.dropFirst()
        .split(separator: "/", omittingEmptySubsequences: false)
      if color.hasPrefix("rgba:"), parts.count == 4 { parts.removeLast() }
    } else {
      let digits = color.dropFirst()
      guard color.first == "#", digits.count % 3 == 0 else { return nil }
      let length = digits.count / 3
      parts = (0..<3).map { digits.dropFirst($0 * length).prefix(length) }
    }
    let shares = parts.compactMap { part -> Double? in
      guard (1...4).contains(part.count), part.allSatisfy(\.isHexDigit),
        let value = Int(part, radix: 16)
      else { return nil }
      return Double(value) / Double(1 << (4 * part.count) - 1)
    }
    guard parts.count == 3, shares.count == 3 else { return nil }
    // As bright as it looks (ITU-R BT.601).
    return 0.299 * shares[0] + 0.587 * shares[1] + 0.114 * shares[2] > 0.5
  }

  /// Whether the background is light according to COLORFGBG, which some terminals set: palette numbers
  /// apart by `;`, the background's last. White and the bright colours but bright black are light. Nil
  /// where it says nothing.
  package static func isLight(_ environment: [String: String]) -> Bool? {
    let last = environment["COLORFGBG"]?.split(separator: ";").last
    guard let last, last.allSatisfy(\.isASCII), let number = Int(last), (0...15).contains(number)
    else { return nil }
    return number == 7 || number > 8
  }
}
