// `dropscope inspect`: what a model folder or an audio file holds.

import Backbones
import Foundation
import Kernels
import Speech

enum InspectCommand: Command {
  static let name = "inspect"
  static let summary = "describe a model folder or an audio file"
  static let help = """
    Usage: dropscope inspect DIR|FILE [--json]

    A model folder: layers, parameters, FLOPs per second of audio, metadata. An audio file: format,
    rate, channels, bits, samples, and whether its checksum was verified.

      --json           one object
    """

  private struct Model: Encodable {
    var model: String
    var model_type: String
    var layers: Int
    var tokens: Int
    var parameters: Int
    var parameters_per_layer: [Int]
    var gflop_per_audio_second: Double
    var gflop_per_audio_second_per_layer: [Double]
    var frame_seconds: Double
    var sample_rate: Int
    var metadata: [String: String]
  }

  static func run(_ arguments: [String]) throws -> Int32 {
    let arguments = try Arguments(arguments, flags: ["json"], positionals: 1...1)
    let url = URL(fileURLWithPath: arguments.positionals[0])
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(url.path, expected: "a model folder or an audio file", found: "nothing")
    }
    if isFolder.boolValue {
      let model = try describe(url)
      print(arguments.flag("json") ? try json(model) : text(model))
    } else {
      let info = try AudioFile.inspect(url)
      print(arguments.flag("json") ? try json(info) : text(info))
    }
    return 0
  }

  private static func describe(_ folder: URL) throws -> Model {
    let recognizer = try Recognizer(contentsOf: folder)
    let backbone = recognizer.backbone
    let weights = try SafetensorsFile(
      contentsOf: folder.appendingPathComponent(ModelFolder.weightsName))
    // Attention grows with length: ten seconds is a long sentence.
    let seconds = 10.0
    let operations = backbone.operations(sampleCount: Int(seconds) * backbone.sampleRate)
    return Model(
      model: recognizer.name, model_type: type(of: backbone).modelType,
      layers: backbone.layerCount, tokens: backbone.tokenCount,
      parameters: backbone.parameterCount,
      parameters_per_layer: backbone.parameters.layers.map { Int($0) },
      gflop_per_audio_second: operations.total(.full(backbone.layerCount)) / seconds / 1e9,
      gflop_per_audio_second_per_layer: operations.layers.map { $0 / seconds / 1e9 },
      frame_seconds: backbone.frameSeconds, sample_rate: backbone.sampleRate,
      metadata: weights.metadata)
  }

  private static func text(_ model: Model) -> String {
    let each = zip(model.parameters_per_layer, model.gflop_per_audio_second_per_layer)
      .enumerated().map { index, layer in
        String(
          format: "  layer %2d     %9d parameters  %7.4f GFLOP per second of audio", index + 1,
          layer.0, layer.1)
      }
    let metadata = model.metadata.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
    return """
      \(model.model): \(model.model_type), \(model.layers) layers, \(model.tokens) tokens
        parameters   \(model.parameters)
        compute      \(String(format: "%.3f", model.gflop_per_audio_second)) GFLOP per second of \
      audio (at 10 s)
        frames       one every \(model.frame_seconds * 1000) ms, audio at \(model.sample_rate) Hz
      \((each + (metadata.isEmpty ? [] : ["metadata"] + metadata)).joined(separator: "\n"))
      """
  }

  private static func text(_ info: AudioInfo) -> String {
    """
    format      \(info.format) (\(info.encoding))
    rate        \(info.sample_rate) Hz
    channels    \(info.channels)
    bits        \(info.bits_per_sample)
    samples     \(info.samples)
    duration    \(String(format: "%.3f", info.duration_seconds)) s
    checksum    \(info.checksum)
    """
  }
}
