// Byte-pair encoding over characters: text to token ids and back.

import Foundation
import Kernels

/// Subword units for CTC, trained by byte-pair encoding (Sennrich et al., arXiv 1508.07909). Id 0 is
/// the blank. A piece that starts a word begins with "▁" (U+2581), as in SentencePiece; merges never
/// cross a space. On disk: tokens.txt, one piece a line, the line number is the id.
package struct Tokenizer: Sendable {
  package static let blankPiece = "<blank>"
  package static let wordStart: Character = "\u{2581}"
  package let blank = 0
  /// By id.
  package let pieces: [String]
  private let ids: [String: Int]

  package var count: Int { pieces.count }

  private init(pieces: [String]) {
    self.pieces = pieces
    ids = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ($1, $0) })
  }

  /// Reads tokens.txt.
  package init(contentsOf url: URL) throws {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw InputError(url.path, expected: "a UTF-8 file of one token a line", found: "none")
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map(String.init)
    if lines.last == "" { lines.removeLast() }
    guard lines.first == Self.blankPiece else {
      throw InputError(
        url.path, expected: "\(Self.blankPiece) in line 1", found: "\"\(lines.first ?? "")\"")
    }
    var seen: Set<String> = []
    for (index, line) in lines.enumerated() {
      if line.isEmpty || !seen.insert(line).inserted {
        throw InputError(
          url.path, expected: "one distinct token a line",
          found: line.isEmpty ? "line \(index + 1) empty" : "\"\(line)\" again in line \(index + 1)")
      }
    }
    self.init(pieces: lines)
  }

  /// Learns `size` pieces, the blank included: every character first, then the most frequent pair
  /// again and again (ties: the pair that sorts first). May stop short when words run out of pairs.
  package static func train(transcripts: [String], size: Int) -> Tokenizer {
    var frequency: [String: Int] = [:]
    for transcript in transcripts {
      for word in transcript.split(separator: " ") { frequency[String(word), default: 0] += 1 }
    }
    // Sorted, because a dictionary's order changes from run to run.
    var words = frequency.sorted { $0.key < $1.key }.map { word, count in
      (symbols: [String(wordStart)] + word.map(String.init), count: count)
    }
    var pieces = [blankPiece, String(wordStart)]
    pieces += Set(words.flatMap { $0.symbols }).subtracting(pieces).sorted()
    var known = Set(pieces)
    while pieces.count < size {
      var pairs: [[String]: Int] = [:]
      for word in words {
        for i in 1..<max(word.symbols.count, 1) {
          pairs[[word.symbols[i - 1], word.symbols[i]], default: 0] += word.count
        }
      }
      guard
        let best = pairs.max(by: {
          $0.value != $1.value
            ? $0.value < $1.value : $1.key.lexicographicallyPrecedes($0.key)
        })?.key
      else { break }
      let joined = best[0] + best[1]
      if known.insert(joined).inserted { pieces.append(joined) }
      for index in words.indices {
        words[index].symbols = merge(words[index].symbols, best[0], best[1])
      }
    }
    return Tokenizer(pieces: pieces)
  }

  package func write(to url: URL) throws {
    try Data((pieces.joined(separator: "\n") + "\n").utf8).write(to: url, options: .atomic)
  }

  /// Whether every character of the text has a piece.
  package func canEncode(_ text: String) -> Bool {
    text.allSatisfy { $0 == " " || ids[String($0)] != nil }
  }

  /// Token ids of a text. In each word the adjacent pair whose joined piece has the lowest id (was
  /// learnt first) is merged until none is left. Characters without a piece are left out.
  package func encode(_ text: String) -> [Int] {
    text.split(separator: " ").flatMap { word -> [Int] in
      var symbols = ([Self.wordStart] + word).map(String.init).filter { ids[$0] != nil }
      while symbols.count > 1 {
        var best: (id: Int, index: Int)?
        for i in 1..<symbols.count {
          if let id = ids[symbols[i - 1] + symbols[i]], id < best?.id ?? .max { best = (id, i) }
        }
        guard let best else { break }
        symbols = Self.merge(symbols, symbols[best.index - 1], symbols[best.index])
      }
      return symbols.map { ids[$0]! }
    }
  }

  /// The text of token ids; blanks are left out.
  package func decode(_ ids: [Int]) -> String {
    ids.filter { $0 != blank }.map { pieces[$0] }.joined()
      .split(separator: Self.wordStart).joined(separator: " ")
  }

  /// Joins every adjacent (left, right), from the left.
  private static func merge(_ symbols: [String], _ left: String, _ right: String) -> [String] {
    var result: [String] = []
    var i = 0
    while i < symbols.count {
      if i + 1 < symbols.count, symbols[i] == left, symbols[i + 1] == right {
        result.append(left + right)
        i += 2
      } else {
        result.append(symbols[i])
        i += 1
      }
    }
    return result
  }
}
