// A model with random weights and a data set of noise: enough for the screen to be true about.

import Backbones
import Base
import Foundation
import Speech
import TestSupport

struct SmallWorld {
  let folder: URL
  var model: URL { folder.appending(path: "small") }
  var data: URL { folder.appending(path: "noise") }
  /// What `dropscope` needs to be told to open it.
  var arguments: String { "--model \(model.path) --data \(data.path) --split test" }

  /// More models of the same shape, with other weights.
  func addModel(_ name: String, seed: UInt64) throws -> URL {
    let place = folder.appending(path: name)
    let tokenizer = try Tokenizer(contentsOf: model.appending(path: "tokens.txt"))
    let configuration = try ConformerConfiguration(contentsOf: model.appending(path: "config.json"))
    try TrainableConformer(configuration, seed: seed).write(
      to: place, tokenizer: tokenizer, as: .float32, metadata: [:])
    return place
  }

  /// Layers of `width`, `utterances` of `seconds`; wider and longer keeps the evaluator busier.
  /// Every utterance's transcript is `transcript` where that is given.
  init(
    in folder: URL, width: Int = 32, utterances: Int = 12, seconds: Double = 1,
    transcript: String? = nil
  ) throws {
    self.folder = folder
    let sentences =
      transcript.map { [$0] } ?? [
        "turn on the light", "set an alarm for noon", "the bird sat on the wall",
      ]
    let tokenizer = Tokenizer.train(transcripts: sentences, size: 32)
    var configuration = ConformerConfiguration()
    configuration.width = width
    configuration.heads = 4
    configuration.feedForward = 2 * width
    configuration.kernel = 7
    configuration.vocabulary = tokenizer.count
    try TrainableConformer(configuration, seed: 5).write(
      to: model, tokenizer: tokenizer, as: .float32, metadata: [:])

    var random = RandomGenerator(seed: 9)
    for index in 0..<utterances {
      let speaker = "\(10 + index / 4)"
      let chapter = data.appending(path: "test/\(speaker)/1")
      try FileManager.default.createDirectory(at: chapter, withIntermediateDirectories: true)
      let id = "\(speaker)-1-\(String(format: "%04d", index))"
      let samples = (0..<Int(seconds * 16000)).map { _ in random.uniform(-0.3...0.3) as Float }
      try writeWAV(
        Waveform(samples: samples, sampleRate: 16000), to: chapter.appending(path: "\(id).wav"))
      let list = chapter.appending(path: "\(speaker)-1.trans.txt")
      let before = (try? String(contentsOf: list, encoding: .utf8)) ?? ""
      try (before + "\(id) \(sentences[index % sentences.count].uppercased())\n")
        .write(to: list, atomically: true, encoding: .utf8)
    }
  }
}

/// The executable built beside this test bundle.
let dropscope = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  .deletingLastPathComponent().appending(path: "dropscope")
