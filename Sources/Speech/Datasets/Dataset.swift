// Utterances with transcripts, as they lie in a LibriSpeech-style folder.

import Foundation
import Kernels

package struct Utterance: Sendable, Equatable {
  package let id: String
  package let speaker: String
  package let audio: URL
  /// Lower-case words with single spaces.
  package let transcript: String

  package init(id: String, speaker: String, audio: URL, transcript: String) {
    self.id = id
    self.speaker = speaker
    self.audio = audio
    self.transcript = transcript
  }

  package var words: [String] { transcript.split(separator: " ").map(String.init) }
}

/// One split of a data set: root/split/speaker/chapter/ with `speaker-chapter.trans.txt` ("ID WORDS"
/// a line) and ID.flac or ID.wav beside it (LibriSpeech, openslr.org/12).
package struct Dataset: Sendable {
  package let name: String
  package let split: String
  /// Sorted by id.
  package let utterances: [Utterance]

  package init(name: String, split: String, utterances: [Utterance]) {
    self.name = name
    self.split = split
    self.utterances = utterances
  }

  /// Every transcript must have its audio and every audio file its transcript.
  package init(contentsOf root: URL, split: String) throws {
    let manager = FileManager.default
    func folders(_ url: URL) -> [URL] {
      let all =
        (try? manager.contentsOfDirectory(
          at: url, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)) ?? []
      return all.filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true }
        .sorted { $0.path < $1.path }
    }
    guard manager.fileExists(atPath: root.path) else {
      throw InputError(root.path, expected: "a data set folder", found: "nothing")
    }
    let folder = root.appendingPathComponent(split)
    guard manager.fileExists(atPath: folder.path) else {
      let found = folders(root).map(\.lastPathComponent)
      throw InputError(
        root.path, expected: "a split \"\(split)\"",
        found: found.isEmpty ? "no splits" : found.joined(separator: ", "))
    }
    var utterances: [Utterance] = []
    for speaker in folders(folder) {
      for chapter in folders(speaker) {
        utterances += try Self.chapter(chapter, speaker: speaker.lastPathComponent)
      }
    }
    guard !utterances.isEmpty else {
      throw InputError(
        folder.path, expected: "speaker/chapter folders with .trans.txt files", found: "none")
    }
    self.init(
      name: root.standardizedFileURL.lastPathComponent, split: split,
      utterances: utterances.sorted { $0.id < $1.id })
  }

  private static func chapter(_ folder: URL, speaker: String) throws -> [Utterance] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    var audio: [String: URL] = [:]
    for file in files where ["flac", "wav"].contains(file.pathExtension.lowercased()) {
      audio[file.deletingPathExtension().lastPathComponent] = file
    }
    var utterances: [Utterance] = []
    for file in files.sorted(by: { $0.path < $1.path })
    where file.lastPathComponent.hasSuffix(".trans.txt") {
      guard let text = try? String(contentsOf: file, encoding: .utf8) else {
        throw InputError(file.path, expected: "UTF-8 text", found: "something else")
      }
      for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
        let fields = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let id = fields.first else { continue }
        guard let url = audio.removeValue(forKey: id) else {
          throw InputError(
            "\(file.path) line \(number + 1)", expected: "\(id).flac or \(id).wav beside it",
            found: "no audio")
        }
        utterances.append(
          Utterance(
            id: id, speaker: speaker, audio: url,
            transcript: fields.dropFirst().joined(separator: " ").lowercased()))
      }
    }
    if let orphan = audio.keys.sorted().first {
      throw InputError(
        audio[orphan]!.path, expected: "a line \"\(orphan) …\" in a .trans.txt beside it",
        found: "none")
    }
    return utterances
  }
}
