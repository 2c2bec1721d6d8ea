// A model on disk: config.json, model.safetensors and tokens.txt in one folder.

import Base
import Foundation

package enum ModelFolder {
  package static let configurationName = "config.json"
  package static let weightsName = "model.safetensors"
  package static let pickleName = "pytorch_model.bin"
  package static let tokensName = "tokens.txt"

  /// A whole file, or one sentence naming it.
  package static func read(_ url: URL) throws -> Data {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw InputError(url.path, expected: "a readable file", found: "none")
    }
    if let impostor = Impostor.name(data) {
      throw InputError(url.path, expected: "a file of a model", found: impostor)
    }
    return data
  }

  /// Whether a file of that name has tokens, or settings besides config.json.
  static func isSettings(_ name: String) -> Bool {
    name == tokensName
      || name.hasSuffix(".json") && name != configurationName && !name.hasSuffix(".index.json")
  }

  /// Of a folder's configuration and weights, however many files they are in; of adapters only the
  /// chosen language's. What else lies beside them, as an atlas, is no part of the model.
  package static func digest(of folder: URL) throws -> String {
    let adapter = LanguageAdapter(of: folder)
    let chosen = [adapter.file?.lastPathComponent].compactMap { $0 }
    let names = try [configurationName] + chosen + ModelTensors.fileNames(in: folder)
    var digest = Digest()
    if let language = adapter.language { digest.add(Data(language.utf8)) }
    for name in names.sorted() {
      let url = folder.appendingPathComponent(name)
      do {
        digest.add(try FileBytes.read(url))
      } catch {
        throw InputError(url.path, expected: "a file of a model", found: error.reason)
      }
    }
    return digest.description
  }

  /// Names the weights that a folder has in a form that is not read, in a few words; nil where there are
  /// none.
  static func otherWeights(in folder: URL) -> String? {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
      .filter { !LanguageAdapter.isOne($0) }
    let forms: [(isForm: (String) -> Bool, remark: String)] = [
      ({ $0.contains("-of-") && $0.hasSuffix(".safetensors") }, "a shard without its index"),
      ({ $0.contains("-of-") && $0.hasSuffix(".bin") }, "a shard without its index"),
      ({ $0.hasSuffix(".h5") }, "TensorFlow's"), ({ $0.hasSuffix(".msgpack") }, "Flax's"),
      ({ $0.hasSuffix(".nemo") }, "NeMo's"), ({ $0.hasSuffix(".onnx") }, "ONNX's"),
      ({ $0.hasSuffix(".gguf") }, "GGUF"),
      (
        { name in [".pt", ".pth", ".ckpt", ".bin"].contains { name.hasSuffix($0) } }, "another name"
      ),
    ]
    for form in forms {
      if let name = names.sorted().first(where: form.isForm) { return "\(name) (\(form.remark))" }
    }
    return nil
  }

  /// `model_type` of a folder's config.json.
  package static func modelType(of folder: URL) throws -> String {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder) else {
      throw InputError(folder.path, expected: "a model folder", found: "nothing")
    }
    guard isFolder.boolValue else {
      throw InputError(folder.path, expected: "a model folder", found: "a file")
    }
    let url = folder.appendingPathComponent(configurationName)
    let data = try read(url)
    struct Kind: Decodable {
      let modelType: String

      enum CodingKeys: String, CodingKey { case modelType = "model_type" }
    }
    do {
      return try JSONDecoder().decode(Kind.self, from: data).modelType
    } catch let error as DecodingError {
      throw InputError(url.path, expected: "a \"model_type\"", found: error.summary)
    }
  }
}
