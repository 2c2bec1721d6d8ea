// `dropscope transcribe`: what was said in audio files, or in raw samples on standard input.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Tradeoff

enum TranscribeCommand: Command {
  static let name = "transcribe"
  static let summary = "write down what is said in audio files"
  static let help = """
    Usage: dropscope transcribe [OPTION]... FILE|-...

    Prints what is said in WAV, FLAC or SPHERE files of any sample rate, one line a file. '-' reads raw 16-bit
    little-endian samples at 16 kHz from standard input until it ends, as in
    'arecord -f S16_LE -r 16000 -t raw | dropscope transcribe -' (Ctrl-C ends the recording).

    \(ModelOptions.modelHelp)
    \(ModelOptions.layerHelp)
      --threads N      threads that share one file's work (one per processor)
      --json           one object a file, with the words' times and confidences
    """

  /// One file's answer.
  struct Result: Encodable {
    var file: String
    var text: String
    var audio_seconds: Double
    /// From samples to words, on `--threads` threads; reading the file and resampling are not counted.
    var seconds: Double
    var mask: String
    var words: [TimedWord]
  }

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw, options: ["model", "threads"] + ModelOptions.maskNames, flags: ["json"],
      positionals: 1...Int.max)
    let options = try ModelOptions(arguments)
    let threads = try arguments.threads()
    if arguments.positionals.filter({ $0 == "-" }).count > 1 {
      throw UsageError("'-' can be given once: standard input is read to its end")
    }
    let recognizer = try Recognizer(contentsOf: options.model())
    let mask = try options.choice(layerCount: recognizer.backbone.layerCount).mask
    for path in arguments.positionals {
      let result = try transcribe(path, recognizer, mask, threads: threads)
      if arguments.flag("json") {
        print(try JSON.line(result))
      } else {
        print(arguments.positionals.count > 1 ? "\(path): \(result.text)" : result.text)
      }
      // A reader of a pipe sees each file's answer when it is known.
      fflush(nil)
    }
    return 0
  }

  private static func transcribe(
    _ path: String, _ recognizer: Recognizer, _ mask: LayerMask, threads: Int
  ) throws -> Result {
    let waveform = try AudioInput.read(path)
    let samples = recognizer.samples(waveform)
    let start = ContinuousClock.now
    let logProbabilities = Parallel.with(threads: threads) {
      recognizer.backbone.logProbabilities(ofLong: samples, mask: mask)
    }
    let transcript = recognizer.decoder.decode(logProbabilities)
    return Result(
      file: path, text: transcript.text, audio_seconds: waveform.seconds,
      seconds: (ContinuousClock.now - start).seconds, mask: mask.description,
      words: transcript.words)
  }
}
