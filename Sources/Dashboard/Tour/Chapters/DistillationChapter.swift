// The tour's central chapter: who teaches, what is matched, whether it pays, and where it does not.

import TerminalUI
import Tradeoff
import Training

extension TourChapter {
  static let distillation = TourChapter(
    title: "Does distillation pay?", models: ["reference", "random-drop", "dld"],
    steps: [teacher, softness, guess, compare, closeness, surpassing, race, lab]
  ) { state in
    if let depths = Findings.depths("dld", against: "random-drop", state) {
      return """
        Distillation: taught by a whole network besides, dld makes against random-drop \
        \(Findings.summary(depths)).
        """
    }
    let halves = ["dld", "random-drop"].compactMap { name in
      Findings.percentage(Findings.point(name, oneOf: 2, state), state).map { "\(name) \($0)" }
    }
    let known =
      halves.count < 2
      ? "" : ": with half of the layers \(halves.joined(separator: ", ")) of the words wrong"
    return """
      Distillation: a network that loses layers is taught by a whole one besides the right \
      words\(known).
      """
  }

  private static let teacher = TourStep(
    "Who teaches",
    { _ in
      """
      random-drop learns from the right words alone. dld, else trained alike, has a teacher as well: \
      reference with all layers, frozen. In each step dld, with layers missing, is to give every \
      token in every frame the teacher's probability. Open Embeddings (4) with dld (M).
      """
    },
    hint: "4 opens Embeddings; M opens the list of models",
    answer: { TourKeys.open(.embeddings, $0) + TourKeys.choose("dld", $0) },
    reveal: { state in
      let mean = cloud("dld", state).map { fixed($0.meanDivergence, 3) } ?? "–"
      return """
        A frame is some hundredths of a second. A line goes from where the teacher puts it to where \
        dld does; without one they agree. How far they are apart on the mean, here \(mean) nats, is the \
        reference KL: distillation makes it small, beside the errors.
        """
    },
    isReached: {
      $0.view == .embeddings && Findings.name($0) == "dld" && cloud("dld", $0) != nil
    })

  private static let softness = TourStep(
    "Why soft targets",
    { _ in
      """
      Why should that teach more than right and wrong? A right word says which tokens come, not when, \
      and not what they sound like. Look at dld's own answers: Layers (3), with half of the \
      layers.
      """
    },
    hint: "3 opens Layers; d, 50, Enter",
    answer: {
      TourKeys.open(.layers, $0) + TourKeys.dropHalf($0) + TourKeys.choose("dld", $0)
    },
    reveal: { _ in
      """
      Where several tokens share a moment (e shows them), the model doubts which it was. A teacher's \
      doubts tell what a sound could have been, in every frame; a right word never does. So there is \
      more to learn from the same speech.
      """
    },
    isReached: { $0.view == .layers && Findings.name($0) == "dld" && Tour.isHalf($0) })

  private static let guess = TourStep.guess(
    "What is it worth?",
    { state in
      let known = Findings.percentage(Findings.point("random-drop", oneOf: 2, state), state)
      return """
        random-drop, with half of the layers, gets \(known ?? "some") of the words wrong. dld heard \
        the same speech and had a teacher besides. How many in 100 does dld get wrong? Type a \
        number, then Enter.
        """
    })

  private static let compare = TourStep(
    "With and without",
    { _ in
      """
      Open Compare (5) with dld (M), all models. P in a model's column is how often dld makes fewer \
      errors than that one when utterances are drawn anew: 1.00 is always, 0.50 a tie. Wait until \
      dld and random-drop are measured.
      """
    },
    hint: "5, M for dld, v for models; then wait",
    answer: {
      (PolicyCatalog.needsAtlas($0.policy) ? TourKeys.policy(SpreadPolicy.name, $0) : [])
        + TourKeys.open(.compare, $0) + TourKeys.choose("dld", $0)
        + ($0.comparesPolicies ? ["v"] : [])
    },
    reveal: { state in
      guard let depths = Findings.depths("dld", against: "random-drop", state) else { return "" }
      let half = depths.first { $0.count == TourKeys.half(state) }
      let rates = half.map {
        """
        With \($0.count) layers dld \(percent($0.mine))\(Tour.guessed(state)), random-drop \
        \(percent($0.other)).
        """
      }
      return """
        \(rates.map { "\($0) " } ?? "")Against random-drop dld makes \(Findings.summary(depths)). A tie is what P \
        between 0.05 and 0.95 is called here: these words cannot tell.
        """
    },
    isReached: {
      $0.view == .compare && !$0.comparesPolicies && Findings.name($0) == "dld"
        && Findings.areDepthsMeasured("dld", against: "random-drop", $0)
    })

  private static let closeness = TourStep(
    "Closer, and better?",
    { _ in
      """
      Now where it is hard: in Embeddings (4) drop three quarters of the layers (d, 75, Enter). Choose \
      random-drop (M), wait for its KL, then dld, and wait again.
      """
    },
    hint: "4; d, 75, Enter; M random-drop; M dld",
    answer: { state in
      (PolicyCatalog.needsAtlas(state.policy) ? TourKeys.policy(SpreadPolicy.name, state) : [])
        + TourKeys.open(.embeddings, state)
        + (isShallow(state) && !state.budget.isInCharge ? [] : ["d", "7", "5", .enter])
        + TourKeys.menuRow("random-drop", state) + TourKeys.menuRow("dld", state)
    },
    reveal: { state in
      let (mine, other) = (cloud("dld", state), cloud("random-drop", state))
      let (here, there) = (here("dld", state), here("random-drop", state))
      guard let mine, let other else { return "" }
      let verdict = Findings.verdict(here, against: there, called: "random-drop", state) ?? ""
      return """
        Reference KL and WER: dld \(fixed(mine.meanDivergence, 2)) nats, \
        \(Findings.percentage(here, state) ?? "–"); random-drop \
        \(fixed(other.meanDivergence, 2)) nats, \(Findings.percentage(there, state) ?? "–"). \
        \(moral(mine.meanDivergence < other.meanDivergence, verdict))
        """
    },
    isReached: { state in
      state.view == .embeddings && isShallow(state)
        && ["dld", "random-drop"].allSatisfy {
          cloud($0, state) != nil && Findings.isMeasured(here($0, state), state)
        }
    })

  private static let surpassing = TourStep(
    "Past the teacher?",
    { _ in
      """
      dld-plus runs all layers in each step as well as some; reference teaches it too. Right words, a \
      teacher's doubts and missing layers together can lift a student past its teacher. Here? Choose \
      dld-plus (M), all layers (d, 0, Enter), beside reference (C).
      """
    },
    hint: "M for dld-plus; d, 0, Enter; C for reference",
    answer: { state in
      TourKeys.choose("dld-plus", state) + TourKeys.dropNothing(state)
        + (Findings.isMeasured(Findings.point("reference", state), state)
          ? [] : TourKeys.rival("reference", beside: "dld-plus", state))
    },
    reveal: { state in
      let reference = Findings.point("reference", state)
      let halves = ["dld-plus", "reference"].compactMap { name in
        Findings.percentage(Findings.point(name, oneOf: 2, state), state).map { "\(name) \($0)" }
      }
      let half = halves.count < 2 ? "" : " With half of them \(halves.joined(separator: ", "))."
      let verdict = Findings.verdict(
        state.presentPoint, against: reference, called: "reference, its teacher", state)
      return """
        With all layers dld-plus \(Tour.rate(state)), \
        \(Findings.named("reference", reference, state)): \(verdict ?? "–").\(half)
        """
    },
    isReached: {
      Findings.name($0) == "dld-plus" && Tour.isFull($0) && Tour.isSettled($0)
        && Findings.isMeasured(Findings.point("reference", $0), $0)
    }
  ).needing { Findings.index("dld-plus", $0) != nil }

  private static let race = TourStep(
    "Hear it",
    { _ in
      """
      Figures are of many words. Hear one sentence: choose dld (M), open Listen (7), pick a clip (g, \
      then 1). Two models hear it side by side, with as many layers; what is wrong is coloured.
      """
    },
    hint: "M for dld; 7; g, then 1",
    answer: {
      TourKeys.choose("dld", $0) + TourKeys.open(.listen, $0) + ["g", "1"]
    },
    reveal: { state in
      let verdicts = Race(state).verdicts
      return """
        \(verdicts.dropFirst().first ?? verdicts.first ?? ""). One sentence proves nothing: Compare \
        counted \(grouped(state.subject.wordCount)) words.
        """
    },
    isReached: { state in
      let racers = state.racers
      return state.view == .listen && Findings.name(state) == "dld" && racers.count == 2
        && racers.allSatisfy { state.listening.heard(at: $0) != nil }
    }
  ).needing { !$0.clips.isEmpty }

  private static let lab = TourStep(
    "Two minutes to spare?",
    { _ in
      """
      Then train one yourself: Training (9), L. A small network learns here, first whole, then on \
      from there by random dropping and by distillation. L stops it. Whoever has no time goes on \
      with a full stop.
      """
    },
    hint: "9, then L; . goes on without",
    answer: { TourKeys.open(.training, $0) + ($0.training.lab?.isBusy == true ? [] : ["L"]) },
    reveal: { state in
      if case .failed(let reason)? = state.training.lab?.phase { return "It ended: \(reason)." }
      let told = labRuns(state).compactMap { run -> String? in
        let depths = run.depths
        guard let count = depths.dropFirst().first ?? depths.first,
          let last = run.errorRates(keeping: count, until: .infinity).last
        else { return nil }
        return "\(run.name) \(fixed(last.y, 1)) % with \(count) of \(run.layerCount ?? count)"
      }
      return """
        \(told.joined(separator: ", ")) so far. It goes on while you watch, and ends when you go on: \
        what is one run of each here, Compare has of whole networks.
        """
    },
    isReached: { state in
      guard state.view == .training, let lab = state.training.lab else { return false }
      let runs = labRuns(state)
      if case .failed = lab.phase { return true }
      return runs.count == 2 && runs.allSatisfy { !$0.validations.isEmpty }
    })

  // MARK: - Parts

  /// The lab's two ways on from the start.
  private static func labRuns(_ state: DashboardState) -> [TrainingHistory] {
    let names = [LabTraining.randomDrop, .distillation].map(\.name)
    return state.training.runs.filter { $0.origin == .lab && names.contains($0.name) }
  }

  private static func isShallow(_ state: DashboardState) -> Bool { state.walk.dropRatio >= 0.7 }

  /// A model by the present walk.
  private static func here(_ name: String, _ state: DashboardState) -> OperatingPoint? {
    Findings.index(name, state).flatMap { model in
      state.subject.models[model].layerCount == state.layerCount
        ? state.point(model: model, walk: state.walk) : nil
    }
  }

  private static func cloud(_ name: String, _ state: DashboardState) -> OutputCloud? {
    Findings.index(name, state).flatMap {
      state.probes.clouds[.cloud(model: $0, walk: state.walk, compute: state.compute)]
    }
  }

  /// What a KL and an error rate say together.
  private static func moral(_ isCloser: Bool, _ verdict: String) -> String {
    let isBetter = verdict.hasPrefix("fewer")
    let limit = ", and a student with few layers may be asked for what it cannot say"
    let isTie = verdict.hasPrefix("a tie")
    return switch (isCloser, isBetter) {
    case (true, true): "Closer to the teacher, and \(verdict)."
    case (true, false):
      "Closer to the teacher, yet \(verdict): a KL is no error rate\(isTie ? "" : limit)."
    case (false, true): "No closer to the teacher, yet \(verdict): a KL is no error rate."
    case (false, false): "No closer to the teacher here, and \(verdict)."
    }
  }
}
