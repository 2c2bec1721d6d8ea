// Sentences of an open vocabulary for the corpus: whatever free text there is, beside the grammar's.

import Base
import Foundation
import Speech

/// Sentences of plain texts (`.txt`, or any one file) and of LibriSpeech's `.trans.txt`, as somebody may
/// read them aloud: lower-case words of letters and apostrophes, 3 to 16 of them, each sentence once.
package struct OpenSentences: Sendable, Equatable {
  /// In an order that does not depend on the file system.
  package let sentences: [String]
  /// What the texts were called, for the data card.
  package let sources: [String]

  private static let lengths = 3...16

  /// Reads files, and folders with all their `.txt`. Throws `InputError` for what cannot be read, and
  /// where no sentence is left.
  package init(contentsOf places: [URL]) throws {
    var found: Set<String> = []
    for place in places {
      for file in try Self.files(at: place) {
        guard let data = try? Data(contentsOf: file) else {
          throw InputError(file.path, expected: "a text", found: "nothing readable")
        }
        // Books are often Latin-1; what is no letter in either is no word.
        let text =
          String(data: data, encoding: .utf8) ?? String(data: data, encoding: .isoLatin1) ?? ""
        found.formUnion(SentenceText.pieces(of: text, in: file).compactMap(Self.sentence))
      }
    }
    guard !found.isEmpty else {
      throw InputError(
        places.map(\.path).joined(separator: ", "),
        expected: "sentences of \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) words",
        found: "none")
    }
    sentences = found.sorted()
    sources = places.map(\.lastPathComponent)
  }

  private static func files(at place: URL) throws -> [URL] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw InputError(place.path, expected: "a text or a folder of texts", found: "nothing")
    }
    guard isFolder.boolValue else { return [place] }
    let names = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(".txt") }.sorted()
      .map { place.appendingPathComponent($0) }
  }

  /// nil for what nobody could read aloud from these words alone: numbers, abbreviations, other letters.
  private static func sentence(_ text: Substring) -> String? {
    var words: [String] = []
    for token in text.lowercased().split(whereSeparator: { $0.isWhitespace || "-—–_".contains($0) })
    {
      let word = token.replacing("’", with: "'").trimmingCharacters(in: edges)
      if word.isEmpty { continue }
      guard word.unicodeScalars.allSatisfy({ letters.contains($0) || $0 == "'" }) else {
        return nil
      }
      words.append(word)
    }
    return lengths.contains(words.count) ? words.joined(separator: " ") : nil
  }

  private static let letters: ClosedRange<Unicode.Scalar> = "a"..."z"
  /// Quotation marks, brackets and commas around words.
  private static let edges = CharacterSet(charactersIn: ",\"'“”‘’()[]*")
}
