// What is written as FLAC is read back, sample for sample.

import Base
import Foundation
import Testing

@testable import Speech

@Suite struct FLACEncoderTests {
  /// Tones, noise, silence, a click, a random walk, a saw, squares at full scale, and all but nothing.
  private static let signals: [[Int16]] = {
    let count = 48000
    var random = RandomGenerator(seed: 11)
    var walk = 0.0
    return [
      (0..<count).map {
        Int16(12000 * sin(Double($0) * 0.05) + Double.random(in: -20...20, using: &random))
      },
      (0..<count).map { _ in Int16.random(in: Int16.min...Int16.max, using: &random) },
      (0..<count).map { _ in 0 },
      (0..<count).map { $0 == 5000 ? 32767 : 0 },
      (0..<count).map { _ in
        walk = max(-30000, min(30000, walk + Double.random(in: -300...300, using: &random)))
        return Int16(walk)
      },
      (0..<count).map { Int16($0 % 30000) },
      Array(repeating: -32768, count: 4097),
      (0..<count).map { $0 / 50 % 2 == 0 ? Int16.min : Int16.max },
      [], [1], [1, 2], [1, 2, 3, -4],
    ]
  }()

  @Test(arguments: signals.indices) func samplesComeBack(index: Int) throws {
    let signal = Self.signals[index]
    let decoded = try decodedChannels(FLACFile.encode(signal, sampleRate: 16000))
    #expect(decoded.samples == [signal.map { Int32($0) }])
  }
}
