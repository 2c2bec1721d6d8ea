// `dropscope emissions`: token log-probabilities of one file, for other tools to decode.

import Backbones
import Base
import Foundation
import Kernels
import Tradeoff

enum EmissionsCommand: Command {
  static let name = "emissions"
  static let summary = "save one file's token log-probabilities as safetensors"
  static let usage = "\(name) [OPTION]... FILE|- --output X.safetensors"
  static let explanation = """
    Writes the tensor 'log_probs' (frames x tokens, float32, natural logarithms) of an audio file, or
    of one on standard input ('-'), where what has no header is raw 16-bit samples at 16 kHz. The CTC
    blank is token 0, or what a Hugging Face model's config.json calls pad_token_id.

    \(AudioInput.piecesExplanation)
    """
  static let positionals = 1...1

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var output = URL(fileURLWithPath: "")
    var channel: Int?
    var threads = Threads()

    static var groups: [OptionGroup<Self>] {
      [
        ModelOptions.group().at(\.model), LayerOptions.group().at(\.layers),
        ComputeOptions.group().at(\.compute),
        OptionGroup(
          "Run"
        ) {
          Option.output("FILE", \.output, "where they go; a file of that name is replaced")
          Option.channel(\.channel)
          Option.threads(\.threads, "threads that share the work")
        },
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    try OutputFile.check(settings.output)
    let path = arguments.positionals[0]
    let recognizer = try settings.compute.applied(
      to: ModelOptions.recognizer(settings.model.model()))
    let policies = settings.layers.policies(of: recognizer, on: nil)
    let walk = try settings.layers.choice(by: policies).walk
    let samples = recognizer.samples(try AudioInput.read(path, channel: settings.channel))
    let passage = Parallel.with(threads: settings.threads.count) {
      recognizer.backbone.passage(ofLong: samples, by: walk, of: Walk.utterance(file: path))
    }
    var metadata = [
      "model": recognizer.name, "mask": passage.mask.description, "file": path,
      "frame_seconds": "\(recognizer.backbone.frameSeconds)",
    ]
    let (rank, width, precision) = recognizer.compute.fields
    metadata[ComputeOptions.rank] = rank.map { "\($0)" }
    metadata[ComputeOptions.width] = width.map { "\($0)" }
    metadata[ComputeOptions.precision] = precision?.rawValue
    try SafetensorsWriter.write(
      [("log_probs", passage.logProbabilities)], metadata: metadata, to: settings.output)
    return 0
  }
}
