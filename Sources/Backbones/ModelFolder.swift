// A model on disk: config.json, model.safetensors and tokens.txt in one folder.

import Base
import Foundation

package enum ModelFolder {
  package static let configurationName = "config.json"
  package static let weightsName = "model.safetensors"
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

  /// Of a folder's configuration and weights, however many files they are in.
  package static func digest(of folder: URL) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    var digest = Digest()
    for name in names.sorted() where name == configurationName || name.hasSuffix(".safetensors") {
      let url = folder.appendingPathComponent(name)
      do {
        digest.add(try FileBytes.read(url))
      } catch {
        throw InputError(url.path, expected: "a file of a model", found: error.reason)
      }
    }
    return digest.description
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
