// Atlases of made-up numbers, for what is done with them.

import Backbones
import Base
import Kernels

@testable import Tradeoff

/// Every mask, or those of some numbers in order; errors are the loss without its fraction.
func madeUpAtlas(
  _ layers: Int, split: String = "dev", weights: String = "w", numbers: [Int]? = nil,
  _ loss: (LayerMask) -> Double
) -> MaskAtlas {
  let key = MaskAtlas.Key(
    model: "m", dataset: "d", split: split, normalization: "none", layers: layers,
    weights: weights, data: "d", utterances: 1, words: 100)
  let points = (numbers ?? Array(0..<1 << layers)).map { number in
    let mask = LayerMask(number: number, layerCount: layers)
    return MaskAtlas.Point(
      mask: mask, errors: Int(loss(mask)), loss: loss(mask), divergence: loss(mask) / 2)
  }
  return MaskAtlas(
    key: key, points: points, fewestErrors: [Array(repeating: 0, count: layers + 1)])
}

/// Losses by lot, best masks of 40 utterances, and findings.
func drawnAtlas(_ layers: Int) -> MaskAtlas {
  var random = RandomGenerator(seed: UInt64(layers))
  let losses = (0..<1 << layers).map { _ in Double.random(in: 0...100, using: &random) }
  var atlas = madeUpAtlas(layers) { losses[$0.number] }
  // Best masks and confidences by lot as well.
  atlas.utterances = (0..<40).map { "utterance \($0)" }
  atlas.bestMasks = (0..<40).map { utterance in
    (0...layers).map {
      RandomPolicy.mask(
        keeping: $0, in: PolicyContext(layerCount: layers), seed: UInt64(utterance))
    }
  }
  atlas.confidences = (0..<40).map { _ in
    (0...layers).map { _ in Double.random(in: 0...1, using: &random) }
  }
  atlas.findings = drawnFindings(layers)
  return atlas
}

/// By lot, of what a file holds exactly; for frames of four values.
func drawnFindings(_ layers: Int) -> AtlasFindings {
  var random = RandomGenerator(seed: UInt64(layers), streams: 1)
  func numbers() -> [Double] { (0..<layers).map { _ in Double(random.uniform()) } }
  func mask(_ depth: Int, _ seed: Int) -> LayerMask {
    RandomPolicy.mask(
      keeping: depth, in: PolicyContext(layerCount: layers), seed: UInt64(seed))
  }
  let choices = MaskChooser.choices
  let outputs = (layers - 1) * choices
  let weights = (0..<SmallNetwork.weightCount(inputs: 8, hidden: 1, outputs: outputs)).map { _ in
    random.normal()
  }
  return AtlasFindings(
    sensitivities: numbers(), segments: (0...layers).map { mask($0, 7) },
    surrogateValues: numbers(),
    chooser: layers == 1
      ? nil
      : MaskChooser(
        candidates: (0...layers).map { depth in
          (1..<layers).contains(depth) ? (0..<choices).map { mask(depth, $0) } : []
        },
        network: SmallNetwork(inputs: 8, hidden: 1, outputs: outputs, weights: weights)),
    exits: drawnExits(layers),
    costs: [AtlasFindings.Cost(policy: "input", layerRuns: 12, trainingSteps: 3)])
}

/// Exits by lot, for frames of four values; nil where there can be none.
func drawnExits(_ layers: Int) -> TrainedExits? {
  let depths = TrainedExits.depths(of: layers)
  if depths.isEmpty { return nil }
  var random = RandomGenerator(seed: UInt64(layers), streams: 2)
  let size = ExitBlock.weightCount(width: 4, inner: 2)
  return TrainedExits(
    depths: depths,
    blocks: depths.map { _ in
      let drawn = Tensor((0..<size).map { _ in random.normal() })
      return ExitBlock(width: 4, inner: 2, weights: ElementType.float16.rounded(drawn))
    },
    thresholds: (0...layers).map { count in
      depths.map { _ in count == 0 ? TrainedExits.never : random.uniform() }
    },
    losses: depths.map { _ in
      TrainedExits.Losses(untrained: random.uniform(), trained: random.uniform())
    })
}

/// Full depth and `count` masks of each other depth but none.
func sampledAtlas(_ layers: Int, each count: Int) -> MaskAtlas {
  let numbers = (1...layers).flatMap { depth in
    (0..<UInt64(count)).map {
      RandomPolicy.mask(keeping: depth, in: PolicyContext(layerCount: layers), seed: $0).number
    }
  }
  return madeUpAtlas(layers, numbers: Set(numbers).sorted()) { Double($0.number % 97) }
}
