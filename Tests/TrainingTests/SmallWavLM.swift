// A WavLM small enough to be trained within a test, as a Hugging Face folder with random weights.

import Base
import Foundation
import Kernels
import Speech
import Training

@testable import Backbones

enum SmallWavLM {
  static let letters =
    ["<pad>", "<s>", "</s>", "<unk>", "|", "'"] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { String($0) }

  /// 4 layers of width 64 over frames of 20 ms.
  static let settings = """
    {"model_type": "wavlm", "vocab_size": \(letters.count), "hidden_size": 64,
     "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 128,
     "conv_dim": [32, 32, 64], "conv_kernel": [10, 8, 4], "conv_stride": [5, 8, 8],
     "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4, "num_buckets": 32,
     "max_bucket_distance": 80, "pad_token_id": 0}
    """

  static func write(to folder: URL, seed: UInt64, isNormalized: Bool = true) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    try write(settings, ModelFolder.configurationName)
    try write("{\"do_normalize\": \(isNormalized)}", "preprocessor_config.json")
    let ids = letters.enumerated().map { "\"\($0.element)\": \($0.offset)" }
    try write("{\(ids.joined(separator: ", "))}", "vocab.json")
    let network = Wav2Vec2Network(
      try Wav2Vec2Configuration(
        contentsOf: folder.appendingPathComponent(ModelFolder.configurationName)))
    var random = RandomGenerator(seed: seed)
    let tensors = network.layout.parameters.map { parameter in
      (name: parameter.name, tensor: values(parameter, &random))
    }
    try SafetensorsWriter.write(tensors, to: folder.appendingPathComponent(ModelFolder.weightsName))
  }

  /// About as transformers draws them: matrices with a deviation of 0.1, kernels with He's, biases 0,
  /// norms 1, and positions about as large as the frames they are added to.
  private static func values(_ parameter: Parameter, _ random: inout RandomGenerator) -> Tensor {
    func isOne(of names: [String]) -> Bool { names.contains { parameter.name.hasSuffix($0) } }
    let mean: Float =
      isOne(of: ["original0"]) ? 2 : isOne(of: ["layer_norm.weight", "gru_rel_pos_const"]) ? 1 : 0
    let deviation: Float =
      switch parameter.shape.count {
      case 2: 0.1
      case 3 where mean == 0: (2 / Float(parameter.shape[1] * parameter.shape[2])).squareRoot()
      default: 0
      }
    return Tensor(
      (0..<parameter.count).map { _ in mean + deviation * random.normal() },
      shape: parameter.shape)
  }

  /// The shortest utterances of the bundled `dev` split.
  static func corpus(_ count: Int) throws -> TrainingCorpus {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Assets/Datasets/heldout").standardizedFileURL
    let all = try TrainingCorpus(
      [(try Dataset(contentsOf: folder, split: "dev"), 1)], sampleRate: 16000)
    let order = (0..<all.count).sorted { (all.samples[$0].count, $0) < (all.samples[$1].count, $1) }
    return all.choosing(Array(order.prefix(count)))
  }
}
