// Paths with known words, times and confidences.

import Foundation
import Kernels
import Speech
import TestSupport
import Testing

struct GreedyCTCDecoderTests {
  private let tokenizer: Tokenizer
  private let decoder: GreedyCTCDecoder

  init() throws {
    tokenizer = try Tokenizer(pieces: ["<blank>", "▁", "a", "b", "▁a", "▁ab"])
    decoder = GreedyCTCDecoder(tokenizer: tokenizer, frameSeconds: 0.04)
  }

  /// Each frame gives `probability` to its token and shares the rest equally.
  private func frames(_ path: [(token: Int, probability: Double)]) -> Tensor {
    let values = path.flatMap { frame in
      (0..<tokenizer.count).map { token in
        token == frame.token
          ? Float(log(frame.probability))
          : Float(log((1 - frame.probability) / Double(tokenizer.count - 1)))
      }
    }
    return Tensor(values, shape: [path.count, tokenizer.count])
  }

  private func decode(_ path: [Int]) -> Transcript {
    decoder.decode(frames(path.map { ($0, 0.9) }))
  }

  @Test func repeatsCollapseAndBlanksSeparate() {
    #expect(decode([0, 4, 4, 0, 3, 3, 0, 3]).tokens == [4, 3, 3])
    #expect(decode([0, 4, 4, 0, 3, 3, 0, 3]).text == "abb")
    #expect(decode([4, 0, 4, 4]).text == "a a")
    #expect(decode([]) == Transcript(tokens: [], words: []))
    #expect(decode([0, 0]).text == "")
  }

  @Test func wordsHaveTheTimesOfTheirTokens() throws {
    let transcript = decode([0, 0, 4, 4, 0, 3, 0, 0, 5, 2])
    #expect(transcript.words.map(\.word) == ["ab", "aba"])
    expectClose(transcript.words[0].start, 2 * 0.04)
    expectClose(transcript.words[0].end, 6 * 0.04)
    expectClose(transcript.words[1].start, 8 * 0.04)
    expectClose(transcript.words[1].end, 10 * 0.04)
  }

  /// The best frame of each token counts, and tokens weigh the same however long they last.
  @Test func confidenceIsTheGeometricMeanOfTheTokensPosteriors() {
    let words = decoder.decode(
      frames([(4, 0.5), (4, 0.8), (4, 0.6), (0, 0.9), (3, 0.45), (5, 1)])
    ).words
    expectClose(words[0].confidence, (0.8 * 0.45).squareRoot(), relative: 1e-6)
    expectClose(words[1].confidence, 1, relative: 1e-6)
    #expect(words.allSatisfy { (0...1).contains($0.confidence) })
  }

  @Test func aWordStartByItselfIsNoWord() {
    // Also a first token that starts no word begins one.
    #expect(decode([3, 0, 1, 1, 0, 1, 2]).words.map(\.word) == ["b", "a"])
    #expect(decode([1]).words.isEmpty)
    #expect(decode([1]).text == "")
    for path in [[3, 0, 1, 1, 0, 1, 2], [4, 3, 1, 5, 5], [1, 0, 1]] {
      let transcript = decode(path)
      #expect(transcript.text == tokenizer.decode(transcript.tokens))
    }
  }
}
