// Spelled-out English numbers to digits: "twenty one" to 21, "two point five million" to 2500000.

/// The number rules of Whisper's English normaliser, one word at a time: what is being counted is
/// kept until a word comes that cannot belong to it. Single digits in a row are read out
/// ("one oh one" is 101), suffixes are kept (32nd, 1960s), currencies become signs before the
/// number.
struct NumberWords {
  /// The numeric words, each with what is said on.
  static func read(_ words: [String]) -> [String] {
    var reader = NumberWords(words)
    reader.run()
    return reader.output
  }

  /// After which "and a half" counts.
  static let countable: Set<String> = Set(ones.keys).union(tens.keys).union(zeros).union(
    multipliers.keys)

  private static let zeros: Set<String> = ["o", "oh", "zero"]
  private static let ones: [String: Int] = Dictionary(
    uniqueKeysWithValues: [
      "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
      "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ].enumerated().map { ($0.element, $0.offset + 1) })
  private static let tens: [String: Int] = Dictionary(
    uniqueKeysWithValues: [
      "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ].enumerated().map { ($0.element, 10 * $0.offset + 20) })
  private static let multipliers: [String: Int128] = {
    let names = [
      "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion",
      "septillion", "octillion", "nonillion", "decillion",
    ]
    var result: [String: Int128] = ["hundred": 100]
    var value: Int128 = 1
    for name in names {
      value *= 1000
      result[name] = value
    }
    return result
  }()

  /// Ordinals and plurals: the number and what follows its digits.
  private static let onesSuffixed: [String: (Int, String)] = {
    var result: [String: (Int, String)] = [
      "zeroth": (0, "th"), "first": (1, "st"), "second": (2, "nd"), "third": (3, "rd"),
      "fifth": (5, "th"), "twelfth": (12, "th"),
    ]
    for (name, value) in ones {
      result[name == "six" ? "sixes" : name + "s"] = (value, "s")
      if value > 3 && value != 5 && value != 12 {
        result[name + (name.hasSuffix("t") ? "h" : "th")] = (value, "th")
      }
    }
    return result
  }()
  private static let tensSuffixed: [String: (Int, String)] = {
    var result: [String: (Int, String)] = [:]
    for (name, value) in tens {
      result[name.dropLast() + "ies"] = (value, "s")
      result[name.dropLast() + "ieth"] = (value, "th")
    }
    return result
  }()
  private static let multipliersSuffixed: [String: (Int128, String)] = {
    var result: [String: (Int128, String)] = [:]
    for (name, value) in multipliers {
      result[name + "s"] = (value, "s")
      result[name + "th"] = (value, "th")
    }
    return result
  }()
  private static let signsBefore = ["minus": "-", "negative": "-", "plus": "+", "positive": "+"]
  private static let signsAfter = [
    "pound": "£", "pounds": "£", "euro": "€", "euros": "€", "dollar": "$", "dollars": "$",
    "cent": "¢", "cents": "¢",
  ]
  private static let signs: Set<Character> = ["-", "+", "£", "€", "$", "¢"]
  private static let specials: Set<String> = ["and", "double", "triple", "point"]

  private static func isNumberWord(_ word: String?) -> Bool {
    guard let word else { return false }
    return countable.contains(word) || onesSuffixed[word] != nil || tensSuffixed[word] != nil
      || multipliersSuffixed[word] != nil || signsBefore[word] != nil || signsAfter[word] != nil
      || word == "per" || word == "percent" || specials.contains(word)
  }

  /// What has been counted so far: a number, or digits as they were said.
  private enum Value {
    case number(Int128)
    case digits(String)

    var text: String {
      switch self {
      case .number(let value): "\(value)"
      case .digits(let text): text
      }
    }
  }

  private let words: [String]
  private var output: [String] = []
  private var sign: String?
  private var value: Value?

  private init(_ words: [String]) { self.words = words }

  private mutating func emit(_ text: String) {
    output.append((sign ?? "") + text)
    value = nil
    sign = nil
  }

  private mutating func emitValue() {
    if let value { emit(value.text) }
  }

  /// Digits said on: those so far (a lone 0 counts for nothing) and more.
  private func saidOn(_ digits: String) -> Value {
    if case .number(0) = value { return .digits(digits) }
    return .digits((value?.text ?? "") + digits)
  }

  private mutating func run() {
    var index = 0
    while index < words.count {
      let previous = index > 0 ? words[index - 1] : nil
      let next = index + 1 < words.count ? words[index + 1] : nil
      index += read(words[index], after: previous, before: next)
    }
    emitValue()
  }

  /// Reads one word; returns how many were used.
  private mutating func read(_ word: String, after previous: String?, before next: String?) -> Int {
    let isSigned = word.first.map(Self.signs.contains) ?? false
    let bare = isSigned ? String(word.dropFirst()) : word
    if Self.isDigits(bare) {
      readDigits(word, bare, sign: isSigned ? String(word.prefix(1)) : nil)
    } else if !Self.isNumberWord(word) {
      emitValue()
      emit(word)
    } else if Self.zeros.contains(word) {
      value = saidOn("0")
    } else if let ones = Self.ones[word] {
      value = adding(ones: ones, after: previous)
    } else if let (ones, suffix) = Self.onesSuffixed[word] {
      emit(adding(ones: ones, after: previous).text + suffix)
    } else if let tens = Self.tens[word] {
      value = adding(tens: tens)
    } else if let (tens, suffix) = Self.tensSuffixed[word] {
      emit(adding(tens: tens).text + suffix)
    } else if let factor = Self.multipliers[word] {
      if case .digits = value, multiplied(by: factor) == nil {
        emitValue()
        value = .number(factor)
      } else {
        value = multiplied(by: factor)
      }
    } else if let (factor, suffix) = Self.multipliersSuffixed[word] {
      if let product = multiplied(by: factor) {
        emit(product.text + suffix)
      } else {
        emitValue()
        emit("\(factor)" + suffix)
      }
    } else if let before = Self.signsBefore[word] {
      emitValue()
      if Self.isNumberWord(next) || next.map(Self.isDigits) == true {
        sign = before
      } else {
        emit(word)
      }
    } else if let after = Self.signsAfter[word] {
      if let value {
        sign = after
        emit(value.text)
      } else {
        emit(word)
      }
    } else if word == "percent" || word == "per" {
      guard let value, word == "percent" || next == "cent" else {
        emitValue()
        emit(word)
        return 1
      }
      emit(value.text + "%")
      return word == "per" ? 2 : 1
    } else {
      return readSpecial(word, after: previous, before: next)
    }
    return 1
  }

  private mutating func readDigits(_ word: String, _ bare: String, sign newSign: String?) {
    if case .digits(let text) = value, text.hasSuffix(".") {
      value = .digits(text + word)
      return
    }
    emitValue()
    sign = newSign ?? sign
    // 2.0 is a whole number; 2.5 stays as it is written.
    let parts = bare.split(separator: ".")
    let isWhole = parts.count == 1 || parts[1].allSatisfy { $0 == "0" }
    value = (isWhole ? Int128(parts[0]).map { .number($0) } : nil) ?? .digits(bare)
  }

  /// "and", "double", "triple" and "point", which count only before a number.
  private mutating func readSpecial(
    _ word: String, after previous: String?, before next: String?
  ) -> Int {
    let isDigits = next.map(Self.isDigits) == true
    guard let next, Self.isNumberWord(next) || isDigits else {
      emitValue()
      emit(word)
      return 1
    }
    switch word {
    case "and" where previous.map { Self.multipliers[$0] != nil } == true: break
    case "double", "triple":
      guard Self.ones[next] != nil || Self.zeros.contains(next) else { fallthrough }
      let digits = "\(Self.ones[next] ?? 0)"
      value = saidOn(String(repeating: digits, count: word == "double" ? 2 : 3))
      return 2
    case "and":
      emitValue()
      emit(word)
    default:
      if word != "point" {
        emitValue()
        emit(word)
      } else if Self.ones[next] != nil || Self.tens[next] != nil || Self.zeros.contains(next)
        || isDigits
      {
        value = saidOn(".")
      }
    }
    return 1
  }

  private func adding(ones: Int, after previous: String?) -> Value {
    switch value {
    case nil: return .number(Int128(ones))
    case .digits(let text):
      let followsTens = previous.map { Self.tens[$0] != nil } == true
      return .digits((followsTens && ones < 10 ? String(text.dropLast()) : text) + "\(ones)")
    case .number(let number):
      let fits = number % (ones < 10 ? 10 : 100) == 0
      let followsOnes = previous.map { Self.ones[$0] != nil } == true
      return fits && !followsOnes ? .number(number + Int128(ones)) : .digits("\(number)\(ones)")
    }
  }

  private func adding(tens: Int) -> Value {
    switch value {
    case nil: .number(Int128(tens))
    case .digits(let text): .digits(text + "\(tens)")
    case .number(let number):
      number % 100 == 0 ? .number(number + Int128(tens)) : .digits("\(number)\(tens)")
    }
  }

  /// The value so far times `factor`, its last three digits when it is a number; the factor itself
  /// when there is none; nil when digits do not become a whole number.
  private func multiplied(by factor: Int128) -> Value? {
    switch value {
    case nil: return .number(factor)
    case .number(0): return .number(0)
    case .number(let number):
      let (product, overflow) = (number % 1000).multipliedReportingOverflow(by: factor)
      return overflow ? nil : .number(number / 1000 * 1000 + product)
    case .digits(let text):
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count <= 2, let digits = Int128(parts.joined()) else { return nil }
      var divisor: Int128 = 1
      for _ in 0..<(parts.count == 2 ? min(parts[1].count, 30) : 0) { divisor *= 10 }
      let (product, overflow) = digits.multipliedReportingOverflow(by: factor)
      return overflow || product % divisor != 0 ? nil : .number(product / divisor)
    }
  }

  /// Arabic digits, with or without a decimal part.
  private static func isDigits(_ word: String) -> Bool {
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count <= 2
      && parts.allSatisfy { part in
        !part.isEmpty && part.allSatisfy { ("0"..."9").contains($0) }
      }
  }
}
