// `dropscope transcribe`: what was said in audio files, or in what comes on standard input.

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
    Prints what is said in WAV, FLAC, SPHERE, AIFF or AU files of any sample rate, one line a file;
    Ogg, MP3 and others are decoded by ffmpeg where it is installed. '-' reads such a file from
    standard input until it ends, or, of what has no header, raw 16-bit little-endian samples at
    16 kHz, as in 'arecord -f S16_LE -r 16000 -t raw | dropscope transcribe -' (Ctrl-C ends the
    recording).

    \(AudioInput.piecesExplanation)
    """
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var decoding = DecodingOptions()
    var channel: Int?
    var threads = Threads()
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      [
        ModelOptions.group().at(\.model), LayerOptions.group().at(\.layers),
        ComputeOptions.group().at(\.compute), DecodingOptions.group().at(\.decoding),
        OptionGroup(
          "Run"
        ) {
          Option.channel(\.channel)
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
    /// The layers that it ran.
    var mask: String
    /// As in `Summary`: each absent where nothing is spared by it.
    var rank: Double?
    var width: Double?
    var precision: Compute.Precision?
    var words: [TimedWord]
    /// As in `Summary`: absent for greedy decoding.
    var decoder: String?
    var lm: String?
    var beam: Int?
    var lmWeight: Double?
    var wordBonus: Double?
    /// Of `seconds`, from log-probabilities to words.
    var decodeSeconds: Double?

    enum CodingKeys: String, CodingKey {
      case file, text, seconds, mask, rank, width, precision, words, decoder, lm, beam
      case audioSeconds = "audio_seconds"
      case lmWeight = "lm_weight"
      case wordBonus = "word_bonus"
      case decodeSeconds = "decode_seconds"
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    if arguments.positionals.filter({ $0 == "-" }).count > 1 {
      throw UsageError("'-' can be given once: standard input is read to its end")
    }
    let recognizer = try settings.compute.applied(
      to: ModelOptions.recognizer(settings.model.model()))
    let policies = settings.layers.policies(of: recognizer, on: nil)
    let walk = try settings.layers.choice(by: policies).walk
    let decoding = try settings.decoding.decoding()
    for path in arguments.positionals {
      let waveform = try AudioInput.read(path, channel: settings.channel)
      let result = transcribe(
        path, waveform, recognizer, walk, decoding, threads: settings.threads.count)
      if settings.isJSON {
        try StandardOutput.show("\(try JSON.line(result))")
      } else {
        try StandardOutput.show(
          arguments.positionals.count > 1 ? "\(path): \(result.text)" : "\(result.text)")
      }
    }
    return 0
  }

  private static func transcribe(
    _ path: String, _ waveform: Waveform, _ recognizer: Recognizer, _ walk: Walk,
    _ decoding: Decoding, threads: Int
  ) -> Result {
    let decoder = recognizer.decoder(decoding)
    let samples = recognizer.samples(waveform)
    let start = ContinuousClock.now
    let passage = Parallel.with(threads: threads) {
      recognizer.backbone.passage(ofLong: samples, by: walk, of: Walk.utterance(file: path))
    }
    let isSaid = ContinuousClock.now
    let transcript = decoder.decode(passage.logProbabilities)
    let end = ContinuousClock.now
    var result = Result(
      file: path, text: transcript.text, audioSeconds: waveform.seconds,
      seconds: (end - start).seconds, mask: passage.mask.description, words: transcript.words)
    (result.decoder, result.lm, result.beam, result.lmWeight, result.wordBonus) = decoding.fields
    (result.rank, result.width, result.precision) = recognizer.compute.fields
    if result.decoder != nil { result.decodeSeconds = (end - isSaid).seconds }
    return result
  }
}
