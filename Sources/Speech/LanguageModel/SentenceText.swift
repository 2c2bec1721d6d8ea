// Sentences of plain words from texts of several kinds.

import Base
import Foundation

package enum SentenceText {
  /// Sentences in lower case: of a folder every transcript in LibriSpeech's layout (`*.trans.txt`, an id
  /// before each), of such a file the same, of any other file what lies between full stops, colons and
  /// blank lines. Sentences with digits are left out, as nobody knows how they are spoken. Throws
  /// `InputError` where nothing can be read.
  package static func read(_ url: URL) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(url.path, expected: "a text, or a folder of transcripts", found: "none")
    }
    if isFolder.boolValue {
      // A link to a folder has no folders of its own to go through.
      let url = url.resolvingSymlinksInPath()
      let files = try FileManager.default.subpathsOfDirectory(atPath: url.path)
        .filter { $0.hasSuffix(transcripts) }.sorted()
      guard !files.isEmpty else {
        throw InputError(url.path, expected: "transcripts (*\(transcripts))", found: "none")
      }
      return try files.flatMap { try read(url.appendingPathComponent($0)) }
    }
    guard let data = try? Data(contentsOf: url) else {
      throw InputError(url.path, expected: "a text", found: "nothing readable")
    }
    // Old books are not always UTF-8, and their accents are not spoken about here.
    let text = String(decoding: data, as: UTF8.self)
    return pieces(of: text, in: url).compactMap(sentence)
  }

  private static let transcripts = ".trans.txt"

  /// What may be sentences of a file's text, as they are written there: in a list of transcripts what is
  /// behind the ids, in other texts what lies between full stops, colons and blank lines.
  package static func pieces(of text: String, in file: URL) -> [Substring] {
    file.lastPathComponent.hasSuffix(transcripts)
      ? text.lines.map { $0.drop { $0 != " " } } : pieces(of: text)
  }

  private static func pieces(of text: String) -> [Substring] {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { $0.allSatisfy(\.isWhitespace) ? "." : $0 }
    return lines.joined(separator: " ").split { ".!?;:".contains($0) }
  }

  static func sentences(of text: String) -> [String] { pieces(of: text).compactMap(sentence) }

  /// Words of letters and apostrophes, with spaces between; nil without any, or with digits.
  static func sentence(_ text: some StringProtocol) -> String? {
    if text.contains(where: \.isNumber) { return nil }
    let words = text.lowercased().replacingOccurrences(of: "’", with: "'")
      .split { !($0 == "'" || ("a"..."z").contains($0)) }
      .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "'")) }
      .filter { !$0.isEmpty }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  /// Without sentences that share `run` words in a row with any of `heldOut`, or that are one of them.
  package static func without(
    _ heldOut: [String], in sentences: [String], run: Int = 6
  ) -> [String] {
    func runs(_ sentence: String) -> [ArraySlice<Substring>] {
      let words = sentence.split(separator: " ")[...]
      guard words.count > run else { return [words] }
      return (0...words.count - run).map { words[$0..<$0 + run] }
    }
    let known = Set(heldOut.flatMap(runs))
    return sentences.filter { sentence in !runs(sentence).contains { known.contains($0) } }
  }
}
