// The Conformer against torchaudio's layers with the same weights: see Fixtures/make_conformer.py.

import Foundation
import Kernels
import Speech
import TestSupport
import Testing
import Training

import Backbones
import Base

struct ConformerTests {
  static let rules = ["identity", "normalized"]
  static let masks = ["1111", "1011", "0100", "0000", "0110"]

  func model(_ rule: String) -> URL { fixture("conformer-\(rule)") }
  func reference(_ rule: String) throws -> SafetensorsFile {
    try SafetensorsFile(contentsOf: fixture("conformer-\(rule)/expected.safetensors"))
  }

  /// 3 utterances x 75 frames x 20 bins, packed.
  func features(_ file: SafetensorsFile) throws -> HiddenFrames {
    HiddenFrames(values: try file.tensor("features").reshaped(225, 20), lengths: [75, 75, 75])
  }

  func run(_ backbone: Conformer, _ features: HiddenFrames, _ mask: LayerMask) -> Tensor {
    backbone.head(
      (0..<backbone.layerCount).reduce(backbone.frontEnd(features: features)) {
        backbone.step($1, $0, mask)
      })
  }

  @Test(arguments: rules, masks)
  func logProbabilitiesAgreeWithTorchaudio(rule: String, bits: String) throws {
    let backbone = try Conformer(contentsOf: model(rule))
    let file = try reference(rule)
    let actual = run(backbone, try features(file), try LayerMask(bits, layerCount: 4))
    let expected = try file.tensor("log_probs.\(bits)")
    let worst = zip(actual.values, expected.values).map { abs($0 - $1) }.max()!
    #expect(worst < 1e-4, "largest difference \(worst)")
    #expect(actual.count == expected.count)
  }

  /// Tensors in groups, mel powers without a logarithm, the blank called "@": see Fixtures/make_ldasr.py.
  @Test func foldersOfLDASRAreRead() throws {
    let recognizer = try Recognizer(contentsOf: fixture("conformer-ldasr"))
    let backbone = recognizer.backbone
    #expect(recognizer.tokenizer.silent == [1, 2])
    let file = try SafetensorsFile(contentsOf: fixture("conformer-ldasr/expected.safetensors"))
    for number in 0..<2 {
      let samples = try file.tensor("samples.\(number)").values
      for mask in ["1111", "1011", "0100", "0000"] {
        expectClose(
          backbone.logProbabilities([samples], mask: try LayerMask(mask, layerCount: 4)),
          try file.tensor("log_probs.\(number).\(mask)"), relative: 1e-4, "\(number) \(mask)")
      }
    }
    try withTemporaryFolder { folder in
      let place = folder.appendingPathComponent("model")
      try TrainableConformer(contentsOf: fixture("conformer-ldasr")).write(
        to: place, tokenizer: recognizer.tokenizer, as: .float32, metadata: [:])
      let again = try Conformer(contentsOf: place)
      let samples = try file.tensor("samples.0").values
      #expect(
        again.logProbabilities([samples], mask: .full(4)).values
          == backbone.logProbabilities([samples], mask: .full(4)).values)
    }
  }

  /// Packing must not let utterances see each other.
  @Test func packedUtterancesAreIndependent() throws {
    let backbone = try Conformer(contentsOf: model("identity"))
    var random = RandomGenerator(seed: 3)
    let audio = [5000, 16000, 9333].map { n in (0..<n).map { _ in random.normal() * 0.1 } }
    let packed = backbone.logProbabilities(audio, mask: .full(4))
    var row = 0
    for samples in audio {
      let alone = backbone.logProbabilities([samples], mask: .full(4))
      #expect(alone.rows == backbone.frameCount(sampleCount: samples.count))
      expectClose(packed.rows(row..<row + alone.rows), alone, relative: 1e-5)
      row += alone.rows
    }
    #expect(row == packed.rows)
  }

  /// Whichever thread takes whichever frames, to the last bit.
  @Test(arguments: [2, 3]) func threadsDoNotChangeResults(threads: Int) throws {
    let backbone = try Conformer(contentsOf: model("identity"))
    var random = RandomGenerator(seed: 4)
    let audio = [48000, 33333].map { n in (0..<n).map { _ in random.normal() * 0.1 } }
    let alone = backbone.logProbabilities(audio, mask: .full(4))
    let shared = Parallel.with(threads: threads) {
      backbone.logProbabilities(audio, mask: .full(4))
    }
    #expect(shared.values == alone.values)
  }

  let targets = [[3, 3, 5, 1], [2], [4, 1, 4, 7, 8]]

  /// Mean over utterances of CTC / target length, as torch's reduction, plus the frame mean of KL.
  func step(
    _ model: TrainableConformer, _ features: HiddenFrames, teacher: Tensor, mask: LayerMask,
    into gradients: ParameterBuffer
  ) -> (ctc: Double, kl: Double) {
    var pass = TrainingPass(mask: mask, random: RandomGenerator(seed: 1))
    let (outputs, activations) = model.forward(features, &pass)
    let logits = outputs[0]
    let weights = targets.map { 1 / Float($0.count * targets.count) }
    let ctc = CTCLoss.lossAndGradient(
      logProbabilities: LogSoftmax.forward(logits.values), lengths: logits.lengths,
      targets: targets, blank: 0, weights: weights)
    let kl = KLDistillation.lossAndGradient(
      studentLogits: logits.values, teacherLogProbabilities: teacher,
      frameWeights: Array(repeating: 1 / Float(logits.values.rows), count: logits.values.rows))
    model.backward(
      [ctc.logitGradient.adding(kl.logitGradient)], through: activations, pass, into: gradients)
    let loss = zip(ctc.losses, weights).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    return (loss, kl.loss)
  }

  @Test(arguments: rules, masks.prefix(3))
  func gradientsAgreeWithPyTorch(rule: String, bits: String) throws {
    let model = try TrainableConformer(contentsOf: model(rule))
    let file = try reference(rule)
    let teacher = try file.tensor("teacher")
    let gradients = ParameterBuffer(count: model.layout.count)
    let loss = step(
      model, try features(file), teacher: teacher.reshaped(teacher.rows, 12),
      mask: try LayerMask(bits, layerCount: 4), into: gradients)
    let expected = try file.tensor("loss.\(bits)").values
    expectClose(loss.ctc, Double(expected[0]), relative: 1e-4)
    expectClose(loss.kl, Double(expected[1]), relative: 1e-4)
    for parameter in model.layout.parameters {
      expectClose(
        gradients.tensor(parameter).values,
        try file.tensor("gradient.\(bits).\(parameter.name)").values, relative: 1e-3,
        absolute: 1e-5, "\(parameter.name)")
    }
  }

  /// Forward, both losses, backward, clipping and AdamW together, as in training.
  @Test(arguments: rules)
  func tenStepsAgreeWithPyTorch(rule: String) throws {
    let model = try TrainableConformer(contentsOf: model(rule))
    let file = try reference(rule)
    let features = try features(file)
    let teacher = try file.tensor("teacher")
    let expected = try file.tensor("steps")
    let optimizer = AdamW(
      AdamW.Configuration(beta1: 0.9, beta2: 0.98, epsilon: 1e-9, weightDecay: 0.01),
      layout: model.layout)
    let all = 0..<model.layout.count
    for index in 0..<10 {
      let gradients = ParameterBuffer(count: model.layout.count)
      let loss = step(
        model, features, teacher: teacher.reshaped(teacher.rows, 12),
        mask: try LayerMask(Self.masks[index % 3], layerCount: 4), into: gradients)
      let norm = GradientClipping.sumOfSquares(gradients, range: all).squareRoot()
      optimizer.update(
        model.weights, gradients: gradients, range: all, learningRate: 2e-3,
        gradientScale: GradientClipping.scale(norm: norm, maximum: 1))
      optimizer.advance()
      let row = expected.rows(index..<index + 1).values.map(Double.init)
      expectClose(loss.ctc, row[0], relative: 1e-3, "CTC at step \(index + 1)")
      expectClose(loss.kl, row[1], relative: 1e-3, "KL at step \(index + 1)")
      expectClose(norm, row[2], relative: 1e-2, "gradient norm at step \(index + 1)")
    }
  }

  /// A loss of our own through every parameter, utterances of different lengths, by differences.
  @Test(arguments: rules, [[], [1, 3]])
  func gradientsAgreeWithFiniteDifferences(rule: String, exits: [Int]) throws {
    let model = try TrainableConformer(contentsOf: model(rule))
    let features = HiddenFrames(
      values: randomTensor(90, 20, seed: 11), lengths: [40, 31, 19])
    let frames = features.lengths.reduce(0) { $0 + model.outputFrames(featureFrames: $1) }
    let directions = (0...exits.count).map {
      randomTensor(frames, 12, seed: UInt64(12 + $0), scale: 0.1)
    }
    let mask = try LayerMask("1010", layerCount: 4)
    expectGradientsOfDifferences(
      model, features, directions,
      TrainingPass(mask: mask, exits: exits, random: RandomGenerator(seed: 1)), step: 3e-3, rule)
  }

  /// An exit says what the mask that skips all after it would have said.
  @Test func exitsSpeakAsPrefixes() throws {
    let model = try TrainableConformer(contentsOf: model("identity"))
    let features = HiddenFrames(values: randomTensor(71, 20, seed: 11), lengths: [40, 31])
    func logits(_ bits: String, exits: [Int]) throws -> [HiddenFrames] {
      var pass = TrainingPass(
        mask: try LayerMask(bits, layerCount: 4), exits: exits, random: RandomGenerator(seed: 1))
      return model.forward(features, &pass).logits
    }
    let all = try logits("1011", exits: [1, 2, 3])
    for (said, bits) in zip(all, ["1011", "1000", "1000", "1010"]) {
      #expect(try said.values.values == logits(bits, exits: [])[0].values.values)
    }
  }

  /// Two workers with half the batch each take the same step as one with all of it.
  @Test func shardsAddUpToTheWholeBatch() throws {
    let features = (0..<4).map { randomTensor(40 + 7 * $0, 20, seed: UInt64($0)) }
    let whole = try TrainableConformer(contentsOf: model("identity"))
    @Sendable func gradient(
      _ model: TrainableConformer, _ utterances: ArraySlice<Tensor>, reduce: AllReduce, worker: Int
    ) -> ParameterBuffer {
      var pass = TrainingPass(
        mask: .full(4), random: RandomGenerator(seed: 1), reduce: reduce, worker: worker)
      let (logits, activations) = model.forward(HiddenFrames(packing: Array(utterances)), &pass)
      let gradients = ParameterBuffer(count: model.layout.count)
      model.backward(logits.map(\.values), through: activations, pass, into: gradients)
      return gradients
    }
    let expected = gradient(whole, features[...], reduce: AllReduce(workers: 1), worker: 0)
    let sharded = try TrainableConformer(contentsOf: model("identity"))
    let reduce = AllReduce(workers: 2)
    let parts = [ParameterBuffer(count: 0), ParameterBuffer(count: 0)]
    let results = Parts(parts)
    DispatchQueue.concurrentPerform(iterations: 2) { worker in
      let shard = worker == 0 ? features[..<2] : features[2...]
      results.set(worker, gradient(sharded, shard, reduce: reduce, worker: worker))
    }
    for parameter in whole.layout.parameters {
      expectClose(
        results.get(0).tensor(parameter).adding(results.get(1).tensor(parameter)),
        expected.tensor(parameter), relative: 1e-4, absolute: 1e-4, "\(parameter.name)")
    }
    for parameter in whole.stateLayout.parameters {
      expectClose(sharded.state.tensor(parameter), whole.state.tensor(parameter))
    }
  }

  @Test(arguments: rules)
  func writtenModelReadsBack(rule: String) throws {
    let trained = try TrainableConformer(contentsOf: model(rule))
    let tokenizer = try Tokenizer(
      contentsOf: model(rule).appendingPathComponent(ModelFolder.tokensName))
    try withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("copy")
      try trained.write(to: target, tokenizer: tokenizer, as: .float32, metadata: ["a": "b"])
      let file = try reference(rule)
      let features = try features(file)
      let mask = try LayerMask("1011", layerCount: 4)
      #expect(
        run(try Conformer(contentsOf: target), features, mask).values
          == run(trained.inference(), features, mask).values)
      #expect(try Recognizer(contentsOf: target).name == "copy")
    }
  }

  @Test func freshWeightsHavePyTorchsSpread() throws {
    var configuration = ConformerConfiguration()
    configuration.layers = 2
    let model = TrainableConformer(configuration, seed: 5)
    for parameter in model.layout.parameters {
      let values = model.weights.tensor(parameter).values
      if parameter.name.hasSuffix("final_layer_norm.weight") {
        #expect(values.allSatisfy { $0 == 1 })
      }
      if parameter.name.hasSuffix("ffn1.sequential.1.weight") {
        let bound = 1 / Float(128).squareRoot()
        #expect(values.allSatisfy { abs($0) <= bound })
        #expect(values.max()! > 0.99 * bound)
      }
      if parameter.name.hasSuffix("conv_module.sequential.2.bias") {
        #expect(values.max()! > 0.5 / Float(31).squareRoot())
      }
    }
  }

  @Test func brokenFoldersAreNamed() throws {
    let good = model("identity")
    func message(_ change: (URL) throws -> Void) throws -> String {
      try withTemporaryFolder { folder in
        let copy = folder.appendingPathComponent("model")
        try FileManager.default.copyItem(at: good, to: copy)
        try change(copy)
        do {
          _ = try Recognizer(contentsOf: copy)
          return "no error"
        } catch { return "\(error)" }
      }
    }
    func rewrite(_ folder: URL, _ edit: ([(name: String, tensor: Tensor)]) -> [(String, Tensor)])
      throws
    {
      let url = folder.appendingPathComponent(ModelFolder.weightsName)
      let tensors = try {
        let file = try SafetensorsFile(contentsOf: url)
        return try file.names.map { (name: $0, tensor: try file.tensor($0)) }
      }()
      try SafetensorsWriter.write(edit(tensors).map { (name: $0.0, tensor: $0.1) }, to: url)
    }
    let name = "conformer_layers.2.self_attn.in_proj_bias"
    let missing = try message { try rewrite($0) { $0.filter { $0.name != name } } }
    #expect(missing.contains(name) && missing.contains("model.safetensors"), "\(missing)")
    let reshaped = try message {
      try rewrite($0) { $0.map { ($0.name, $0.name == name ? Tensor(zeros: 71) : $0.tensor) } }
    }
    #expect(reshaped.contains(name) && reshaped.contains("71"), "\(reshaped)")
    let diverged = try message {
      try rewrite($0) {
        $0.map {
          ($0.name, $0.name == name ? Tensor([Float](repeating: .nan, count: 72)) : $0.tensor)
        }
      }
    }
    #expect(diverged.contains("NaN") && diverged.contains("log-probabilities"), "\(diverged)")
    let deeper = try message {
      let url = $0.appendingPathComponent("config.json")
      let layers = try ConformerConfiguration(contentsOf: url).layers
      let text = try String(contentsOf: url, encoding: .utf8)
      try text.replacingOccurrences(
        of: "\"num_layers\": \(layers)", with: "\"num_layers\": \(layers - 1)"
      ).write(to: url, atomically: true, encoding: .utf8)
    }
    #expect(deeper.contains("the layers that config.json describes"), "\(deeper)")
    let noConfig = try message {
      try FileManager.default.removeItem(at: $0.appendingPathComponent("config.json"))
    }
    #expect(noConfig.contains("config.json"), "\(noConfig)")
    let otherType = try message {
      try Data(#"{"model_type": "whisper"}"#.utf8).write(
        to: $0.appendingPathComponent("config.json"))
    }
    #expect(otherType.contains("whisper") && otherType.contains("conformer"), "\(otherType)")
    let fewTokens = try message {
      try Data("<blank>\na\n".utf8).write(to: $0.appendingPathComponent("tokens.txt"))
    }
    #expect(fewTokens.contains("tokens.txt") && fewTokens.contains("12"), "\(fewTokens)")
  }
}

private final class Parts: @unchecked Sendable {
  // @unchecked: `parts` is touched only under `lock`.
  private let lock = NSLock()
  private var parts: [ParameterBuffer]
  init(_ parts: [ParameterBuffer]) { self.parts = parts }
  func set(_ index: Int, _ part: ParameterBuffer) { lock.withLock { parts[index] = part } }
  func get(_ index: Int) -> ParameterBuffer { lock.withLock { parts[index] } }
}
