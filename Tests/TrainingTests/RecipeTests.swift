// Gates, and the promises every recipe of the catalogue keeps.

import Backbones
import Base
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

  @Test(arguments: RecipeCatalog.all.map { $0.name })
  func everyRecipeDrawsTheSameMasksAgain(name: String) throws {
    let recipe = try RecipeCatalog.named(name)
    var options = TrainingOptions()
    if recipe.takesTeacher { options.teacher = "/models/reference" }
    for step in [0, 1, 500] {
      let passes = recipe.passes(step: step, layerCount: 5, options: options)
      #expect(passes == recipe.passes(step: step, layerCount: 5, options: options))
      #expect(!passes.isEmpty && passes[0].guide != .firstPass)
      for pass in passes {
        #expect(pass.mask.layerCount == 5 && pass.mask.keptCount >= 1)
        #expect(pass.guide != .teacher || recipe.takesTeacher)
      }
    }
    #expect(!recipe.summary.isEmpty)
  }

  @Test func anUnknownRecipeIsNamed() {
    #expect(
      throws: InputError(
        "--recipe: expected one of reference, random-drop, dld, dld-plus, found \"x\"")
    ) { try RecipeCatalog.named("x") }
  }
}
