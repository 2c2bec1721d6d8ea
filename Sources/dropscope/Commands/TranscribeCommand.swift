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
  static let usage = "\(name) [OPTION]... FILE|-..."
  static let explanation = """
    Prints what is said in WAV, FLAC or SPHERE files of any sample rate, one line a file. '-' reads
    raw 16-bit little-endian samples at 16 kHz from standard input until it ends, as in
    'arecord -f S16_LE -r 16000 -t raw | dropscope transcribe -' (Ctrl-C ends the recording).
    """
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var layers = LayerOptions()
    var threads = Threads()
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      [
        ModelOptions.group().at(\.model), LayerOptions.group().at(\.layers),
        OptionGroup(
          "Run"
        ) {
          Option.threads(\.threads, "threads that share one file's work")
          Option.json(\.isJSON, "one object a file, with the words' times and confidences")
        },
      ]
    }
  }

  /// One file's answer.
  struct Result: Encodable {
    var file: String
    var text: String
    var audioSeconds: Double
    /// From samples to words, on `--threads` threads; reading the file and resampling are not counted.
    var seconds: Double
    var mask: String
    var words: [TimedWord]

    enum CodingKeys: String, CodingKey {
      case file, text, seconds, mask, words
      case audioSeconds = "audio_seconds"
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    if arguments.positionals.filter({ $0 == "-" }).count > 1 {
      throw UsageError("'-' can be given once: standard input is read to its end")
    }
    let recognizer = try ModelOptions.recognizer(settings.model.model())
    let mask = try settings.layers.choice(layerCount: recognizer.backbone.layerCount).mask
    for path in arguments.positionals {
      let result = try transcribe(path, recognizer, mask, threads: settings.threads.count)
      if settings.isJSON {
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
      file: path, text: transcript.text, audioSeconds: waveform.seconds,
      seconds: (ContinuousClock.now - start).seconds, mask: mask.description,
      words: transcript.words)
  }
}
