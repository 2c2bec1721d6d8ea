// A recording is kept with what was heard in it, beside whatever was kept before.

import Base
import Dashboard
import Foundation
import TestSupport
import Testing

@testable import dropscope

@Suite struct HeardFolderTests {
  @Test func everyTakeHasAFolderOfItsOwn() throws {
    try withTemporaryFolder { folder in
      let recording = folder.appendingPathComponent("take one.wav")
      try Data("sound".utf8).write(to: recording)
      let name = folder.appendingPathComponent("kept")
      let heard = HeardExport(file: recording.path, said: ["yes"], entries: [])
      func contents(_ url: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
      }
      for place in ["kept", "kept-2", "kept-3"] {
        let written = try HeardFolder.write(heard, to: name, machine: "Example CPU")
        #expect(written.lastPathComponent == place)
        #expect(try contents(written) == ["recording.wav", "transcripts.jsonl"])
        #expect(
          try Data(contentsOf: written.appendingPathComponent("recording.wav"))
            == Data("sound".utf8))
        // The next one finds this as it was.
        try Data("mine".utf8).write(to: written.appendingPathComponent("recording.wav"))
      }
      #expect(
        try Data(contentsOf: name.appendingPathComponent("recording.wav")) == Data("mine".utf8))
      // Without the recording nothing is left behind.
      try FileManager.default.removeItem(at: recording)
      let failure = #expect(throws: InputError.self) {
        try HeardFolder.write(heard, to: name, machine: "Example CPU")
      }
      #expect(failure?.description.contains("take one.wav") == true)
      #expect(try contents(folder) == ["kept", "kept-2", "kept-3"])
    }
  }
}
