// `dropscope emissions`: a file's token log-probabilities, for other programs.

import Backbones
import Foundation
import Kernels
import Speech
import Tradeoff

enum EmissionsCommand: Command {
  static let name = "emissions"
  static let summary = "write a file's token log-probabilities as safetensors"
  static let help = """
    Usage: dropscope emissions FILE --output OUT.safetensors [OPTION]...

    Writes one float32 tensor `log_probs`, frames x tokens, of a WAV or FLAC file ('-': raw 16 kHz
    16-bit samples on standard input).

      --output FILE    where to write; required
      --model DIR      a model folder (the bundled one)
      --keep N, --drop RATIO, --policy NAME, --mask BITS, --seed N
                       which layers run (all)
    """

  static func run(_ arguments: [String]) throws -> Int32 {
    let arguments = try Arguments(
      arguments, options: ["model", "output"] + ModelOptions.maskNames, positionals: 1...1)
    let options = try ModelOptions(arguments)
    let output = URL(fileURLWithPath: try arguments.required("output"))
    let models = try options.models()
    guard models.count == 1 else {
      throw UsageError("option --model: expected one here, found \(models.count)")
    }
    let recognizer = try Recognizer(contentsOf: models[0])
    let mask = try options.choice(layerCount: recognizer.backbone.layerCount).mask
    let waveform = try TranscribeCommand.audio(arguments.positionals[0])
    let logProbabilities = recognizer.backbone.logProbabilities(
      [recognizer.samples(waveform)], mask: mask)
    try SafetensorsWriter.write(
      [(name: "log_probs", tensor: logProbabilities)],
      metadata: [
        "model": recognizer.name, "mask": mask.description,
        "frame_seconds": "\(recognizer.backbone.frameSeconds)",
      ], to: output)
    return 0
  }
}
