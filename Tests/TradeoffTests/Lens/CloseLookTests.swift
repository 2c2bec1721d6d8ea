// Every kind of close look is answered under its own request, or says why not.

import Backbones
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct CloseLookTests {
  private func answers(
    _ look: CloseLook, _ request: ProbeRequest, isCancelled: () -> Bool = { false }
  ) -> [ProbeResult] {
    var results: [ProbeResult] = []
    look.answer(request, isCancelled: isCancelled) { results.append($0) }
    for result in results { #expect(result.request == request) }
    return results
  }

  @Test func lensAndCloudAreOfTheModelThatWasAskedFor() throws {
    let (one, data) = try fake(FakeBackbone(), utterances: 5)
    let (two, _) = try fake(FakeBackbone(skipRule: .normalized), utterances: 5)
    let look = CloseLook([(one, data), (two, data)])
    let mask = try LayerMask("110110", layerCount: 6)
    for (model, recognizer) in [one, two].enumerated() {
      let lens = LayerLens(
        recognizer, data.samples[3], words: data.dataset.utterances[3].words, mask: mask)
      guard
        case .lens(_, let found)? = answers(look, .lens(model: model, utterance: 3, mask: mask))
          .first
      else {
        Issue.record("no lens")
        return
      }
      #expect(found == lens)
      let cloud = try OutputCloud(
        of: recognizer, walk: Walk(mask), beside: recognizer, utterances: data.heard)
      guard case .cloud(_, let found)? = answers(look, .cloud(model: model, walk: Walk(mask))).first
      else {
        Issue.record("no cloud")
        return
      }
      #expect(found == cloud)
    }
  }

  @Test func aFileIsHeardAtEveryMask() throws {
    try withTemporaryFolder { folder in
      let (recognizer, data) = try fake(FakeBackbone(), utterances: 1)
      let file = folder.appendingPathComponent("one.wav")
      try writeWAV(Waveform(samples: data.samples[0], sampleRate: 1000), to: file)
      let walks = [6, 2].map { ModelPolicies(layerCount: 6).walk("first", seed: 1, keeping: $0) }
      let request = ProbeRequest.file(
        file.path, named: "one", take: 1, model: 0, walks: walks, decoding: .greedy)
      let look = CloseLook([(recognizer, data)])
      let heard = answers(look, request).compactMap { result -> Listening? in
        if case .depth(_, let listening) = result { listening } else { nil }
      }
      #expect(heard.map(\.walk) == walks)
      guard case .sound(_, let sound)? = answers(look, request).first else {
        Issue.record("the sound does not come first")
        return
      }
      // 300 samples, each a part of its own, as 16 bits hold them.
      #expect(sound.peaks.count == 300 && sound.seconds == 0.3)
      for (peak, sample) in zip(sound.peaks, data.samples[0]) {
        #expect(abs(peak - abs(sample)) < 1e-4)
      }
      #expect(answers(look, request) { true }.isEmpty)
      let missing = ProbeRequest.file(
        "/nowhere/two.wav", named: "two", take: 2, model: 0, walks: walks, decoding: .greedy)
      guard case .failed(_, let reason)? = answers(look, missing).first else {
        Issue.record("no complaint")
        return
      }
      #expect(reason.contains("/nowhere/two.wav"))
    }
  }
}
