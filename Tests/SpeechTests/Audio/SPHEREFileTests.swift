// SPHERE headers and samples, and what is refused.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct SPHEREFileTests {
  /// A file with these header lines, padded to 1,024 bytes, and these samples.
  private func read(_ lines: [String], _ data: [UInt8], in folder: URL) throws -> Waveform {
    var bytes = Array("NIST_1A\n   1024\n\(lines.joined(separator: "\n"))\nend_head\n".utf8)
    bytes += Array(repeating: UInt8(ascii: " "), count: 1024 - bytes.count)
    let url = folder.appendingPathComponent("x.sph")
    try Data(bytes + data).write(to: url)
    return try AudioFile.read(url)
  }

  private let pcm = [
    "sample_rate -i 8000", "channel_count -i 2", "sample_n_bytes -i 2", "sample_count -i 2",
    "sample_byte_format -s2 01", "sample_coding -s3 pcm",
  ]

  @Test func channelsAreMixedAndMuLawIsUnfolded() throws {
    try withTemporaryFolder { folder in
      // 256 and 768, -2 and 4 in little-endian order.
      let mixed = try read(pcm, [0, 1, 0, 3, 0xFE, 0xFF, 4, 0], in: folder)
      #expect(mixed.sampleRate == 8000)
      #expect(mixed.samples == [512, 1].map { Float($0) / 32768 })
      let coded = try read(
        ["sample_rate -i 8000", "sample_n_bytes -i 1", "sample_coding -s4 ulaw"],
        [0xFF, 0x7F, 0x80, 0x00, 0xFE], in: folder)
      #expect(coded.samples == [0, 0, 32124, -32124, 8].map { Float($0) / 32768 })
      let info = try AudioFile.inspect(folder.appendingPathComponent("x.sph")).info
      #expect(info.encoding == "mu-law" && info.format == "sphere")
      let other = try read(
        ["sample_rate -i 8000", "sample_n_bytes -i 1", "sample_coding -s4 alaw"], [0xAA, 0x55],
        in: folder)
      #expect(other.samples == [32256, -8].map { Float($0) / 32768 })
      // Cut off: what is there is heard, and that it is not all is said.
      let short = try read(pcm, [0, 1, 0, 3], in: folder)
      #expect(short.samples == [512 / 32768] && short.remarks.count == 1)
      #expect(short.remarks[0].contains("says 8 bytes of samples and it has 4"))
    }
  }

  @Test func whatCannotBeReadIsNamed() throws {
    try withTemporaryFolder { folder in
      func message(_ lines: [String], _ data: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0]) -> String {
        do {
          _ = try read(lines, data, in: folder)
          return "no error"
        } catch {
          return "\(error)"
        }
      }
      #expect(
        message(pcm.map { $0.replacing("sample_count -i 2", with: "sample_count -i -1") })
          .contains("a sample_count of 0 or more"))
      #expect(message(Array(pcm.dropFirst())).contains("a number sample_rate"))
      #expect(message(["sample_rate -i 8"] + pcm.dropFirst()).contains("8 Hz"))
      #expect(message(pcm.dropLast() + ["sample_coding -s4 g722"]).contains("found g722"))
      #expect(message(pcm.map { $0.replacing("-s2 01", with: "-s2 11") }).contains("01 or 10"))
      let url = folder.appendingPathComponent("y.sph")
      try Data("NIST_1A\n 99999\n".utf8).write(to: url)
      #expect(throws: InputError.self) { try AudioFile.read(url) }
    }
  }
}
