// `dropscope transcribe`: audio files, or raw samples on standard input, to text.

import Backbones
import Foundation
import Kernels
import Speech
import Tradeoff

enum TranscribeCommand: Command {
  static let name = "transcribe"
  static let summary = "print what is said in audio files, or in raw samples on standard input"
  static let help = """
    Usage: dropscope transcribe FILE... [OPTION]...
           arecord -f S16_LE -r 16000 -t raw | dropscope transcribe -

    Prints the text of each WAV or FLAC file; '-' reads raw 16 kHz 16-bit little-endian mono.

      --model DIR      a model folder (the bundled one)
      --keep N, --drop RATIO, --policy NAME, --mask BITS, --seed N
                       which layers run (all)
      --json           one object per file: file, text, audio_seconds, seconds, mask, words with
                       start, end and confidence
    """

  private struct Output: Encodable {
    var file: String
    var text: String
    var audio_seconds: Double
    var seconds: Double
    var mask: String
    var words: [TimedWord]
  }

  static func run(_ arguments: [String]) throws -> Int32 {
    let arguments = try Arguments(
      arguments, options: ["model"] + ModelOptions.maskNames, flags: ["json"],
      positionals: 1...Int.max)
    let options = try ModelOptions(arguments)
    let models = try options.models()
    guard models.count == 1 else {
      throw UsageError("option --model: expected one here, found \(models.count)")
    }
    let recognizer = try Recognizer(contentsOf: models[0])
    let mask = try options.choice(layerCount: recognizer.backbone.layerCount).mask
    for file in arguments.positionals {
      let waveform = try audio(file)
      let clock = ContinuousClock()
      let start = clock.now
      let transcript = recognizer.transcribe(waveform, mask: mask)
      let seconds = (clock.now - start).seconds
      if arguments.flag("json") {
        print(
          try json(
            Output(
              file: file, text: transcript.text, audio_seconds: waveform.seconds,
              seconds: seconds, mask: mask.description, words: transcript.words)))
      } else {
        print(arguments.positionals.count > 1 ? "\(file): \(transcript.text)" : transcript.text)
      }
    }
    return 0
  }

  /// A file's audio, or raw samples for `-`.
  static func audio(_ file: String) throws -> Waveform {
    guard file == "-" else { return try AudioFile.read(URL(fileURLWithPath: file)) }
    let data = try FileHandle.standardInput.readToEnd() ?? Data()
    return Waveform(samples: RawPCM.decode(data), sampleRate: 16000)
  }
}
