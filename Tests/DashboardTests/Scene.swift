// A made-up but self-consistent model, data set and evaluator, the same in every run.

import Backbones
import Speech
import TerminalUI
import Tradeoff

import Dashboard

enum Scene {
  static let layerCount = 12
  static let sentences = [
    "please turn off the kitchen light", "set an alarm for half past seven",
    "the yellow bird sat near the old window", "remind emma to call the doctor on tuesday",
    "play some quiet music in the bedroom", "what time does the train to boston leave",
    "three green apples and a loaf of bread", "close the garage door before midnight",
  ]

  static let subject = subject(of: [.init(name: "dld", layerCount: layerCount)])

  private static func subject(of models: [Subject.Model]) -> Subject {
    Subject(
      models: models, dataset: "heldout", split: "test-clean",
      utterances: (0..<40).map {
        Subject.Item(
          id: "\(100 + $0 / 8)-1-\(1000 + $0)", speaker: "\(100 + $0 / 8)",
          transcript: sentences[$0 % sentences.count])
      },
      machine: "Example CPU 2.0 GHz", threads: 2)
  }

  /// `dld` beside `reference`, which makes the same mistakes here.
  static func twoModels(secondLayers: Int = layerCount) -> DashboardState {
    let models = [
      Subject.Model(name: "dld", layerCount: layerCount),
      Subject.Model(name: "reference", layerCount: secondLayers),
    ]
    let second = CostModel(
      stages: StageValues(
        frontEnd: 0.1e9, layers: Array(repeating: 0.05e9, count: secondLayers),
        skipped: Array(repeating: 0, count: secondLayers), head: 0.01e9))
    return DashboardState(
      subject: subject(of: models), mask: .full(layerCount), policy: "spread",
      costs: [costs, second])
  }

  static func state(symbols: Symbols = .braille) -> DashboardState {
    DashboardState(
      subject: subject, mask: .full(layerCount), policy: "spread", costs: [costs], symbols: symbols)
  }

  /// Layers of about equal cost between a front end and a head.
  static let costs = {
    var costs = CostModel(
      stages: StageValues(
        frontEnd: 0.12e9, layers: (0..<layerCount).map { 0.05e9 + Double($0 % 3) * 0.002e9 },
        skipped: Array(repeating: 0, count: layerCount), head: 0.01e9))
    costs.parameters = StageValues(
      frontEnd: 0.1e6, layers: Array(repeating: 0.38e6, count: layerCount),
      skipped: Array(repeating: 0, count: layerCount), head: 0.03e6)
    return costs
  }()

  /// An evaluator's answer: the more layers are skipped, the more words go wrong.
  static func result(_ index: Int, _ mask: LayerMask) -> UtteranceResult {
    let words = subject.utterances[index].words
    let wrong = (layerCount - mask.keptCount) * (layerCount - mask.keptCount)
    var alignment: [AlignedWord] = []
    var counts = ErrorCounts()
    for (position, word) in words.enumerated() {
      let dice = (index * 31 + position * 17 + 7) % 145
      if dice > wrong + 3 {
        alignment.append(.match(word))
      } else if dice % 3 == 0 {
        alignment.append(.deletion(word))
        counts.deletions += 1
      } else {
        alignment.append(.substitution(reference: word, hypothesis: String(word.reversed())))
        counts.substitutions += 1
      }
      if dice % 29 == 1, wrong > 10 {
        alignment.append(.insertion("uh"))
        counts.insertions += 1
      }
    }
    counts.words = words.count
    let audio = 2 + Double(index % 5) * 0.4
    let layers = (0..<layerCount).map { mask[$0] ? 0.0011 + Double($0 % 4) * 0.0001 : 0 }
    return UtteranceResult(
      index: index, transcript: Transcript(tokens: [], words: []), alignment: alignment,
      counts: counts, audioSeconds: audio, seconds: 0.003 + layers.reduce(0, +),
      layerSeconds: layers, frontEndSeconds: 0.0025, headSeconds: 0.0005,
      operations: costs.gflopPerAudioSecond(mask) * 1e9 * audio)
  }

  /// Answers the newest request with its first utterances, or with all and the end.
  static func answer(_ state: inout DashboardState, utterances: Int? = nil) {
    guard let request = state.newest else { return }
    for index in 0..<(utterances ?? subject.utterances.count) {
      let shuffled = (index * 7 + 3) % subject.utterances.count
      _ = update(
        &state, .evaluator(.utterance(id: request.id, result(shuffled, request.mask))))
    }
    if utterances == nil { _ = update(&state, .evaluator(.finished(id: request.id))) }
  }

  /// Some settings visited, the present one partly measured.
  static func busy(symbols: Symbols = .braille) -> DashboardState {
    var state = state(symbols: symbols)
    _ = update(&state, .calibrated(model: 0, costs))
    _ = update(&state, .ready)
    answer(&state)
    for _ in 0..<8 {
      _ = update(&state, .terminal(.key(.right)))
      answer(&state)
    }
    _ = update(&state, .terminal(.key(.left)))
    _ = update(&state, .terminal(.key(.left)))
    answer(&state)
    _ = update(&state, .terminal(.key(.character("p"))))
    answer(&state, utterances: 27)
    _ = update(&state, .terminal(.key(.down)))
    _ = update(&state, .terminal(.key(.character("n"))))
    return state
  }
}
