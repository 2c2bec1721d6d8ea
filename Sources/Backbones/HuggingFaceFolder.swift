// A model folder as Hugging Face's `save_pretrained` leaves it.

import Base
import Foundation
import Kernels

/// The tensors of `model.safetensors` or, where a folder has none, of `pytorch_model.bin`; of either
/// the shards that `...index.json` beside it lists.
package struct ModelTensors: Sendable {
  /// The first that has a tensor is the one it is read from.
  private var files: [any TensorFile]
  private let path: String

  package init(contentsOf folder: URL) throws {
    path = folder.path
    guard let (names, open) = try Self.parts(of: folder) else {
      throw InputError(
        folder.path, expected: Self.formats.map(\.name).joined(separator: " or "),
        found: ModelFolder.otherWeights(in: folder) ?? "neither")
    }
    files = try names.map { try open(folder.appendingPathComponent($0)) }
  }

  /// Names of the files that a folder's weights are read from; none where it has none.
  static func fileNames(in folder: URL) throws -> [String] { try parts(of: folder)?.names ?? [] }

  private typealias Open = @Sendable (URL) throws -> any TensorFile

  private static func parts(of folder: URL) throws -> (names: [String], open: Open)? {
    for (name, open) in formats {
      if FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) {
        return ([name], open)
      }
      let index = folder.appendingPathComponent("\(name).index.json")
      if FileManager.default.fileExists(atPath: index.path) {
        return (try shards(of: index), open)
      }
    }
    return nil
  }

  private static let formats: [(name: String, open: Open)] = [
    (ModelFolder.weightsName, { try SafetensorsFile(contentsOf: $0) }),
    (ModelFolder.pickleName, { try PyTorchFile(contentsOf: $0) }),
  ]

  /// One file of tensors, by its name's end.
  static func open(_ file: URL) throws -> any TensorFile {
    file.pathExtension == "bin"
      ? try PyTorchFile(contentsOf: file) : try SafetensorsFile(contentsOf: file)
  }

  /// Tensors of `file` are read in place of others of their names.
  mutating func lay(_ file: any TensorFile) { files.insert(file, at: 0) }

  private static func shards(of index: URL) throws -> [String] {
    struct Index: Decodable {
      var files: [String: String]

      enum CodingKeys: String, CodingKey { case files = "weight_map" }
    }
    let data = try ModelFolder.read(index)
    guard let map = try? JSONDecoder().decode(Index.self, from: data).files, !map.isEmpty
    else {
      throw InputError(index.path, expected: "a \"weight_map\" of tensors and files", found: "none")
    }
    let names = Set(map.values).sorted()
    if let outside = names.first(where: { $0.contains("/") }) {
      throw InputError(index.path, expected: "files beside it", found: "\"\(outside)\"")
    }
    return names
  }

  /// Of all its files.
  package var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  package var names: [String] { Set(files.flatMap(\.names)).sorted() }

  /// Of all shards.
  package var metadata: [String: String] {
    files.reduce(into: [:]) { $0.merge($1.metadata) { first, _ in first } }
  }

  package func file(with name: String) -> (any TensorFile)? {
    files.first { $0.shape(name) != nil }
  }

  /// All parameters of a layout, used where they lie in the file when they are float32 there.
  /// - Parameter otherNames: what older files call a tensor.
  package func weights(
    _ layout: ParameterLayout, otherNames: (String) -> [String] = { _ in [] }
  ) throws -> Weights {
    var sources: [(Parameter, any TensorFile, String)] = []
    var missing: [String] = []
    for parameter in layout.parameters {
      let names = [parameter.name] + otherNames(parameter.name)
      if let name = names.first(where: { file(with: $0) != nil }), let file = file(with: name) {
        sources.append((parameter, file, name))
      } else {
        missing.append(parameter.name)
      }
    }
    guard missing.isEmpty else {
      let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
      throw InputError(
        path,
        expected: "tensors \(missing.prefix(3).joined(separator: ", "))\(more)",
        found: "\(names.count) others")
    }
    try layout.refuseLayersBeyond(in: names, source: path)
    return try Weights(sources)
  }
}

extension ParameterLayout {
  /// Throws when tensors of a file belong to layers after the last: their names are known but for the
  /// layer's number. Others that nothing needs may be there.
  func refuseLayersBeyond(in names: [String], source: String) throws {
    func numberless(_ name: String) -> String {
      var parts = name.split(separator: ".")
      if let place = parts.firstIndex(where: { Int($0) != nil }) { parts[place] = "#" }
      return parts.joined(separator: ".")
    }
    let known = Set(parameters.map(\.name))
    let kinds = Set(known.map(numberless))
    if let more = names.first(where: { !known.contains($0) && kinds.contains(numberless($0)) }) {
      throw InputError(
        source, expected: "tensors of the layers that config.json describes", found: "\(more) too")
    }
  }
}

extension KeyedDecodingContainer {
  /// Replaces a default where the field is there and not null.
  func update<Value: Decodable>(_ value: inout Value, _ key: Key) throws {
    if let found = try decodeIfPresent(Value.self, forKey: key) { value = found }
  }
}

extension ModelFolder {
  /// The feature extractor's settings: preprocessor_config.json, or what transformers 5 writes in its
  /// place, a "feature_extractor" in processor_config.json.
  static func featureExtractor<Settings: Decodable>(
    _ type: Settings.Type, of folder: URL
  ) throws -> Settings {
    let own = folder.appendingPathComponent("preprocessor_config.json")
    let shared = folder.appendingPathComponent("processor_config.json")
    let isShared =
      !FileManager.default.fileExists(atPath: own.path)
      && FileManager.default.fileExists(atPath: shared.path)
    let url = isShared ? shared : own
    let data = try read(url)
    do {
      return isShared
        ? try JSONDecoder().decode(Processor<Settings>.self, from: data).settings
        : try JSONDecoder().decode(Settings.self, from: data)
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a feature extractor's settings", found: error.summary)
    }
  }
}

private struct Processor<Settings: Decodable>: Decodable {
  var settings: Settings

  enum CodingKeys: String, CodingKey { case settings = "feature_extractor" }
}
