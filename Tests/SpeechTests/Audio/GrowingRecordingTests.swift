// A recording is read as far as it has come, whatever its header says of its length.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct GrowingRecordingTests {
  /// What recorders write into the header before they know: the right number, none, or as much as fits.
  @Test(arguments: [nil, 0, 0x7fff_f000, 0x8000_0000, 0xffff_ffff] as [UInt32?])
  func everyPieceIsReadOnce(length: UInt32?) throws {
    try withTemporaryFolder { folder in
      let numbers = (0..<1000).map { Int16(truncatingIfNeeded: $0 * 37 - 9000) }
      let samples = PCM.samples(numbers)
      let whole = folder.appending(path: "whole.wav")
      try writeWAV(Waveform(samples: samples, sampleRate: 8000), to: whole)
      var bytes = try Data(contentsOf: whole)
      if let length {
        withUnsafeBytes(of: length.littleEndian) { bytes.replaceSubrange(40..<44, with: $0) }
      }
      let file = folder.appending(path: "growing.wav")
      var recording = GrowingRecording(file)
      // Not there; there and empty; half of its header.
      #expect(try recording.next() == nil)
      #expect(FileManager.default.createFile(atPath: file.path, contents: Data()))
      #expect(try recording.next() == nil)
      let handle = try FileHandle(forWritingTo: file)
      var written = 0
      var heard: [Float] = []
      for end in [10, 30, 44, 45, 46, 251, 252, 1000, 2044] {
        try handle.write(contentsOf: bytes[written..<end])
        written = end
        if let next = try recording.next() {
          #expect(next.sampleRate == 8000)
          heard += next.samples
        }
        // A sample that is cut in two waits for its other half.
        #expect(heard == Array(samples[..<max(0, (end - 44) / 2)]))
      }
      #expect(try recording.next() == nil)
      try handle.close()
    }
  }

  @Test func whatIsNoRecordingIsTold() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "text.wav")
      try Data("this is no sound at all".utf8).write(to: file)
      var recording = GrowingRecording(file)
      let failure = #expect(throws: InputError.self) { try recording.next() }
      #expect(failure?.description.contains("text.wav: expected a WAV file to read along") == true)
    }
  }
}
