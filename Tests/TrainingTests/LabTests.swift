// The lab with a network and a corpus that take no time: what is told in which order, changes, stopping.

import Backbones
import Base
import Testing

@testable import Training

@Suite struct LabTests {
  private static let plan = {
    var plan = LabPlan(threads: 2)
    (plan.layers, plan.width, plan.heads, plan.feedForward, plan.kernel) = (3, 16, 2, 16, 3)
    (plan.tokens, plan.steps, plan.batchSeconds) = (8, 6, 6)
    (plan.turn, plan.validateEverySteps, plan.validationUtterances) = (2, 3, 4)
    // However busy the machine is.
    plan.turnSeconds = 1e6
    return plan
  }()

  private typealias Told = (training: LabTraining, events: [TrainingEvent])

  /// All that is told; `then` is asked after each.
  private func run(
    _ settings: LabSettings = LabSettings(), then: (Lab, [Told]) -> Void = { _, _ in }
  ) throws -> [Told] {
    let lab = Lab(Self.plan, settings)
    var told: [Told] = []
    try lab.run(toneCorpus(24), heldOut: toneCorpus(6, seed: 9)) {
      told.append(($0, $1))
      then(lab, told)
    }
    return told
  }

  private func records(_ told: [Told], of training: LabTraining) -> [TrainingRecord] {
    told.filter { $0.training == training }.flatMap(\.events).compactMap {
      if case .steps(let record) = $0 { record } else { nil }
    }
  }

  private func validations(_ told: [Told], of training: LabTraining) -> [ValidationRecord] {
    told.filter { $0.training == training }.flatMap(\.events).compactMap {
      if case .validation(let record) = $0 { record } else { nil }
    }
  }

  @Test func bothGoOnFromTheStart() throws {
    let told = try run()
    // Turns of two steps that end where there is something to validate.
    for training in LabTraining.allCases {
      let records = records(told, of: training)
      #expect(records.map(\.step) == [2, 3, 5, 6], "\(training)")
      #expect(records.map { $0.masks?.count } == [2, 1, 2, 1])
      #expect(
        zip(records, records.dropFirst()).allSatisfy { $0.elapsedSeconds < $1.elapsedSeconds })
      let validations = validations(told, of: training)
      #expect(validations.map(\.step) == [3, 3, 3, 6, 6, 6])
      #expect(validations.map(\.keptLayers) == [3, 2, 1, 3, 2, 1])
      #expect(
        validations.allSatisfy { $0.utterances == 4 && $0.words > 0 && $0.dataset == "tones" })
    }
    let full = LayerMask.full(3)
    let start = records(told, of: .start).flatMap { $0.masks ?? [] }
    #expect(start.allSatisfy { $0.passes == [full] })
    let dropped = records(told, of: .randomDrop)
    #expect(dropped.flatMap { $0.masks ?? [] }.contains { $0.passes != [full] })
    // The same gates, and a teacher for one of the two.
    #expect(dropped.map(\.masks) == records(told, of: .distillation).map(\.masks))
    #expect(dropped.allSatisfy { $0.kl == 0 })
    #expect(records(told, of: .distillation).allSatisfy { $0.kl > 0 })
    // First the start, then one turn each.
    let order = told.map(\.training)
    #expect(order.prefix(6).allSatisfy { $0 == .start } && !order.dropFirst(6).contains(.start))
    #expect(Array(order[6...9]) == [.randomDrop, .distillation, .randomDrop, .randomDrop])
  }

  @Test func settingsChangeBetweenTurns() throws {
    let told = try run { lab, told in
      var settings = LabSettings()
      settings.learningRate = 0
      settings.klWeight = 0
      if told.count == 1 { lab.change(settings) }
    }
    #expect(records(told, of: .start).map { $0.learningRate > 0 } == [true, false, false, false])
    let distilled = records(told, of: .distillation)
    #expect(distilled.allSatisfy { $0.kl == 0 && $0.learningRate == 0 && $0.loss == $0.ctc })
  }

  @Test func itStopsWhereItIs() throws {
    for count in [1, 7, 9] {
      let told = try run { lab, told in if told.count == count { lab.stop() } }
      #expect(told.count == count)
    }
    let lab = Lab(Self.plan, LabSettings())
    lab.stop()
    try lab.run(toneCorpus(4), heldOut: toneCorpus(2)) { _, _ in Issue.record("it was stopped") }
  }

  @Test func nothingToLearnFromIsASentence() {
    let lab = Lab(Self.plan, LabSettings())
    #expect(throws: InputError.self) {
      try lab.run(toneCorpus(4).choosing([]), heldOut: toneCorpus(2)) { _, _ in }
    }
  }
}
