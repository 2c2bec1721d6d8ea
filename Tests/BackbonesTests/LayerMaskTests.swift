// Masks as text, as sets and as prefixes.

import Backbones
import Base
import Testing

struct LayerMaskTests {
  @Test func textRoundTrip() throws {
    let mask = try LayerMask("101101101101", layerCount: 12)
    #expect(mask.description == "101101101101")
    #expect((0..<mask.layerCount).filter { mask[$0] } == [0, 2, 3, 5, 6, 8, 9, 11])
    #expect(mask.keptCount == 8)
    #expect(abs(mask.dropRatio - 1.0 / 3) < 1e-12)
    #expect(LayerMask.full(64).keptCount == 64)
  }

  @Test(arguments: ["", "1", "10110110110", "1011011011011", "10110110110x"])
  func badTextIsOneSentenceWithoutOptions(text: String) {
    #expect(throws: InputError.self) { try LayerMask(text, layerCount: 12) }
    do {
      _ = try LayerMask(text, layerCount: 12)
    } catch {
      #expect("\(error)".contains("mask: expected 12 characters"))
      #expect(!"\(error)".contains("--"))
    }
  }

  @Test func commonPrefix() throws {
    let a = try LayerMask("110101", layerCount: 6)
    #expect(a.commonPrefix(with: try LayerMask("110001", layerCount: 6)) == 3)
    #expect(a.commonPrefix(with: try LayerMask("010101", layerCount: 6)) == 0)
    #expect(a.commonPrefix(with: a) == 6)
  }
}
