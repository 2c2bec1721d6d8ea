// NeMo's manifests: a JSON object a line.

import Base
import Foundation

/// A manifest, or a folder of them (`SPLIT.json` or `SPLIT.jsonl`), with "audio_filepath" (from the
/// manifest's folder where it is not absolute), "text", and optionally "offset" and "duration" in seconds
/// and "speaker".
package enum NeMoLayout: DatasetLayout {
  package static let name = "nemo"
  package static let summary = "SPLIT.json with {\"audio_filepath\", \"text\"} a line"

  private struct Entry: Decodable {
    var path: String
    var text: String
    var offset: Double?
    var duration: Double?
    var speaker: String?

    enum CodingKeys: String, CodingKey {
      case path = "audio_filepath"
      case text, offset, duration, speaker
    }
  }

  private static func manifests(_ root: URL) -> [URL] {
    let files =
      DatasetFiles.isFolder(root)
      ? DatasetFiles.names(in: root).map { root.appendingPathComponent($0) } : [root]
    return files.filter { ["json", "jsonl"].contains($0.pathExtension) }
  }

  package static func recognizes(_ root: URL) -> Bool {
    manifests(root).contains { file in
      guard let handle = try? FileHandle(forReadingFrom: file) else { return false }
      let start = (try? handle.read(upToCount: 4096)) ?? Data()
      return String(decoding: start, as: UTF8.self).contains("\"audio_filepath\"")
    }
  }

  package static func splits(_ root: URL) -> [String] {
    manifests(root).map { $0.deletingPathExtension().lastPathComponent }
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let file = manifests(root).first { $0.deletingPathExtension().lastPathComponent == split }
    guard let file else { return [] }
    let decoder = JSONDecoder()
    return try DatasetFiles.lines(of: file).map { number, line in
      let place = DatasetFiles.place(file, number)
      let entry: Entry
      do {
        entry = try decoder.decode(Entry.self, from: Data(line.utf8))
      } catch {
        throw InputError(
          place, expected: "an object with audio_filepath and text", found: "\"\(line.prefix(60))\""
        )
      }
      let url = try DatasetFiles.checked(
        DatasetFiles.audio(entry.path, from: file.deletingLastPathComponent()), at: place)
      // A duration alone describes the whole file; with an offset it ends a part of it.
      let segment = entry.offset.flatMap { offset -> ClosedRange<Double>? in
        entry.duration.flatMap { DatasetFiles.segment(from: offset, to: offset + $0) }
      }
      guard entry.offset == nil || segment != nil else {
        throw InputError(
          place, expected: "an offset of at least 0 with a duration above 0",
          found: "\(entry.offset ?? 0) and \(entry.duration.map { "\($0)" } ?? "none")")
      }
      return Utterance(
        id: "\(url.deletingPathExtension().lastPathComponent)-\(String(format: "%06d", number))",
        speaker: entry.speaker ?? url.deletingPathExtension().lastPathComponent, audio: url,
        transcript: try DatasetFiles.transcript(entry.text, at: place), segment: segment)
    }
  }
}
