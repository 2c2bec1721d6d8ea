// Weights, configurations and checkpoints.

import Backbones
import Base
import Foundation
import Kernels

@testable import Training

extension FuzzedParsers {
  static let models: [FuzzedParser] =
    [
      FuzzedParser(
        "safetensors", tries: 400,
        seeds: { try fixtures("state.safetensors", "types.safetensors") },
        mended: measured
      ) { folder in
        { data in
          try tensors(data, folder.appendingPathComponent("model.safetensors")) {
            try SafetensorsFile(contentsOf: $0)
          }
        }
      },
      FuzzedParser(
        "pytorch", tries: 300,
        seeds: {
          try fixtures(
            "state.bin", "state-old.bin", "strange-call.bin", "strange-nest.bin",
            "strange-sparse.bin")
        }
      ) { folder in
        { data in
          try tensors(data, folder.appendingPathComponent("pytorch_model.bin")) {
            try PyTorchFile(contentsOf: $0)
          }
        }
      },
      FuzzedParser(
        "checkpoint", tries: 200, seeds: { [try checkpoint()] }, mended: measured
      ) { folder in
        let url = folder.appendingPathComponent("checkpoint.safetensors")
        return { data in
          try FuzzedParser.write(data, to: url)
          _ = try Checkpoint.progress(of: url)
        }
      },
      FuzzedParser(
        "shards", tries: 100,
        seeds: { [try Data(contentsOf: pickled.appendingPathComponent(index))] }
      ) { folder in
        try link(pickled, to: folder, without: index)
        return { data in
          try FuzzedParser.write(data, to: folder.appendingPathComponent(index))
          _ = try ModelTensors(contentsOf: folder).names
        }
      },
    ]
    + [
      "conformer-ldasr", "wav2vec2-small", "hubert-settings", "wavlm-small", "conformer-rotary",
      "conformer-relative", "parakeet-unigram", "bert-keys",
    ].map { model($0, "config.json") }
    + [
      model("parakeet-unigram", "processor_config.json"),
      model("parakeet-bpe", "preprocessor_config.json"),
      model("wav2vec2-small", "preprocessor_config.json"),
      model("bert-keys", "preprocessor_config.json"),
    ]

  private static func fixtures(_ names: String...) throws -> [Data] {
    try names.map { try Data(contentsOf: FuzzedParser.fixture("KernelsTests", $0)) }
  }

  private static func tensors(
    _ data: Data, _ url: URL, _ open: (URL) throws -> any TensorFile
  ) throws {
    try FuzzedParser.write(data, to: url)
    let file = try open(url)
    // Of a type that is not read, for instance.
    for name in file.names { _ = try? file.tensor(name) }
  }

  /// The header's length made that of what looks like one.
  @Sendable private static func measured(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count > 8, let end = bytes.lastIndex(of: UInt8(ascii: "}")), end >= 8 else {
      return bytes
    }
    return (0..<8).map { UInt8(truncatingIfNeeded: (end - 7) >> (8 * $0)) } + bytes[8...]
  }

  private static func checkpoint() throws -> Data {
    var position = TrainingPosition()
    (position.step, position.epoch, position.batch, position.updates) = (3, 1, 1, 3)
    let progress = TrainingProgress(
      options: TrainingOptions(), command: "dropscope train", position: position,
      elapsedSeconds: 1.5, audioSeconds: 90, gateHistogram: [1, 0, 2], skippedSteps: 0,
      identity: nil)
    let header =
      "{\"__metadata__\": {\"dropscope_training\": \(try JSON.line(JSON.line(progress)))}}"
    return Data((0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) })
      + Data(header.utf8)
  }

  private static let pickled = FuzzedParser.fixture("BackbonesTests", "hubert-pickled")
  private static let index = "pytorch_model.bin.index.json"

  private static func link(_ model: URL, to folder: URL, without name: String) throws {
    for other in try FileManager.default.contentsOfDirectory(atPath: model.path)
    where other != name {
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent(other),
        withDestinationURL: model.appendingPathComponent(other))
    }
  }

  /// A model with another of its files, which hears a little noise where it is taken.
  private static func model(_ name: String, _ file: String) -> FuzzedParser {
    let model = FuzzedParser.fixture("BackbonesTests", name)
    let kind = file.prefix { $0 != "." && $0 != "_" }
    return FuzzedParser(
      "\(kind)-\(name)", tries: 40,
      seeds: { [try Data(contentsOf: model.appendingPathComponent(file))] }
    ) { folder in
      try link(model, to: folder, without: file)
      var random = RandomGenerator(seed: 1)
      let noise = (0..<4000).map { _ in random.uniform(-0.1...0.1) }
      return { data in
        try FuzzedParser.write(data, to: folder.appendingPathComponent(file))
        let backbone = try BackboneCatalog.load(folder)
        _ = backbone.logProbabilities([noise], mask: .full(backbone.layerCount))
      }
    }
  }
}
