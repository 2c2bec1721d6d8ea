// One split of a data set, in whichever of the known layouts it lies.

import Base
import Foundation

package struct Dataset: Sendable {
  /// The root folder's name.
  package let name: String
  package let split: String
  /// Sorted by id.
  package let utterances: [Utterance]
  /// What references went through and hypotheses have to go through before they are compared.
  package let normalization: TextNormalization
  /// What lies in the split and is no utterance, such as audio that no transcript names.
  package let leftOut: [InputError]

  package init(
    name: String, split: String, utterances: [Utterance],
    normalization: TextNormalization = .none, leftOut: [InputError] = []
  ) {
    self.name = name
    self.split = split
    self.utterances = utterances.map { $0.normalized(by: normalization) }
    self.normalization = normalization
    self.leftOut = leftOut
  }

  /// Lists the split without opening its audio, which need not be there: reading it tells. `InputError`
  /// unless the split exists and has utterances, each with a transcript, once; that may be empty.
  /// - Parameters:
  ///   - format: a layout's name; nil is the first that recognises the folder.
  ///   - channel: of every recording, from 1, the one that is heard; nil is what the layout says.
  package init(
    contentsOf root: URL, split: String, format: String? = nil, channel: Int? = nil,
    normalization: TextNormalization = .none,
    layouts: Catalogue<any DatasetLayout.Type> = DatasetCatalog.all
  ) throws {
    let layout = try Self.layout(of: root, format: format, layouts)
    let splits = try layout.splits(root)
    guard splits.contains(split) else {
      throw InputError(
        root.path, expected: "a split \"\(split)\"",
        found: splits.isEmpty
          ? "no splits of \(layout.name) (\(layout.summary))"
          : "the splits \(splits.joined(separator: ", "))")
    }
    var (utterances, leftOut) = try layout.contents(root, split: split)
    guard !utterances.isEmpty else {
      throw InputError(
        root.path, expected: "utterances in the split \"\(split)\" (\(layout.name))", found: "none")
    }
    if let channel { utterances = utterances.map { $0.heard(in: .only(channel)) } }
    utterances.sort { $0.id < $1.id }
    for (one, other) in zip(utterances, utterances.dropFirst()) where one.id == other.id {
      throw InputError(
        other.audio.path, expected: "an id of its own",
        found: one.audio == other.audio ? "\"\(one.id)\" twice" : "that of \(one.audio.path)")
    }
    self.init(
      name: DatasetFiles.isFolder(root)
        ? root.standardizedFileURL.lastPathComponent
        : root.standardizedFileURL.deletingPathExtension().lastPathComponent,
      split: split, utterances: utterances, normalization: normalization,
      leftOut: leftOut)
  }

  /// Of the utterances' ids, texts and audio, whose files count by their lengths.
  package var digest: String {
    var digest = Digest()
    for utterance in utterances {
      let size = (try? FileManager.default.attributesOfItem(atPath: utterance.audio.path))?[.size]
      let segment = utterance.segment.map { "\($0)" } ?? ""
      // The mean is not named: most data sets know of no channels.
      let channel = utterance.channel == .mean ? "" : "\t\(utterance.channel)"
      digest.add(
        "\(utterance.id)\t\(utterance.transcript)\t\(segment)\t\(size ?? 0)\(channel)\n")
    }
    return digest.description
  }

  /// The names of the splits that lie there; none where nothing does.
  package static func splits(
    of root: URL, format: String? = nil,
    layouts: Catalogue<any DatasetLayout.Type> = DatasetCatalog.all
  ) throws -> [String] {
    try layout(of: root, format: format, layouts).splits(root)
  }

  private static func layout(
    of root: URL, format: String?, _ layouts: Catalogue<any DatasetLayout.Type>
  ) throws -> any DatasetLayout.Type {
    guard DatasetFiles.exists(root) else {
      throw InputError(root.path, expected: "a data set folder", found: "nothing")
    }
    if let format { return try layouts.named(format) }
    guard let layout = layouts.first(where: { $0.recognizes(root) }) else {
      throw InputError(
        root.path, expected: "a data set laid out as \(layouts.expectation)",
        found: DatasetFiles.isFolder(root) ? "a folder that is none" : "a file that is none")
    }
    return layout
  }
}

/// A way in which data sets lie on disk. A new one is a file that conforms to this and a line in the
/// catalogue.
package protocol DatasetLayout: Sendable {
  /// What it is called where a format is asked for.
  static var name: String { get }
  /// What is where, in a line.
  static var summary: String { get }
  /// Whether a folder or file looks like one.
  static func recognizes(_ root: URL) -> Bool
  /// Sorted names.
  static func splits(_ root: URL) throws -> [String]
  /// A split's utterances in any order, without opening audio.
  static func utterances(_ root: URL, split: String) throws -> [Utterance]
  /// The same, and what lies in the split and is no utterance: nothing, where a layout does not say.
  static func contents(
    _ root: URL, split: String
  ) throws -> (utterances: [Utterance], leftOut: [InputError])
}

extension DatasetLayout {
  package static func contents(
    _ root: URL, split: String
  ) throws -> (utterances: [Utterance], leftOut: [InputError]) {
    (try utterances(root, split: split), [])
  }
}

package enum DatasetCatalog {
  /// Asked in this order: what is told by a file of its own comes before what is told by its shape.
  package static let all = Catalogue<any DatasetLayout.Type>(
    "format",
    [
      AudioFolderLayout.self, LJSpeechLayout.self, CommonVoiceLayout.self, TEDLIUMLayout.self,
      KaldiLayout.self, SphinxLayout.self, LibriSpeechLayout.self, NeMoLayout.self,
      TableLayout.self,
    ]
  ) { $0.name }
}

/// What several layouts read with.
enum DatasetFiles {
  /// Names that are not hidden, sorted; none when the folder cannot be read.
  static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  /// Folders that are not hidden, also behind links, sorted by name.
  static func folders(in folder: URL) -> [URL] {
    names(in: folder).map { folder.appendingPathComponent($0) }.filter(isFolder)
  }

  static func isFolder(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }

  static func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

  /// A text file, with or without a byte order mark.
  static func text(of file: URL) throws -> String {
    guard let data = try? Data(contentsOf: file), let text = String(data: data, encoding: .utf8)
    else { throw InputError(file.path, expected: "UTF-8 text", found: "something else") }
    let scalars = text.unicodeScalars
    return scalars.first == "\u{FEFF}" ? String(scalars.dropFirst()) : text
  }

  /// A text file's lines with their numbers from 1, without empty ones.
  static func lines(of file: URL) throws -> [(number: Int, text: Substring)] {
    try text(of: file).lines.enumerated().map { ($0.offset + 1, $0.element) }
      .filter { !$0.1.allSatisfy(\.isWhitespace) }
  }

  /// The first line with anything on it; empty where there is none within 64 KiB.
  static func firstLine(of file: URL) -> Substring {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return "" }
    defer { try? handle.close() }
    let start = (try? handle.read(upToCount: 1 << 16)) ?? Data()
    return String(decoding: start, as: UTF8.self).lines
      .first { !$0.allSatisfy(\.isWhitespace) } ?? ""
  }

  static func place(_ file: URL, _ line: Int) -> String { "\(file.path), line \(line)" }

  /// A path as a list gives it: absolute, or from the list's own folder.
  static func audio(_ path: String, from folder: URL) -> URL {
    path.hasPrefix("/") ? URL(fileURLWithPath: path) : folder.appendingPathComponent(path)
  }

  /// The audio file of that line, or where it is not there, or of a kind that takes ffmpeg, its WAV or
  /// FLAC copy. Without either it is the file all the same: one that is missing is told when it is to be
  /// read.
  static func checked(_ url: URL, at place: String) throws -> URL {
    guard !isFolder(url) else {
      throw InputError(place, expected: "the path of an audio file", found: "a folder \(url.path)")
    }
    let kind = url.pathExtension.lowercased()
    if AudioFile.extensions.contains(kind), exists(url) { return url }
    let isForeign = ExternalDecoder.extensions.contains(kind)
    // What is behind a dot that is no kind of audio belongs to the name.
    if isForeign || kind.isEmpty || AudioFile.extensions.contains(kind) {
      let copies = ["flac", "wav"].map { url.deletingPathExtension().appendingPathExtension($0) }
      if let copy = copies.first(where: exists) { return copy }
    }
    return url
  }

  static let sideSentence = "the channel being a number from 1 or A to D"

  /// The channel that a list names: a number from 1, or A to D.
  static func side(_ text: some StringProtocol) -> ChannelChoice? {
    let letters = ["A", "B", "C", "D"]
    let number = letters.firstIndex(of: text.uppercased()).map { $0 + 1 } ?? Int(text)
    return number.flatMap { $0 > 0 ? .side($0) : nil }
  }

  /// Seconds of a part of a recording; nil unless they are in order and within what a recording can last.
  static func segment(from start: Double, to end: Double) -> ClosedRange<Double>? {
    let longest = 1e7
    return start >= 0 && start < end && end <= longest ? start...end : nil
  }

  /// Lower-case words with single spaces; none where nothing was said.
  static func transcript(_ text: some StringProtocol) -> String {
    text.words.joined(separator: " ").inLowerCase
  }
}
