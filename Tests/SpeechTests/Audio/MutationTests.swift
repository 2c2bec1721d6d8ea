// Valid files of every container, damaged at random: each is read or refused, at once and within bounds.

import Base
import Foundation
import Testing

@testable import Speech

@Suite struct MutationTests {
  /// A few thousand in every run; DROPSCOPE_MUTATIONS says how many for a long one.
  private static let count =
    ProcessInfo.processInfo.environment["DROPSCOPE_MUTATIONS"].flatMap { Int($0) } ?? 4000

  private static let seeds: [[UInt8]] = {
    let numbers = (0..<60).map { Int(9000 * sin(Double($0) * 0.3)) }
    let little = numbers.flatMap { AudioBytes.little($0, 2) }
    let big = numbers.flatMap { AudioBytes.big($0, 2) }
    let floats = numbers.flatMap { AudioBytes.big(Int((Float($0) / 32768).bitPattern), 4) }
    let sphere = ["sample_rate -i 8000", "channel_count -i 2", "sample_coding -s4 ulaw"]
    return [
      AudioBytes.wav(little), AudioBytes.wav(channels: 2, bits: 24, little),
      AudioBytes.wav(code: 6, bits: 8, little), AudioBytes.wav(code: 7, bits: 8, little),
      AudioBytes.wav(code: 3, bits: 32, floats, isExtensible: true),
      AudioBytes.longWAV("RF64", little, behind: Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]),
      AudioBytes.aiff(channels: 2, frames: 30, big),
      AudioBytes.aiff(kind: "fl32", bits: 32, frames: 60, floats, describedLast: true),
      AudioBytes.aiff(kind: "sowt", frames: 60, little),
      AudioBytes.au(channels: 2, big), AudioBytes.au(encoding: 27, big),
      AudioBytes.sphere(sphere, little),
      FLACFile.encode(numbers.map { Int16($0) }, sampleRate: 8000),
      AudioBytes.silentFLAC(channels: 2, frames: 1),
    ]
  }()

  /// Numbers at which sizes and counts go wrong.
  private static let edges: [Int] = [
    0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
    Int.max, Int.min, -1,
  ]

  private func mutate(_ bytes: inout [UInt8], _ random: inout RandomGenerator) {
    func place(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &random) }
    guard !bytes.isEmpty else { return }
    // Headers more often than samples.
    let at = Bool.random(using: &random) ? place(min(bytes.count, 64)) : place(bytes.count)
    switch place(7) {
    case 0: bytes[at] ^= 1 << UInt8(place(8))
    case 1: bytes[at] = UInt8(place(256))
    case 2, 3:
      let width = [2, 4, 8][place(3)]
      let number = Self.edges[place(Self.edges.count)]
      let new =
        Bool.random(using: &random)
        ? AudioBytes.little(number, width) : AudioBytes.big(number, width)
      for (index, byte) in new.enumerated() where at + index < bytes.count {
        bytes[at + index] = byte
      }
    case 4: bytes.removeSubrange(at..<min(bytes.count, at + 1 + place(16)))
    case 5: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + place(16))], at: at)
    default: bytes.removeSubrange(at...)
    }
  }

  /// With the checksums of the only frame made right again, so that what is behind them is reached.
  private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    // The marker and STREAMINFO, then as many bytes of a header as a first frame has.
    let start = 42
    guard bytes.count > start + 12, bytes.starts(with: "fLaC".utf8) else { return bytes }
    var result = bytes
    let blockSize = result[start + 2] >> 4
    let rate = result[start + 2] & 15
    let end =
      start + 5 + (blockSize == 6 ? 1 : blockSize == 7 ? 2 : 0)
      + (rate == 12 ? 1 : rate == 13 || rate == 14 ? 2 : 0)
    result[end] = result[start..<end].withUnsafeBytes(CRC8.checksum)
    let crc = result[start..<result.count - 2].withUnsafeBytes(CRC16.checksum)
    result.replaceSubrange(result.count - 2..<result.count, with: AudioBytes.big(Int(crc), 2))
    return result
  }

  @Test func damagedFilesAreReadOrRefused() {
    var random = RandomGenerator(seed: 15)
    var read = 0
    for round in 0..<Self.count {
      var bytes = Self.seeds[round % Self.seeds.count]
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      if Bool.random(using: &random) { bytes = sealed(bytes) }
      let channel: ChannelChoice = [.mean, .only(1), .only(2), .side(2)].randomElement(
        using: &random)!
      do {
        let (waveform, info) = try AudioBytes.decode(bytes, channel: channel)
        read += 1
        // A sample takes at least a byte, but in FLAC, where a block of them takes one or two.
        let most = info.format == "flac" ? (bytes.count / 11 + 1) << 16 : bytes.count
        #expect(waveform.samples.count <= most, "round \(round)")
        #expect(!waveform.samples.contains { !$0.isFinite }, "round \(round)")
      } catch {
        let said = "\(error)"
        #expect(error is InputError && said.hasPrefix("x: ") && said == said.harmless, "\(said)")
      }
    }
    // Neither all of them nor none: damage goes deep enough to matter.
    #expect(read > Self.count / 20 && read < Self.count)
  }
}
