// Training the wav2vec 2.0 family: gradients against PyTorch's, see Fixtures/make_wav2vec.py, and what
// is written against what was read.

import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing
import Training

@testable import Backbones

@Suite struct TrainableWav2Vec2Tests {
  /// No Conformers, no adapters, and no activation but GELU.
  static let names = Wav2Vec2Tests.names.filter {
    !$0.hasPrefix("conformer") && !$0.hasSuffix("settings") && !$0.hasSuffix("mms")
  }
  static let targets = [[5, 5, 6, 4], [7], [4, 5, 8]]

  private func samples(_ name: String) throws -> [[Float]] {
    let file = try SafetensorsFile(contentsOf: fixture("\(name)/expected.safetensors"))
    return try (0..<3).map { try file.tensor("samples.\($0)").values }
  }

  private func features(_ model: TrainableWav2Vec2, _ utterances: [[Float]]) -> HiddenFrames {
    HiddenFrames(packing: utterances.map { model.features($0) })
  }

  /// The norm, the sum weighted with cos(index) and up to 16 values, as the fixtures have them.
  private func digest(_ gradient: [Float]) -> [Float] {
    let count = min(16, gradient.count)
    let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    let sum = gradient.enumerated().reduce(0.0) { $0 + cos(Double($1.offset)) * Double($1.element) }
    return [Float(norm), Float(sum)] + (0..<count).map { gradient[$0 * gradient.count / count] }
  }

  @Test(arguments: names) func gradientsAreThoseOfPyTorch(name: String) throws {
    let model = try TrainableWav2Vec2(contentsOf: fixture(name))
    let file = try SafetensorsFile(contentsOf: fixture("\(name)/gradients.safetensors"))
    let features = features(model, try samples(name))
    let teacher = try file.tensor("teacher")
    let masks = file.names.filter { $0.hasPrefix("loss.") }.map { String($0.dropFirst(5)) }
    #expect(masks.count == 3)
    for bits in masks {
      var pass = TrainingPass(
        mask: try LayerMask(bits, layerCount: model.layerCount), random: RandomGenerator(seed: 1))
      let (logits, activations) = model.forward(features, &pass)
      let weights = Self.targets.map { 1 / Float($0.count * Self.targets.count) }
      let ctc = CTCLoss.lossAndGradient(
        logProbabilities: LogSoftmax.forward(logits[0].values), lengths: logits[0].lengths,
        targets: Self.targets, blank: model.blank, weights: weights)
      let kl = KLDistillation.lossAndGradient(
        studentLogits: logits[0].values, teacherLogProbabilities: teacher,
        frameWeights: Array(repeating: 1 / Float(teacher.rows), count: teacher.rows))
      let losses = try file.tensor("loss.\(bits)").values
      let loss = zip(ctc.losses, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      expectClose(loss, Double(losses[0]), relative: 1e-4)
      expectClose(kl.loss, Double(losses[1]), relative: 1e-4)
      let gradients = ParameterBuffer(count: model.layout.count)
      model.backward(
        [ctc.logitGradient.adding(kl.logitGradient)], through: activations, pass, into: gradients)
      let expected = try file.tensor("gradient.\(bits)").values
      var start = 0
      for parameter in model.layout.parameters.sorted(by: { $0.name < $1.name }) {
        let actual = digest(gradients.tensor(parameter).values)
        // The norm is the largest of them: what they are small or large against.
        expectClose(
          actual, Array(expected[start..<start + actual.count]), relative: 1e-4, absolute: 1e-6,
          "\(name) \(bits) \(parameter.name)")
        start += actual.count
      }
      #expect(start == expected.count)
    }
  }

  /// With dropout, an exit and layer 0 skipped, so that all that a pass can be asked is.
  @Test(arguments: [
    "wavlm-small", "wavlm-stable", "wavlm-group", "wav2vec2-stable", "hubert-small",
  ])
  func gradientsAgreeWithFiniteDifferences(name: String) throws {
    let model = try TrainableWav2Vec2(contentsOf: fixture(name), dropout: 0.1)
    let features = HiddenFrames(
      packing: [3300, 2100, 1750].enumerated().map {
        randomTensor($0.element, 1, seed: UInt64($0.offset))
      })
    let frames = features.lengths.reduce(0) { $0 + model.outputFrames(featureFrames: $1) }
    let directions = (0..<2).map {
      randomTensor(frames, model.tokenCount, seed: UInt64(12 + $0), scale: 0.1)
    }
    expectGradientsOfDifferences(
      model, features, directions,
      TrainingPass(
        mask: LayerMask(layerCount: model.layerCount, keeping: 1..<model.layerCount), exits: [1],
        random: RandomGenerator(seed: 1)), step: 2e-3, name)
  }

  /// An exit says what the mask that skips all after it says in evaluation, the outer norm included.
  @Test(arguments: ["wav2vec2-settings", "hubert-settings", "wavlm-settings"])
  func otherActivationsAreNotTrained(name: String) {
    #expect {
      try TrainableWav2Vec2(contentsOf: fixture(name))
    } throws: { "\($0)".contains("_act") && "\($0)".contains("\"gelu\" to train") }
  }

  @Test func conformerBlocksAreNotTrained() {
    #expect {
      try TrainableWav2Vec2(contentsOf: fixture("conformer-rotary"))
    } throws: { "\($0)".contains("expected a model_type of wav2vec2, hubert, wavlm to train") }
  }

  @Test(arguments: names) func exitsSpeakAsPrefixes(name: String) throws {
    let model = try TrainableWav2Vec2(contentsOf: fixture(name))
    let utterances = try samples(name)
    var pass = TrainingPass(
      mask: .full(model.layerCount), exits: Array(1..<model.layerCount),
      random: RandomGenerator(seed: 1))
    let said = model.forward(features(model, utterances), &pass).logits
    #expect(said.count == model.layerCount)
    let backbone = model.inference()
    for (logits, depth) in zip(said, [model.layerCount] + Array(1..<model.layerCount)) {
      let expected = backbone.logProbabilities(
        utterances, mask: LayerMask(layerCount: model.layerCount, keeping: 0..<depth))
      expectClose(LogSoftmax.forward(logits.values), expected, relative: 1e-6)
    }
  }

  /// No gradient reaches the frozen convolutions, all others are as without freezing, and a step with
  /// weight decay leaves the frozen ones bit for bit.
  @Test(arguments: ["wavlm-group", "hubert-stable"]) func frozenConvolutionsStay(name: String)
    throws
  {
    func step(_ freezes: Bool) throws -> (TrainableWav2Vec2, ParameterBuffer) {
      let model = try TrainableWav2Vec2(contentsOf: fixture(name), freezesConvolutions: freezes)
      var pass = TrainingPass(mask: .full(model.layerCount), random: RandomGenerator(seed: 1))
      let (logits, activations) = model.forward(features(model, try samples(name)), &pass)
      let gradients = ParameterBuffer(count: model.layout.count)
      model.backward(logits.map(\.values), through: activations, pass, into: gradients)
      let optimizer = AdamW(AdamW.Configuration(weightDecay: 0.1), layout: model.layout)
      optimizer.update(
        model.weights, gradients: gradients, range: 0..<model.layout.count, learningRate: 0.01)
      return (model, gradients)
    }
    let before = try TrainableWav2Vec2(contentsOf: fixture(name)).weights
    let (frozen, some) = try step(true)
    let (free, all) = try step(false)
    for parameter in frozen.layout.parameters {
      let isFrozen = parameter.name.contains("feature_extractor")
      #expect(parameter.isFrozen == isFrozen)
      #expect(
        (frozen.weights.tensor(parameter).values == before.tensor(parameter).values) == isFrozen,
        "\(parameter.name)")
      #expect(free.weights.tensor(parameter).values != before.tensor(parameter).values)
      #expect(
        some.tensor(parameter).values
          == (isFrozen
            ? [Float](repeating: 0, count: parameter.count) : all.tensor(parameter).values),
        "\(parameter.name)")
    }
  }

  @Test(arguments: names, [false, true])
  func theWrittenFolderIsTheOneRead(name: String, oldNames: Bool) throws {
    try withTemporaryFolder { folder in
      let source = folder.appendingPathComponent("source")
      try FileManager.default.copyItem(at: fixture(name), to: source)
      let file = source.appendingPathComponent(ModelFolder.weightsName)
      if oldNames {
        let tensors = try {
          let file = try SafetensorsFile(contentsOf: file)
          return try file.names.map { name in
            (
              name: WaveformEncoder.otherNames(name).first ?? name, tensor: try file.tensor(name)
            )
          }
        }()
        try SafetensorsWriter.write(tensors, to: file)
      }
      let model = try TrainableWav2Vec2(contentsOf: source)
      let target = folder.appendingPathComponent("target")
      let tokenizer = try Recognizer(contentsOf: source).tokenizer
      try model.copy().write(
        to: target, tokenizer: tokenizer, as: .float32, metadata: ["recipe": "dld"])
      let (old, new) = (
        try SafetensorsFile(contentsOf: file),
        try SafetensorsFile(contentsOf: target.appendingPathComponent(ModelFolder.weightsName))
      )
      #expect(new.names == old.names)
      #expect(new.names.contains { $0.hasSuffix("weight_g") } == oldNames)
      #expect(new.metadata == ["format": "pt", "recipe": "dld"])
      for name in old.names {
        #expect(try new.tensor(name).values == old.tensor(name).values)
        #expect(new.shape(name) == old.shape(name))
      }
      for name in [
        "config.json", "vocab.json", "preprocessor_config.json", "tokenizer_config.json",
      ] {
        #expect(
          try Data(contentsOf: target.appendingPathComponent(name))
            == Data(contentsOf: source.appendingPathComponent(name)))
      }
      let read = try Recognizer(contentsOf: target)
      #expect(read.tokenizer == tokenizer)
      let mask = LayerMask(layerCount: model.layerCount, keeping: [1])
      #expect(
        read.backbone.logProbabilities(try samples(name), mask: mask).values
          == model.inference().logProbabilities(try samples(name), mask: mask).values)
    }
  }
}
