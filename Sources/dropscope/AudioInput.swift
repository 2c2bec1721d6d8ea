// Audio named on the command line: a file, or raw samples on standard input.

import Base
import Foundation
import Speech

enum AudioInput {
  /// The rate of raw samples: `arecord -f S16_LE -r 16000 -t raw`.
  static let rawSampleRate = 16000

  /// `-` is standard input. `InputError` for audio that cannot be read or has no samples.
  static func read(_ path: String) throws -> Waveform {
    let waveform =
      path == "-"
      ? Waveform(samples: PCM.samples(littleEndian: standardInput()), sampleRate: rawSampleRate)
      : try AudioFile.read(URL(fileURLWithPath: path))
    guard !waveform.samples.isEmpty else {
      throw InputError(
        path == "-" ? "standard input" : path,
        expected: path == "-" ? "raw 16 kHz 16-bit little-endian samples" : "audio",
        found: "no samples")
    }
    return waveform
  }

  /// Until it ends. Ctrl-C meant for the recorder in front of the pipe reaches this program too: the
  /// first one must not end it before it has transcribed what was recorded.
  private static func standardInput() -> Data {
    Interruption.install()
    return FileHandle.standardInput.readDataToEndOfFile()
  }
}
