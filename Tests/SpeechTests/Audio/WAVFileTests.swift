// WAV files byte by byte: every width of sample, several channels, and what is refused.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct WAVFileTests {
  private func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private func read(
    code: Int = 1, channels: Int = 1, bits: Int, _ data: [UInt8], size: Int? = nil, in folder: URL
  ) throws -> Waveform {
    let frame = channels * ((bits + 7) / 8)
    let format =
      little(code, 2) + little(channels, 2) + little(8000, 4) + little(8000 * frame, 4)
      + little(frame, 2) + little(bits, 2)
    let bytes =
      Array("RIFF".utf8) + little(36 + data.count, 4) + Array("WAVEfmt ".utf8) + little(16, 4)
      + format + Array("data".utf8) + little(size ?? data.count, 4) + data
    let url = folder.appendingPathComponent("x.wav")
    try Data(bytes).write(to: url)
    return try AudioFile.read(url)
  }

  @Test func numbersOfEveryWidthFillTheSameRange() throws {
    try withTemporaryFolder { folder in
      let bytes = try read(bits: 8, [0, 64, 128, 255], in: folder).samples
      #expect(bytes == [-1, -0.5, 0, 127 / 128])
      let cases: [(bits: Int, top: Float)] = [(16, 32768), (24, 8_388_608), (32, 2_147_483_648)]
      for (bits, top) in cases {
        let width = bits / 8
        let values = [-(1 << (bits - 1)), -(1 << (bits - 2)), 0, 3 << (bits - 4)]
        let bytes = values.flatMap { little($0, width) }
        let samples = try read(bits: bits, bytes, in: folder).samples
        #expect(samples == values.map { Float($0) / top }, "\(bits) bits")
        #expect(samples == [-1, -0.5, 0, 0.375], "\(bits) bits")
      }
      // 12 bits sit at the top of 16.
      #expect(try read(bits: 12, little(0x4010, 2), in: folder).samples == [0.5 + 16 / 32768])
    }
  }

  @Test func floatsAreTakenAsTheyAre() throws {
    try withTemporaryFolder { folder in
      let values: [Float] = [0.1, -1.25, 0]
      let bytes = values.flatMap { little(Int($0.bitPattern), 4) }
      let samples = try read(code: 3, bits: 32, bytes, in: folder).samples
      #expect(samples == values)
      let nan = little(Int(Float.nan.bitPattern), 4)
      #expect(throws: InputError.self) { try read(code: 3, bits: 32, nan, in: folder) }
    }
  }

  @Test func channelsAreMixed() throws {
    try withTemporaryFolder { folder in
      let waveform = try read(
        channels: 2, bits: 16, [256, 768, -2, 4].flatMap { little($0, 2) }, in: folder)
      #expect(waveform == Waveform(samples: [512, 1].map { $0 / 32768 }, sampleRate: 8000))
      let info = try AudioFile.inspect(folder.appendingPathComponent("x.wav"))
      #expect(info.format == "wav" && info.channels == 2 && info.samples == 2)
    }
  }

  @Test func aStreamedFileGoesOnToItsEnd() throws {
    try withTemporaryFolder { folder in
      let waveform = try read(bits: 16, [0, 64, 0, 32], size: 0xFFFF_FFFF, in: folder)
      #expect(waveform.samples == [0.5, 0.25])
      #expect(throws: InputError.self) { try read(bits: 16, [0, 64], size: 4, in: folder) }
    }
  }
}
