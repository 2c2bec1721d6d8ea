// `dropscope inspect`: what a model folder or an audio file is.

import Backbones
import Base
import Foundation
import Speech

enum InspectCommand: Command {
  static let name = "inspect"
  static let summary = "describe a model folder or an audio file"
  static let help = """
    Usage: dropscope inspect [--json] DIR|FILE

    A model folder, of our own or of Hugging Face (wav2vec 2.0, HuBERT, WavLM): its layers,
    parameters, FLOPs and metadata. A WAV, FLAC or SPHERE file: format, rate, channels, bits, samples,
    and whether its checksum was verified.

      --json           one object
    """

  static func run(_ raw: [String]) throws -> Int32 {
    let arguments = try Arguments(raw, flags: ["json"], positionals: 1...1)
    let path = arguments.positionals[0]
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(path, expected: "a model folder or an audio file", found: "nothing")
    }
    if isFolder.boolValue {
      let report = try ModelReport(contentsOf: url)
      if arguments.flag("json") { print(try JSON.line(report)) } else { print(report.text) }
    } else {
      let report = AudioReport(file: path, info: try AudioFile.inspect(url))
      if arguments.flag("json") { print(try JSON.line(report)) } else { print(report.text) }
    }
    return 0
  }
}

/// AudioInfo's fields and the file's name.
private struct AudioReport: Encodable {
  let file: String
  let info: AudioInfo

  func encode(to encoder: any Encoder) throws {
    try info.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(file, forKey: .file)
  }

  private enum Key: String, CodingKey { case file }

  var text: String {
    """
    file            \(file)
    format          \(info.format), \(info.encoding), \(info.bits_per_sample) bits
    sample rate     \(info.sample_rate) Hz
    channels        \(info.channels)
    samples         \(info.samples) per channel, \(String(format: "%.3f", info.duration_seconds)) s
    checksum        \(info.checksum)
    """
  }
}

/// What a model folder holds. Its JSON keys are the properties' names.
private struct ModelReport: Encodable {
  let model: String
  let model_type: String
  let layers: Int
  let tokens: Int
  let sample_rate: Int
  let frame_seconds: Double
  let parameters: Int
  let parameters_by_stage: Stages
  /// Per second of audio in an utterance of `flop_audio_seconds`: attention grows with the length.
  let gflop_per_audio_second: Double
  let gflop_per_audio_second_by_stage: Stages
  let flop_audio_seconds: Double
  /// Element types of the weights on disk, with how many tensors each has.
  let tensors: [String: Int]
  /// Of model.safetensors.
  let metadata: [String: String]

  struct Stages: Encodable {
    let front_end: Double
    let layers: [Double]
    let head: Double

    init(_ values: StageValues, scale: Double = 1) {
      front_end = values.frontEnd * scale
      layers = values.layers.map { $0 * scale }
      head = values.head * scale
    }
  }

  init(contentsOf folder: URL) throws {
    let recognizer = try Recognizer(contentsOf: folder)
    let backbone = recognizer.backbone
    let weights = try ModelTensors(contentsOf: folder)
    model = recognizer.name
    model_type = try ModelFolder.modelType(of: folder)
    layers = backbone.layerCount
    tokens = backbone.tokenCount
    sample_rate = backbone.sampleRate
    frame_seconds = backbone.frameSeconds
    parameters = backbone.parameterCount
    parameters_by_stage = Stages(backbone.parameters)
    flop_audio_seconds = 10
    let operations = backbone.operations(
      sampleCount: Int(flop_audio_seconds) * backbone.sampleRate)
    let scale = 1e-9 / flop_audio_seconds
    gflop_per_audio_second = operations.total(.full(backbone.layerCount)) * scale
    gflop_per_audio_second_by_stage = Stages(operations, scale: scale)
    tensors = Dictionary(
      grouping: weights.names, by: { weights.file(with: $0)?.elementType($0) ?? "?" }
    ).mapValues(\.count)
    metadata = weights.metadata
  }

  var text: String {
    func row(_ name: String, _ parameters: Double, _ gflop: Double) -> String {
      let padded = name.padding(toLength: 14, withPad: " ", startingAt: 0)
      return "  \(padded)" + String(format: "%12.0f %10.4f", parameters, gflop)
    }
    let compute = gflop_per_audio_second_by_stage
    let kinds = tensors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let frameMilliseconds = String(format: "%g", frame_seconds * 1000)
    var lines = [
      "model           \(model) (\(model_type))",
      "layers          \(layers)",
      "tokens          \(tokens)",
      "audio           \(sample_rate) Hz, a frame every \(frameMilliseconds) ms",
      "parameters      \(parameters)",
      "GFLOP           " + String(format: "%.4f", gflop_per_audio_second)
        + String(format: " per second of audio, at %g s an utterance", flop_audio_seconds),
      "tensors         \(kinds.joined(separator: ", "))",
      "",
      "  stage           parameters  GFLOP/s of audio",
      row("front end", parameters_by_stage.front_end, compute.front_end),
    ]
    for layer in 0..<layers {
      lines.append(
        row("layer \(layer + 1)", parameters_by_stage.layers[layer], compute.layers[layer]))
    }
    lines.append(row("head", parameters_by_stage.head, compute.head))
    if !metadata.isEmpty {
      lines += ["", "metadata"]
      lines += metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    }
    return lines.joined(separator: "\n")
  }
}
