// Where a recording that was heard is kept, with what was heard in it.

import Base
import Dashboard
import Foundation

enum HeardFolder {
  /// Writes the recording, as it is, and `transcripts.jsonl` into a folder of its own: NAME, or NAME-2 and
  /// so on where that is there already. Returns it. Throws `InputError`.
  static func write(_ heard: HeardExport, to name: URL, machine: String) throws -> URL {
    let folder = free(name)
    let source = URL(fileURLWithPath: heard.file).resolvingSymlinksInPath()
    let recording = "recording" + (source.pathExtension.isEmpty ? "" : ".\(source.pathExtension)")
    let transcripts = "transcripts.jsonl"
    let lines = try heard.lines(recording: recording, machine: machine)
    try StagedFolder.fill(folder, force: nil) { work, publish in
      do {
        try FileManager.default.copyItem(at: source, to: work.appendingPathComponent(recording))
      } catch {
        throw OutputFile.reason(
          of: InputError(
            heard.file, expected: "the recording that was heard", found: "none that can be copied"),
          writingTo: work)
      }
      try OutputFile.write(lines, to: work.appendingPathComponent(transcripts))
      try publish(recording)
      try publish(transcripts)
    }
    return folder
  }

  private static func free(_ name: URL) -> URL {
    var (folder, number) = (name, 1)
    // Also where a link leads nowhere.
    while (try? FileManager.default.attributesOfItem(atPath: folder.path)) != nil {
      number += 1
      folder = name.deletingLastPathComponent()
        .appendingPathComponent("\(name.lastPathComponent)-\(number)")
    }
    return folder
  }
}
