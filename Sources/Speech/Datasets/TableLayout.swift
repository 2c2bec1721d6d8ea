// Tables of audio and text, and the two data sets that are such tables: Common Voice and LJSpeech.

import Base
import Foundation

/// Rows of fields with a heading.
struct TextTableFile {
  let url: URL
  let heading: [String]
  let rows: [(number: Int, fields: [String])]

  /// - Parameter quoted: fields may be in quotation marks, doubled ones inside (RFC 4180).
  init(_ url: URL, separator: Character, quoted: Bool) throws {
    self.url = url
    var rows = try DatasetFiles.lines(of: url).map { number, line in
      (number: number, fields: Self.fields(line, separator, quoted))
    }
    heading = rows.isEmpty ? [] : rows.removeFirst().fields.map { $0.lowercased() }
    self.rows = rows
  }

  static func fields(_ line: Substring, _ separator: Character, _ quoted: Bool) -> [String] {
    guard quoted else {
      return line.split(separator: separator, omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
    }
    var fields: [String] = []
    var field = ""
    var isInside = false
    var rest = line[...]
    while let character = rest.popFirst() {
      if isInside {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest.removeFirst()
        } else {
          isInside = false
        }
      } else if character == "\"", field.allSatisfy(\.isWhitespace) {
        (field, isInside) = ("", true)
      } else if character == separator {
        fields.append(field.trimmingCharacters(in: .whitespaces))
        field = ""
      } else {
        field.append(character)
      }
    }
    return fields + [field.trimmingCharacters(in: .whitespaces)]
  }

  func column(_ names: [String]) -> Int? {
    names.lazy.compactMap { heading.firstIndex(of: $0) }.first
  }

  /// The utterances of its rows; audio paths are from `folder`.
  func utterances(
    path pathNames: [String], text textNames: [String], speaker speakerNames: [String], folder: URL
  ) throws -> [Utterance] {
    guard let path = column(pathNames), let text = column(textNames) else {
      throw InputError(
        "\(url.path), line 1",
        expected: "columns \(pathNames[0]) and \(textNames[0])",
        found: heading.joined(separator: ", "))
    }
    let speaker = column(speakerNames)
    return try rows.map { number, fields in
      let place = DatasetFiles.place(url, number)
      guard fields.count > max(path, text) else {
        throw InputError(
          place, expected: "\(heading.count) fields", found: "\(fields.count)")
      }
      let audio = try DatasetFiles.checked(
        DatasetFiles.audio(fields[path], from: folder), at: place)
      let name = audio.deletingPathExtension().lastPathComponent
      let who = speaker.flatMap { fields.indices.contains($0) ? fields[$0] : nil } ?? ""
      return Utterance(
        id: "\(name)-\(String(format: "%06d", number))", speaker: who.isEmpty ? name : who,
        audio: audio, transcript: try DatasetFiles.transcript(fields[text], at: place))
    }
  }
}

/// A table, or a folder of them (`SPLIT.csv`, comma-separated, or `SPLIT.tsv`, tab-separated), whose
/// heading has `path` (or `audio`, `file`, `filename`) and `text` (or `transcript`, `sentence`).
package enum TableLayout: DatasetLayout {
  package static let name = "table"
  package static let summary = "SPLIT.csv or SPLIT.tsv with columns path and text"

  private static func tables(_ root: URL) -> [URL] {
    let files =
      DatasetFiles.isFolder(root)
      ? DatasetFiles.names(in: root).map { root.appendingPathComponent($0) } : [root]
    return files.filter { ["csv", "tsv"].contains($0.pathExtension.lowercased()) }
  }

  package static func recognizes(_ root: URL) -> Bool { !tables(root).isEmpty }

  package static func splits(_ root: URL) -> [String] {
    tables(root).map { $0.deletingPathExtension().lastPathComponent }
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let file = tables(root).first { $0.deletingPathExtension().lastPathComponent == split }
    guard let file else { return [] }
    let isTabs = file.pathExtension.lowercased() == "tsv"
    return try TextTableFile(file, separator: isTabs ? "\t" : ",", quoted: true).utterances(
      path: ["path", "audio", "file", "filename"], text: ["text", "transcript", "sentence"],
      speaker: ["speaker", "client_id", "speaker_id"], folder: file.deletingLastPathComponent())
  }
}

/// Mozilla Common Voice: SPLIT.tsv beside the folder `clips`. Clips come as MP3, which takes ffmpeg; WAV
/// or FLAC copies of the same names are read before them.
package enum CommonVoiceLayout: DatasetLayout {
  package static let name = "commonvoice"
  package static let summary = "SPLIT.tsv (client_id, path, sentence) and clips/"

  package static func recognizes(_ root: URL) -> Bool {
    DatasetFiles.isFolder(root.appendingPathComponent("clips")) && !splits(root).isEmpty
  }

  package static func splits(_ root: URL) -> [String] {
    DatasetFiles.names(in: root).filter { $0.hasSuffix(".tsv") }.map { String($0.dropLast(4)) }
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let file = root.appendingPathComponent("\(split).tsv")
    // Sentences may have quotation marks of their own, and no field is quoted.
    return try TextTableFile(file, separator: "\t", quoted: false).utterances(
      path: ["path"], text: ["sentence"], speaker: ["client_id"],
      folder: root.appendingPathComponent("clips"))
  }
}

/// LJSpeech: `metadata.csv` ("ID|AS WRITTEN|AS SPOKEN" a line) and wavs/ID.wav. One speaker, one split,
/// `all`.
package enum LJSpeechLayout: DatasetLayout {
  package static let name = "ljspeech"
  package static let summary = "metadata.csv (ID|WRITTEN|SPOKEN) and wavs/ID.wav; the split is all"

  package static func recognizes(_ root: URL) -> Bool {
    DatasetFiles.exists(root.appendingPathComponent("metadata.csv"))
      && DatasetFiles.isFolder(root.appendingPathComponent("wavs"))
  }

  package static func splits(_ root: URL) -> [String] { recognizes(root) ? ["all"] : [] }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let file = root.appendingPathComponent("metadata.csv")
    return try DatasetFiles.lines(of: file).map { number, line in
      let place = DatasetFiles.place(file, number)
      let fields = line.split(separator: "|", omittingEmptySubsequences: false)
      guard fields.count >= 2, !fields[0].isEmpty else {
        throw InputError(place, expected: "ID|WRITTEN|SPOKEN", found: "\"\(line.prefix(60))\"")
      }
      let id = fields[0].trimmingCharacters(in: .whitespaces)
      return Utterance(
        id: id, speaker: "LJ",
        audio: try DatasetFiles.checked(root.appendingPathComponent("wavs/\(id).wav"), at: place),
        transcript: try DatasetFiles.transcript(fields[fields.count > 2 ? 2 : 1], at: place))
    }
  }
}
