// A corpus of tones that spell words, and short ways to train on it.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import Training

/// Each letter is a tone of its own, so a linear model can learn to read them.
func toneCorpus(_ count: Int, seed: UInt64 = 5) -> TrainingCorpus {
  var random = RandomGenerator(seed: seed)
  let words = ["ab", "ba", "aab", "bab", "cab", "acb", "bca"]
  let transcripts = (0..<count).map { _ in
    (0..<Int.random(in: 1...3, using: &random)).map { _ in words.randomElement(using: &random)! }
      .joined(separator: " ")
  }
  let samples = transcripts.map { text in
    text.flatMap { letter -> [Int16] in
      let frequency = letter == " " ? 0 : 500 + 900 * Float(letter.asciiValue! - 97)
      let tone = (0..<2400).map { i in
        let phase = 2 * Float.pi * frequency * Float(i) / 16000
        return Int16(8000 * sin(phase) + 300 * random.normal())
      }
      return tone + (0..<800).map { _ in Int16(100 * random.normal()) }
    }
  }
  return TrainingCorpus(
    name: "tones", sampleRate: 16000, samples: samples, transcripts: transcripts,
    speakers: transcripts.indices.map { "speaker\($0 % 3)" })
}

let toneTokenizer = Tokenizer.train(transcripts: toneCorpus(40).transcripts, size: 8)

/// Small batches and no warm-up to speak of.
func tinyOptions(_ recipe: String = "reference") -> TrainingOptions {
  var options = TrainingOptions()
  options.recipe = recipe
  options.epochs = 2
  options.batchSeconds = 6
  options.learningRate = 0.01
  options.warmup = 3
  return options
}

func tinyShape() -> TinyBackbone.Shape {
  TinyBackbone.Shape(tokens: toneTokenizer.count)
}

func tinyTrainer(
  _ options: TrainingOptions, corpus: TrainingCorpus = toneCorpus(40), jitter: Bool = false,
  teacher: (any FeatureBackbone)? = nil, recipe: (any Recipe.Type)? = nil
) throws -> Trainer<TinyBackbone> {
  try Trainer(
    model: TinyBackbone(tinyShape(), seed: options.seed, jitter: jitter), corpus: corpus,
    targets: corpus.transcripts.map(toneTokenizer.encode), options: options, teacher: teacher,
    recipe: recipe)
}

/// Bits of all values, so that equality means identity.
func bits(_ buffer: ParameterBuffer) -> [UInt32] {
  (0..<buffer.count).map { buffer.pointer[$0].bitPattern }
}

func bits(_ trainer: Trainer<TinyBackbone>) -> [[UInt32]] {
  [
    trainer.model.weights, trainer.model.state, trainer.optimizer.firstMoment,
    trainer.optimizer.secondMoment, trainer.average, trainer.averageState,
  ].map { $0.map(bits) ?? [] }
}
