// Small WAV files for tests of what reads them.

import Foundation
import Speech

/// Writes 16-bit mono PCM; samples outside -1...1 are clipped.
package func writeWAV(_ waveform: Waveform, to url: URL) throws {
  let samples = PCM.numbers(waveform.samples)
  func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
  let format =
    little(1, 2) + little(1, 2) + little(waveform.sampleRate, 4)
    + little(waveform.sampleRate * 2, 4) + little(2, 2) + little(16, 2)
  let bytes =
    Array("RIFF".utf8) + little(36 + 2 * samples.count, 4) + Array("WAVEfmt ".utf8)
    + little(16, 4) + format + Array("data".utf8) + little(2 * samples.count, 4)
    + samples.flatMap { little(Int($0), 2) }
  try Data(bytes).write(to: url)
}
