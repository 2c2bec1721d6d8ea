// Atlases of made-up numbers, for what is done with them.

import Backbones
import Base

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

/// Losses by lot, and best masks of 40 utterances.
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
  return atlas
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
