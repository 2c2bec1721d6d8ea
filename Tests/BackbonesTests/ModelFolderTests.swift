// Files of a model folder that were never fetched are named as what they are.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct ModelFolderTests {
  private static let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"

  @Test(arguments: [(pointer, "a git-lfs pointer"), ("<!doctype html>", "an HTML page")])
  func whatWasNeverFetchedIsNamed(text: String, found: String) throws {
    try withTemporaryFolder { folder in
      func refusal(_ name: String, _ read: () throws -> Void) throws {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        do {
          try read()
          Issue.record("\(name) was read")
        } catch {
          let said = "\(error)"
          #expect(said.hasPrefix(file.path) && said.contains("found \(found)"), "\(said)")
        }
      }
      try refusal("config.json") { _ = try Recognizer(contentsOf: folder) }
      try refusal("tokens.txt") {
        _ = try Tokenizer(contentsOf: folder.appendingPathComponent("tokens.txt"))
      }
      for name in ["tokenizer.json", "vocab.json"] {
        try refusal(name) { _ = try Tokenizer(huggingFace: folder, count: 4, blank: 0) }
      }
    }
  }

  /// hubert-settings with its tensors in two files of torch.save (make_pickled.py) in place of safetensors.
  @Test func pickledShardsSayTheSame() throws {
    let samples = [(0..<4000).map { Float(($0 * 7919) % 2001) / 4000 - 0.25 }]
    let expected = try Recognizer(contentsOf: fixture("hubert-settings")).backbone
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      let weights = model.appendingPathComponent(ModelFolder.weightsName)
      try FileManager.default.copyItem(at: fixture("hubert-settings"), to: model)
      let withSafetensors = try ModelFolder.digest(of: model)
      for name in try FileManager.default.contentsOfDirectory(atPath: model.path)
      where name.hasSuffix(".safetensors") {
        try FileManager.default.removeItem(at: model.appendingPathComponent(name))
      }
      let pickled = fixture("hubert-pickled")
      for name in try FileManager.default.contentsOfDirectory(atPath: pickled.path) {
        try FileManager.default.copyItem(
          at: pickled.appendingPathComponent(name), to: model.appendingPathComponent(name))
      }
      let backbone = try Recognizer(contentsOf: model).backbone
      let mask = LayerMask.full(4)
      #expect(
        backbone.logProbabilities(samples, mask: mask).values
          == expected.logProbabilities(samples, mask: mask).values)
      let digest = try ModelFolder.digest(of: model)
      #expect(digest != withSafetensors)

      let shard = model.appendingPathComponent("pytorch_model-00002-of-00002.bin")
      var bytes = try Data(contentsOf: shard)
      bytes.append(0)
      try bytes.write(to: shard)
      #expect(try ModelFolder.digest(of: model) != digest)
      // Safetensors win where there are both.
      try FileManager.default.copyItem(
        at: fixture("hubert-settings").appendingPathComponent(ModelFolder.weightsName), to: weights)
      #expect(try ModelTensors(contentsOf: model).metadata["format"] == "pt")
      try FileManager.default.removeItem(at: weights)
      try FileManager.default.removeItem(at: shard)
      #expect(throws: InputError.self) { try ModelTensors(contentsOf: model) }
    }
  }

  /// An atlas beside the weights is no other model.
  @Test(arguments: ["hubert-settings", "hubert-pickled"])
  func whatLiesBesideTheWeightsIsNotInTheDigest(name: String) throws {
    try withTemporaryFolder { folder in
      let model = folder.appendingPathComponent("model")
      try FileManager.default.copyItem(at: fixture(name), to: model)
      let configuration = model.appendingPathComponent(ModelFolder.configurationName)
      if !FileManager.default.fileExists(atPath: configuration.path) {
        try Data("{}".utf8).write(to: configuration)
      }
      let digest = try ModelFolder.digest(of: model)
      for name in ["atlas.safetensors", "optimizer.bin"] {
        try Data("more".utf8).write(to: model.appendingPathComponent(name))
        #expect(try ModelFolder.digest(of: model) == digest, "\(name)")
      }
      try Data("{ }".utf8).write(to: configuration)
      #expect(try ModelFolder.digest(of: model) != digest)
    }
  }
}
