// The loudest of each part, whatever the number of parts.

import Speech
import Testing

import Tradeoff

@Suite struct SoundOutlineTests {
  @Test func eachPartIsAsLoudAsItsLoudestSample() {
    let values: [Float] = [0.1, -0.5, 0.2, 0, 0, 0.25, -1]
    #expect(SoundOutline.peaks(values, parts: 3) == [0.5, 0.2, 1])
    #expect(SoundOutline.peaks(values, parts: 1) == [1])
    // No more parts than samples.
    #expect(SoundOutline.peaks(values, parts: 100) == values.map { abs($0) })
    #expect(SoundOutline.peaks([], parts: 3) == [] && SoundOutline.peaks(values, parts: 0) == [])
    let outline = SoundOutline(Waveform(samples: values, sampleRate: 14), parts: 3)
    #expect(outline.peaks == [0.5, 0.2, 1] && outline.seconds == 0.5)
  }
}
