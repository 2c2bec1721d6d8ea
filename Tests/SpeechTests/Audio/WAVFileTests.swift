// WAV files byte by byte: every width of sample and coding, every length that a header may tell, and
// what is refused.

import Base
import Foundation
import SampleFiles
import Testing

@testable import Speech

@Suite struct WAVFileTests {
  private func little(_ values: [Int], _ width: Int = 2) -> [UInt8] {
    values.flatMap { AudioBytes.little($0, width) }
  }

  private func samples(_ bytes: [UInt8]) throws -> [Float] {
    try AudioBytes.decode(bytes).waveform.samples
  }

  @Test func numbersOfEveryWidthFillTheSameRange() throws {
    #expect(
      try samples(AudioBytes.wav(bits: 8, [0, 64, 128, 255])) == [-1, -0.5, 0, 127 / 128])
    let cases: [(bits: Int, top: Float)] = [(16, 32768), (24, 8_388_608), (32, 2_147_483_648)]
    for (bits, top) in cases {
      let values = [-(1 << (bits - 1)), -(1 << (bits - 2)), 0, 3 << (bits - 4)]
      for isExtensible in [false, true] {
        let read = try samples(
          AudioBytes.wav(bits: bits, little(values, bits / 8), isExtensible: isExtensible))
        #expect(read == values.map { Float($0) / top }, "\(bits) bits")
        #expect(read == [-1, -0.5, 0, 0.375], "\(bits) bits")
      }
    }
    // 12 bits sit at the top of 16.
    #expect(try samples(AudioBytes.wav(bits: 12, little([0x4010]))) == [0.5 + 16 / 32768])
  }

  @Test func floatsAreTakenAsTheyAre() throws {
    let values: [Float] = [0.1, -1.25, 0]
    let single = little(values.map { Int($0.bitPattern) }, 4)
    let double = little(values.map { Int(bitPattern: UInt(Double($0).bitPattern)) }, 8)
    #expect(try samples(AudioBytes.wav(code: 3, bits: 32, single)) == values)
    #expect(try samples(AudioBytes.wav(code: 3, bits: 64, double, isExtensible: true)) == values)
    let nan = little([Int(Float.nan.bitPattern)], 4)
    #expect(AudioBytes.refusal(AudioBytes.wav(code: 3, bits: 32, nan)).contains("finite samples"))
  }

  /// ITU-T G.711, tables 1 and 2: the ends of the range, the smallest steps and both signs.
  @Test(arguments: [false, true]) func telephonesAreHeard(isExtensible: Bool) throws {
    let mu = AudioBytes.wav(
      code: 7, bits: 8, [0xFF, 0x7F, 0x80, 0x00, 0xFE, 0xEF], isExtensible: isExtensible)
    #expect(try samples(mu) == [0, 0, 32124, -32124, 8, 132].map { Float($0) / 32768 })
    let a = AudioBytes.wav(
      code: 6, bits: 8, [0xD5, 0x55, 0xAA, 0x2A, 0xC5, 0xF5], isExtensible: isExtensible)
    #expect(try samples(a) == [8, -8, 32256, -32256, 264, 528].map { Float($0) / 32768 })
    #expect(try AudioBytes.decode(mu).info.encoding == "mu-law")
    let info = try AudioBytes.decode(a).info
    #expect(info.encoding == "A-law" && info.bitsPerSample == 8 && info.channels == 1)
  }

  @Test func channelsAreMixed() throws {
    let (waveform, info) = try AudioBytes.decode(
      AudioBytes.wav(channels: 2, little([256, 768, -2, 4])))
    #expect(waveform == Waveform(samples: [512, 1].map { $0 / 32768 }, sampleRate: 8000))
    #expect(info.format == "wav" && info.channels == 2 && info.samples == 2)
  }

  /// What the writer could not know, and what it got wrong, is read to the end and said.
  @Test func lengthsThatAreOpenOrTooLong() throws {
    let data = little([0x4000, 0x2000])
    for size in [0xFFFF_FFFF, 0x7FFF_F000, 0x8000_0000] {
      let (waveform, _) = try AudioBytes.decode(AudioBytes.wav(data, size: size))
      #expect(waveform.samples == [0.5, 0.25])
      #expect(waveform.remarks.count == 1 && waveform.remarks[0].contains("leaves the length open"))
    }
    for riff in [0, 36, 0xFFFF_FFFF] {
      let (waveform, _) = try AudioBytes.decode(AudioBytes.wav(data, size: 0, riff: riff))
      #expect(waveform.samples == [0.5, 0.25] && waveform.remarks.count == 1)
    }
    let long = try AudioBytes.decode(AudioBytes.wav(data, size: 40)).waveform
    #expect(long.samples == [0.5, 0.25])
    #expect(
      long.remarks == [
        "x: its header says 40 bytes of samples and it has 4; it is read to the end"
      ])
    // None is what it says, and other chunks come behind it.
    let empty = try AudioBytes.decode(
      AudioBytes.wav([], behind: Array("LIST".utf8) + little([4], 4) + [1, 2, 3, 4])
    ).waveform
    #expect(empty.samples.isEmpty && empty.remarks.isEmpty)
  }

  /// The sizes of a large file are in a chunk of their own; what is behind the samples is not heard.
  @Test(arguments: ["RF64", "BW64"]) func largeFiles(tag: String) throws {
    let data = little([0x4000, 0x2000])
    let behind = Array("LIST".utf8) + little([4], 4) + [1, 2, 3, 4]
    let (waveform, info) = try AudioBytes.decode(AudioBytes.longWAV(tag, data, behind: behind))
    #expect(waveform == Waveform(samples: [0.5, 0.25], sampleRate: 8000))
    #expect(info.format == "wav" && info.samples == 2)
    for size in [Int.max, -1, 1 << 40] {
      let long = try AudioBytes.decode(AudioBytes.longWAV(tag, data, size: size)).waveform
      #expect(long.samples == [0.5, 0.25] && long.remarks.count == 1)
    }
    let open = try AudioBytes.decode(AudioBytes.longWAV(tag, data, size: 0)).waveform
    #expect(open.samples == [0.5, 0.25] && open.remarks.count == 1)
  }

  @Test func whatCannotBeReadIsNamed() {
    let pcm = AudioBytes.wav([0, 0])
    #expect(
      AudioBytes.refusal(AudioBytes.wav(code: 17, bits: 4, [0])).contains("WAV encoding 17"))
    #expect(AudioBytes.refusal(AudioBytes.wav(code: 17, bits: 4, [0])).contains("ffmpeg"))
    #expect(AudioBytes.refusal(AudioBytes.wav(code: 3, bits: 16, [0])).contains("32 or 64 bits"))
    #expect(AudioBytes.refusal(AudioBytes.wav(channels: 0, [0])).contains("at least 1 channel"))
    #expect(AudioBytes.refusal(AudioBytes.wav(rate: 3, [0])).contains("3 Hz"))
    #expect(AudioBytes.refusal(Array(pcm[..<36])).contains("a data chunk"))
    #expect(AudioBytes.refusal(Array(pcm[..<12])).contains("a fmt and a data chunk"))
    #expect(AudioBytes.refusal(Array(pcm[..<12] + pcm[36...])).contains("a fmt chunk before"))
    var other = AudioBytes.wav([0, 0], isExtensible: true)
    other[46] = 7
    #expect(AudioBytes.refusal(other).contains("a WAV subformat of its own"))
  }
}
