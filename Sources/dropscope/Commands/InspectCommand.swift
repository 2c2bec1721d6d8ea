// `dropscope inspect`: what a model folder or an audio file is.

import Backbones
import Base
import Foundation
import Speech

enum InspectCommand: Command {
  static let name = "inspect"
  static let summary = "describe a model folder or an audio file"
  static let usage = "\(name) [OPTION]... DIR|FILE"
  static let explanation = """
    A model folder, of our own or of Hugging Face, of one of the types
    \(BackboneCatalog.loaders.names.joined(separator: ", ")):
    its layers, parameters, FLOPs and metadata. An audio file: format, coding, rate, channels, bits,
    samples, and whether its checksum was verified.
    """
  static let positionals = 1...1

  struct Settings: CommandSettings {
    var isJSON = false

    static var groups: [OptionGroup<Self>] {
      [OptionGroup("Options") { Option.json(\.isJSON, "one object") }]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let path = arguments.positionals[0]
    let url = URL(fileURLWithPath: path).standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(path, expected: "a model folder or an audio file", found: "nothing")
    }
    if isFolder.boolValue {
      let report = try ModelReport(contentsOf: url)
      try StandardOutput.show(settings.isJSON ? "\(JSON.line(report))" : report.text)
    } else {
      let (info, remarks) = try AudioFile.inspect(url)
      Dropscope.remark(remarks)
      let report = AudioReport(file: path, info: info)
      try StandardOutput.show(settings.isJSON ? "\(JSON.line(report))" : report.text)
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

  var text: HarmlessText {
    """
    file            \(file)
    format          \(info.format), \(info.encoding)\(info.bitsPerSample.map { ", \($0) bits" } ?? "")
    sample rate     \(info.sampleRate) Hz
    channels        \(info.channels)
    samples         \(info.samples) per channel, \(String(format: "%.3f", info.durationSeconds)) s
    checksum        \(info.checksum)
    """
  }
}

/// What a model folder holds.
private struct ModelReport: Encodable {
  let model: String
  let modelType: String
  /// Of a model that has several.
  let language: String?
  let layers: Int
  let tokens: Int
  let sampleRate: Int
  let frameSeconds: Double
  let parameters: Int
  let parametersByStage: Stages
  /// Per second of audio in an utterance of `flopAudioSeconds`: attention grows with the length.
  let gflopPerAudioSecond: Double
  let gflopPerAudioSecondByStage: Stages
  let flopAudioSeconds: Double
  /// Element types of the weights on disk, with how many tensors each has.
  let tensors: [String: Int]
  /// Of model.safetensors.
  let metadata: [String: String]

  struct Stages: Encodable {
    let frontEnd: Double
    let layers: [Double]
    let head: Double

    init(_ values: StageValues, scale: Double = 1) {
      frontEnd = values.frontEnd * scale
      layers = values.layers.map { $0 * scale }
      head = values.head * scale
    }

    enum CodingKeys: String, CodingKey {
      case layers, head
      case frontEnd = "front_end"
    }
  }

  enum CodingKeys: String, CodingKey {
    case model, language, layers, tokens, parameters, tensors, metadata
    case modelType = "model_type"
    case sampleRate = "sample_rate"
    case frameSeconds = "frame_seconds"
    case parametersByStage = "parameters_by_stage"
    case gflopPerAudioSecond = "gflop_per_audio_second"
    case gflopPerAudioSecondByStage = "gflop_per_audio_second_by_stage"
    case flopAudioSeconds = "flop_audio_seconds"
  }

  init(contentsOf folder: URL) throws {
    let recognizer = try ModelOptions.recognizer(folder)
    let backbone = recognizer.backbone
    let weights = try ModelTensors(contentsOf: folder)
    model = recognizer.name
    modelType = try ModelFolder.modelType(of: folder)
    language = VocabularyFile.language(of: folder)
    layers = backbone.layerCount
    tokens = backbone.tokenCount
    sampleRate = backbone.sampleRate
    frameSeconds = backbone.frameSeconds
    parameters = backbone.parameterCount
    parametersByStage = Stages(backbone.parameters)
    flopAudioSeconds = 10
    let operations = backbone.operations(
      sampleCount: Int(flopAudioSeconds) * backbone.sampleRate)
    let scale = 1e-9 / flopAudioSeconds
    gflopPerAudioSecond = operations.total(.full(backbone.layerCount)) * scale
    gflopPerAudioSecondByStage = Stages(operations, scale: scale)
    tensors = Dictionary(
      grouping: weights.names, by: { weights.file(with: $0)?.elementType($0) ?? "?" }
    ).mapValues(\.count)
    metadata = weights.metadata
  }

  var text: HarmlessText {
    func row(_ name: String, _ parameters: Double, _ gflop: Double) -> String {
      let padded = name.padding(toLength: 14, withPad: " ", startingAt: 0)
      return "  \(padded)" + String(format: "%12.0f %10.4f", parameters, gflop)
    }
    let compute = gflopPerAudioSecondByStage
    let kinds = tensors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let frameMilliseconds = String(format: "%g", frameSeconds * 1000)
    var lines = [
      "model           \(model) (\(modelType))"
    ]
    if let language { lines.append("language        \(language)") }
    lines += [
      "layers          \(layers)",
      "tokens          \(tokens)",
      "audio           \(sampleRate) Hz, a frame every \(frameMilliseconds) ms",
      "parameters      \(parameters)",
      "GFLOP           " + String(format: "%.4f", gflopPerAudioSecond)
        + String(format: " per second of audio, at %g s an utterance", flopAudioSeconds),
      "tensors         \(kinds.joined(separator: ", "))",
      "",
      "  stage           parameters  GFLOP/s of audio",
      row("front end", parametersByStage.frontEnd, compute.frontEnd),
    ]
    for layer in 0..<layers {
      lines.append(
        row("layer \(layer + 1)", parametersByStage.layers[layer], compute.layers[layer]))
    }
    lines.append(row("head", parametersByStage.head, compute.head))
    if !metadata.isEmpty {
      lines += ["", "metadata"]
      lines += metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    }
    return HarmlessText(lines: lines)
  }
}
