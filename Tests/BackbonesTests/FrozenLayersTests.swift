// Training some layers only: the others do what they do in evaluation, and nothing of them moves.

import Base
import Kernels
import TestSupport
import Testing
import Training

@testable import Backbones

@Suite struct FrozenLayersTests {
  static let names = [
    "conformer-identity", "conformer-normalized", "wavlm-small", "wav2vec2-small",
  ]

  /// Layers 2 and 4 of four learn, the third is skipped.
  private func model(_ name: String, dropout: Float) throws -> any TrainableBackbone {
    let folder = fixture(name)
    let family = try TrainableCatalog.family(of: folder)
    var sizes = TrainableSizes(
      layers: 4, width: 8, heads: 2, feedForward: 16, kernel: 3, skipRule: .identity)
    try family.takeSizes(of: folder, into: &sizes)
    let tokens = try family.load(folder).tokenCount
    return try family.make(
      TrainablePlan(
        sizes, tokenCount: tokens, dropout: dropout, seed: 1, initial: folder,
        trainedLayers: [1, 3]))
  }

  private func features(_ model: some TrainableBackbone) -> HiddenFrames {
    var random = RandomGenerator(seed: 2)
    return HiddenFrames(
      packing: [0.5, 0.35].map { seconds in
        model.features(
          (0..<Int(seconds * Double(model.features.sampleRate))).map { _ in 0.1 * random.normal() })
      })
  }

  private func isTrained(_ name: String) -> Bool {
    // Not the front end's, which are `conv_layers`.
    [1, 3].contains { number in
      ["conformer_layers", "encoder.layers"].contains { name.contains("\($0).\(number).") }
    }
  }

  private func check(_ model: some TrainableBackbone, dropout: Float) throws {
    let features = features(model)
    let start = TrainingPass(
      mask: try LayerMask("1101", layerCount: model.layerCount), random: RandomGenerator(seed: 1))
    let before = (model.weights.copy(), model.state.copy())
    var pass = start
    let (logits, activations) = model.forward(features, &pass)
    let direction = randomTensor(logits[0].values.rows, model.tokenCount, seed: 3, scale: 0.1)
    let gradients = ParameterBuffer(count: model.layout.count)
    model.backward([direction], through: activations, pass, into: gradients)
    func loss() -> Double {
      var pass = start
      let said = model.forward(features, &pass).logits[0].values
      return zip(said.values, direction.values).reduce(0) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
    for parameter in model.layout.parameters {
      #expect(parameter.isFrozen == !isTrained(parameter.name), "\(parameter.name)")
      if parameter.isFrozen { continue }
      let places = [0, parameter.count / 2, parameter.count - 1].map { parameter.offset + $0 }
      expectClose(
        places.map { gradients.pointer[$0] },
        numericalGradient(model.weights, at: places, step: 3e-3, loss), relative: 2e-2,
        absolute: 4e-3, "\(parameter.name)")
    }
    let optimizer = AdamW(AdamW.Configuration(weightDecay: 0.1), layout: model.layout)
    optimizer.update(
      model.weights, gradients: gradients, range: 0..<model.layout.count, learningRate: 0.01)
    for parameter in model.layout.parameters {
      let same = model.weights.tensor(parameter).values == before.0.tensor(parameter).values
      #expect(
        same == parameter.isFrozen || gradients.tensor(parameter).values.allSatisfy { $0 == 0 })
    }
    for parameter in model.stateLayout.parameters where !isTrained(parameter.name) {
      #expect(model.state.tensor(parameter).values == before.1.tensor(parameter).values)
    }
  }

  @Test(arguments: names) func onlyThoseLayersMove(name: String) throws {
    for dropout: Float in [0, 0.2] {
      try check(try model(name, dropout: dropout), dropout: dropout)
    }
  }

  /// With no layer of the mask learning, a pass says what evaluation says, dropout or not.
  @Test(arguments: names) func whatIsFrozenIsInEvaluationMode(name: String) throws {
    func compare(_ model: some TrainableBackbone) throws {
      let features = features(model)
      let mask = try LayerMask("1010", layerCount: 4)
      var pass = TrainingPass(mask: mask, random: RandomGenerator(seed: 1))
      let logits = model.forward(features, &pass).logits[0].values
      let backbone = model.inference()
      let frames = (0..<4).reduce(backbone.frontEnd(features: features)) {
        backbone.step($1, $0, mask)
      }
      expectClose(LogSoftmax.forward(logits), backbone.head(frames), relative: 1e-4)
    }
    try compare(try model(name, dropout: 0.3))
  }
}
