// Where the bundled models and data sets lie.

import Foundation
import Kernels

/// `Assets` is looked for in `DROPSCOPE_ASSETS` alone when that is set; else beside the executable and
/// in every folder above it (its place in the package's .build), then in the working folder.
enum Assets {
  static let modelPath = "Models/dld"
  static let dataPath = "Datasets/heldout"

  /// Where `Assets` may be, likeliest first.
  static func places(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    executable: URL? = executable,
    workingFolder: URL = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
  ) -> [URL] {
    if let path = environment["DROPSCOPE_ASSETS"], !path.isEmpty {
      return [URL(fileURLWithPath: path).standardizedFileURL]
    }
    var places: [URL] = []
    var folder = executable?.deletingLastPathComponent()
    while let here = folder {
      places.append(here.appendingPathComponent("Assets"))
      folder = here.path == "/" ? nil : here.deletingLastPathComponent()
    }
    let working = workingFolder.appendingPathComponent("Assets")
    return places.contains { $0.path == working.path } ? places : places + [working]
  }

  /// The first place that has `path`. `option` is what the user may give instead.
  static func find(_ path: String, insteadOf option: String, in places: [URL] = places()) throws
    -> URL
  {
    let candidates = places.map { $0.appendingPathComponent(path) }
    if let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) {
      return found
    }
    // Folders far above the executable are looked at but are no news to anybody.
    let looked = Set([places.first, places.dropFirst(3).first, places.last].compactMap { $0?.path })
    let list = places.map(\.path).filter(looked.contains).joined(separator: ", ")
    throw InputError(
      "Assets/\(path): expected it in DROPSCOPE_ASSETS, in a folder above the executable or in the "
        + "working folder, found it in none of \(list); \(option) names another")
  }

  /// The running program, links resolved.
  private static var executable: URL? {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  }
}
