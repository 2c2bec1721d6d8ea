// LibriSpeech's folders: split, speaker, chapter.

import Base
import Foundation

/// root/split/speaker/chapter/ with `speaker-chapter.trans.txt` ("ID WORDS" a line) and ID.flac or
/// ID.wav beside it (openslr.org/12), or what ffmpeg decodes (ID.opus); root may also be the folder above
/// `LibriSpeech`.
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
    let folder = top(root).appendingPathComponent(split)
    let utterances = try DatasetFiles.folders(in: folder).flatMap { speaker in
      try DatasetFiles.folders(in: speaker).flatMap {
        try chapter($0, speaker: speaker.lastPathComponent)
      }
    }
    guard !utterances.isEmpty else {
      throw InputError(
        folder.path, expected: "speaker/chapter folders with .trans.txt files", found: "none")
    }
    return utterances
  }

  private static func chapter(_ folder: URL, speaker: String) throws -> [Utterance] {
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
      guard let data = try? Data(contentsOf: file), let text = String(data: data, encoding: .utf8)
      else {
        throw InputError(file.path, expected: "UTF-8 text", found: "something else")
      }
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      for (number, line) in lines.enumerated() {
        let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let id = fields.first else { continue }
        let place = "\(file.path), line \(number + 1)"
        guard fields.count > 1 else {
          throw InputError(place, expected: "an id and its words", found: "\"\(id.prefix(80))\"")
        }
        guard transcribed.insert(id).inserted else {
          throw InputError(place, expected: "each id once", found: "\(id) again")
        }
        let url =
          try audio.removeValue(forKey: id)
          ?? foreign[id].map { try DatasetFiles.checked($0, at: place) }
        guard let url else {
          throw InputError(
            place, expected: folder.appendingPathComponent("\(id).flac").path + " or .wav",
            found: "no such file")
        }
        utterances.append(
          Utterance(
            id: id, speaker: speaker, audio: url,
            transcript: fields.dropFirst().joined(separator: " ").lowercased()))
      }
    }
    if let orphan = audio.min(by: { $0.key < $1.key }) {
      throw InputError(
        orphan.value.path, expected: "a line \"\(orphan.key) ...\" in a .trans.txt beside it",
        found: "none")
    }
    return utterances
  }
}
