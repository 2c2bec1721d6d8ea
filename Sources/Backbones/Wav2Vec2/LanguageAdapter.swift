// MMS: one model with small weights of its own for each language (Pratap et al., arXiv 2305.13516).

import Base
import Foundation
import Kernels
import Speech

/// `adapter_layer` of Hugging Face's stable layers: y = x + W2 ReLU(W1 LN(x)).
struct LayerAdapter: Sendable {
  let norm: Norm
  let reduce, expand: Projection
  let width, inner: Int

  init(_ prefix: String, _ width: Int, inner: Int, in layout: inout ParameterLayout) {
    self.width = width
    self.inner = inner
    norm = Norm("\(prefix).norm", width, in: &layout)
    reduce = Projection("\(prefix).linear_1", width, inner, in: &layout)
    expand = Projection("\(prefix).linear_2", inner, width, in: &layout)
  }

  /// In x's shape.
  func callAsFunction(_ x: Tensor, _ w: Weights) -> Tensor {
    x.adding(expand(ReLU.forward(reduce(norm(x, w), w)), w))
  }

  /// FLOPs for an utterance of `frames`.
  func operations(frames: Int) -> Double { 4 * Double(frames) * Double(width) * Double(inner) }
}

/// Where the adapters and the head of a folder's language are: in `adapter.LANGUAGE.safetensors` or
/// `adapter.LANGUAGE.bin`, or else among the model's own weights.
package struct LanguageAdapter: Sendable {
  private let folder: URL
  /// As the folder's tokenizer says; nil where it says nothing.
  package let language: String?
  /// nil where the folder has none of that language.
  package let file: URL?

  private static let prefix = "adapter."
  /// The first that is there is read.
  private static let suffixes = [".safetensors", ".bin"]

  package init(of folder: URL) {
    self.folder = folder
    language = VocabularyFile.language(of: folder)
    let names = Self.names(in: folder)
    file = language.flatMap { language in
      Self.suffixes.lazy.map { Self.prefix + language + $0 }.first(where: names.contains)
    }.map { folder.appendingPathComponent($0) }
  }

  /// Whether a file of that name is the adapter of some language.
  static func isOne(_ name: String) -> Bool {
    name.hasPrefix(prefix) && suffixes.contains { name.hasSuffix($0) }
  }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter(isOne)
  }

  /// What a folder's languages are read from, a file each.
  static func files(in folder: URL) -> [URL] {
    let names = names(in: folder)
    let starts = Set(names.map { ($0 as NSString).deletingPathExtension })
    return starts.sorted().compactMap { start in
      suffixes.lazy.map { start + $0 }.first(where: names.contains)
    }.map { folder.appendingPathComponent($0) }
  }

  /// Throws `InputError` for a language of which the folder has neither an adapter nor a vocabulary.
  private func refuseUnknownLanguage() throws {
    guard let language, file == nil else { return }
    let adapters = Self.names(in: folder).map {
      String($0.dropFirst(Self.prefix.count).prefix { $0 != "." })
    }
    let there = Set(adapters + VocabularyFile.languages(of: folder))
    guard there.isEmpty || there.contains(language) else {
      throw InputError(
        folder.path,
        expected:
          "an adapter or a vocabulary of tokenizer_config.json's target_lang \"\(language)\"",
        found: "those of \(VocabularyFile.list(there))")
    }
  }

  /// Lays the language's weights over the model's own; the vocabulary's size becomes theirs. Throws
  /// `InputError` where they are not the adapters and the head of such a model, all of them.
  func lay(
    over tensors: inout ModelTensors, _ configuration: inout Wav2Vec2Configuration
  ) throws {
    try refuseUnknownLanguage()
    guard let file else { return }
    let over = try ModelTensors.open(file)
    let wanted = Set(
      Wav2Vec2Network(configuration).layout.parameters.map(\.name).filter {
        $0.hasPrefix("lm_head.") || $0.contains(".adapter_layer.")
      })
    let found = Set(over.names)
    if let name = wanted.subtracting(found).min() {
      throw InputError(
        file.path, expected: "tensors of every layer's adapter and the head", found: "no \(name)")
    }
    if let name = found.subtracting(wanted).min() {
      throw InputError(
        file.path, expected: "tensors of the layers' adapters and the head alone",
        found: "\(name) too")
    }
    let rows = over.shape("lm_head.weight")?.first ?? 0
    try FieldCheck(source: file.path)
      .tokens(rows, blank: configuration.blank, name: "lm_head.weight's rows")
    configuration.vocabulary = rows
    tensors.lay(over)
  }

  /// What is worth saying where the model's own weights may be another language's.
  var remark: String? {
    guard let language, file == nil else { return nil }
    return "\(folder.path): no file has the adapter of the language \"\(language)\": "
      + "the model's own weights are taken for it"
  }
}
