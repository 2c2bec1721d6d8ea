// Comma- and tab-separated files: a heading and rows of fields.

import Base
import Foundation

/// A table as text. Fields are trimmed; rows without any text are left out.
struct TextTableFile {
  enum Kind {
    /// Commas, and fields in quotation marks with doubled ones inside (RFC 4180), where a line may break.
    case commas
    /// Tabs; a quotation mark is text.
    case tabs

    /// By the file's name.
    init(_ url: URL) { self = url.pathExtension.lowercased() == "tsv" ? .tabs : .commas }
  }

  let url: URL
  /// As `ColumnNames` compares them.
  let heading: [String]
  /// Each with the line on which it begins, and no more fields than the heading.
  let rows: [(line: Int, fields: [String])]

  /// Throws `InputError` that names the line.
  init(_ url: URL, _ kind: Kind) throws {
    self.url = url
    let text = try DatasetFiles.text(of: url)
    var rows =
      kind == .tabs ? Self.tabbed(text) : try Self.quoted(text) { DatasetFiles.place(url, $0) }
    rows.removeAll { $0.fields.allSatisfy(\.isEmpty) }
    heading = rows.isEmpty ? [] : rows.removeFirst().fields.map(ColumnNames.normalized)
    for row in rows where row.fields.count > heading.count {
      throw InputError(
        DatasetFiles.place(url, row.line), expected: "at most \(heading.count) fields, as headings",
        found: "\(row.fields.count)"
          + (kind == .commas ? "; a field with a comma goes into quotation marks" : ""))
    }
    self.rows = rows
  }

  private static func tabbed(_ text: String) -> [(line: Int, fields: [String])] {
    text.lines.enumerated().map { number, line in
      let fields = line.utf8.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
      return (number + 1, fields.map { trimmed(String(Substring($0))) })
    }
  }

  private static func trimmed(_ text: String) -> String {
    text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static func quoted(
    _ text: String, place: (Int) -> String
  ) throws -> [(line: Int, fields: [String])] {
    let bytes = Array(text.utf8)
    let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var rows: [(line: Int, fields: [String])] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var (line, first) = (1, 1)
    var index = 0
    /// Whether there is nothing of the field yet but spaces, and whether it was in quotation marks that
    /// are closed.
    var (isBlank, isClosed) = (true, false)
    func endField() {
      fields.append(trimmed(String(decoding: field, as: UTF8.self)))
      (field, isBlank, isClosed) = ([], true, false)
    }
    func endRow() {
      endField()
      rows.append((first, fields))
      fields = []
      first = line
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case quote where isBlank:
        field = []
        let start = line
        while true {
          guard index < bytes.count else {
            throw InputError(
              place(start), expected: "a quotation mark that ends the field", found: "none")
          }
          let inside = bytes[index]
          index += 1
          if inside == quote {
            guard index < bytes.count, bytes[index] == quote else { break }
            index += 1
          } else if inside == lineFeed
            || inside == carriageReturn && !(index < bytes.count && bytes[index] == lineFeed)
          {
            line += 1
          }
          field.append(inside)
        }
        (isBlank, isClosed) = (false, true)
      case comma: endField()
      case lineFeed, carriageReturn:
        if byte == carriageReturn, index < bytes.count, bytes[index] == lineFeed { index += 1 }
        line += 1
        endRow()
      case 0x20, 0x09: field.append(byte)
      default:
        if isClosed {
          throw InputError(
            place(line), expected: "a comma or the line's end behind a quoted field",
            found: "\"\(String(decoding: bytes[(index - 1)...].prefix(20), as: UTF8.self))\"")
        }
        field.append(byte)
        isBlank = false
      }
    }
    if !fields.isEmpty || !field.isEmpty || isClosed { endRow() }
    return rows
  }

  /// The headings alone, read as far as they go.
  static func heading(of url: URL) -> [String] {
    let separator: Character = Kind(url) == .tabs ? "\t" : ","
    return DatasetFiles.firstLine(of: url).split(separator: separator).map {
      ColumnNames.normalized($0.trimmingCharacters(in: .whitespaces.union(["\"", "\u{FEFF}"])))
    }
  }

  /// The one of these columns that counts; throws when the heading has it twice.
  private func column(_ names: [String]) throws -> Int? {
    guard let name = names.first(where: heading.contains) else { return nil }
    guard heading.filter({ $0 == name }).count == 1 else {
      throw InputError(
        DatasetFiles.place(url, 1), expected: "each column once", found: "\"\(name)\" twice")
    }
    return heading.firstIndex(of: name)
  }

  /// The utterances of its rows; audio paths are from `folder`.
  func utterances(_ columns: ColumnNames = ColumnNames(), folder: URL) throws -> [Utterance] {
    guard let audio = try column(columns.audio), let text = try column(columns.text) else {
      throw InputError(
        DatasetFiles.place(url, 1),
        expected: "columns for audio (\(columns.audio.joined(separator: ", "))) and text "
          + "(\(columns.text.joined(separator: ", ")))",
        found: String(heading.joined(separator: ", ").prefix(200)))
    }
    for names in [columns.speaker, columns.start, columns.end, columns.duration] {
      _ = try column(names)
    }
    let places = Dictionary(heading.enumerated().map { ($1, $0) }) { first, _ in first }
    return try rows.map { line, fields in
      let place = DatasetFiles.place(url, line)
      guard fields.count > max(audio, text) else {
        throw InputError(place, expected: "\(heading.count) fields", found: "\(fields.count)")
      }
      return try UtteranceRow(place: place, line: line) { name in
        places[name].flatMap { fields.indices.contains($0) ? fields[$0] : nil }
      }.utterance(columns, folder: folder)
    }
  }
}
