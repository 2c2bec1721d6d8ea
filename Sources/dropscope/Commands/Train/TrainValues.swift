// What the options of `dropscope train` read and set, where that is more than one property.

import Backbones
import Foundation
import Training

extension TrainingOptions {
  /// The initial model when its tokens and output layer are taken as well.
  var initialModel: String? {
    get { hasFreshOutput ? nil : initial }
    set { (initial, hasFreshOutput) = (newValue, false) }
  }

  /// The initial model when they are not.
  var initialEncoder: String? {
    get { hasFreshOutput ? initial : nil }
    set { (initial, hasFreshOutput) = (newValue, true) }
  }

  /// What is trained: the family of the initial model, or the one that starts from nothing.
  var family: any TrainableFamily.Type {
    get throws {
      try initial.map { try TrainableCatalog.family(of: URL(fileURLWithPath: $0)) }
        ?? TrainableCatalog.all[0]
    }
  }

  var sizes: TrainableSizes {
    get {
      TrainableSizes(
        layers: layers, width: width, heads: heads, feedForward: feedForward, kernel: kernel,
        skipRule: skipRule)
    }
    set {
      layers = newValue.layers
      width = newValue.width
      heads = newValue.heads
      feedForward = newValue.feedForward
      kernel = newValue.kernel
      skipRule = newValue.skipRule
    }
  }
}

extension WaveformAugmentation {
  var noiseRatios: ClosedRange<Double> {
    get { lowestSNR...highestSNR }
    set { (lowestSNR, highestSNR) = (newValue.lowerBound, newValue.upperBound) }
  }
}

extension ValueReader where Value == Double {
  /// Of one part of the loss.
  static var weight: Self { number(in: 0...1e6) }
}

extension ValueReader where Value == ClosedRange<Double> {
  static var decibels: Self {
    Self("LOW,HIGH in dB", word: { String(format: "%g,%g", $0.lowerBound, $0.upperBound) }) {
      let bounds = $0.split(separator: ",").compactMap { Double($0) }
      return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : nil
    }
  }
}

extension OptionGroup where Settings == TrainingOptions {
  /// The same, and the help of each option says which recipes have another default.
  var byRecipe: Self {
    OptionGroup(title, remark, { options.map(\.byRecipe) }, check: check)
  }
}

extension Option where Settings == TrainingOptions {
  /// The same, and its help says which recipes have another default.
  var byRecipe: Self {
    let standard = TrainingOptions()
    return alsoSaying(
      RecipeCatalog.all.compactMap { recipe in
        var options = standard
        recipe.setDefaults(of: &options)
        guard let word = word(options), word != self.word(standard) else { return nil }
        return "\(recipe.name): \(word)"
      }.joined(separator: "; "))
  }
}

extension GateDistribution {
  var summary: String {
    switch self {
    case .bernoulli: "each layer alone"
    case .linear: "the same, deeper ones dropped more often"
    case .uniform: "first how many"
    case .spread: "how many, then half the time evenly spread ones"
    case .shallow: "the same, few most often"
    case .ladder: "spread ones three times in four"
    }
  }
}
