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
    let few = SoundOutline(Waveform(samples: values, sampleRate: 14))
    #expect(few.peaks == values.map { abs($0) } && few.seconds == 0.5)
    // However long it is.
    let long = SoundOutline(Waveform(samples: (0..<5120).map(Float.init), sampleRate: 512))
    #expect(long.peaks == (1...512).map { Float(10 * $0 - 1) } && long.seconds == 10)
  }
}
