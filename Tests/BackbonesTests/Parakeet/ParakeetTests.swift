// Hugging Face's Parakeet folders: logits, spelling, sizes and what is wrong with damaged ones.

import Backbones
import Foundation
import Kernels
import Speech
import TestSupport
import Testing

@Suite struct ParakeetTests {
  static let names = ["bpe", "unigram", "bytes"].map { "parakeet-\($0)" }

  private struct Spelling: Decodable {
    var ids: [Int]
    var text: String
  }

  @Test(arguments: names) func logitsAreThoseOfTransformers(name: String) throws {
    try expectLogitsOfTransformers(name)
  }

  @Test(arguments: names) func stagesAddUp(name: String) throws {
    let backbone = try Recognizer(contentsOf: fixture(name)).backbone
    try expectStagesThatAddUp(name)
    let file = try SafetensorsFile(contentsOf: fixture("\(name)/expected.safetensors"))
    #expect("\(backbone.parameterCount)" == file.metadata["parameters"])
  }

  /// By hand for parakeet-unigram: one second is 160 feature frames of 20 bins, subsampled to 80 x 10
  /// and 40 x 5; 12 channels; 16 columns, 20 in the feed-forwards, kernel 9, 23 tokens.
  @Test func operationsAreCounted() throws {
    let backbone = try Recognizer(contentsOf: fixture("parakeet-unigram")).backbone
    let operations = backbone.operations(sampleCount: 16000)
    let convolutions = 800 * 12 * 9 + 200 * 12 * (9 + 12)
    #expect(operations.frontEnd == Double(2 * (convolutions + 40 * 60 * 16)))
    let feedForward = 4 * 40 * 16 * 20
    let attention = 4 * 40 * 16 * 16 + 2 * 40 * 40 * 16 + 79 * 16 * (16 + 40)
    let convolution = 40 * (3 * 16 * 16 + 16 * 9)
    #expect(
      operations.layers
        == Array(repeating: Double(2 * (feedForward + attention + convolution)), count: 4))
    #expect(operations.skipped == [0, 0, 0, 0])
    #expect(operations.head == Double(2 * 40 * 16 * 23))
    #expect(backbone.frameSeconds == 0.025)
    #expect(try Recognizer(contentsOf: fixture("parakeet-bpe")).backbone.frameSeconds == 0.08)
  }

  @Test(arguments: names) func tokensSpellWhatTheirTokenizerSpells(name: String) throws {
    let tokenizer = try Recognizer(contentsOf: fixture(name)).tokenizer
    let file = try SafetensorsFile(contentsOf: fixture("\(name)/expected.safetensors"))
    let json = try #require(file.metadata["spellings"])
    let spellings = try JSONDecoder().decode([Spelling].self, from: Data(json.utf8))
    #expect(spellings.count == 4)
    for spelling in spellings {
      let words = spelling.text.lowercased().split(whereSeparator: \.isWhitespace)
      #expect(tokenizer.decode(spelling.ids) == words.joined(separator: " "))
    }
  }

  @Test func whatIsWrongIsNamed() throws {
    try expectErrors(
      "parakeet-bpe",
      [
        (
          .replace("config.json", "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4"),
          "encoder.layers.3.norm_feed_forward1.weight"
        ),
        (
          .replace("config.json", "\"intermediate_size\": 40", "\"intermediate_size\": 44"),
          "of shape [44, 24], found shape [40, 24]"
        ),
        (
          .replace("config.json", "\"subsampling_factor\": 8", "\"subsampling_factor\": 16"),
          "encoder.subsampling.layers.8.weight"
        ),
        (
          .replace("config.json", "\"num_mel_bins\": 80", "\"num_mel_bins\": 81"),
          "num_mel_bins that 3 convolutions of stride 2 divide, found 81"
        ),
        (
          .replace("config.json", "\"conv_kernel_size\": 5", "\"conv_kernel_size\": 6"),
          "an odd conv_kernel_size, found 6"
        ),
        (
          .replace("config.json", "\"hidden_act\": \"silu\"", "\"hidden_act\": \"mish\""),
          "a field \"encoder_config.hidden_act\" with an impossible value"
        ),
        (
          .replace("preprocessor_config.json", "\"feature_size\": 80", "\"feature_size\": 64"),
          "the feature extractor: expected a feature_size of num_mel_bins 80, found 64"
        ),
        (
          .replace("preprocessor_config.json", "\"n_fft\": 512", "\"n_fft\": 500"),
          "n_fft a power of two from 16 to 65536, found 500"
        ),
        (
          .replace("tokenizer.json", "\"type\": \"Fuse\"", "\"type\": \"Mystery\""),
          "found \"Mystery\""
        ),
        (.remove("tokenizer.json"), "tokens.txt, vocab.json or tokenizer.json"),
        (.remove("preprocessor_config.json"), "preprocessor_config.json: expected a readable file"),
      ])
  }
}
