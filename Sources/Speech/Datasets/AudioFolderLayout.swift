// Hugging Face's AudioFolder: audio with a table of what is said in it.

import Base
import Foundation

/// `metadata.csv`, `.tsv` or `.jsonl` with a `file_name` (from its own folder) and a text under any of
/// `ColumnNames`, in the folder, which then is the split `train` as Hugging Face's loader calls it, or in
/// folders of it (or of its `data`), which are the splits.
package enum AudioFolderLayout: DatasetLayout {
  package static let name = "audiofolder"
  package static let summary = "metadata.csv or metadata.jsonl with file_name, or SPLIT/ with one"

  private static let audioColumn = "file_name"

  /// A folder's table, if it has one that names files.
  private static func metadata(_ folder: URL) -> URL? {
    ["csv", "tsv", "jsonl"].map { folder.appendingPathComponent("metadata.\($0)") }.first { file in
      guard DatasetFiles.exists(file) else { return false }
      let names =
        file.pathExtension == "jsonl"
        ? JSONLinesFile.firstNames(of: file)
        : TextTableFile.heading(of: file)
      return names.contains(audioColumn)
    }
  }

  /// Where each split is.
  private static func places(_ root: URL) -> [(split: String, folder: URL)] {
    if metadata(root) != nil { return [("train", root)] }
    for top in [root, root.appendingPathComponent("data")] {
      let splits = DatasetFiles.folders(in: top).filter { metadata($0) != nil }
      if !splits.isEmpty { return splits.map { ($0.lastPathComponent, $0) } }
    }
    return []
  }

  package static func recognizes(_ root: URL) -> Bool { !places(root).isEmpty }

  package static func splits(_ root: URL) -> [String] { places(root).map(\.split) }

  package static func utterances(_ root: URL, split: String) throws -> [Utterance] {
    guard let folder = places(root).first(where: { $0.split == split })?.folder,
      let file = metadata(folder)
    else { return [] }
    let columns = ColumnNames(audio: [audioColumn])
    return try file.pathExtension == "jsonl"
      ? JSONLinesFile.utterances(file, columns, folder: folder)
      : TextTableFile(file, .init(file)).utterances(columns, folder: folder)
  }
}
