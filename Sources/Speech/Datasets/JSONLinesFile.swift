// Lists of utterances as JSON, an object a line.

import Base
import Foundation

enum JSONLinesFile {
  /// The utterances of its lines; audio paths are from `folder`. Every object has the audio's path and a
  /// text, which may be empty.
  static func utterances(
    _ file: URL, _ columns: ColumnNames = ColumnNames(), folder: URL
  ) throws -> [Utterance] {
    try DatasetFiles.lines(of: file).map { number, line in
      let place = DatasetFiles.place(file, number)
      let value = JSONValue(line.utf8)
      func has(_ names: [String]) -> Bool { names.contains { value?[$0]?.text != nil } }
      guard let value, has(columns.audio), has(columns.text) else {
        throw InputError(
          place, expected: "an object with \(columns.audio[0]) and \(columns.text[0])",
          found: "\"\(line.prefix(60))\"")
      }
      return try UtteranceRow(place: place, line: number) { value[$0]?.text }
        .utterance(columns, folder: folder)
    }
  }

  /// The first object's members' names; none where the file does not begin with an object a line.
  static func firstNames(of file: URL) -> [String] {
    (JSONValue(DatasetFiles.firstLine(of: file).utf8)?.members ?? []).map(\.name)
  }
}
