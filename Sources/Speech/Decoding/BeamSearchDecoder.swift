// CTC prefix beam search over a word n-gram model: the words that the network and the model together
// find likeliest.

import Foundation
import Kernels

/// Prefix beam search (Hannun et al. 2014): hypotheses that spell the same words so far are summed over
/// their alignments, and each word that ends adds `lmWeight` times its log-probability in the language
/// model, and `wordBonus`. A word that the model does not know, or letters that none of its words begins
/// with, cost `unknownPenalty`.
package struct BeamSearchDecoder: Sendable {
  package struct Options: Sendable, Hashable, Codable {
    /// Hypotheses kept from frame to frame.
    package var beam = 100
    /// Of the language model's natural log-probabilities.
    package var lmWeight = 0.5
    /// Added for each word, against the model's liking for few.
    package var wordBonus = 1.5
    /// Tokens of a frame below this log-probability are not tried, but for the best one.
    package var tokenFloor = -5.0
    /// Hypotheses this far below the best one are dropped.
    package var beamMargin = 10.0
    /// Of a word that the language model does not know, a logarithm to base 10 as in the ARPA file.
    package var unknownPenalty = -10.0

    package init() {}
  }

  let tokenizer: Tokenizer
  /// Seconds from one frame to the next.
  let frameSeconds: Double
  /// Without one it is a beam search over the network's log-probabilities alone.
  let model: NGramModel?
  let options: Options
  /// By token: what it adds to a word.
  private let spellings: [Spelling]

  private struct Spelling: Sendable {
    var startsWord: Bool
    var bytes: [UInt8]
  }

  /// Letters beyond which a word that is not known costs more, in proportion: the penalty stands for
  /// one word, and these are one word's letters on average.
  private static let wordLetters = 6

  package init(
    tokenizer: Tokenizer, frameSeconds: Double, model: NGramModel?, options: Options = Options()
  ) {
    self.tokenizer = tokenizer
    self.frameSeconds = frameSeconds
    self.model = model
    self.options = options
    spellings = tokenizer.pieces.indices.map { token in
      if token == tokenizer.blank || tokenizer.silent.contains(token) {
        return Spelling(startsWord: false, bytes: [])
      }
      if let bytes = tokenizer.fragments[token] {
        // A fragment that begins with the bytes of the word's mark begins a word.
        let mark = Array(String(Tokenizer.wordStart).utf8)
        return bytes.starts(with: mark)
          ? Spelling(startsWord: true, bytes: Array(bytes.dropFirst(mark.count)))
          : Spelling(startsWord: false, bytes: bytes)
      }
      let startsWord = tokenizer.startsWord(token)
      let letters = tokenizer.pieces[token].unicodeScalars.dropFirst(startsWord ? 1 : 0)
      return Spelling(startsWord: startsWord, bytes: Array(String(letters).utf8))
    }
  }

  /// The word that letters spell; of one that ends in a sigma also with a final one, as a vocabulary in
  /// capitals has no letter for it.
  private static func forms(of letters: [UInt8]) -> [String] {
    let word = String(decoding: letters, as: UTF8.self).lowercased()
    let scalars = word.unicodeScalars
    return scalars.last == "\u{3C3}" ? [word, String(scalars.dropLast()) + "\u{3C2}"] : [word]
  }

  /// Words that ended, as a path in a tree: hypotheses with the same ones share it.
  private struct Words {
    var state: NGramModel.State?
    /// Of all words, weighted.
    var score: Double
    var next: [[UInt8]: Int] = [:]
  }

  /// A token that was emitted, linked to those before it.
  private struct Link {
    var emission: CTCEmission
    var parent: Int?
  }

  private struct Hypothesis {
    var key: Key
    /// Of all alignments that spell it.
    var score: Double
    /// Of the best alignment, whose emissions `last` ends.
    var best: Double
    var last: Int?
    /// What the language model says of the ended words and of the letters of the one that has not.
    var lm = 0.0
    var total: Double { score + lm }
  }

  private struct Key: Hashable {
    /// Place in the tree of ended words.
    var words: Int
    /// Letters of the word that has not ended.
    var letters: [UInt8]
    /// The last frame's token.
    var token: Int
  }

  /// logProbabilities: frames x tokens of one utterance.
  package func decode(_ logProbabilities: Tensor) -> Transcript {
    var search = Search(decoder: self)
    let (frames, tokens) = (logProbabilities.rows, logProbabilities.columns)
    for frame in 0..<frames {
      search.advance(
        UnsafeBufferPointer(start: logProbabilities.pointer + frame * tokens, count: tokens),
        frame: frame)
    }
    return Transcript(
      emissions: search.finish(), tokenizer: tokenizer, frameSeconds: frameSeconds)
  }

  private struct Search {
    let decoder: BeamSearchDecoder
    var tree: [Words]
    var links: [Link] = []
    var hypotheses: [Hypothesis]

    init(decoder: BeamSearchDecoder) {
      self.decoder = decoder
      tree = [Words(state: decoder.model?.start, score: 0)]
      let nothing = Key(words: 0, letters: [], token: decoder.tokenizer.blank)
      hypotheses = [Hypothesis(key: nothing, score: 0, best: 0, last: nil)]
    }

    mutating func advance(_ row: UnsafeBufferPointer<Float>, frame: Int) {
      let blank = decoder.tokenizer.blank
      guard let top = row.indices.max(by: { row[$0] < row[$1] }) else { return }
      let floor = Float(decoder.options.tokenFloor)
      var places: [Key: Int] = [:]
      var next: [Hypothesis] = []
      for token in row.indices where row[token] >= floor || token == top {
        let logProbability = Double(row[token])
        let spelling = decoder.spellings[token]
        for hypothesis in hypotheses {
          var (key, last) = (hypothesis.key, hypothesis.last)
          if token == hypothesis.key.token, token != blank {
            // The same token goes on.
            last = extend(last, to: frame, row[token])
          } else if token != blank {
            if spelling.startsWord {
              key.words = tree(after: key.words, word: key.letters)
              key.letters = spelling.bytes
            } else {
              key.letters += spelling.bytes
            }
            links.append(
              Link(
                emission: CTCEmission(token: token, first: frame, last: frame, score: row[token]),
                parent: last))
            last = links.count - 1
          }
          key.token = token
          let score = hypothesis.score + logProbability
          let best = hypothesis.best + logProbability
          if let place = places[key] {
            next[place].score = logSum(next[place].score, score)
            if best > next[place].best {
              next[place].best = best
              next[place].last = last
            }
          } else {
            places[key] = next.count
            next.append(Hypothesis(key: key, score: score, best: best, last: last))
          }
        }
      }
      for index in next.indices {
        next[index].lm = tree[next[index].key.words].score + partial(next[index].key.letters)
      }
      keep(next)
    }

    /// The emissions of the likeliest words.
    mutating func finish() -> [CTCEmission] {
      // Hypotheses that differ in their last token alone say the same.
      var places: [Key: Int] = [:]
      var ended: [Hypothesis] = []
      for var hypothesis in hypotheses {
        hypothesis.key = Key(
          words: tree(after: hypothesis.key.words, word: hypothesis.key.letters), letters: [],
          token: decoder.tokenizer.blank)
        if let place = places[hypothesis.key] {
          ended[place].score = logSum(ended[place].score, hypothesis.score)
          if hypothesis.best > ended[place].best {
            ended[place].best = hypothesis.best
            ended[place].last = hypothesis.last
          }
        } else {
          places[hypothesis.key] = ended.count
          ended.append(hypothesis)
        }
      }
      for index in ended.indices {
        let words = tree[ended[index].key.words]
        let end = words.state.flatMap { decoder.model?.endScore(after: $0) } ?? 0
        ended[index].lm = words.score + decoder.options.lmWeight * Double(end)
      }
      var emissions: [CTCEmission] = []
      var place = ended.max { $0.total < $1.total }?.last
      while let link = place.map({ links[$0] }) {
        emissions.append(link.emission)
        place = link.parent
      }
      return emissions.reversed()
    }

    private mutating func extend(_ last: Int?, to frame: Int, _ score: Float) -> Int? {
      guard let last else { return nil }
      var link = links[last]
      link.emission.last = frame
      link.emission.score = max(link.emission.score, score)
      links.append(link)
      return links.count - 1
    }

    /// The best ones, in no order that matters.
    private mutating func keep(_ next: [Hypothesis]) {
      let best = next.max { $0.total < $1.total }?.total ?? 0
      hypotheses = next.filter { $0.total >= best - decoder.options.beamMargin }
      if hypotheses.count > decoder.options.beam {
        hypotheses.sort { $0.total > $1.total }
        hypotheses.removeLast(hypotheses.count - decoder.options.beam)
      }
    }

    /// Where the tree stands after one more word; an empty one is none.
    private mutating func tree(after place: Int, word letters: [UInt8]) -> Int {
      if letters.isEmpty { return place }
      if let known = tree[place].next[letters] { return known }
      var words = Words(state: nil, score: tree[place].score + decoder.options.wordBonus)
      if let model = decoder.model, let state = tree[place].state {
        let forms = BeamSearchDecoder.forms(of: letters)
        let word = forms.first { model.knows($0) } ?? forms[0]
        let (logProbability, after) = model.score(word, after: state)
        let penalty = model.knows(word) ? 0 : decoder.options.unknownPenalty * M_LN10
        words.score += decoder.options.lmWeight * (Double(logProbability) + penalty)
        words.state = after
      }
      tree.append(words)
      tree[place].next[letters] = tree.count - 1
      return tree.count - 1
    }

    /// What letters cost that no known word begins with.
    private func partial(_ letters: [UInt8]) -> Double {
      guard let model = decoder.model, !letters.isEmpty else { return 0 }
      let forms = BeamSearchDecoder.forms(of: letters)
      if forms.contains(where: { model.knows(prefix: $0) }) { return 0 }
      return decoder.options.unknownPenalty
        * max(1, Double(forms[0].count) / Double(BeamSearchDecoder.wordLetters))
    }

    private func logSum(_ a: Double, _ b: Double) -> Double {
      max(a, b) + log1p(exp(-abs(a - b)))
    }
  }
}
