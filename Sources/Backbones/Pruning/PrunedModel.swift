// A choice of layers and hidden units for good: a model folder without the others.

import Base
import Foundation
import Kernels
import Speech

/// A model folder that becomes another one, without the layers that a mask skips: the layers that stay are
/// numbered anew, their tensors and all others are copied bit by bit. Of feed-forward parts that are to be
/// narrower the hidden units that stay do so in their order.
package struct PrunedModel {
  /// What changed.
  package struct Sizes: Sendable {
    package var layers, parameters: Int
    /// Of every feed-forward part; nil where there is none.
    package var hiddenUnits: Int?
    /// Of the files with the weights.
    package var weightBytes: Int
  }

  /// Who chose the mask, and how.
  package struct Origin: Sendable {
    /// "the policy spread", or "hand"
    var chosenBy: String
    var command: String

    package init(chosenBy: String, command: String) {
      self.chosenBy = chosenBy
      self.command = command
    }
  }

  package let mask: LayerMask
  /// At its width.
  let recognizer: Recognizer
  private let names: LayerNames
  private let tensors: ModelTensors
  /// How many hidden units stay where some go.
  private let hiddenUnits: Int?
  /// What stays of the tensors, by name, that are not copied whole.
  private let parts: [String: TensorCopy.Part]
  private let before: Sizes

  private static let cardStart = "README"
  private static let licences = ["LICENSE", "LICENCE", "NOTICE", "COPYING"]
  /// Of files besides JSON that tokenizers of transformers have.
  private static let tokenEnds = ["merges.txt", "vocab.txt", ".model", ".jinja"]
  /// Ends of what transformers' training notes.
  private static let measured = ["_results.json", "trainer_state.json"]
  /// In the weights' metadata: each model it was made from, and the mask.
  private static let metadataKey = "pruned"
  /// Log-probabilities that differ by more are another model's.
  private static let tolerance: Float = 1e-4

  private var folder: URL { recognizer.folder }
  private var configuration: URL { folder.appendingPathComponent(ModelFolder.configurationName) }

  /// `width`: `Compute.width` of every feed-forward part. Throws `InputError` for a model whose layers or
  /// hidden units cannot be cut out so that what is left does the same.
  package init(_ recognizer: Recognizer, keeping mask: LayerMask, width: Double) throws {
    let backbone = recognizer.backbone
    precondition(
      mask.layerCount == backbone.layerCount && mask.keptCount > 0,
      "a mask \(mask) of a model with \(backbone.layerCount) layers")
    self.mask = mask
    let folder = recognizer.folder
    guard let names = backbone.layerNames else {
      throw InputError(
        folder.path, expected: "a model whose layers can be cut out",
        found: "\(try ModelFolder.modelType(of: folder)), which does not say what they are called")
    }
    self.names = names
    tensors = try ModelTensors(contentsOf: folder)
    before = try Self.sizes(of: recognizer)
    let narrowing = try width < 1 ? Narrowing(recognizer, width: width) : nil
    self.recognizer = narrowing?.recognizer ?? recognizer
    hiddenUnits = narrowing?.hiddenUnits
    parts = narrowing?.parts ?? [:]
    if let missing = parts.keys.sorted().first(where: { tensors.file(with: $0) == nil }) {
      throw InputError(
        folder.path, expected: "a tensor \(missing), to leave hidden units out",
        found: "layers under other names")
    }
    if mask.keptCount == mask.layerCount { return }
    guard backbone.skipRule == .identity else {
      throw InputError(
        configuration.path,
        expected:
          "skip_rule \"\(SkipRule.identity.rawValue)\", with which skipped layers do nothing",
        found: "\"\(backbone.skipRule.rawValue)\", with which they normalise")
    }
    let layers = Set(tensors.names.compactMap { names.parts($0)?.layer })
    guard layers.isSuperset(of: 0..<mask.layerCount) else {
      throw InputError(
        folder.path,
        expected: "tensors \(names.prefix)0 to \(names.prefix)\(mask.layerCount - 1)",
        found: "layers under other names")
    }
  }

  /// Fills a folder that is there. What was written is loaded and has to say the same as the original at
  /// the mask, of a second of noise. Throws `InputError`.
  package func write(to output: URL, name: String, origin: Origin) throws -> (
    before: Sizes, after: Sizes
  ) {
    let cards = try copySmallFiles(to: output)
    var metadata = tensors.metadata
    // transformers wants to know whose tensors they are.
    metadata["format"] = metadata["format"] ?? "pt"
    let units = hiddenUnits.map { " with \($0) hidden units" } ?? ""
    metadata[Self.metadataKey] = [
      metadata[Self.metadataKey], "\(recognizer.name) at \(mask)\(units)",
    ].compactMap { $0 }.joined(separator: ", then ")
    try SafetensorsWriter.copy(
      tensors.names.compactMap { name in
        guard let file = tensors.file(with: name) else { return nil }
        return names.name(name, keeping: mask).map {
          TensorCopy($0, of: file, source: name, part: parts[name])
        }
      }, metadata: metadata, to: output.appendingPathComponent(ModelFolder.weightsName))
    for url in LanguageAdapter.files(in: folder) { try copyAdapter(url, to: output) }
    try writeConfiguration(to: output)

    let pruned = try Recognizer(contentsOf: output)
    let difference = try self.difference(from: pruned)
    let card = PrunedCard(
      name: name, source: recognizer.name, mask: mask, origin: origin,
      before: before, after: try Self.sizes(of: pruned),
      difference: difference, sourceCards: cards)
    try OutputFile.write(card.text, to: output.appendingPathComponent("\(Self.cardStart).md"))
    return (card.before, card.after)
  }

  // MARK: Files

  private func writeConfiguration(to output: URL) throws {
    guard let value = JSONValue(try ModelFolder.read(configuration)) else {
      throw InputError(
        configuration.path, expected: "JSON in UTF-8", found: "something else")
    }
    var settings = value.setting(names.count, to: .number("\(mask.keptCount)"))
    if let hiddenUnits {
      settings = settings.setting(names.feedForward, to: .number("\(hiddenUnits)"))
    }
    try OutputFile.write(
      settings.document,
      to: output.appendingPathComponent(ModelFolder.configurationName))
  }

  /// Tokens, settings of tokens and features, and licences as they are; not what was measured of the whole
  /// model. Its cards get other names, which are returned.
  private func copySmallFiles(to output: URL) throws -> [String] {
    var cards: [String] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      var copy = name
      if name.hasPrefix(Self.cardStart), name.hasSuffix(".md") {
        copy = Self.cardStart + ".source" + name.dropFirst(Self.cardStart.count)
        cards.append(copy)
      } else if !ModelFolder.isSettings(name) && !Self.isText(name)
        || Self.measured.contains(where: name.hasSuffix)
      {
        continue
      }
      try OutputFile.write(
        ModelFolder.read(folder.appendingPathComponent(name)),
        to: output.appendingPathComponent(copy))
    }
    return cards
  }

  private static func isText(_ name: String) -> Bool {
    licences.contains { name.uppercased().hasPrefix($0) }
      || tokenEnds.contains { name.hasSuffix($0) }
  }

  /// One language's tensors, whose layers are numbered as the model's.
  private func copyAdapter(_ url: URL, to output: URL) throws {
    let file = try ModelTensors.open(url)
    var metadata = file.metadata
    metadata["format"] = metadata["format"] ?? "pt"
    let name = url.deletingPathExtension().lastPathComponent + ".safetensors"
    try SafetensorsWriter.copy(
      file.names.compactMap { name in
        names.name(name, keeping: mask).map {
          TensorCopy($0, of: file, source: name, part: nil)
        }
      }, metadata: metadata, to: output.appendingPathComponent(name))
  }

  // MARK: What became of it

  private static func sizes(of recognizer: Recognizer) throws -> Sizes {
    Sizes(
      layers: recognizer.backbone.layerCount, parameters: recognizer.backbone.parameterCount,
      hiddenUnits: (recognizer.backbone as? any ThinnableBackbone)?.feedForwards.first?.unitCount,
      weightBytes: try ModelTensors(contentsOf: recognizer.folder).byteCount)
  }

  /// The largest of log-probabilities. Throws where the two say something else.
  private func difference(from pruned: Recognizer) throws -> Float {
    var random = RandomGenerator(seed: 2)
    let noise = (0..<recognizer.backbone.sampleRate).map { _ in
      Float.random(in: -0.1...0.1, using: &random)
    }
    let before = recognizer.backbone.logProbabilities([noise], mask: mask)
    let after = pruned.backbone.logProbabilities([noise], mask: .full(mask.keptCount))
    let differences = zip(before.values, after.values).map { $0 == $1 ? 0 : abs($0 - $1) }
    guard before.shape == after.shape, differences.allSatisfy({ $0 <= Self.tolerance }) else {
      throw InputError(
        folder.path, expected: "the same log-probabilities at \(mask) without the other layers",
        found: "others, of a second of noise")
    }
    return differences.max() ?? 0
  }
}
