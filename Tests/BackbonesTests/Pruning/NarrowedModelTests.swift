// Folders without some of the hidden units: what they say, what stays of their tensors, and what cannot go.

import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@testable import Backbones

extension PrunedModelTests {
  static let narrower = [
    ("conformer-identity", "ffn_dim"), ("wav2vec2-small", "intermediate_size"),
    ("wav2vec2-mms", "intermediate_size"), ("wavlm-small", "intermediate_size"),
    ("conformer-relative", "intermediate_size"), ("bert-relative", "intermediate_size"),
    ("parakeet-bpe", "intermediate_size"),
  ]

  /// Half of them, in every family: what the model says at that width, with a layer less as well.
  @Test(arguments: narrower)
  func narrowerFoldersSayWhatTheWidthDoes(model: String, setting: String) throws {
    let source = fixture(model)
    let whole = try Recognizer(contentsOf: source)
    let layers = whole.backbone.layerCount
    let compute = Compute(rank: 1, width: 0.5)
    for mask in [
      String(repeating: "1", count: layers), String(repeating: "1", count: layers - 1) + "0",
    ] {
      try withTemporaryFolder { output in
        try prune(source, mask, width: 0.5, to: output)
        let narrow = try Recognizer(contentsOf: output)
        let thin = try whole.at(compute).backbone
        var random = RandomGenerator(seed: 3)
        let samples = (0..<thin.sampleRate / 2).map { _ in 0.1 * random.normal() as Float }
        let expected = thin.logProbabilities(
          [samples], mask: try LayerMask(mask, layerCount: layers))
        let kept = LayerMask.full(narrow.backbone.layerCount)
        expectClose(
          narrow.backbone.logProbabilities([samples], mask: kept), expected, relative: 1e-4)
        #expect(
          narrow.backbone.parameterCount
            == Int(thin.parameters.total(try LayerMask(mask, layerCount: layers))))
        let settings = try String(
          contentsOf: output.appendingPathComponent("config.json"), encoding: .utf8)
        let units = try #require(
          (whole.backbone as? any ThinnableBackbone)?.feedForwards.first?.unitCount)
        #expect(settings.contains("\"\(setting)\": \(units / 2)"))
      }
    }
  }

  /// What stays of a tensor is what it was, in its order.
  @Test(arguments: ElementType.allCases) func hiddenUnitsStayBitByBit(type: ElementType) throws {
    try withTemporaryFolder { folder in
      let (source, output) = (
        folder.appendingPathComponent("whole"), folder.appendingPathComponent("small")
      )
      try writeConformer(layers: 2, feedForward: 16, to: source, as: type)
      try prune(source, "01", width: 0.25, to: output)
      let (before, after) = (try weights(source), try weights(output))
      #expect(after.metadata["pruned"] == "whole at 01 with 4 hidden units")
      for part in ["ffn1", "ffn2"] {
        let (old, new) = (
          "conformer_layers.1.\(part).sequential", "conformer_layers.0.\(part).sequential"
        )
        func rows(_ file: SafetensorsFile, _ name: String) throws -> [[Float]] {
          let tensor = try file.tensor(name)
          return (0..<tensor.rows).map { row in (0..<tensor.columns).map { tensor[row, $0] } }
        }
        let all = try rows(before, "\(old).1.weight")
        let kept = try rows(after, "\(new).1.weight").map { row in
          try #require(all.firstIndex(of: row))
        }
        #expect(kept.count == 4 && kept == kept.sorted())
        let bias = try before.tensor("\(old).1.bias").values
        #expect(try after.tensor("\(new).1.bias").values == kept.map { bias[$0] })
        #expect(
          try rows(after, "\(new).4.weight")
            == rows(before, "\(old).4.weight").map { row in kept.map { row[$0] } })
        for name in ["0.weight", "0.bias", "4.bias"] {
          #expect(after.elements("\(new).\(name)") == before.elements("\(old).\(name)"))
        }
        #expect(after.elementType("\(new).1.weight") == type.rawValue)
      }
      let card = try String(
        contentsOf: output.appendingPathComponent("README.md"), encoding: .utf8)
      for part in [
        "with 1 of its 2 layers and 4 of 16 hidden units of each feed-forward part; the others",
        "| hidden units of a feed-forward part | 16 | 4 |", "| hidden units kept | ",
        "by at most 0.0 |",
      ] {
        #expect(card.contains(part), "\(part) in \(card)")
      }
    }
  }

  @Test func unitsUnderOtherNamesCannotGo() {
    let source = fixture("conformer-ldasr")
    #expect(
      refusal(source, "1111", width: 0.5)
        == "\(source.path): expected a tensor conformer_layers.0.ffn1.sequential.1.bias, to leave "
        + "hidden units out, found layers under other names")
    #expect(refusal(source, "1111") == "none")
  }
}
