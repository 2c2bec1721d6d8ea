// A backbone with its tokenizer: waveform to words.

import Base
import Foundation
import Speech

package struct Recognizer: Sendable {
  package private(set) var backbone: any Backbone
  /// How much of the backbone's linear layers it computes.
  package private(set) var compute = Compute.full
  /// The backbone at any compute; nil where that cannot be.
  private var nested: NestedBackbone?
  package let tokenizer: Tokenizer
  /// The folder's name, unless the program has to tell two of one name apart.
  package var name: String
  package let folder: URL
  /// What is worth saying of its files, in a sentence.
  package let remark: String?

  /// From parts, for backbones that are in no folder. `tokenizer` has `backbone.tokenCount` tokens.
  package init(backbone: any Backbone, tokenizer: Tokenizer, name: String, folder: URL) {
    self.backbone = backbone
    self.tokenizer = tokenizer
    self.name = name
    self.folder = folder
    remark = nil
    nested = NestedBackbone(backbone)
  }

  /// Reads config.json, model.safetensors and tokens.txt, or what Hugging Face has in its place, and
  /// hears half a second of noise: weights of a training that diverged are told, not transcribed with.
  package init(contentsOf folder: URL) throws {
    backbone = try BackboneCatalog.load(folder)
    let tokens = folder.appendingPathComponent(ModelFolder.tokensName)
    if FileManager.default.fileExists(atPath: tokens.path) || type(of: backbone).needsTokensFile {
      tokenizer = try Tokenizer(contentsOf: tokens)
      remark = backbone.remark
    } else {
      let vocabulary = try VocabularyFile(contentsOf: folder)
      tokenizer = try Tokenizer(vocabulary, count: backbone.tokenCount, blank: backbone.blank)
      let remarks = [backbone.remark, vocabulary.remark(blank: backbone.blank)].compactMap { $0 }
      remark = remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    }
    guard tokenizer.count == backbone.tokenCount else {
      throw InputError(
        tokens.path, expected: "\(backbone.tokenCount) tokens, as many as the model's head",
        found: "\(tokenizer.count)")
    }
    self.folder = folder
    name = folder.standardizedFileURL.lastPathComponent
    nested = NestedBackbone(backbone)

    var random = RandomGenerator(seed: 1)
    let noise = (0..<backbone.sampleRate / 2).map { _ in
      Float.random(in: -0.1...0.1, using: &random)
    }
    let said = backbone.logProbabilities([noise], mask: .full(backbone.layerCount))
    if said.values.contains(where: \.isNaN) {
      throw InputError(
        folder.path, expected: "weights that give log-probabilities", found: "NaN from all layers")
    }
  }

  /// The same model at this compute, whatever this one's is. What ranks and rounding take is kept for all that
  /// come from one folder. Throws `InputError` for a model that names no feed-forward parts.
  package func at(_ compute: Compute) throws -> Recognizer {
    if compute == self.compute { return self }
    guard let nested else {
      throw InputError(
        folder.path, expected: "a model with feed-forward parts, to compute less of them",
        found: "\(type(of: backbone).modelType), which names none")
    }
    var result = self
    result.backbone = try nested.at(compute)
    result.compute = compute
    return result
  }

  /// Whether less of it can be computed than all: it names its feed-forward parts.
  package var isThinnable: Bool { nested != nil }

  /// Parameters of each stage at this compute, and floating point operations for an utterance of so many
  /// samples, both from shapes alone; nil for a model that names no feed-forward parts.
  package func counts(
    at compute: Compute
  ) -> (parameters: StageValues, operations: @Sendable (_ sampleCount: Int) -> StageValues)? {
    nested?.counts(at: compute)
  }

  /// The same words from another backbone with the same tokens.
  func with(_ backbone: any Backbone) -> Recognizer {
    var result = self
    (result.backbone, result.nested, result.compute) = (backbone, NestedBackbone(backbone), .full)
    return result
  }

  /// Samples at the rate the backbone expects.
  package func samples(_ waveform: Waveform) -> [Float] {
    waveform.resampled(to: backbone.sampleRate).samples
  }

  /// For this model's tokens and frames; worth keeping for several utterances.
  package func decoder(_ decoding: Decoding = .greedy) -> any CTCDecoder {
    decoding.decoder(for: tokenizer, frameSeconds: backbone.frameSeconds)
  }
}
