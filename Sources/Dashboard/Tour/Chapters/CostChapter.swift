// The tour's second chapter: what skipping costs and saves, where it hurts, and where words are explained.

import TerminalUI
import Tradeoff

extension TourChapter {
  static let cost = TourChapter(
    title: "What skipping costs",
    steps: [everything, guess, look, who, words]
  ) { state in
    let name = Findings.name(state)
    let half = Findings.point(name, oneOf: 2, state)
    let before = Findings.percentage(state.fullPoint, state)
    guard let half, let before, let after = Findings.percentage(half, state) else {
      return """
        Layers can be left out of a network at any moment: fewer of them cost less, and more words \
        go wrong.
        """
    }
    return """
      Layers can be left out of a network at any moment: half of \(name) costs \
      \(Findings.share(half, state)) of the compute, and instead of \(before) of the words \(after) \
      go wrong.
      """
  }

  private static let everything = TourStep(
    "Start from everything",
    { _ in
      """
      The word error rate (WER) counts words heard wrong, missed or added, per word that was said. \
      Added ones can lift it above 100 %. Go to Explore (1), run all layers (Home) and let it be \
      measured.
      """
    },
    hint: "1 opens Explore, Home drops nothing",
    answer: { TourKeys.open(.explore, $0) + [.home] },
    reveal: { state in
      let interval = state.present?.interval.map {
        """
         Other speakers would give a rate between \(fixed($0.lowerBound * 100, 1)) and \
        \(percent($0.upperBound)), 95 times of 100.
        """
      }
      return """
        \(Findings.name(state)) with all layers: \(Tour.rate(state)) of \
        \(grouped(state.subject.wordCount)) words, measured on this machine.\(interval ?? "") RT \
        factor, under Cost: time of computing over time of sound.
        """
    },
    isReached: { $0.view == .explore && Tour.isFull($0) && Tour.isSettled($0) })

  private static let guess = TourStep.guess(
    "Guess first",
    { state in
      """
      Half of the layers are about half of the work. How many words in 100 will \
      \(Findings.name(state)) get wrong with them? Type a number, then Enter. Until then the \
      plot's curves are hidden.
      """
    })

  private static let look = TourStep(
    "And look",
    { _ in
      "Drop half of the layers: d, 50, Enter; or with ← and →. Let it be measured."
    },
    hint: "d, then 50, then Enter", answer: { TourKeys.dropHalf($0) },
    reveal: { state in
      let full = Findings.percentage(state.fullPoint, state) ?? "–"
      return """
        Measured: \(Tour.rate(state))\(Tour.guessed(state)), with all layers \(full); for \
        \(Findings.share(state.presentPoint, state)) of the compute. The line under the slider says \
        it in words.
        """
    },
    isReached: {
      Tour.isHalf($0) && Tour.isSettled($0) && Findings.isMeasured($0.fullPoint, $0)
    })

  private static let who = TourStep(
    "Who pays",
    { _ in
      """
      An average hides who pays for it. With fewer than all layers, open Transcripts (2) and press S \
      until the most changed utterances come first.
      """
    },
    hint: "2, then S until the list says most changed",
    answer: {
      (Tour.isFull($0) ? TourKeys.dropHalf($0) : []) + TourKeys.open(.transcripts, $0)
        + TourKeys.sort(.changed, $0)
    },
    reveal: { state in
      let changes = Findings.changes(state)
      let (same, worse) = (changes.count { $0 == 0 }, changes.count { $0 > 0 })
      return """
        Of \(changes.count) utterances \(same) have as many errors as with all layers, \(worse) have \
        more, \(changes.count - same - worse) fewer; the worst \(max(0, changes.max() ?? 0)) more. \
        The price is not spread evenly.
        """
    },
    isReached: {
      $0.view == .transcripts && $0.list.order == .changed && !Tour.isFull($0)
        && Tour.isSettled($0) && Findings.isMeasured($0.fullPoint, $0)
    })

  private static let words = TourStep(
    "Strange words",
    { _ in
      """
      Every word and column on these screens is explained in a line. Open the help (?) and go to its \
      end (End): the glossary. Esc leaves it.
      """
    },
    hint: "? opens the help, End goes to its last page, Esc leaves",
    answer: { ($0.helpPage == nil ? ["?"] : []) + [.end, .escape] },
    reveal: { _ in "Whenever a word is strange: ?, End." },
    isReached: { state in
      state.helpPage.map { $0 == HelpPage.pageCount(state) - 1 } ?? false
    })
}
