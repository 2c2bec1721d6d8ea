// LibriSpeech's folders: split, speaker, chapter.

import Base
import Foundation

/// root/split/speaker/chapter/ with `speaker-chapter.trans.txt` ("ID WORDS" a line) and ID.flac or
/// ID.wav beside it (openslr.org/12), or what ffmpeg decodes (ID.opus); root may also be the folder above
/// `LibriSpeech`. Of a tree that is unpacked in part, what has a transcript counts; audio without one is
/// left out.
package enum LibriSpeechLayout: DatasetLayout {
  package static let name = "librispeech"
  package static let summary = "SPLIT/SPEAKER/CHAPTER/ID.flac with SPEAKER-CHAPTER.trans.txt"

  package static func recognizes(_ root: URL) -> Bool {
    DatasetFiles.folders(in: top(root)).contains { split in
      DatasetFiles.folders(in: split).prefix(1).contains { speaker in
        DatasetFiles.folders(in: speaker).prefix(1).contains { chapter in
          DatasetFiles.names(in: chapter).contains { $0.hasSuffix(".trans.txt") }
        }
      }
    }
  }

  private static func top(_ root: URL) -> URL {
    let inner = root.appendingPathComponent("LibriSpeech")
    return DatasetFiles.isFolder(inner) ? inner : root
  }

  package static func splits(_ root: URL) -> [String] {
    DatasetFiles.folders(in: top(root)).map(\.lastPathComponent)
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    try contents(root, split: split).utterances
  }

  package static func contents(
    _ root: URL, split: String
  ) throws -> (utterances: [Utterance], leftOut: [InputError]) {
    let folder = top(root).appendingPathComponent(split)
    let chapters = try DatasetFiles.folders(in: folder).flatMap { speaker in
      try DatasetFiles.folders(in: speaker).map {
        try chapter($0, speaker: speaker.lastPathComponent)
      }
    }
    let utterances = chapters.flatMap(\.utterances)
    guard !utterances.isEmpty else {
      throw InputError(
        folder.path, expected: "speaker/chapter folders with .trans.txt files", found: "none")
    }
    return (utterances, chapters.flatMap(\.orphans))
  }

  /// A chapter's utterances, with their audio or without, and its audio that has no transcript.
  private static func chapter(
    _ folder: URL, speaker: String
  ) throws -> (utterances: [Utterance], orphans: [InputError]) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw InputError(folder.path, expected: "a readable folder", found: "a locked one")
    }
    var audio: [String: URL] = [:]
    /// Only where there is no other: recordings as they came may lie beside their copies.
    var foreign: [String: URL] = [:]
    for name in names where !name.hasPrefix(".") {
      let file = folder.appendingPathComponent(name)
      let kind = file.pathExtension.lowercased()
      if ExternalDecoder.extensions.contains(kind) {
        foreign[file.deletingPathExtension().lastPathComponent] = file
      }
      guard AudioFile.extensions.contains(kind) else { continue }
      let id = file.deletingPathExtension().lastPathComponent
      if let other = audio.updateValue(file, forKey: id) {
        throw InputError(
          file.path, expected: "one audio file for each id",
          found: "\(other.lastPathComponent) as well")
      }
    }
    var utterances: [Utterance] = []
    var transcribed: Set<String> = []
    for name in names where name.hasSuffix(".trans.txt") && !name.hasPrefix(".") {
      let file = folder.appendingPathComponent(name)
      for (number, line) in try DatasetFiles.lines(of: file) {
        let fields = line.words
        guard let id = fields.first else { continue }
        guard transcribed.insert(id).inserted else {
          throw InputError(
            DatasetFiles.place(file, number), expected: "each id once", found: "\(id) again")
        }
        utterances.append(
          Utterance(
            id: id, speaker: speaker,
            audio: audio.removeValue(forKey: id) ?? foreign[id]
              ?? folder.appendingPathComponent("\(id).flac"),
            transcript: DatasetFiles.transcript(fields.dropFirst().joined(separator: " "))))
      }
    }
    let orphans = audio.sorted { $0.key < $1.key }.map { id, file in
      InputError(
        file.path, expected: "a line \"\(id) ...\" in a .trans.txt beside it", found: "none")
    }
    return (utterances, orphans)
  }
}
