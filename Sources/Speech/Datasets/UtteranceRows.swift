// Rows with named columns, of tables and of JSON lines, as utterances.

import Base
import Foundation

/// What a row's columns may be called; the first that is there counts.
struct ColumnNames {
  var audio = [
    "audio_filepath", "audio_path", "path", "audio", "audio_file", "file", "file_name", "filename",
    "filepath", "file_path", "wav", "wav_path", "wav_filename",
  ]
  var text = [
    "text", "transcript", "transcription", "sentence", "normalized_text", "raw_transcription",
  ]
  var speaker = ["speaker", "speaker_id", "client_id", "spk_id"]
  var start = ["start", "start_time", "offset", "begin"]
  var end = ["end", "end_time", "stop"]
  var duration = ["duration"]

  /// A heading as it is compared: lower case, spaces and hyphens as underscores.
  static func normalized(_ name: String) -> String {
    String(name.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
  }
}

/// A row of a table, or an object of JSON lines.
struct UtteranceRow {
  /// File and line, for errors.
  let place: String
  let line: Int
  /// A column's text by its name; nil where there is none.
  let value: (String) -> String?

  private func first(_ names: [String]) -> String? { names.lazy.compactMap(value).first }

  /// The utterance that it describes, with audio paths from `folder`. A start and an end (or a duration),
  /// in seconds, make it a part of the recording; a duration alone describes all of it.
  func utterance(_ columns: ColumnNames, folder: URL) throws -> Utterance {
    guard let path = first(columns.audio), !path.isEmpty else {
      throw InputError(
        place, expected: "the path of an audio file", found: "none")
    }
    let audio = try DatasetFiles.checked(DatasetFiles.audio(path, from: folder), at: place)
    let name = audio.deletingPathExtension().lastPathComponent
    let who = first(columns.speaker) ?? ""
    return Utterance(
      id: "\(name)-\(String(format: "%06d", line))", speaker: who.isEmpty ? name : who,
      audio: audio, transcript: DatasetFiles.transcript(first(columns.text) ?? ""),
      segment: try segment(columns))
  }

  private func segment(_ columns: ColumnNames) throws -> ClosedRange<Double>? {
    let times = [columns.start, columns.end, columns.duration].map { first($0) ?? "" }
    guard !(times[0].isEmpty && times[1].isEmpty) else { return nil }
    let numbers = times.map(Double.init)
    let start = times[0].isEmpty ? 0 : numbers[0]
    let length = times[2].isEmpty ? nil : numbers[2]
    let end = times[1].isEmpty ? start.flatMap { start in length.map { start + $0 } } : numbers[1]
    guard let start, let end, let segment = DatasetFiles.segment(from: start, to: end) else {
      let found = zip(["start", "end", "duration"], times).filter { !$1.isEmpty }
        .map { "\($0) \"\($1.prefix(20))\"" }.joined(separator: ", ")
      throw InputError(
        place,
        expected: "a start (offset) of at least 0 and an end or duration after it, in seconds",
        found: found)
    }
    return segment
  }
}
