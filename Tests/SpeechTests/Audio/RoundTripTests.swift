import Foundation
import Testing

@testable import Speech

struct QuickTests {
  @Test func quick() throws {
    let n = 48000
    var g = SystemRandomNumberGenerator()
    var walk = 0.0
    let signals: [[Int16]] = [
      (0..<n).map {
        Int16(12000 * sin(Double($0) * 0.05) + Double.random(in: -20...20, using: &g))
      },
      (0..<n).map { _ in Int16.random(in: Int16.min...Int16.max, using: &g) },
      (0..<n).map { _ in 0 },
      (0..<n).map { $0 == 5000 ? 32767 : 0 },
      (0..<n).map { _ in
        walk = max(-30000, min(30000, walk + Double.random(in: -300...300, using: &g)));
        return Int16(walk)
      },
      (0..<n).map { Int16($0 % 30000) }, [], [1], [1, 2], [1, 2, 3, -4],
      Array(repeating: -32768, count: 4097),
      (0..<n).map { $0 / 50 % 2 == 0 ? Int16.min : Int16.max },
    ]
    for (i, s) in signals.enumerated() {
      let bytes = FLACFile.encode(s, sampleRate: 16000)
      try Data(bytes).write(to: URL(fileURLWithPath: "/tmp/audio-\(i).flac"))
      print(i, s.count * 2, bytes.count)
      let back = try FLACFile.decode(Data(bytes), name: "x")
      #expect(back.channels[0] == s.map { Int32($0) })
    }
  }
}
