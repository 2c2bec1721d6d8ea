// The atlas in a model's folder, and files that are none of its.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

struct AtlasLibraryTests {
  private func recognizer(_ folder: URL, layers: Int) throws -> Recognizer {
    Recognizer(
      backbone: FakeBackbone(layerCount: layers),
      tokenizer: try Tokenizer(pieces: FakeBackbone.pieces), name: "named otherwise",
      folder: folder)
  }

  private func atlas(of model: String) -> MaskAtlas {
    MaskAtlas(
      key: MaskAtlas.Key(
        model: model, dataset: "d", split: "dev", normalization: "none", layers: 2, contents: "",
        utterances: 1, words: 9),
      points: (0..<4).map {
        MaskAtlas.Point(
          mask: LayerMask(number: $0, layerCount: 2), errors: 9 - $0, loss: 4, divergence: 1)
      }, fewestErrors: [[9, 8, 6]])
  }

  @Test func itIsInTheModelsFolder() throws {
    try withTemporaryFolder { folder in
      let model = try recognizer(folder, layers: 2)
      #expect(try AtlasLibrary.atlas(of: model) == nil)
      let written = atlas(of: folder.lastPathComponent)
      try written.write(to: folder.appending(path: AtlasLibrary.fileName))
      #expect(try AtlasLibrary.atlas(of: model) == written)
    }
  }

  @Test func othersAreRefusedInASentence() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: AtlasLibrary.fileName)
      let name = folder.lastPathComponent
      for (atlas, layers) in [(atlas(of: "another"), 2), (atlas(of: name), 3)] {
        try atlas.write(to: file)
        let model = try recognizer(folder, layers: layers)
        #expect(
          throws: InputError(
            file.path, expected: "an atlas of \(name) with \(layers) layers",
            found: "one of \(atlas.key.model) with 2")
        ) {
          try AtlasLibrary.atlas(of: model)
        }
      }
      try Data("no atlas".utf8).write(to: file)
      #expect(throws: InputError.self) {
        try AtlasLibrary.atlas(of: try recognizer(folder, layers: 2))
      }
    }
  }
}
