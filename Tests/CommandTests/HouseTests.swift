// Rules of the house that a machine can check: lengths, opening comments, and one graph of targets in
// the sources, in the manifest and in the README's picture.

import Foundation
import Testing

@Suite struct HouseTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  /// Lists that are as long as what they list.
  private static let tables: Set = [
    "AmericanSpellings.swift", "CorpusGrammar.swift", "Lexicon.swift",
  ]

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// Paths of the Swift files under a folder.
  private func files(_ folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(
      atPath: Self.root.appending(path: folder).path
    ).filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }.sorted()
  }

  private struct Target {
    var name: String
    var path: String
    var isTest: Bool
    var dependencies: Set<String>
  }

  private func manifest() throws -> [Target] {
    let pattern = #/\.(systemLibrary|target|executableTarget|testTarget)\(\s*name: "(\w+)"/#
    let text = try text("Package.swift")
    let starts = text.matches(of: pattern)
    return zip(starts, starts.dropFirst().map(\.range.lowerBound) + [text.endIndex]).map {
      match, end in
      let rest = text[match.range.upperBound..<end]
      let isTest = match.1 == "testTarget"
      let list = rest.firstMatch(of: #/dependencies: \[([^\]]*)\]/#)?.1 ?? ""
      return Target(
        name: String(match.2),
        path: rest.firstMatch(of: #/path: "([^"]+)"/#).map { String($0.1) }
          ?? "\(isTest ? "Tests" : "Sources")/\(match.2)",
        isTest: isTest, dependencies: Set(list.matches(of: #/"(\w+)"/#).map { String($0.1) }))
    }
  }

  @Test func noFileIsTooLongToRead() throws {
    let all = try files("Sources")
    #expect(all.count > 200)
    for path in all where !Self.tables.contains(URL(fileURLWithPath: path).lastPathComponent) {
      let lines = try text(path).utf8.count { $0 == UInt8(ascii: "\n") }
      #expect(lines <= 400, "\(path)")
    }
  }

  @Test func everyFileSaysWhatItIsFor() throws {
    for path in try files("Sources") + files("Tests") {
      #expect(try text(path).hasPrefix("// "), "\(path)")
    }
  }

  @Test func whatIsImportedIsWhatTheManifestLists() throws {
    let targets = try manifest()
    let names = Set(targets.map(\.name))
    #expect(names.isSuperset(of: ["Base", "Kernels", "dropscope", "CNCurses", "KernelsTests"]))
    for target in targets {
      let imported = try files(target.path).reduce(into: Set<String>()) { imported, path in
        // Imports come before the code: "@testable import X", "import struct X.Y".
        for line in try text(path).utf8.split(separator: UInt8(ascii: "\n")).prefix(40) {
          let words = String(Substring(line)).split(separator: " ")
          guard let place = words.firstIndex(of: "import"), place < 2 else { continue }
          imported.formUnion(words[place...].dropFirst().map { String($0.prefix { $0 != "." }) })
        }
      }
      #expect(imported.intersection(names) == target.dependencies, "\(target.name)")
    }
  }

  @Test func theReadmesPictureIsTheManifest() throws {
    let readme = try text("README.md")
    let section = try #require(readme.range(of: "## How it is built"))
    let picture = try #require(
      readme[section.upperBound...].firstMatch(of: #/```\n([^`]*)```/#)?.1)
    // Names begin with a capital letter, the explanations beside them do not.
    let drawn = Set(picture.matches(of: #/\b(?:dropscope|[A-Z]\w+)\b/#).map { String($0.0) })
    let built = Set(try manifest().filter { $0.path.hasPrefix("Sources/") }.map(\.name))
    #expect(drawn == built)
  }

  /// In backquotes or links; where a name is yours to choose it is written in capitals.
  @Test func whatTheReadmeNamesIsThere() throws {
    let paths = try text("README.md").matches(
      of: #/[(`]((?:Sources|Tests|Assets|Screenshots)\/[\w\/.+-]*)[)`]/#
    ).map { String($0.1) }
    #expect(paths.count > 10)
    for path in paths where !path.contains("NAME") {
      #expect(
        FileManager.default.fileExists(atPath: Self.root.appending(path: path).path), "\(path)")
    }
  }
}
