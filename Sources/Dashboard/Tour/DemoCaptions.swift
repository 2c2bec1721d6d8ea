// What the slides of the demo say: the numbers on the screen, and no more than follows from them.

import TerminalUI
import Tradeoff
import Training

extension Demo {
  static func wrong(_ state: DashboardState) -> String { Tour.rate(state) }

  /// A model by the present walk.
  static func here(_ name: String, _ state: DashboardState) -> OperatingPoint? {
    Findings.index(name, state).flatMap { model in
      state.subject.models[model].layerCount == state.layerCount
        ? state.point(model: model, walk: state.walk) : nil
    }
  }

  @Sendable static func whole(_ state: DashboardState) -> DemoCaption {
    let wrong = wrong(state)
    return DemoCaption(
      figure: wrong,
      text: """
        \(Findings.name(state)), a speech recogniser of \(state.layerCount) layers: \(wrong) of \
        \(grouped(state.subject.wordCount)) words wrong, measured while you watch.
        """, short: "all \(state.layerCount) layers: \(wrong) of the words wrong")
  }

  /// Fewer layers than all.
  @Sendable static func part(_ state: DashboardState) -> DemoCaption {
    let (wrong, full) = (wrong(state), Findings.percentage(state.fullPoint, state))
    let layers = "\(state.walk.keptCount) of \(state.layerCount) layers"
    let share = Findings.share(state.presentPoint, state)
    let instead = full.map { ", with all \($0)" } ?? ""
    return DemoCaption(
      figure: wrong,
      text: "\(layers): \(wrong) of the words wrong\(instead). \(share) of the compute.",
      short: "\(layers): \(wrong) wrong, \(share) of the compute")
  }

  @Sendable static func over(_ state: DashboardState) -> DemoCaption {
    let name = Findings.name(state)
    let depths =
      name == "random-drop" ? nil : Findings.depths(name, against: "random-drop", state)
    let end = depths.map { " \(name) makes against random-drop \(Findings.summary($0))." } ?? ""
    return DemoCaption(
      text: "\(state.comparesPolicies ? "All policies" : "All models") over depth, with intervals."
        + end, short: "over depth, with 95 % intervals")
  }

  @Sendable static func inside(_ state: DashboardState) -> DemoCaption {
    DemoCaption(
      text: """
        Inside: what would be spelt after every layer, from the front end down. □ is a skipped one.
        """, short: "inside: what would be spelt after every layer")
  }

  @Sendable static func apart(_ state: DashboardState) -> DemoCaption {
    let cloud = state.wantedProbe.flatMap { state.probes.clouds[$0] }
    let mean = cloud.map { fixed($0.meanDivergence, 2) }
    let whose = cloud.map { $0.referenceName == "reference" ? "reference" : "all layers" }
    return DemoCaption(
      figure: mean ?? "",
      text: """
        Each line: from where \(whose ?? "full depth") puts a moment of sound to where these \
        \(state.walk.keptCount) layers do\(mean.map { "; \($0) nats apart on the mean" } ?? "").
        """, short: "how far skipping pulls the answers away")
  }

  @Sendable static func suffering(_ state: DashboardState) -> DemoCaption {
    let changes = Findings.changes(state)
    let (same, worse) = (changes.count { $0 == 0 }, changes.count { $0 > 0 })
    return DemoCaption(
      figure: changes.isEmpty ? "" : "\(worse)",
      text: """
        Who pays: \(worse) of \(changes.count) utterances have more errors than with all layers, \
        \(same) as many, \(changes.count - same - worse) fewer.
        """, short: "who pays: \(worse) of \(changes.count) utterances")
  }

  @Sendable static func race(_ state: DashboardState) -> DemoCaption {
    let verdicts = Race(state).verdicts
    let verdict = verdicts.dropFirst().first ?? verdicts.first ?? "Both are listening."
    return DemoCaption(
      text: "A race: two ways of hearing one sentence, word under word. \(verdict)",
      short: verdicts.last ?? "a race: two ways of hearing one sentence")
  }

  @Sendable static func budget(_ state: DashboardState) -> DemoCaption {
    guard (state.budget.played ?? 0) > 0, let scenario = Budget.scenario(state) else {
      return DemoCaption(
        text: """
          A budget of time that comes and goes. An answer that comes late is no answer; every depth \
          is measured first.
          """, short: "a budget of time that comes and goes")
    }
    let contestants = Budget.contestants(scenario, state)
    let share = percent(contestants.first?.score.rightInTimeShare)
    let verdict = Budget.verdict(contestants, scenario, state)
    return DemoCaption(
      figure: share,
      text: """
        Compute comes and goes. Choosing its depth, the model has \(share) of the words right in \
        time: \(verdict.first ?? "").
        """, short: verdict.last ?? "")
  }

  @Sendable static func learning(_ state: DashboardState) -> DemoCaption {
    let training = state.training
    let rates = training.shown.compactMap { run -> String? in
      guard let count = run.depths.dropFirst().first,
        let last = run.errorRates(keeping: count, until: training.now).last
      else { return nil }
      return "\(run.name) \(fixed(last.y, 1)) % with \(count) layers"
    }
    let isRecorded = training.shown.contains { $0.origin == .recorded }
    let end = rates.isEmpty ? "" : ": \(Findings.list(rates))"
    return DemoCaption(
      text: "How networks learn to lose layers\(isRecorded ? ", recorded" : "")\(end).",
      short: "how networks learn to lose layers")
  }

  @Sendable static func claim(_ state: DashboardState) -> DemoCaption {
    let (half, full) = (wrong(state), Findings.percentage(state.fullPoint, state) ?? "–")
    let share = Findings.share(state.presentPoint, state)
    return DemoCaption(
      figure: half,
      text: """
        One network, \(state.layerCount) depths, chosen at any moment: \(full) wrong at full cost, \
        \(half) at \(share) of it. Press any key: it is yours. t is the tour.
        """, short: "one network, \(state.layerCount) depths: press any key, it is yours")
  }
}
