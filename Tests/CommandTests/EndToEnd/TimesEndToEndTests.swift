// The machine's speed is measured once and kept, where that can be.

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct TimesEndToEndTests {
  private func frame(_ world: SmallWorld, cache: URL, _ options: String...) throws -> String {
    let outcome = try runProgram(
      "env",
      ["XDG_CACHE_HOME=\(cache.path)", dropscope.path, "--frame", "200x60"]
        + world.arguments.split(separator: " ").map(String.init) + options)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.output
  }

  private func kept(_ cache: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: cache.appending(path: "dropscope/times"), includingPropertiesForKeys: nil)
  }

  @Test func timesAreKept() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      let cache = folder.appending(path: "cache")
      let first = try frame(world, cache: cache)
      #expect(first.contains("measured") && !first.contains(", of 20"))
      let file = try #require(try kept(cache).first)
      // A front end that takes a second: nobody would measure that.
      var text = try String(contentsOf: file, encoding: .utf8)
      text.replace(/"front_end" : [0-9.e-]+/, with: "\"front_end\" : 1")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let second = try frame(world, cache: cache)
      #expect(second.contains(/audio in.+ 1000 ms/) && second.contains(", of 20"))
      #expect(try kept(cache).count == 1)
    }
  }

  @Test func withoutACacheTheyAreMeasuredEachTime() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder)
      // A file is where the folder would have to be.
      let file = folder.appending(path: "file")
      try "x".write(to: file, atomically: true, encoding: .utf8)
      #expect(try frame(world, cache: file).contains("measured"))
      let cache = folder.appending(path: "cache")
      #expect(try frame(world, cache: cache, "--read-only").contains("measured"))
      #expect(!FileManager.default.fileExists(atPath: cache.path))
    }
  }
}
