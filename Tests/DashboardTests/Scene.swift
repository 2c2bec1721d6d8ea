// A made-up but self-consistent model, data set and evaluator, the same in every run.

import Backbones
import Foundation
import Speech
import TerminalUI
@testable import Training

import Dashboard
@testable import Tradeoff

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
  static func twoModels(secondLayers: Int = layerCount, atlas: MaskAtlas? = nil) -> DashboardState {
    var models = [
      Subject.Model(name: "dld", layerCount: layerCount),
      Subject.Model(name: "reference", layerCount: secondLayers),
    ]
    if let atlas {
      models[0].policies = ModelPolicies(layerCount: layerCount, atlas: .success(atlas))
    }
    var second = CostModel(
      stages: StageValues(
        frontEnd: 0.1e9, layers: Array(repeating: 0.05e9, count: secondLayers),
        skipped: Array(repeating: 0, count: secondLayers), head: 0.01e9))
    second.latency = latency(layers: Array(repeating: 0.00125, count: secondLayers))
    second.utteranceSeconds = costs.utteranceSeconds
    return DashboardState(
      subject: subject(of: models), walk: .full(layerCount), policy: "spread",
      costs: [costs, second])
  }

  /// What each layer of `atlas` keeps from going wrong, whatever others do.
  static let worth = [120, 10, 30, 20, 15, 40, 5, 25, 35, 60, 45, 95]

  /// Of 600 words 20 are wrong at full depth, and for each layer that is skipped as many as it is worth.
  /// The best masks of each utterance make half as many errors as the best for all of them.
  static let atlas = {
    let points = (0..<1 << layerCount).map { number in
      let mask = LayerMask(number: number, layerCount: layerCount)
      let errors = worth.indices.reduce(20) { mask[$1] ? $0 : $0 + worth[$1] }
      return MaskAtlas.Point(
        mask: mask, errors: errors, loss: Double(errors) / 10, divergence: Double(errors - 20) / 100
      )
    }
    let best = (0...layerCount).map { depth in
      points.filter { $0.mask.keptCount == depth }.map(\.errors).min() ?? 0
    }
    let key = MaskAtlas.Key(
      model: "dld", dataset: "heldout", split: "dev", normalization: "none", layers: layerCount,
      weights: "", data: "", utterances: 40, words: 600)
    // These add up to half of the best mask's.
    return MaskAtlas(
      key: key, points: points,
      fewestErrors: (0..<40).map { utterance in
        best.map { ($0 / 2 + utterance) / 40 }
      })
  }()

  /// `dld` and `reference`, of which less can be computed: six tenths of each layer go with rank and width.
  /// `bare` is computed whole.
  static func thinnable() -> DashboardState {
    let stops = ComputeStops()
    let models = ["dld", "reference", "bare"].map { name in
      var model = Subject.Model(name: name, layerCount: layerCount)
      model.stops = name == "bare" ? nil : stops
      return model
    }
    var thin: [Compute: CostModel] = [:]
    for rank in stops.ranks {
      for width in stops.widths {
        for precision in stops.precisions {
          var costs = costs
          costs.latency = nil
          costs.stages.layers = costs.stages.layers.map { $0 * (0.4 + 0.6 * rank * width) }
          thin[Compute(rank: rank, width: width, precision: precision)] = costs
        }
      }
    }
    thin[.full] = nil
    var state = DashboardState(
      subject: subject(of: models), walk: .full(layerCount), policy: "spread",
      costs: models.map { _ in costs }, thinCosts: [thin, thin, [:]])
    state.size = Size(width: 120, height: 40)
    return state
  }

  /// The same when what it asks for at first is measured.
  static func measuredThinnable() -> DashboardState {
    var state = thinnable()
    _ = update(&state, .ready)
    serve([], &state)
    return state
  }

  /// The bundled models' names, all of one shape.
  static func allModels() -> DashboardState {
    let models = ["dld", "reference", "random-drop"].map {
      Subject.Model(name: $0, layerCount: layerCount)
    }
    return DashboardState(
      subject: subject(of: models), walk: .full(layerCount), policy: "spread",
      costs: models.map { _ in costs })
  }

  /// What the whole tour is about: the bundled models, an atlas of the first, and clips.
  static func tourModels() -> DashboardState {
    var models = ["dld-plus", "reference", "random-drop", "dld"].map {
      Subject.Model(name: $0, layerCount: layerCount)
    }
    models[0].policies = ModelPolicies(layerCount: layerCount, atlas: .success(atlas))
    var state = DashboardState(
      subject: subject(of: models), walk: .full(layerCount), policy: "spread",
      costs: models.map { _ in costs })
    state.clips = clips
    state.size = Size(width: 120, height: 40)
    return state
  }

  /// `dld` with an atlas in which each layer has a worth of its own, `other` with the same backwards, and
  /// `bare` without one.
  static func withAtlases() -> DashboardState {
    let worth = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    let models = [("dld", worth), ("other", worth.reversed()), ("bare", nil)].map { name, worth in
      var model = Subject.Model(name: name, layerCount: layerCount)
      if let worth {
        model.policies = ModelPolicies(
          layerCount: layerCount, atlas: .success(atlas(of: name, worth)))
      }
      return model
    }
    return DashboardState(
      subject: subject(of: models), walk: .full(layerCount), policy: "spread",
      costs: models.map { _ in costs })
  }

  /// As many errors and as much loss as the skipped layers are worth.
  private static func atlas(of model: String, _ worth: [Int]) -> MaskAtlas {
    let key = MaskAtlas.Key(
      model: model, dataset: "heldout", split: "dev", normalization: "none", layers: layerCount,
      weights: model, data: "d", utterances: 0, words: 100)
    let points = (0..<1 << layerCount).map { number in
      let mask = LayerMask(number: number, layerCount: layerCount)
      let loss = worth.indices.reduce(0) { mask[$1] ? $0 : $0 + worth[$1] }
      return MaskAtlas.Point(mask: mask, errors: loss, loss: Double(loss), divergence: 0)
    }
    return MaskAtlas(key: key, points: points, fewestErrors: [])
  }

  /// Does what effects ask for until nothing more is asked.
  static func serve(_ effects: [Effect], _ state: inout DashboardState) {
    for case .probe(let request) in effects { answer(request, &state) }
    for _ in 0..<200 where state.activity == .measuring { answer(&state) }
  }

  static func state(symbols: Symbols = .braille) -> DashboardState {
    var state = DashboardState(
      subject: subject, walk: .full(layerCount), policy: "spread", costs: [costs], symbols: symbols)
    state.clips = clips
    return state
  }

  /// Two recordings that came with the program.
  static let clips = (0..<2).map {
    Clip(
      path: "/clips/\($0).wav", id: subject.utterances[$0].id, source: "heldout/test-clean",
      said: subject.utterances[$0].words)
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
    costs.latency = latency(layers: (0..<layerCount).map { 0.0011 + Double($0 % 4) * 0.0001 })
    (costs.utteranceSeconds, costs.middleHalf) = (2.8, 2.4...3.2)
    return costs
  }()

  /// In proportion to the audio: these seconds for an utterance of mean length, and 3 ms for what comes
  /// before and after the layers.
  static func latency(
    layers: [Double], slowdowns: [Double] = [1], unevenness: Double? = nil,
    othersShare: Double? = nil
  ) -> LatencyModel {
    LatencyModel(
      [0.5, 2].map { scale in
        LatencyModel.Point(
          audioSeconds: 2.8 * scale,
          stages: StageValues(
            frontEnd: 0.0025 * scale, layers: layers.map { $0 * scale },
            skipped: layers.map { _ in 0 }, head: 0.0005 * scale))
      }, slowdowns: slowdowns, unevenness: unevenness, othersShare: othersShare)
  }

  /// An evaluator's answer: the more layers are skipped, the more words go wrong.
  static func result(_ index: Int, _ walk: Walk) -> UtteranceResult {
    let mask =
      walk.mask(of: subject.utterances[index].id)
      ?? LayerMask(layerCount: layerCount, keeping: 0..<walk.keptCount)
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
      index: index, mask: mask, transcript: Transcript(tokens: [], words: []), alignment: alignment,
      counts: counts, audioSeconds: audio, seconds: 0.003 + layers.reduce(0, +),
      layerSeconds: layers, frontEndSeconds: 0.0025, headSeconds: 0.0005,
      operations: costs.gflopPerAudioSecond(Walk(mask)) * 1e9 * audio)
  }

  /// Answers the newest request with its first utterances, or with all and the end.
  static func answer(_ state: inout DashboardState, utterances: Int? = nil) {
    guard let request = state.newest else { return }
    for index in 0..<(utterances ?? subject.utterances.count) {
      let shuffled = (index * 7 + 3) % subject.utterances.count
      if request.known.contains(shuffled) { continue }
      _ = update(
        &state, .evaluator(.utterance(id: request.id, result(shuffled, request.point.walk))))
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
    _ = update(&state, .terminal(.key(.character("P"))))
    _ = update(&state, .terminal(.key(.character("2"))))
    answer(&state, utterances: 27)
    _ = update(&state, .terminal(.key(.down)))
    _ = update(&state, .terminal(.key(.character("n"))))
    return state
  }

  /// Two recipes, 400 steps each in lines of ten, looked at every hundred steps; the second is slower, and
  /// better. In every step each layer is kept that a made-up rule says.
  static let trainings = [
    training("dld", lineSeconds: 12, wrong: 0.5, kl: 1),
    training("random-drop", lineSeconds: 10, wrong: 0.6, kl: 0),
    training("older", lineSeconds: 10, wrong: 0.7, kl: 0, hasMasks: false, words: 500),
  ]

  static func mask(ofStep step: Int) -> LayerMask {
    LayerMask(
      layerCount: layerCount, keeping: (0..<layerCount).filter { (step * 7 + $0 * 5) % 12 < 6 })
  }

  private static func training(
    _ name: String, lineSeconds: Double, wrong: Double, kl: Double, hasMasks: Bool = true,
    words: Int = 1000
  ) -> TrainingHistory {
    var run = TrainingHistory(name: name, origin: .recorded)
    for line in 1...40 {
      let (step, time) = (line * 10, Double(line) * lineSeconds)
      let loss = 3 / (1 + Double(line) / 4)
      let record = TrainingRecord(
        step: step, epoch: 0, loss: loss, ctc: loss, kl: kl * loss / 2, gradientNorm: 1,
        learningRate: 0.001, keptLayers: 6,
        masks: hasMasks ? (step - 9...step).map { StepMasks([mask(ofStep: $0)]) } : nil,
        audioSeconds: Double(step) * 40, audioSecondsPerSecond: 40, elapsedSeconds: time)
      run.add([.steps(record)])
      guard step % 100 == 0 else { continue }
      for (index, depth) in [12, 6, 4].enumerated() {
        let rate = (wrong + 0.1 * Double(index)) / Double(step / 100)
        run.add([
          .validation(
            ValidationRecord(
              step: step, epoch: 0, elapsedSeconds: time, dataset: "heldout/dev",
              mask: LayerMask.spread(keeping: depth, of: layerCount).description, keptLayers: depth,
              utterances: 40, words: words, wer: rate, substitutions: 0, deletions: 0,
              insertions: 0))
        ])
      }
    }
    return run
  }

  /// A view with everything it asks for: measurements, close looks, a recording.
  static func shown(_ kind: ViewKind, symbols: Symbols = .braille) -> DashboardState {
    var state = twoModels(atlas: kind == .atlas ? atlas : nil)
    state.symbols = symbols
    _ = update(&state, .ready)
    for _ in 0..<6 { _ = update(&state, .terminal(.key(.right))) }
    var effects = update(
      &state, .terminal(.key(.character(Character("\(state.number(of: kind))")))))
    if kind == .listen {
      effects += update(&state, .recorded("/tmp/recording.wav"))
    }
    if effects.contains(.training(.openRecorded)) {
      _ = update(&state, .training(.recorded(trainings, failure: nil)))
    }
    for case .probe(let request) in effects { answer(request, &state) }
    for _ in 0..<80 where state.activity == .measuring { answer(&state) }
    if kind == .budget {
      _ = update(&state, .terminal(.key(.character(" "))))
      for _ in 0..<25 { _ = update(&state, .tick) }
    }
    return state
  }

  /// What the prober would say.
  private static func answer(_ request: ProbeRequest, _ state: inout DashboardState) {
    switch request {
    case .lens(_, let utterance, let mask, _):
      _ = update(&state, .probed(.lens(request, lens(utterance, mask))))
    case .cloud:
      let places = (0..<6).map { token in
        let angle = (Float(token) + 0.5) * Float.pi / 3
        return OutputMap.Point(x: cos(angle), y: sin(angle))
      }
      let points = (0..<90).map { index in
        let sure = 1 - Float(index % 5) * 0.075
        return OutputMap.Point(x: sure * places[index % 6].x, y: sure * places[index % 6].y)
      }
      _ = update(
        &state,
        .probed(
          .cloud(
            request,
            OutputCloud(
              referenceName: "reference", reference: points,
              // Every fifth frame goes some way towards the blank.
              student: points.enumerated().map { index, point in
                let left = index % 5 == 0 ? 1 - Float(index) / 90 : 1
                return OutputMap.Point(x: left * point.x, y: left * point.y)
              },
              tokens: places.enumerated().map {
                OutputMap.Token(
                  token: $0 + 1, frames: 15,
                  mean: OutputMap.Point(x: 0.85 * $1.x, y: 0.85 * $1.y))
              }, divergences: points.indices.map { Double($0 * $0) / 2000 }, changes: 9,
              utterances: 40))))
    case .file(_, let utterance, _, let model, let walks, _, _):
      // Two words, each louder than the one before.
      let samples = (0..<2000).map { Float($0 % 1000) / 1000 * ($0 < 1000 ? 0.4 : 0.8) }
      let sound = SoundOutline(Waveform(samples: samples, sampleRate: 1000))
      var effects = update(&state, .probed(.sound(request, sound)))
      for walk in walks {
        let mask = walk.mask(of: utterance) ?? .full(layerCount)
        let listening = Listening(
          walk: walk, mask: mask, looks: [], transcript: transcript(model, mask),
          seconds: 0.001 * Double(mask.keptCount), audioSeconds: 2)
        effects += update(&state, .probed(.depth(request, listening)))
      }
      // What is to be heard next.
      for case .probe(let next) in effects { answer(next, &state) }
    }
  }

  /// The fewer layers, the fewer words; the second model takes the third word for another.
  private static func transcript(_ model: Int, _ mask: LayerMask) -> Transcript {
    let words = sentences[0].split(separator: " ").prefix(1 + mask.keptCount / 2).map(String.init)
    return Transcript(
      tokens: [],
      words: words.enumerated().map { index, word in
        TimedWord(
          word: model == 1 && index == 2 ? "of" : word, start: 0, end: 1, confidence: 0.9)
      })
  }

  private static func lens(_ utterance: Int, _ mask: LayerMask) -> LayerLens {
    let words = subject.utterances[utterance].words
    return LayerLens(
      mask: mask,
      readings: (0...layerCount).map { position in
        let known = words.count * position / layerCount
        return LayerLens.Reading(
          runs: position == 0 || mask[position - 1],
          transcript: Transcript(tokens: [], words: []),
          alignment: words.enumerated().map { index, word in
            index < known
              ? .match(word) : .substitution(reference: word, hypothesis: String(word.reversed()))
          }, counts: ErrorCounts(), cosine: position == 0 ? nil : 0.9,
          normRatio: position == 0 ? nil : 1.1, divergence: Double(layerCount - position) / 3,
          frames: (0..<50).map { frame in
            [
              LayerLens.TokenShare(
                token: 1 + frame / 8, share: Float(1 + (frame * 7 + position) % 10) / 10)
            ]
          })
      }, frameSeconds: 0.04)
  }
}
