// Pieces are all of the audio, short enough, and cut where it is quiet.

import Speech
import Testing

@Suite struct LongAudioTests {
  @Test func shortAudioIsOnePiece() {
    let samples = [Float](repeating: 0.1, count: 1000)
    #expect(LongAudio.pieces(samples, sampleRate: 1000, longest: 1) == [samples])
    #expect(LongAudio.pieces([], sampleRate: 1000) == [[]])
  }

  @Test func cutsLieInThePauses() {
    // A pause of 0.2 s every 0.9 s, at a thousand samples a second.
    let samples = (0..<10_000).map { i -> Float in i % 900 < 700 ? Float(1 + i % 7) : 0 }
    let pieces = LongAudio.pieces(samples, sampleRate: 1000, longest: 3)
    #expect(pieces.flatMap { $0 } == samples)
    #expect(pieces.allSatisfy { $0.count <= 3000 && !$0.isEmpty })
    #expect(pieces.count < 6)
    var end = 0
    for piece in pieces.dropLast() {
      end += piece.count
      #expect(end % 900 > 700, "a cut at \(end)")
    }
  }

  @Test func withoutAPauseItIsCutAllTheSame() {
    let samples = [Float](repeating: 1, count: 10_001)
    let pieces = LongAudio.pieces(samples, sampleRate: 1000, longest: 2.5)
    #expect(pieces.flatMap { $0 } == samples && pieces.allSatisfy { $0.count <= 2500 })
  }
}
