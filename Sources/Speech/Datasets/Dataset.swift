// Utterances with transcripts, as they lie in a LibriSpeech-style folder.

import Foundation
import Kernels

/// One recording and what was said in it.
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
  /// The root folder's name.
  package let name: String
  package let split: String
  /// Sorted by id.
  package let utterances: [Utterance]

  package init(name: String, split: String, utterances: [Utterance]) {
    self.name = name
    self.split = split
    self.utterances = utterances
  }

  /// Lists the split without opening its audio. `InputError` unless the split exists and has
  /// utterances, every transcript has its audio and every audio file its transcript, once.
  package init(contentsOf root: URL, split: String) throws {
    let splits = Self.folders(in: root)
    guard let folder = splits.first(where: { $0.lastPathComponent == split }) else {
      guard FileManager.default.fileExists(atPath: root.path) else {
        throw InputError(root.path, expected: "a data set folder", found: "nothing")
      }
      let names = splits.map(\.lastPathComponent)
      throw InputError(
        root.path, expected: "a split \"\(split)\"",
        found: names.isEmpty ? "no splits" : "the splits \(names.joined(separator: ", "))")
    }
    var utterances: [Utterance] = []
    for speaker in Self.folders(in: folder) {
      for chapter in Self.folders(in: speaker) {
        utterances += try Self.chapter(chapter, speaker: speaker.lastPathComponent)
      }
    }
    guard !utterances.isEmpty else {
      throw InputError(
        folder.path, expected: "speaker/chapter folders with .trans.txt files", found: "none")
    }
    utterances.sort { $0.id < $1.id }
    for (one, other) in zip(utterances, utterances.dropFirst()) where one.id == other.id {
      throw InputError(
        other.audio.path, expected: "an id of its own", found: "that of \(one.audio.path)")
    }
    self.init(
      name: root.standardizedFileURL.lastPathComponent, split: split, utterances: utterances)
  }

  /// Folders that are not hidden, also behind links, sorted by name; none when `url` cannot be read.
  private static func folders(in url: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { url.appendingPathComponent($0) }
      .filter {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isDirectory)
          && isDirectory.boolValue
      }
  }

  private static func chapter(_ folder: URL, speaker: String) throws -> [Utterance] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      throw InputError(folder.path, expected: "a readable folder", found: "a locked one")
    }
    var audio: [String: URL] = [:]
    for name in names where !name.hasPrefix(".") {
      let file = folder.appendingPathComponent(name)
      guard ["flac", "wav"].contains(file.pathExtension.lowercased()) else { continue }
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
        guard let url = audio.removeValue(forKey: id) else {
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
