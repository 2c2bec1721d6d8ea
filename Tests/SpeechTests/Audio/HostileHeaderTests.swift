// Names within files are bytes from anywhere: an error shows them, the terminal does not obey them.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct HostileHeaderTests {
  /// A chunk that claims more bytes than there are.
  private func wav(tag: [UInt8]) -> Data {
    var data = Data("RIFF".utf8)
    data.append(contentsOf: [0xFF, 0, 0, 0])
    data.append(contentsOf: Array("WAVE".utf8) + tag + [0xFF, 0, 0, 0, 1, 2])
    return data
  }

  @Test func chunkTags() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("a.wav")
      for tag: [UInt8] in [Array("\u{1B}[2J".utf8), [0x0A, 0x7F, 0xC2, 0x9B]] {
        try wav(tag: tag).write(to: file)
        do {
          _ = try AudioFile.read(file)
          Issue.record("it was read")
        } catch {
          let said = "\(error)"
          #expect(said.hasPrefix(file.path) && said.contains("\\u{"), "\(said)")
          #expect(
            said.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
          )
        }
      }
    }
  }
}
