// Pieces are all of the audio, short enough, cut where it is quiet, and overlap.

@testable import Speech
import Testing

@Suite struct LongAudioTests {
  private func pieces(
    _ samples: [Float], longest: Double, context: Double = 0, frame: Int = 1
  ) -> [LongAudio.Piece] {
    LongAudio.pieces(samples, sampleRate: 1000, frame: frame, longest: longest, context: context)
  }

  /// Their own samples are all of them; returns where the cuts are.
  private func cuts(_ pieces: [LongAudio.Piece], count: Int) -> [Int] {
    #expect(pieces.first?.own.lowerBound == 0 && pieces.last?.own.upperBound == count)
    for (piece, next) in zip(pieces, pieces.dropFirst()) {
      #expect(piece.own.upperBound == next.own.lowerBound && !piece.own.isEmpty)
    }
    return pieces.dropLast().map(\.own.upperBound)
  }

  @Test func shortAudioIsOnePiece() {
    let samples = [Float](repeating: 0.1, count: 1000)
    #expect(pieces(samples, longest: 1) == [LongAudio.Piece(heard: 0..<1000, own: 0..<1000)])
    #expect(pieces([], longest: 30) == [LongAudio.Piece(heard: 0..<0, own: 0..<0)])
  }

  @Test func cutsLieInThePauses() {
    // A pause of 0.2 s every 0.9 s, at a thousand samples a second.
    let samples = (0..<10_000).map { i -> Float in i % 900 < 700 ? Float(1 + i % 7) : 0 }
    let pieces = pieces(samples, longest: 3)
    #expect(pieces.allSatisfy { $0.heard == $0.own && $0.own.count <= 3000 })
    #expect(pieces.count < 6)
    for cut in cuts(pieces, count: 10_000) { #expect(cut % 900 > 700, "a cut at \(cut)") }
  }

  @Test func withoutAPauseItIsCutAllTheSame() {
    let samples = [Float](repeating: 1, count: 10_001)
    let pieces = pieces(samples, longest: 2.5)
    #expect(!cuts(pieces, count: 10_001).isEmpty && pieces.allSatisfy { $0.own.count <= 2500 })
  }

  @Test(arguments: [10_001, 3000, 3001, 4037, 20_000], [1, 40, 160])
  func neighboursAreHeard(count: Int, frame: Int) {
    let samples = (0..<count).map { i -> Float in i % 900 < 700 ? Float(1 + i % 7) : 0 }
    let pieces = pieces(samples, longest: 3, context: 0.5, frame: frame)
    let beside = 500 / frame * frame
    for cut in cuts(pieces, count: count) { #expect(cut.isMultiple(of: frame)) }
    for piece in pieces {
      #expect(piece.heard.count <= 3000 && piece.heard.lowerBound.isMultiple(of: frame))
      #expect(piece.heard.lowerBound == max(0, piece.own.lowerBound - beside))
      #expect(piece.heard.upperBound == min(count, piece.own.upperBound + beside))
    }
    #expect((pieces.count == 1) == (count <= 3000))
  }
}
