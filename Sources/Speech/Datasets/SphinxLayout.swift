// CMU Sphinx' folders: lists of files and of what is said in them, as AN4 is handed out.

import Base
import Foundation

/// root/etc/NAME_SPLIT.fileids (a path below root/wav a line, without its ending) and
/// root/etc/NAME_SPLIT.transcription ("WORDS (ID)" a line; ID is the path or its last part), as
/// SphinxTrain reads them. Of the words, `<s>`, `</s>` and other marks in angle brackets, fillers such
/// as `++NOISE++` and the number of a pronunciation, `WORD(2)`, are left out.
package enum SphinxLayout: DatasetLayout {
  package static let name = "sphinx"
  package static let summary = "etc/NAME_SPLIT.fileids and .transcription, with the audio in wav"

  private static let (listEnding, textEnding) = ("fileids", "transcription")

  package static func recognizes(_ root: URL) -> Bool { !lists(root).isEmpty }

  package static func splits(_ root: URL) -> [String] { lists(root).keys.sorted() }

  /// What comes before the endings of a split's two files, by the split's name: the part after the last
  /// underscore, or all of it where two data sets share a folder.
  private static func lists(_ root: URL) -> [String: URL] {
    let folder = root.appendingPathComponent("etc")
    let stems = DatasetFiles.names(in: folder).map { folder.appendingPathComponent($0) }
      .filter { $0.pathExtension == listEnding }.map { $0.deletingPathExtension() }
      .filter { DatasetFiles.exists($0.appendingPathExtension(textEnding)) }
    let short = Dictionary(grouping: stems) {
      String($0.lastPathComponent.split(separator: "_").last ?? "")
    }
    var result: [String: URL] = [:]
    for (split, stems) in short {
      for stem in stems { result[stems.count == 1 ? split : stem.lastPathComponent] = stem }
    }
    return result
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    guard let stem = lists(root)[split] else { return [] }
    let list = stem.appendingPathExtension(listEnding)
    let entries = try DatasetFiles.lines(of: list).map {
      (
        path: $0.text.trimmingCharacters(in: .whitespaces),
        place: DatasetFiles.place(list, $0.number)
      )
    }
    let names = Dictionary(grouping: entries) { lastPart($0.path) }
    var texts = try transcripts(stem.appendingPathExtension(textEnding))
    let wav = root.appendingPathComponent("wav")
    return try entries.map { entry in
      let isAlone = names[lastPart(entry.path)]?.count == 1
      let id = isAlone ? lastPart(entry.path) : entry.path
      guard let text = texts.removeValue(forKey: entry.path) ?? texts.removeValue(forKey: id) else {
        throw InputError(
          entry.place,
          expected: "a line \"... (\(id))\" in \(stem.lastPathComponent).\(textEnding)",
          found: "none, or one for two of these")
      }
      let folders = entry.path.split(separator: "/").dropLast()
      return Utterance(
        id: id, speaker: folders.last.map(String.init) ?? id,
        audio: try audio(entry.path, in: wav, at: entry.place),
        transcript: DatasetFiles.transcript(text.words))
    }
  }

  private static func lastPart(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Words by what stands in the brackets at the end of their line.
  private static func transcripts(
    _ file: URL
  ) throws -> [String: (words: String, place: String)] {
    var result: [String: (words: String, place: String)] = [:]
    for (number, line) in try DatasetFiles.lines(of: file) {
      let place = DatasetFiles.place(file, number)
      let text = line.trimmingCharacters(in: .whitespaces)
      guard text.hasSuffix(")"), let open = text.lastIndex(of: "("),
        case let id = text[text.index(after: open)...].dropLast(), !id.isEmpty
      else {
        throw InputError(
          place, expected: "WORDS (ID)", found: "\"\(text.prefix(80))\"")
      }
      let words = text[..<open].split(whereSeparator: \.isWhitespace).compactMap(word)
      if result.updateValue((words.joined(separator: " "), place), forKey: String(id)) != nil {
        throw InputError(place, expected: "each id once", found: "\"\(id)\" again")
      }
    }
    return result
  }

  /// A word as it is spelt; nil for what is none.
  private static func word(_ token: Substring) -> Substring? {
    if token.hasPrefix("<") && token.hasSuffix(">") { return nil }
    if token.hasPrefix("++") && token.hasSuffix("++") { return nil }
    guard token.hasSuffix(")"), let open = token.lastIndex(of: "("), open > token.startIndex,
      token[token.index(after: open)...].dropLast().allSatisfy(\.isNumber)
    else { return token }
    return token[..<open]
  }

  /// A file that is missing is told when it is to be read.
  private static func audio(_ path: String, in folder: URL, at place: String) throws -> URL {
    let file = folder.appendingPathComponent(path)
    func kind(_ ending: String) -> URL { URL(fileURLWithPath: "\(file.path).\(ending)") }
    if let audio = ["sph", "wav", "flac"].map(kind).first(where: DatasetFiles.exists) {
      return audio
    }
    if DatasetFiles.exists(kind("raw")) {
      throw InputError(
        place, expected: "\(file.path) as .sph, .wav or .flac",
        found: "only .raw, which does not say its rate; CMU hands out AN4 as .sph too")
    }
    return kind("wav")
  }
}
