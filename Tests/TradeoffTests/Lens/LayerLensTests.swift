// The lens reads after every layer what the head would say, and measures what the layer did.

import Backbones
import Kernels
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct LayerLensTests {
  @Test func everyReadingIsTheHeadAfterThatLayer() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 3)
    let backbone = recognizer.backbone
    let mask = try LayerMask("101101", layerCount: 6)
    let lens = try #require(
      LayerLens(recognizer, data.samples[1], words: ["a", "b"], mask: mask))
    #expect(lens.readings.count == 7 && lens.mask == mask)
    #expect(lens.readings.map(\.runs) == [true, true, false, true, true, false, true])
    var frames = backbone.frontEnd([data.samples[1]])
    for (position, reading) in lens.readings.enumerated() {
      if position > 0 {
        let next = backbone.step(position - 1, frames, mask)
        let (cosine, ratio) = LayerLens.movement(from: frames.values, to: next.values)
        #expect(reading.cosine == cosine && reading.normRatio == ratio)
        // A skipped layer moves nothing.
        if !mask[position - 1] {
          expectClose(cosine, 1)
          expectClose(ratio, 1)
        }
        frames = next
      }
      let said = backbone.head(frames)
      #expect(reading.transcript == recognizer.decoder().decode(said))
      #expect(reading.frames.count == said.rows)
      for (row, shares) in reading.frames.enumerated() {
        #expect(shares.count == LayerLens.tokensPerFrame)
        #expect(shares.map(\.share) == shares.map(\.share).sorted(by: >))
        let best = (0..<said.columns).max { said[row, $0] < said[row, $1] }
        #expect(shares[0].token == best)
      }
    }
    #expect(lens.readings[0].cosine == nil)
    // The whole network does not diverge from itself.
    let whole = try #require(
      LayerLens(recognizer, data.samples[1], words: [], mask: .full(6)))
    #expect(whole.readings[6].divergence < 1e-6)
  }

  @Test func movementOfKnownVectors() {
    let a = Tensor([1, 0, 0, 2, 0, 0], shape: [3, 2])
    let b = Tensor([0, 3, 0, 4, 5, 5], shape: [3, 2])
    // At a right angle and three times as long; the same direction, twice; the last is left out.
    let (cosine, ratio) = LayerLens.movement(from: a, to: b)
    expectClose(cosine, 0.5)
    expectClose(ratio, 2.5)
  }

  @Test func aCancelledLensIsNone() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 1)
    #expect(
      LayerLens(recognizer, data.samples[0], words: [], mask: .full(6)) { true } == nil)
  }
}
