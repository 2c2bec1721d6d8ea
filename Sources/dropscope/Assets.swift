// Where the bundled model and data set are.

import Base
import Foundation

enum Assets {
  /// `DROPSCOPE_ASSETS`, else a folder `Assets` beside or above the executable (the package it was
  /// built in), else one in the working folder. The error says where it looked.
  static func folder() throws -> URL {
    var candidates: [URL] = []
    if let named = ProcessInfo.processInfo.environment["DROPSCOPE_ASSETS"], !named.isEmpty {
      candidates = [URL(fileURLWithPath: named)]
    } else {
      var place = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      while place.path != "/" {
        place.deleteLastPathComponent()
        candidates.append(place.appendingPathComponent("Assets"))
      }
      candidates.append(URL(fileURLWithPath: "Assets"))
    }
    let found = candidates.first {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("Models").path)
    }
    guard let found else {
      throw InputError(
        "the bundled model and data set were not found: looked for a folder with Models in "
          + candidates.map(\.path).joined(separator: ", ")
          + "; name one with DROPSCOPE_ASSETS, or use --model and --data")
    }
    return found
  }

  /// The bundled models, the one that everything opens by default first.
  static func models() throws -> [URL] {
    let models = try folder().appendingPathComponent("Models")
    return ["dld-plus", "dld", "reference", "random-drop"].map { models.appendingPathComponent($0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }

  static func model() throws -> URL {
    guard let first = try models().first else {
      throw InputError(
        try folder().appendingPathComponent("Models").path, expected: "the bundled models",
        found: "none; name one with --model")
    }
    return first
  }
  static func heldOut() throws -> URL { try folder().appendingPathComponent("Datasets/heldout") }
}
