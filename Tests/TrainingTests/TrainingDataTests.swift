// What `--data` of a training can say.

import Base
import Foundation
import TestSupport
import Testing
import Training

@Suite struct TrainingDataTests {
  @Test func foldersSplitsFormatsAndWeights() throws {
    try withTemporaryFolder { root in
      for name in ["an4", "odd:name", "me@4", "odd:name:train@2"] {
        try FileManager.default.createDirectory(
          at: root.appending(path: name), withIntermediateDirectories: true)
      }
      func read(_ text: String) throws -> [String] {
        let data = try TrainingData("\(root.path)/\(text)")
        return [
          data.folder.lastPathComponent, data.split ?? "", data.format ?? "", "\(data.weight)",
        ]
      }
      #expect(try read("an4") == ["an4", "", "", "1.0"])
      #expect(try read("an4/") == ["an4", "", "", "1.0"])
      #expect(try read("an4:train") == ["an4", "train", "", "1.0"])
      #expect(try read("an4:train:sphinx@0.5") == ["an4", "train", "sphinx", "0.5"])
      #expect(try read("an4@12") == ["an4", "", "", "12.0"])
      // What exists under its whole name is that.
      #expect(try read("me@4") == ["me@4", "", "", "1.0"])
      #expect(try read("me@4@3") == ["me@4", "", "", "3.0"])
      #expect(try read("odd:name") == ["odd:name", "", "", "1.0"])
      #expect(try read("odd:name:dev") == ["odd:name", "dev", "", "1.0"])
      #expect(try read("odd:name:train@2") == ["odd:name:train@2", "", "", "1.0"])
    }
  }

  @Test(arguments: [
    ("an4@0", "a weight from 0.001 to 1000.0, found 0"), ("an4@-1", "found -1"),
    ("an4@nan", "found nan"), ("none", "DIR[:SPLIT[:FORMAT]][@WEIGHT]"),
    ("an4:", "DIR[:SPLIT"), ("an4:a:b:c", "DIR[:SPLIT"), ("an4:train@x", "weight"),
  ]) func refusals(text: String, part: String) throws {
    try withTemporaryFolder { root in
      try FileManager.default.createDirectory(
        at: root.appending(path: "an4"), withIntermediateDirectories: true)
      // A weight that is no number is part of a name: here of the split.
      if text == "an4:train@x" {
        #expect(try TrainingData("\(root.path)/\(text)").split == "train@x")
        return
      }
      let error = #expect(throws: InputError.self) { try TrainingData("\(root.path)/\(text)") }
      #expect("\(error!)".contains(part), "\(error!)")
    }
  }
}
