// AIFF, AIFF-C and AU byte by byte: every coding, lengths that are wrong, and what is refused.

import Base
import Foundation
import SampleFiles
import Testing

@testable import Speech

@Suite struct AIFFFileTests {
  private func big(_ values: [Int], _ width: Int = 2) -> [UInt8] {
    values.flatMap { AudioBytes.big($0, width) }
  }

  private let expected: [Float] = [-1, -0.5, 0, 0.375]
  private func values(_ bits: Int) -> [Int] {
    [-(1 << (bits - 1)), -(1 << (bits - 2)), 0, 3 << (bits - 4)]
  }
  private var floats: [UInt8] { big(expected.map { Int($0.bitPattern) }, 4) }
  private var doubles: [UInt8] {
    big(expected.map { Int(bitPattern: UInt(Double($0).bitPattern)) }, 8)
  }

  @Test func numbersOfEveryWidth() throws {
    for bits in [8, 16, 24, 32] {
      for kind in [nil, "NONE", "twos"] {
        for describedLast in [false, true] {
          let (waveform, info) = try AudioBytes.decode(
            AudioBytes.aiff(
              kind: kind, bits: bits, rate: 44100, frames: 4, big(values(bits), bits / 8),
              describedLast: describedLast))
          #expect(waveform == Waveform(samples: expected, sampleRate: 44100), "\(bits)")
          #expect(info.format == "aiff" && info.bitsPerSample == bits)
          #expect(info.encoding == "signed integer")
        }
      }
      let (waveform, info) = try AudioBytes.decode(
        AudioBytes.au(encoding: [8: 2, 16: 3, 24: 4, 32: 5][bits]!, big(values(bits), bits / 8)))
      #expect(waveform == Waveform(samples: expected, sampleRate: 8000), "\(bits)")
      #expect(info.format == "au" && info.bitsPerSample == bits)
    }
  }

  @Test func otherCodings() throws {
    func aiff(_ kind: String, bits: Int = 16, _ data: [UInt8], frames: Int) throws -> Waveform {
      let (waveform, info) = try AudioBytes.decode(
        AudioBytes.aiff(kind: kind, bits: bits, frames: frames, data))
      #expect(info.channels == 1)
      return waveform
    }
    let turned = values(16).flatMap { AudioBytes.little($0, 2) }
    #expect(try aiff("sowt", turned, frames: 4).samples == expected)
    for (kind, encoding) in [("fl32", 6), ("FL32", 6)] {
      #expect(try aiff(kind, bits: 32, floats, frames: 4).samples == expected)
      #expect(
        try AudioBytes.decode(AudioBytes.au(encoding: encoding, floats)).waveform.samples
          == expected)
    }
    #expect(try aiff("fl64", bits: 64, doubles, frames: 4).samples == expected)
    #expect(
      try AudioBytes.decode(AudioBytes.au(encoding: 7, doubles)).waveform.samples == expected)
    let telephone: [UInt8] = [0x80, 0x00, 0xFE]
    let mu = [32124, -32124, 8].map { Float($0) / 32768 }
    #expect(try aiff("ulaw", telephone, frames: 3).samples == mu)
    #expect(try AudioBytes.decode(AudioBytes.au(encoding: 1, telephone)).waveform.samples == mu)
    let a = [32256, -8].map { Float($0) / 32768 }
    #expect(try aiff("alaw", [0xAA, 0x55], frames: 2).samples == a)
    let au = try AudioBytes.decode(AudioBytes.au(encoding: 27, [0xAA, 0x55]))
    #expect(au.waveform.samples == a && au.info.encoding == "A-law")
  }

  @Test func channelsAreMixed() throws {
    let data = big([256, 768, -2, 4])
    let mixed = Waveform(samples: [512, 1].map { $0 / 32768 }, sampleRate: 8000)
    #expect(try AudioBytes.decode(AudioBytes.aiff(channels: 2, frames: 2, data)).waveform == mixed)
    #expect(try AudioBytes.decode(AudioBytes.au(channels: 2, data)).waveform == mixed)
  }

  @Test func lengthsThatAreOpenOrTooLong() throws {
    let data = big([0x4000, 0x2000])
    let files: [(bytes: [UInt8], remark: String?)] = [
      (AudioBytes.aiff(frames: 2, data), nil),
      (AudioBytes.aiff(frames: 0, data), nil),
      (AudioBytes.aiff(frames: 9, data), "18 bytes of samples and it has 4"),
      (AudioBytes.aiff(frames: 0, data, size: 400), "392 bytes of samples and it has 4"),
      (AudioBytes.aiff(frames: 0, data, size: 0), "leaves the length open"),
      (AudioBytes.aiff(frames: 0xFFFF_FFFF, data, size: 0xFFFF_FFFF), "leaves the length open"),
      (AudioBytes.au(data), nil),
      (AudioBytes.au(data, size: 0xFFFF_FFFF), "leaves the length open"),
      (AudioBytes.au(data, size: 0), "leaves the length open"),
      (AudioBytes.au(data, size: 400), "400 bytes of samples and it has 4"),
    ]
    for (bytes, remark) in files {
      let waveform = try AudioBytes.decode(bytes).waveform
      #expect(waveform.samples == [0.5, 0.25])
      #expect(waveform.remarks.count == (remark == nil ? 0 : 1), "\(waveform.remarks)")
      if let remark { #expect(waveform.remarks.first?.contains(remark) == true) }
    }
    // Samples beyond the number of frames are none.
    #expect(try AudioBytes.decode(AudioBytes.aiff(frames: 1, data)).waveform.samples == [0.5])
    let empty = try AudioBytes.decode(AudioBytes.aiff(frames: 0, [], describedLast: true)).waveform
    #expect(empty.samples.isEmpty && empty.remarks.isEmpty)
  }

  @Test func whatCannotBeReadIsNamed() {
    let aiff = AudioBytes.aiff(frames: 1, [0, 0])
    #expect(
      AudioBytes.refusal(AudioBytes.aiff(kind: "ima4", frames: 1, [0])).contains(
        "AIFF-C of the kind 'ima4'"))
    #expect(AudioBytes.refusal(AudioBytes.aiff(rate: 3, frames: 1, [0])).contains("3 Hz"))
    #expect(AudioBytes.refusal(AudioBytes.aiff(channels: 0, frames: 1, [0])).contains("1 channel"))
    #expect(AudioBytes.refusal(AudioBytes.aiff(bits: 40, frames: 1, [0])).contains("40"))
    #expect(AudioBytes.refusal(Array(aiff[..<24])).contains("no COMM"))
    #expect(AudioBytes.refusal(Array(aiff[..<50])).contains("no SSND"))
    #expect(AudioBytes.refusal(AudioBytes.au(encoding: 23, [0])).contains("AU encoding 23"))
    #expect(AudioBytes.refusal(Array(AudioBytes.au([])[..<20])).contains("24 bytes"))
    #expect(AudioBytes.refusal(Array(AudioBytes.au([])[..<28])).contains("from byte 32"))
  }
}
