// Files of a model folder that were never fetched are named as what they are.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite struct ModelFolderTests {
  private static let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n"

  @Test(arguments: [(pointer, "a git-lfs pointer"), ("<!doctype html>", "an HTML page")])
  func whatWasNeverFetchedIsNamed(text: String, found: String) throws {
    try withTemporaryFolder { folder in
      func refusal(_ name: String, _ read: () throws -> Void) throws {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        do {
          try read()
          Issue.record("\(name) was read")
        } catch {
          let said = "\(error)"
          #expect(said.hasPrefix(file.path) && said.contains("found \(found)"), "\(said)")
        }
      }
      try refusal("config.json") { _ = try Recognizer(contentsOf: folder) }
      try refusal("tokens.txt") {
        _ = try Tokenizer(contentsOf: folder.appendingPathComponent("tokens.txt"))
      }
      for name in ["tokenizer.json", "vocab.json"] {
        try refusal(name) { _ = try Tokenizer(huggingFace: folder, count: 4, blank: 0) }
      }
    }
  }
}
