// How the text of an option becomes a value, and the words for what it should have been.

import Base
import Foundation

/// Reads one value, and words one as a default in help.
struct ValueReader<Value> {
  /// "a whole number from 1 to 9"
  let expected: String
  /// nil for text that is no such value.
  let read: (String) -> Value?
  let word: (Value) -> String

  init(
    _ expected: String, word: @escaping (Value) -> String = { "\($0)" },
    read: @escaping (String) -> Value?
  ) {
    self.expected = expected
    self.read = read
    self.word = word
  }

  /// The value, or what was wrong with that option.
  func value(_ text: String, of option: String) throws -> Value {
    guard let value = read(text) else {
      throw UsageError("option --\(option): expected \(expected), found '\(text)'")
    }
    return value
  }
}

extension ValueReader where Value == String {
  static var text: Self { Self("text") { $0 } }

  /// A file or folder, as a path from the root.
  static var path: Self {
    Self("a path") { URL(fileURLWithPath: $0).standardizedFileURL.path }
  }
}

extension ValueReader where Value == URL {
  /// A file or folder, as it was given.
  static var url: Self { Self("a path", word: \.relativePath) { URL(fileURLWithPath: $0) } }
}

extension ValueReader where Value == Int {
  /// A whole number within `range`.
  static func integer(in range: ClosedRange<Int>) -> Self {
    let expected =
      range.upperBound == .max
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    return Self(expected) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
  }

  /// At least one.
  static var count: Self { integer(in: 1...Int.max) }
}

extension ValueReader where Value == UInt64 {
  /// Any unsigned 64-bit number.
  static var seed: Self { Self("a whole number from 0") { UInt64($0) } }
}

extension ValueReader where Value == Double {
  /// A finite number within `range`.
  static func number(in range: ClosedRange<Double>) -> Self {
    let top = range.upperBound
    let expected =
      top == .infinity || top == .greatestFiniteMagnitude
      ? (range.lowerBound == .leastNormalMagnitude
        ? "a number above 0" : "a number of at least \(range.lowerBound)")
      : "a number from \(range.lowerBound) to \(top)"
    return Self(expected, word: { String(format: "%g", $0) }) { text in
      Double(text).flatMap { $0.isFinite && range.contains($0) ? $0 : nil }
    }
  }

  /// A fraction within `range`, or the same in per cent.
  static func share(in range: ClosedRange<Double>) -> Self {
    func word(_ value: Double) -> String { String(format: "%g", value) }
    func percent(_ value: Double) -> String { word(100 * value) + "%" }
    let (low, high) = (range.lowerBound, range.upperBound)
    return Self(
      "a share from \(word(low)) to \(word(high)), or from \(percent(low)) to \(percent(high))",
      word: word
    ) { text in
      let value = text.hasSuffix("%") ? Double(text.dropLast()).map { $0 / 100 } : Double(text)
      return value.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// From 0 to 1.
  static var fraction: Self { number(in: 0...1) }
  static var positive: Self {
    number(in: Double.leastNormalMagnitude...Double.greatestFiniteMagnitude)
  }
}

extension ValueReader {
  /// An entry of a catalogue, by its name.
  static func entry(of catalogue: Catalogue<Value>) -> Self {
    Self(catalogue.expectation, word: { catalogue.name(of: $0) }) { catalogue.find($0) }
  }
}

extension ValueReader where Value == String {
  /// The name of an entry of a catalogue.
  static func name<Entry>(in catalogue: Catalogue<Entry>) -> Self {
    Self(catalogue.expectation) { catalogue.find($0) == nil ? nil : $0 }
  }
}
