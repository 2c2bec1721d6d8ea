// Tables of audio and text, and the two data sets that are such tables: Common Voice and LJSpeech.

import Base
import Foundation

/// A table, or a folder of them (`SPLIT.csv`, comma-separated, or `SPLIT.tsv`, tab-separated), whose
/// heading has a column for audio and one for text under any of `ColumnNames`; `start` and `end` (or
/// `duration`), in seconds, make a row a part of its recording.
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
    return try TextTableFile(file, .init(file)).utterances(folder: file.deletingLastPathComponent())
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
    let columns = ColumnNames(audio: ["path"], text: ["sentence"], speaker: ["client_id"])
    return try TextTableFile(root.appendingPathComponent("\(split).tsv"), .tabs)
      .utterances(columns, folder: root.appendingPathComponent("clips"))
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
        transcript: DatasetFiles.transcript(fields[fields.count > 2 ? 2 : 1]))
    }
  }
}
