// The state of a prefix beam search over one utterance.

import Foundation

/// Everything that hypotheses share is numbered, so that a hypothesis is a few numbers and two of them
/// are compared without looking at letters: ended words are places in a tree, and so are the letters of
/// the word that has not ended.
struct BeamSearch {
  /// Words that ended, as a path in a tree.
  private struct Words {
    var state: NGramModel.State?
    /// Of all of them, weighted.
    var score: Double
    /// The number of `state`: words with the same one have the same future.
    var history: Int32
  }

  /// The letters of a word that has not ended. The first one has none.
  private struct Letters {
    var bytes: [UInt8]
    /// The word in the language model that they are, its `<unk>` where they are none; nil without one.
    var word: Int32?
    /// Of ending as a word here, besides what the language model says.
    var endPenalty = 0.0
    /// Of letters that no known word begins with.
    var penalty = 0.0
  }

  /// A token that was emitted, linked to those before it.
  private struct Link {
    var emission: CTCEmission
    var parent: Int32
  }

  /// What a hypothesis emitted in its last frame.
  private enum Step { case blank, same, new }

  private struct Hypothesis {
    /// Places among `words` and `letters`.
    var words, letters: Int32
    /// The last frame's token.
    var token: Int32
    /// The end of the best alignment's emissions among `links`, without what `step` adds; -1: none.
    var link: Int32
    var step: Step
    /// Of all alignments that spell it, and of the best one.
    var score, best: Double
    /// The score, and what the language model says of the ended words and of the letters.
    var total = 0.0
  }

  private let decoder: BeamSearchDecoder
  private let options: BeamSearchDecoder.Options
  private var words: [Words]
  private var histories: [NGramModel.State: Int32] = [:]
  /// The words after (words, letters), and the letters after (letters, token).
  private var wordsAfter = PairTable(room: 1 << 10)
  private var lettersAfter = PairTable(room: 1 << 10)
  private var letters: [Letters]
  private var known: [[UInt8]: Int32] = [[]: 0]
  private var links: [Link] = []
  private var hypotheses: [Hypothesis]
  /// What `advance` fills anew: kept for their memory.
  private var next: [Hypothesis] = []
  private var places = PairTable()
  private var totals: [Double] = []

  /// Letters beyond which a word that is not known costs more, in proportion: the penalty stands for
  /// one word, and these are one word's letters on average.
  private static let wordLetters = 6.0

  init(_ decoder: BeamSearchDecoder) {
    self.decoder = decoder
    options = decoder.options
    words = [Words(state: options.model?.start, score: 0, history: 0)]
    letters = [Letters(bytes: [], word: nil)]
    hypotheses = [
      Hypothesis(
        words: 0, letters: 0, token: Int32(decoder.tokenizer.blank), link: -1, step: .blank,
        score: 0, best: 0)
    ]
  }

  /// row: a log-probability for each token.
  mutating func advance(_ row: UnsafeBufferPointer<Float>, frame: Int) {
    let blank = decoder.tokenizer.blank
    guard let top = row.indices.max(by: { row[$0] < row[$1] }) else { return }
    let floor = Float(options.tokenFloor)
    next.removeAll(keepingCapacity: true)
    for token in row.indices where row[token] >= floor || token == top {
      let logProbability = Double(row[token])
      let startsWord = decoder.spellings[token].startsWord
      // Hypotheses of different last tokens differ, so only those of this one can meet.
      places.removeAll()
      for var hypothesis in hypotheses {
        if token == blank {
          hypothesis.step = .blank
        } else if token == Int(hypothesis.token) {
          hypothesis.step = .same
        } else {
          hypothesis.step = .new
          if startsWord { hypothesis.words = words(after: hypothesis.words, hypothesis.letters) }
          hypothesis.letters = letters(after: startsWord ? 0 : hypothesis.letters, token)
        }
        hypothesis.token = Int32(token)
        hypothesis.score += logProbability
        hypothesis.best += logProbability
        take(hypothesis)
      }
    }
    recombine()
    keep(frame: frame, row)
  }

  /// The emissions of the likeliest words.
  mutating func finish() -> [CTCEmission] {
    next.removeAll(keepingCapacity: true)
    places.removeAll()
    for var hypothesis in hypotheses {
      // Hypotheses that differ in their last token alone say the same.
      hypothesis.words = words(after: hypothesis.words, hypothesis.letters)
      hypothesis.letters = 0
      take(hypothesis)
    }
    for index in next.indices {
      let said = words[Int(next[index].words)]
      let end = said.state.flatMap { options.model?.endScore(after: $0) } ?? 0
      next[index].total = next[index].score + said.score + options.lmWeight * Double(end)
    }
    var emissions: [CTCEmission] = []
    var place = next.max { $0.total < $1.total }?.link ?? -1
    while place >= 0 {
      emissions.append(links[Int(place)].emission)
      place = links[Int(place)].parent
    }
    return emissions.reversed()
  }

  /// Adds a hypothesis to the next ones, or its alignments to the one that spells the same.
  private mutating func take(_ hypothesis: Hypothesis) {
    let place = Int(
      places.value(hypothesis.words, hypothesis.letters, orInsert: Int32(next.count)))
    guard place < next.count else {
      next.append(hypothesis)
      return
    }
    next[place].score = Self.logSum(next[place].score, hypothesis.score)
    if hypothesis.best > next[place].best {
      next[place].best = hypothesis.best
      next[place].link = hypothesis.link
      next[place].step = hypothesis.step
    }
  }

  /// Works out the totals. Of hypotheses that nothing will ever tell apart again but what came before,
  /// only the best can win.
  private mutating func recombine() {
    var token: Int32 = -1
    for index in next.indices {
      if next[index].token != token {
        token = next[index].token
        places.removeAll()
      }
      let said = words[Int(next[index].words)]
      let total =
        next[index].score + said.score + letters[Int(next[index].letters)].penalty
      next[index].total = total
      let rival = Int(
        places.value(said.history, next[index].letters, orInsert: Int32(index)))
      guard rival != index else { continue }
      if next[rival].total < total {
        // The place is the better one's from now on.
        next.swapAt(rival, index)
      }
      next[index].total = -.infinity
    }
  }

  /// Goes on with the best ones, in no order that matters, and writes down what they emitted.
  private mutating func keep(frame: Int, _ row: UnsafeBufferPointer<Float>) {
    let best = next.lazy.map(\.total).max() ?? 0
    var least = best - options.beamMargin
    totals.removeAll(keepingCapacity: true)
    for hypothesis in next where hypothesis.total >= least { totals.append(hypothesis.total) }
    // Of those as good as the last one kept, so many are kept.
    var ties = totals.count
    if totals.count > options.beam {
      totals.sort(by: >)
      least = totals[options.beam - 1]
      ties = totals[..<options.beam].reversed().prefix { $0 == least }.count
    }
    hypotheses.removeAll(keepingCapacity: true)
    for var hypothesis in next where hypothesis.total >= least {
      if hypothesis.total == least {
        if ties == 0 { continue }
        ties -= 1
      }
      hypothesis.link = link(hypothesis, frame: frame, row[Int(hypothesis.token)])
      hypotheses.append(hypothesis)
    }
  }

  private mutating func link(_ hypothesis: Hypothesis, frame: Int, _ score: Float) -> Int32 {
    switch hypothesis.step {
    case .blank: return hypothesis.link
    case .same:
      var link = links[Int(hypothesis.link)]
      link.emission.last = frame
      link.emission.score = max(link.emission.score, score)
      links.append(link)
    case .new:
      links.append(
        Link(
          emission: CTCEmission(
            token: Int(hypothesis.token), first: frame, last: frame, score: score),
          parent: hypothesis.link))
    }
    return Int32(links.count - 1)
  }

  /// Where the tree stands after one more word; one without letters is none.
  private mutating func words(after place: Int32, _ word: Int32) -> Int32 {
    if word == 0 { return place }
    let found = wordsAfter.value(place, word, orInsert: Int32(words.count))
    guard Int(found) == words.count else { return found }
    let before = words[Int(place)]
    let ended = letters[Int(word)]
    // Without a language model the last word stands for those before it.
    var after = Words(state: nil, score: before.score + options.wordBonus, history: word)
    if let model = options.model, let state = before.state {
      let (logProbability, next) = model.score(ended.word, after: state)
      after.score += options.lmWeight * (Double(logProbability) + ended.endPenalty)
      after.state = next
      after.history = histories[next] ?? Int32(histories.count + 1)
      histories[next] = after.history
    }
    words.append(after)
    return found
  }

  /// The letters after one more token.
  private mutating func letters(after place: Int32, _ token: Int) -> Int32 {
    if let found = lettersAfter[place, Int32(token)] { return found }
    let bytes = letters[Int(place)].bytes + decoder.spellings[token].bytes
    let found = known[bytes] ?? Int32(letters.count)
    if Int(found) == letters.count {
      letters.append(letters(bytes))
      known[bytes] = found
    }
    return lettersAfter.value(place, Int32(token), orInsert: found)
  }

  private func letters(_ bytes: [UInt8]) -> Letters {
    guard let model = options.model else { return Letters(bytes: bytes, word: nil) }
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    var result = Letters(bytes: bytes, word: model.number(of: text))
    if !model.knows(text) { result.endPenalty = options.unknownPenalty * M_LN10 }
    if !model.knows(prefix: text) {
      result.penalty = options.unknownPenalty * max(1, Double(text.count) / Self.wordLetters)
    }
    return result
  }

  private static func logSum(_ a: Double, _ b: Double) -> Double {
    max(a, b) + log1p(exp(-abs(a - b)))
  }
}
