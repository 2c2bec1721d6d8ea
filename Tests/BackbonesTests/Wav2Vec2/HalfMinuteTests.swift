// The whole network on 30 s of audio, against double precision: where sums over 96,000 rows lose digits.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@Suite struct HalfMinuteTests {
  @Test func loudAudioIsAsExactAsInPyTorch() throws {
    let recognizer = try Recognizer(contentsOf: fixture("wav2vec2-group"))
    try expectExact(recognizer, Self.volts.map { Float($0) }, "loud")
  }

  /// An offset of 180 times the signal, which no extractor removes.
  @Test func quietAudioWithAnOffsetIsAsExactAsInPyTorch() throws {
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: fixture("wav2vec2-group"), to: place)
      try Damage.replace(
        "preprocessor_config.json", "\"do_normalize\": true", "\"do_normalize\": false"
      ).apply(to: place)
      try expectExact(
        Recognizer(contentsOf: place), Self.volts.map { Float($0 * 0.005 + 0.9) }, "quiet")
    }
  }

  /// Every 8th frame differs from double precision by at most twice what transformers' float32 does, and every
  /// frame's likeliest token is the same. Twice, because what is left is rounding in the products, which add in
  /// another order: measured, 1.4 times in both.
  private func expectExact(_ recognizer: Recognizer, _ samples: [Float], _ name: String) throws {
    let file = try SafetensorsFile(
      contentsOf: fixture("wav2vec2-group/half-minute.safetensors"))
    let expected = try file.tensor(name)
    let tokens = try file.tensor("tokens.\(name)").values.map { Int($0) }
    let backbone = recognizer.backbone
    let actual = backbone.logProbabilities([samples], mask: .full(backbone.layerCount))
    let width = backbone.tokenCount
    let frames = (0..<actual.rows).map { actual.values[$0 * width..<($0 + 1) * width] }
    let chosen = frames.map { frame in
      frame.indices.max { frame[$0] < frame[$1] }.map { $0 - frame.startIndex }
    }
    #expect(frames.count == 1499 && tokens.count == 1499)
    let others = zip(chosen, tokens).filter { $0 != $1 }.count
    #expect(others == 0, "of \(name), that many frames decode otherwise")
    let stored = stride(from: 0, to: frames.count, by: 8).flatMap { frames[$0] }
    expectClose(
      stored, expected.values, relative: 0,
      absolute: 2 * (try file.tensor("float32.\(name)").values[0]), "\(name)")
  }

  /// `waves` of make_half_minute.py, of at most 1.
  private static let volts: [Double] = {
    func triangle(_ phase: Int) -> Int { abs((phase & 0xFFFF) - 0x8000) - 0x4000 }
    return (0..<30 * 16000).map { n in
      let tones = triangle(500 * n + 3 * ((n * n) >> 9)) + (triangle(61 * n) >> 1)
      let noise = (12345 * n * n + 6789 * n) % 65537 - 32768
      return Double(((tones * (triangle(n >> 1) + 0x4000)) >> 15) + (noise >> 3)) / 32768
    }
  }()
}
