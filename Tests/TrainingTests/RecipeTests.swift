// Gates, and the promises every recipe of the catalogue keeps.

import Backbones
import Kernels
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

  @Test func uniformGatesVisitEveryDepthAlike() {
    var options = TrainingOptions()
    options.gates = .uniform
    var histogram = [Int](repeating: 0, count: 12)
    for step in 0..<6000 {
      histogram[RandomGates.mask(step: step, layerCount: 12, options: options).keptCount - 1] += 1
    }
    #expect(histogram.allSatisfy { abs($0 - 500) < 110 })
  }

  @Test(arguments: RecipeCatalog.all.map { $0.name })
  func everyRecipeDrawsTheSameMasksAgain(name: String) throws {
    let recipe = try RecipeCatalog.named(name)
    let options = TrainingOptions()
    for step in [0, 1, 500] {
      let mask = recipe.mask(step: step, layerCount: 5, options: options)
      #expect(mask == recipe.mask(step: step, layerCount: 5, options: options))
      #expect(mask.layerCount == 5 && mask.keptCount >= 1)
    }
    #expect(!recipe.summary.isEmpty)
  }

  @Test func anUnknownRecipeIsNamed() {
    #expect(
      throws: InputError("--recipe: expected one of reference, random-drop, dld, found \"x\"")
    ) { try RecipeCatalog.named("x") }
  }
}
