// Gates, and the promises every recipe of the catalogue keeps.

import Backbones
import Base
import Synchronization
import Testing
import Training

@Suite struct RecipeTests {
  @Test(arguments: GateDistribution.allCases, [0.05, 0.5, 1])
  func gatesAreNeverAllClosed(gates: GateDistribution, probability: Double) {
    var options = TrainingOptions()
    options.gates = gates
    options.keepProbability = probability
    for step in 0..<3000 {
      #expect(RandomGates.mask(step: step, layerCount: 12, options: options).keptCount >= 1)
    }
  }

  @Test func bernoulliGatesKeepHalfAndTreatLayersAlike() {
    let masks = (0..<8000).map {
      RandomGates.mask(step: $0, layerCount: 12, options: TrainingOptions())
    }
    let mean = masks.reduce(0) { $0 + Double($1.keptCount) } / 8000
    #expect(abs(mean - 6) < 0.08)
    for layer in 0..<12 {
      let share = Double(masks.count { $0[layer] }) / 8000
      #expect(abs(share - 0.5) < 0.025)
    }
  }

  /// From 0.75 at the first layer to 0.25 at the last, half of them on average.
  @Test func linearGatesDropDeeperLayersMoreOften() {
    var options = TrainingOptions()
    options.gates = .linear
    let masks = (0..<8000).map { RandomGates.mask(step: $0, layerCount: 12, options: options) }
    for layer in 0..<12 {
      let share = Double(masks.count { $0[layer] }) / 8000
      #expect(abs(share - (0.75 - 0.5 * Double(layer) / 11)) < 0.025, "layer \(layer + 1)")
    }
  }

  @Test func uniformGatesVisitEveryDepthAlike() {
    var options = TrainingOptions()
    options.gates = .uniform
    var histogram = [Int](repeating: 0, count: 12)
    for step in 0..<6000 {
      histogram[RandomGates.mask(step: step, layerCount: 12, options: options).keptCount - 1] += 1
    }
    #expect(histogram.allSatisfy { abs($0 - 500) < 110 })
  }

  @Test func shallowGatesKeepFewLayersMostOften() {
    var options = TrainingOptions()
    options.gates = .shallow
    let masks = (0..<8000).map { RandomGates.mask(step: $0, layerCount: 12, options: options) }
    let histogram = Dictionary(grouping: masks) { $0.keptCount }.mapValues(\.count)
    #expect(Set(histogram.keys) == Set(2...11))
    // The sum of 1/2 ... 1/11.
    let sum = (2...11).reduce(0) { $0 + 1 / Double($1) }
    for (count, times) in histogram {
      let expected = 8000 / Double(count) / sum
      #expect(abs(Double(times) - expected) < 5 * expected.squareRoot(), "\(count) layers")
    }
    for layers in 1...3 {
      #expect(RandomGates.mask(step: 1, layerCount: layers, options: options).keptCount >= 1)
    }
  }

  @Test func spreadGatesVisitEveryDepthButAllAndHalfTheTimeSpread() {
    var options = TrainingOptions()
    options.gates = .spread
    let masks = (0..<6600).map { RandomGates.mask(step: $0, layerCount: 12, options: options) }
    let histogram = Dictionary(grouping: masks) { $0.keptCount }.mapValues(\.count)
    #expect(Set(histogram.keys) == Set(1...11))
    #expect(histogram.values.allSatisfy { abs($0 - 600) < 120 })
    let sixes = masks.filter { $0.keptCount == 6 }
    let spread = sixes.count { $0 == .spread(keeping: 6, of: 12) }
    #expect(abs(Double(spread) / Double(sixes.count) - 0.5) < 0.1)
  }

  /// Each on its own, and the first as if it were the only one.
  @Test func partialPassesOfAStepDrawTheirOwnMasks() {
    var options = TrainingOptions()
    DistillationPlusRecipe.setDefaults(of: &options)
    var equal = 0
    for step in 0..<400 {
      options.partialPasses = 1
      let one = DistillationPlusRecipe.passes(step: step, layerCount: 12, options: options)
      options.partialPasses = 3
      let three = DistillationPlusRecipe.passes(step: step, layerCount: 12, options: options)
      #expect(one.count == 2 && three.count == 4 && Array(three[..<2]) == one)
      equal += three[2].mask == three[3].mask ? 1 : 0
    }
    // Two draws of `ladder` agree in less than a tenth of the cases.
    #expect(equal < 60)
  }

  /// Whatever the gates are, and every partial pass; of other depths there is none.
  @Test(arguments: GateDistribution.allCases)
  func aFixedMaskIsThatOfEveryStep(gates: GateDistribution) throws {
    var options = TrainingOptions()
    options.gates = gates
    options.fixedMask = "110011"
    let mask = try LayerMask("110011", layerCount: 6)
    for step in 0..<20 {
      #expect(RandomGates.mask(step: step, pass: step % 3, layerCount: 6, options: options) == mask)
      let passes = DistillationRecipe.passes(step: step, layerCount: 6, options: options)
      #expect(passes.map(\.mask) == [mask])
    }
    #expect(RandomGates.mask(step: 0, layerCount: 5, options: options).layerCount == 5)
  }

  /// What every recipe promises, of models with any number of layers, with a teacher and, where that
  /// may be, without.
  private func check(_ recipe: any Recipe.Type) {
    #expect(!recipe.name.isEmpty && !recipe.name.contains { $0.isWhitespace || $0 == "," })
    #expect(!recipe.summary.isEmpty && !recipe.summary.contains("\n"))
    #expect(recipe.takesTeacher || !recipe.needsTeacher)
    var options = TrainingOptions()
    recipe.setDefaults(of: &options)
    options.exits = 2
    for teacher in recipe.needsTeacher ? ["/teacher"] : [nil, "/teacher"] {
      options.teacher = teacher
      for (layers, step) in (1...13).flatMap({ layers in [0, 1, 500].map { (layers, $0) } }) {
        let passes = recipe.passes(step: step, layerCount: layers, options: options)
        #expect(passes == recipe.passes(step: step, layerCount: layers, options: options))
        #expect(!passes.isEmpty && passes.first?.guide != .firstPass)
        for pass in passes {
          #expect(pass.mask.layerCount == layers && pass.mask.keptCount >= 1)
          #expect(pass.guide != .teacher || recipe.takesTeacher && teacher != nil)
          #expect(pass.weight > 0 && pass.exits == Set(pass.exits).sorted())
          #expect(pass.exits.allSatisfy { (1..<layers).contains($0) })
        }
      }
    }
  }

  @Test(arguments: RecipeCatalog.all.map { $0.name })
  func everyRecipeKeepsItsPromises(name: String) throws {
    check(try RecipeCatalog.all.named(name))
  }

  @Test func namesAreDistinct() {
    #expect(Set(RecipeCatalog.all.map { $0.name }).count == RecipeCatalog.all.count)
  }

  /// As a newcomer writes it: all layers and all but the last, by turns, the second from a teacher.
  private enum TurnsRecipe: Recipe {
    static let name = "turns"
    static let summary = "all layers, or all but the last, by turns"
    static let takesTeacher = true

    static func setDefaults(of options: inout TrainingOptions) { options.klWeight = 0.5 }

    static func passes(step: Int, layerCount: Int, options: TrainingOptions) -> [RecipePass] {
      let full = LayerMask.full(layerCount)
      guard step % 2 == 1, layerCount > 1 else { return [RecipePass(full)] }
      return [
        RecipePass(
          LayerMask(layerCount: layerCount, keeping: 0..<layerCount - 1),
          guide: options.teacher == nil ? .nothing : .teacher)
      ]
    }
  }

  @Test func aNewRecipeIsOneType() throws {
    check(TurnsRecipe.self)
    var options = tinyOptions(TurnsRecipe.name)
    TurnsRecipe.setDefaults(of: &options)
    options.steps = 4
    options.teacher = "teacher"
    let teacher = TinyBackbone(tinyShape(), seed: 77).inference()
    let trainer = try tinyTrainer(options, teacher: teacher, recipe: TurnsRecipe.self)
    let before = bits(trainer)[0]
    let reports = Mutex([StepReport]())
    trainer.run { report in
      reports.withLock { $0.append(report) }
      return .goOn
    }
    let steps = reports.withLock { $0 }
    #expect(steps.map { $0.masks.map(\.keptCount) } == [[3], [2], [3], [2]])
    #expect(steps.map { $0.kl > 0 } == [false, true, false, true])
    #expect(bits(trainer)[0] != before)
  }

  @Test func anUnknownRecipeIsNamed() {
    #expect(
      throws: InputError(
        "recipe: expected \(RecipeCatalog.all.expectation), found \"x\"")
    ) { try RecipeCatalog.all.named("x") }
  }
}
