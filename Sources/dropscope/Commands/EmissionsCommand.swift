// `dropscope emissions`: token log-probabilities of one file, for other tools to decode.

import Backbones
import Base
import Foundation
import Kernels

enum EmissionsCommand: Command {
  static let name = "emissions"
  static let summary = "save one file's token log-probabilities as safetensors"
  static let help = """
    Usage: dropscope emissions [OPTION]... FILE|- --output X.safetensors

    Writes the tensor 'log_probs' (frames x tokens, float32, natural logarithms) of a WAV, FLAC or
    SPHERE file, or of raw 16-bit samples at 16 kHz on standard input ('-'). The CTC blank is token
    0, or what a Hugging Face model's config.json calls pad_token_id.

      --output FILE    where they go; a file of that name is replaced
    \(ModelOptions.modelHelp)
    \(ModelOptions.layerHelp)
      --threads N      threads that share the work (one per processor)
    """

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(
      raw, options: ["model", "output", "threads"] + ModelOptions.maskNames, positionals: 1...1)
    let options = try ModelOptions(arguments)
    let output = URL(fileURLWithPath: try arguments.required("output"))
    let threads = try arguments.threads()
    try OutputFile.check(output)
    let path = arguments.positionals[0]
    let recognizer = try Recognizer(contentsOf: options.model())
    let mask = try options.choice(layerCount: recognizer.backbone.layerCount).mask
    let samples = recognizer.samples(try AudioInput.read(path))
    let logProbabilities = Parallel.with(threads: threads) {
      recognizer.backbone.logProbabilities(ofLong: samples, mask: mask)
    }
    try SafetensorsWriter.write(
      [("log_probs", logProbabilities)],
      metadata: [
        "model": recognizer.name, "mask": mask.description, "file": path,
        "frame_seconds": "\(recognizer.backbone.frameSeconds)",
      ], to: output)
    return 0
  }
}
