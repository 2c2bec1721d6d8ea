// Finding the files that tests compare against, and scratch folders.

import Foundation

/// `Fixtures/name` beside the calling test file's target folder: Tests/<Target>/Fixtures/name, for
/// test files at any depth under Tests/<Target>. Names are in lower case with hyphens; a model's folder
/// has what it computes in its expected.safetensors. Scripts make_<what>.py beside them made them.
package func fixture(_ name: String, from file: String = #filePath) -> URL {
  var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
  while folder.deletingLastPathComponent().lastPathComponent != "Tests" && folder.path != "/" {
    folder.deleteLastPathComponent()
  }
  return folder.appendingPathComponent("Fixtures").appendingPathComponent(name)
}

/// A fresh folder that is gone after `body`.
package func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("dropscope-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
