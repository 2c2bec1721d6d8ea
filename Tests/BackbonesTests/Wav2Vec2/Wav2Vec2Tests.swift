// Hugging Face's own folders and logits: the whole family, at full depth and with layers skipped.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@Suite struct Wav2Vec2Tests {
  static let names = ["wavlm", "wav2vec2", "hubert"].flatMap { kind in
    ["group", "small", "stable"].map { "\(kind)-\($0)" }
  }

  /// Softmax undoes what the logits' common shift is.
  private func expectSame(_ logProbabilities: Tensor, _ logits: Tensor, _ what: String) {
    let expected = LogSoftmax.forward(logits)
    #expect(logProbabilities.shape == expected.shape, "\(what)")
    expectClose(logProbabilities, expected, relative: 1e-4)
  }

  @Test(arguments: names) func logitsAreThoseOfTransformers(name: String) throws {
    let recognizer = try Recognizer(contentsOf: fixture(name))
    let backbone = recognizer.backbone
    let expected = try SafetensorsFile(contentsOf: fixture("\(name)/expected.safetensors"))
    var utterances: [[Float]] = []
    for number in 0..<3 {
      let samples = try expected.tensor("samples.\(number)").values
      utterances.append(samples)
      let logits = try expected.tensor("logits.\(number)")
      #expect(backbone.frameCount(sampleCount: samples.count) == logits.rows)
      expectSame(
        backbone.logProbabilities([samples], mask: .full(backbone.layerCount)), logits,
        "\(name) \(number)")
    }
    for key in expected.names where key.hasPrefix("logits.0.") {
      let mask = try LayerMask(String(key.dropFirst(9)), layerCount: backbone.layerCount)
      expectSame(
        backbone.logProbabilities([utterances[0]], mask: mask), try expected.tensor(key), key)
    }
    // Packed side by side, none hears the others.
    let together = backbone.logProbabilities(utterances, mask: .full(backbone.layerCount))
    let apart = utterances.map {
      backbone.logProbabilities([$0], mask: .full(backbone.layerCount)).values
    }
    expectClose(together.values, apart.flatMap { $0 }, relative: 1e-5)
  }

  @Test(arguments: names) func stagesAddUp(name: String) throws {
    let backbone = try Recognizer(contentsOf: fixture(name)).backbone
    let stages = backbone.parameters
    let sum = stages.frontEnd + stages.layers.reduce(0, +) + stages.head
    #expect(Int(sum) == backbone.parameterCount)
    #expect(stages.layers.allSatisfy { $0 > 0 } && stages.frontEnd > 0)
    let operations = backbone.operations(sampleCount: 16000)
    #expect(operations.layers.allSatisfy { $0 > 0 } && operations.frontEnd > 0)
  }

  @Test func tokensAreLettersAndTheBlankIsThePadding() throws {
    let recognizer = try Recognizer(contentsOf: fixture("wav2vec2-small"))
    let tokenizer = recognizer.tokenizer
    // pad_token_id is 3 there.
    #expect(tokenizer.blank == 3 && tokenizer.silent.isSuperset(of: [1, 2]))
    #expect(tokenizer.decode([6, 3, 5, 4, 4, 7, 10, 1]) == "te a'")
    #expect(tokenizer.canEncode("eat one") && !tokenizer.canEncode("x"))
  }

  @Test func whatIsWrongIsNamed() throws {
    try withTemporaryFolder { folder in
      func copy() throws -> URL {
        let place = folder.appendingPathComponent(UUID().uuidString)
        try FileManager.default.copyItem(at: fixture("wavlm-small"), to: place)
        return place
      }
      func error(_ change: (URL) throws -> Void) throws -> String {
        let place = try copy()
        try change(place)
        do {
          _ = try Recognizer(contentsOf: place)
          return "none"
        } catch {
          return "\(error)"
        }
      }
      func replace(_ file: String, _ old: String, _ new: String) -> (URL) throws -> Void {
        { place in
          let url = place.appendingPathComponent(file)
          let text = try String(contentsOf: url, encoding: .utf8)
          #expect(text.contains(old))
          try text.replacingOccurrences(of: old, with: new)
            .write(to: url, atomically: true, encoding: .utf8)
        }
      }
      let config = "config.json"
      let cases: [(change: (URL) throws -> Void, part: String)] = [
        (
          replace(config, "\"num_attention_heads\": 2", "\"num_attention_heads\": 3"),
          "num_attention_heads that divide hidden_size 16, found 3"
        ),
        (
          replace(config, "\"num_hidden_layers\": 4", "\"num_hidden_layers\": 5"),
          "encoder.layers.4."
        ),
        (
          replace(config, "\"intermediate_size\": 20", "\"intermediate_size\": 24"),
          "of shape [24, 16], found shape [20, 16]"
        ),
        (
          replace(config, "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"relu\""),
          "hidden_act \"gelu\", found relu"
        ),
        (
          { try FileManager.default.removeItem(at: $0.appendingPathComponent("vocab.json")) },
          "tokens.txt, vocab.json or tokenizer.json"
        ),
        (replace("vocab.json", "\"E\": 5", "\"E\": 55"), "found 55 for \"E\""),
      ]
      for (change, part) in cases {
        let message = try error(change)
        #expect(message.contains(part), "\(message)")
      }
    }
  }
}
