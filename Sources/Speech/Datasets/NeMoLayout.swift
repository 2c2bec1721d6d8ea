// NeMo's manifests: a JSON object a line.

import Base
import Foundation

/// A manifest, or a folder of them (`SPLIT.json` or `SPLIT.jsonl`), with "audio_filepath" (from the
/// manifest's folder where it is not absolute), "text", and optionally "offset" and "duration" in seconds
/// and "speaker"; other names of `ColumnNames` are understood too.
package enum NeMoLayout: DatasetLayout {
  package static let name = "nemo"
  package static let summary = "SPLIT.json with {\"audio_filepath\", \"text\"} a line"

  private static func manifests(_ root: URL) -> [URL] {
    let files =
      DatasetFiles.isFolder(root)
      ? DatasetFiles.names(in: root).map { root.appendingPathComponent($0) } : [root]
    return files.filter { ["json", "jsonl"].contains($0.pathExtension) }
  }

  package static func recognizes(_ root: URL) -> Bool {
    let columns = ColumnNames()
    return manifests(root).contains { file in
      let names = JSONLinesFile.firstNames(of: file)
      // A manifest that is damaged is still one.
      return DatasetFiles.firstLine(of: file).contains("\"\(columns.audio[0])\"")
        || columns.audio.contains(where: names.contains)
          && columns.text.contains(where: names.contains)
    }
  }

  package static func splits(_ root: URL) -> [String] {
    manifests(root).map { $0.deletingPathExtension().lastPathComponent }
  }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    let file = manifests(root).first { $0.deletingPathExtension().lastPathComponent == split }
    guard let file else { return [] }
    return try JSONLinesFile.utterances(file, folder: file.deletingLastPathComponent())
  }
}
