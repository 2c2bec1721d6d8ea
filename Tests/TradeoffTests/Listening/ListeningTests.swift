// A recording at every depth: in order, timed one by one, ended when nobody wants the rest.

import Backbones
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct ListeningTests {
  private let walks = [6, 4, 1].map {
    ModelPolicies(layerCount: 6).walk("spread", seed: 1, keeping: $0)
  }

  /// A clock that a test can read: 1 s, 2 s, 3 s.
  private final class Clock {
    var calls = 0

    func measure(_ body: () -> Void) -> Double {
      body()
      calls += 1
      return Double(calls)
    }
  }

  private func waveform(_ recognizer: Recognizer, _ data: LoadedDataset) -> Waveform {
    Waveform(samples: data.samples[0], sampleRate: recognizer.backbone.sampleRate)
  }

  @Test func everyDepthIsHeardAndTimed() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 1)
    let waveform = waveform(recognizer, data)
    let clock = Clock()
    var heard: [Listening] = []
    Listening.each(of: walks, waveform, named: "a", by: recognizer, measure: clock.measure) {
      heard.append($0)
      // Reported as soon as it is known, not at the end.
      #expect(clock.calls == heard.count)
    }
    #expect(heard.map(\.walk) == walks && heard.map(\.seconds) == [1, 2, 3])
    for one in heard {
      let said = recognizer.backbone.logProbabilities(
        ofLong: recognizer.samples(waveform), mask: one.mask)
      #expect(one.transcript == recognizer.decoder().decode(said))
      expectClose(one.audioSeconds, 0.3)
    }
    #expect(Set(heard.map(\.transcript.text)).count > 1, "depths differ")
  }

  @Test func itEndsBeforeTheNextDepth() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 1)
    var heard: [Listening] = []
    Listening.each(
      of: walks, waveform(recognizer, data), named: "a", by: recognizer,
      isCancelled: { heard.count == 2 }
    ) { heard.append($0) }
    #expect(heard.map(\.walk) == Array(walks.prefix(2)))
  }
}
