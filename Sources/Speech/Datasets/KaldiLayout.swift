// Kaldi's data folders: wav.scp, text, and segments where recordings are longer than utterances.

import Base
import Foundation

/// A folder with `wav.scp` ("RECORDING PATH" a line) and `text` ("UTTERANCE WORDS"), optionally
/// `segments` ("UTTERANCE RECORDING START END", seconds), `utt2spk` and `reco2file_and_channel`
/// ("RECORDING FILE CHANNEL"); or a folder of such folders, which are its splits. Commands in wav.scp
/// (lines that end in |) are refused: nothing is run.
package enum KaldiLayout: DatasetLayout {
  package static let name = "kaldi"
  package static let summary = "SPLIT/wav.scp and text, with segments and utt2spk if there are any"

  private static func isData(_ folder: URL) -> Bool {
    ["wav.scp", "text"].allSatisfy { DatasetFiles.exists(folder.appendingPathComponent($0)) }
  }

  package static func recognizes(_ root: URL) -> Bool {
    isData(root) || DatasetFiles.folders(in: root).contains(where: isData)
  }

  /// A folder that is data itself is a split by its own name.
  package static func splits(_ root: URL) -> [String] {
    isData(root)
      ? [root.standardizedFileURL.lastPathComponent]
      : DatasetFiles.folders(in: root).filter(isData).map(\.lastPathComponent)
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let folder = isData(root) ? root : root.appendingPathComponent(split)
    /// "KEY REST" lines; a key twice is an error.
    func table(_ name: String, required: Bool) throws -> [String: (rest: String, place: String)] {
      let file = folder.appendingPathComponent(name)
      guard required || DatasetFiles.exists(file) else { return [:] }
      var result: [String: (rest: String, place: String)] = [:]
      for (number, line) in try DatasetFiles.lines(of: file) {
        let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        let rest = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
        let place = DatasetFiles.place(file, number)
        if result.updateValue((rest, place), forKey: String(parts[0])) != nil {
          throw InputError(place, expected: "each key once", found: "\"\(parts[0])\" again")
        }
      }
      return result
    }
    let recordings = try table("wav.scp", required: true)
    let texts = try table("text", required: true)
    let segments = try table("segments", required: false)
    let speakers = try table("utt2spk", required: false)
    let channels = try table("reco2file_and_channel", required: false).mapValues { entry in
      let fields = entry.rest.split(whereSeparator: \.isWhitespace)
      guard fields.count == 2, let side = DatasetFiles.side(fields[1]) else {
        throw InputError(
          entry.place, expected: "RECORDING FILE CHANNEL, " + DatasetFiles.sideSentence,
          found: "\"\(entry.rest.prefix(60))\"")
      }
      return (file: String(fields[0]), side: side)
    }
    var audio: [String: URL] = [:]
    for (key, entry) in recordings {
      guard !entry.rest.hasSuffix("|") else {
        throw InputError(
          entry.place, expected: "a path; commands are not run",
          found: "\"\(entry.rest.prefix(60))\"")
      }
      // Paths are meant from where the recipe was run; from the folder is the other common reading.
      let here = URL(fileURLWithPath: entry.rest)
      let there = DatasetFiles.audio(entry.rest, from: folder)
      // "FILE.ark:123", a place within an archive, is never the WAV beside it.
      let isArchive = entry.rest.firstMatch(of: #/\.ark(:\d+)?(\[.*\])?$/#) != nil
      let isPlace = entry.rest.firstMatch(of: #/:\d+(\[.*\])?$/#) != nil
      if isArchive || isPlace && ![here, there].contains(where: DatasetFiles.exists) {
        throw InputError(
          entry.place, expected: "an audio file; archives of samples or features are not read",
          found: "\"\(entry.rest.prefix(60))\"")
      }
      audio[key] = try DatasetFiles.checked(
        DatasetFiles.exists(here) ? here : there, at: entry.place)
    }
    return try texts.map { id, text in
      let segment = segments[id]
      var range: ClosedRange<Double>?
      var recording = id
      if let segment {
        let fields = segment.rest.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 3, let start = Double(fields[1]), let end = Double(fields[2]),
          let times = DatasetFiles.segment(from: start, to: end)
        else {
          throw InputError(
            segment.place, expected: "UTTERANCE RECORDING START END in seconds",
            found: "\"\(id) \(segment.rest.prefix(60))\"")
        }
        recording = String(fields[0])
        range = times
      } else if !segments.isEmpty {
        throw InputError(text.place, expected: "a line for \"\(id)\" in segments", found: "none")
      }
      guard let url = audio[recording] else {
        throw InputError(
          segment?.place ?? text.place, expected: "a recording \"\(recording)\" in wav.scp",
          found: "none")
      }
      // Some lists name a side for each utterance, and as its file the recording that both are in.
      let side =
        channels[recording]?.side
        ?? channels[id].flatMap { $0.file == recording ? $0.side : nil }
      return Utterance(
        id: id, speaker: speakers[id]?.rest ?? id, audio: url,
        transcript: DatasetFiles.transcript(text.rest), segment: range, channel: side ?? .mean)
    }
  }
}
