// Whisper's English text normalisation: fillers, contractions, titles, numbers, spellings, symbols.

import Base
import Foundation

/// The rules of `EnglishTextNormalizer` (Radford et al., arXiv 2212.04356, appendix C; order and
/// patterns as in the reference program, against which the tests compare).
enum EnglishNormalizer {
  static func normalize(_ text: String) -> String {
    var text = withoutBrackets(text.inLowerCase)
    // A rule that begins with white space would look at each run once for every space in it.
    text = text.words.joined(separator: " ")
    for rule in beforeNumbers { text = rule.apply(text) }
    text = withoutSymbols(text)
    for rule in beforeCounting { text = rule.apply(text) }
    text = NumberWords.read(text.split(whereSeparator: \.isWhitespace).map(String.init))
      .joined(separator: " ")
    text = currencies(text)
    text = text.split(whereSeparator: \.isWhitespace).map(AmericanSpellings.replace)
      .joined(separator: " ")
    for rule in afterNumbers { text = rule.apply(text) }
    return text
  }

  /// A pattern and what takes its place (`$1`: its first group).
  private struct Rule: Sendable {
    let expression: NSRegularExpression
    let replacement: String

    init(_ pattern: String, _ replacement: String) {
      guard let expression = try? NSRegularExpression(pattern: pattern) else {
        preconditionFailure("not a pattern: \(pattern)")
      }
      self.expression = expression
      self.replacement = replacement
    }

    func apply(_ text: String) -> String {
      expression.stringByReplacingMatches(
        in: text, range: NSRange(text.startIndex..., in: text), withTemplate: replacement)
    }
  }

  private static func words(_ pairs: KeyValuePairs<String, String>) -> [Rule] {
    pairs.map { Rule("\\b\($0.key)\\b", $0.value) }
  }

  private static func endings(_ pairs: KeyValuePairs<String, String>) -> [Rule] {
    pairs.map { Rule("\($0.key)\\b", $0.value) }
  }

  private static let beforeNumbers: [Rule] =
    [
      Rule("\\b(hmm|mm|mhm|mmm|uh|um)\\b", ""), Rule("\\s+'", "'"),
    ]
    + words([
      "won't": "will not", "can't": "can not", "let's": "let us", "ain't": "aint",
      "y'all": "you all", "wanna": "want to", "gotta": "got to", "gonna": "going to",
      "i'ma": "i am going to", "imma": "i am going to", "woulda": "would have",
      "coulda": "could have", "shoulda": "should have", "ma'am": "madam", "mr": "mister ",
      "mrs": "missus ", "st": "saint ", "dr": "doctor ", "prof": "professor ", "capt": "captain ",
      "gov": "governor ", "ald": "alderman ", "gen": "general ", "sen": "senator ",
      "rep": "representative ", "pres": "president ", "rev": "reverend ", "hon": "honorable ",
      "asst": "assistant ", "assoc": "associate ", "lt": "lieutenant ", "col": "colonel ",
      "jr": "junior ", "sr": "senior ", "esq": "esquire ",
    ])
    + endings([
      "'d been": " had been", "'s been": " has been", "'d gone": " had gone",
      "'s gone": " has gone", "'d done": " had done", "'s got": " has got", "n't": " not",
      "'re": " are", "'s": " is", "'d": " would", "'ll": " will", "'t": " not", "'ve": " have",
      "'m": " am",
    ])
    + [Rule("(\\d),(\\d)", "$1$2"), Rule("\\.([^0-9]|$)", " $1")]

  /// Half a number spoken as one (a half of nothing, or of a half, is left out), and spaces between digits and letters that are no suffix.
  private static let beforeCounting = [
    Rule("\\band\\s+a\\s+half(\\s+and\\s+a\\s+half\\b)+", "and a half"),
    Rule("^\\s*and\\s+a\\s+half\\b", ""),
    Rule(
      "\\b(\(NumberWords.countable.sorted().joined(separator: "|")))\\s+and\\s+a\\s+half\\b",
      "$1 point five"),
    Rule("([a-z])([0-9])", "$1 $2"), Rule("([0-9])([a-z])", "$1 $2"),
    Rule("([0-9])\\s+(st|nd|rd|th|s)\\b", "$1$2"),
  ]

  private static let afterNumbers = [
    Rule("\\b1(s?)\\b", "one$1"), Rule("[.$¢€£]([^0-9])", " $1"), Rule("([^0-9])%", "$1 "),
  ]

  /// What lies between angle or square brackets, of which either kind ends either, then what lies between
  /// round ones that are not empty, is no speech. In one pass each: an opening bracket that nothing closes
  /// is the last that is looked at.
  private static func withoutBrackets(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    let plain = without(scalars, from: ["<", "["], to: [">", "]"], least: 0)
    return String(String.UnicodeScalarView(without(plain, from: ["("], to: [")"], least: 1)))
  }

  private static func without(
    _ text: [Unicode.Scalar], from open: Set<Unicode.Scalar>, to close: Set<Unicode.Scalar>,
    least: Int
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var place = 0
    while place < text.count {
      if open.contains(text[place]) {
        guard let end = text[(place + 1)...].firstIndex(where: close.contains) else { break }
        if end - place - 1 >= least {
          place = end + 1
          continue
        }
      }
      result.append(text[place])
      place += 1
    }
    return result + text[place...]
  }

  /// Letters that NFKD does not take apart.
  private static let letters: [Unicode.Scalar: String] = [
    "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "th", "ł": "l", "Ł": "L",
  ]

  /// Accents away, symbols and punctuation to spaces, but for those of numbers.
  private static func withoutSymbols(_ text: String) -> String {
    let kept: Set<Unicode.Scalar> = [".", "%", "$", "¢", "€", "£"]
    var result = ""
    for scalar in text.decomposedStringWithCompatibilityMapping.unicodeScalars {
      if kept.contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else if let plain = letters[scalar] {
        result += plain
      } else {
        switch scalar.properties.generalCategory {
        case .nonspacingMark: break
        case .spacingMark, .enclosingMark, .mathSymbol, .currencySymbol, .modifierSymbol,
          .otherSymbol, .connectorPunctuation, .dashPunctuation, .openPunctuation,
          .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation:
          result += " "
        default: result.unicodeScalars.append(scalar)
        }
      }
    }
    return result
  }

  private static let dollarsAndCents = Rule("([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\\b", "")
  private static let centsOnly = Rule("[€£$]0.([0-9]{1,2})\\b", "")

  /// "$2 and ¢7" to "$2.07"; "$0.07" to "¢7".
  private static func currencies(_ text: String) -> String {
    let combined = replace(text, dollarsAndCents) { groups in
      "\(groups[1])\(groups[2]).\(groups[3].count == 1 ? "0" : "")\(groups[3])"
    }
    return replace(combined, centsOnly) { groups in "¢\(Int(groups[1]) ?? 0)" }
  }

  private static func replace(
    _ text: String, _ rule: Rule, with replacement: ([String]) -> String
  ) -> String {
    var result = ""
    var end = text.startIndex
    let all = NSRange(text.startIndex..., in: text)
    for match in rule.expression.matches(in: text, range: all) {
      let groups = (0..<match.numberOfRanges).map {
        Range(match.range(at: $0), in: text).map { String(text[$0]) } ?? ""
      }
      guard let range = Range(match.range, in: text) else { continue }
      result += text[end..<range.lowerBound] + replacement(groups)
      end = range.upperBound
    }
    return result + text[end...]
  }
}
