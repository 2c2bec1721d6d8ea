// What a training run reads, and what it leaves out.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@testable import Training

@Suite struct TrainingCorpusTests {
  @Test func whatCannotBeReadIsLeftOut() throws {
    try withTemporaryFolder { folder in
      func utterance(_ id: String, isThere: Bool) throws -> Utterance {
        let file = folder.appendingPathComponent("\(id).wav")
        let samples = [Float](repeating: 0.1, count: 16000)
        if isThere { try writeWAV(Waveform(samples: samples, sampleRate: 16000), to: file) }
        return Utterance(id: id, speaker: id, audio: file, transcript: id)
      }
      let utterances = [
        try utterance("a", isThere: true), try utterance("b", isThere: false),
        try utterance("c", isThere: true),
      ]
      let dataset = Dataset(name: "d", split: "train", utterances: utterances)
      let corpus = try TrainingCorpus([(dataset, 1)], sampleRate: 16000)
      #expect(corpus.transcripts == ["a", "c"] && corpus.speakers == ["a", "c"])
      #expect(corpus.count == 2 && corpus.leftOut.count == 1)
      #expect("\(corpus.leftOut[0])".contains("b.wav"))
      #expect(throws: corpus.leftOut[0]) {
        try TrainingCorpus([(dataset, 1)], sampleRate: 16000, isStrict: true)
      }
      let none = Dataset(name: "d", split: "train", utterances: [utterances[1]])
      #expect(throws: InputError.self) { try TrainingCorpus([(none, 1)], sampleRate: 16000) }
    }
  }

  @Test func nothingIsLearntOfSilence() throws {
    let tones = toneCorpus(4)
    let corpus = TrainingCorpus(
      name: "d", sampleRate: 16000, samples: tones.samples,
      transcripts: tones.transcripts.enumerated().map { $0 == 1 ? "" : $1 },
      speakers: tones.speakers)
    let usable = corpus.usable(
      by: TinyBackbone(), targets: corpus.transcripts.map(toneTokenizer.encode),
      augmentation: WaveformAugmentation())
    #expect(!usable.contains(1) && usable.contains(0))
  }
}
