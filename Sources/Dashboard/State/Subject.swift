// What the dashboard is looking at: facts that do not change once everything is read.

import Base
import Speech
import Tradeoff

/// Models, a data set and a machine.
package struct Subject: Sendable, Equatable {
  /// At least one.
  package let models: [Model]
  package let dataset: String
  package let split: String
  /// What references and hypotheses went through before they were compared.
  package let normalization: TextNormalization
  /// By index in the data set, as `UtteranceResult.index` counts.
  package let utterances: [Item]
  package let machine: String
  package var threads: Int
  package let speakers: [String]
  /// Indices of utterances whose audio cannot be read, known once it was tried: they are never measured.
  package var leftOut: Set<Int> = [] {
    didSet { countWords() }
  }

  /// Utterances and words that can be measured.
  package var measurableCount: Int { utterances.count - leftOut.count }
  package private(set) var wordCount = 0

  private mutating func countWords() {
    wordCount = utterances.indices.reduce(0) {
      $0 + (leftOut.contains($1) ? 0 : utterances[$1].words.count)
    }
  }

  package struct Model: Sendable, Equatable {
    /// The model folder's name.
    package var name: String
    /// What each policy chooses: those that need an atlas have one or a reason why not.
    package var policies: ModelPolicies
    /// The text of each token.
    package var pieces: [String]
    /// Where the sliders of rank, width and precision stop; nil where it can only be computed whole.
    package var stops: ComputeStops?

    package var layerCount: Int { policies.layerCount }
    /// What every mask of it does to a split.
    package var atlas: MaskAtlas? { policies.atlas }

    package init(name: String, layerCount: Int, pieces: [String] = []) {
      self.name = name
      policies = ModelPolicies(layerCount: layerCount)
      self.pieces = pieces
    }
  }

  package struct Item: Sendable, Equatable {
    package var id: String
    package var speaker: String
    /// What was said, lower case.
    package var words: [String]

    package init(id: String, speaker: String, transcript: String) {
      self.id = id
      self.speaker = speaker
      words = transcript.words
    }
  }

  package init(
    models: [Model], dataset: String, split: String, normalization: TextNormalization = .none,
    utterances: [Item], machine: String, threads: Int
  ) {
    precondition(!models.isEmpty, "a dashboard without a model")
    self.models = models
    self.dataset = dataset
    self.split = split
    self.normalization = normalization
    self.utterances = utterances
    self.machine = machine
    self.threads = threads
    speakers = utterances.map(\.speaker)
    countWords()
  }
}
