// What a teacher said once: kept whole where it matters, and asked for once.

import Backbones
import Foundation
import Kernels
import Speech
import Synchronization
import TestSupport
import Testing
import Training

@Suite struct TeacherCacheTests {
  private let corpus = toneCorpus(5)
  private let teacher = TinyBackbone(tinyShape(), seed: 77)

  private func features(_ index: Int) -> Tensor {
    teacher.features(PCM.samples(corpus.samples[index]))
  }

  @Test func itSaysWhatTheTeacherSays() {
    let teacher = teacher.inference()
    let cache = TeacherCache(teacher, utterances: 5, kept: 64)
    let order = [3, 0, 4]
    let said = cache.logProbabilities(of: order, features: features)
    let whole = teacher.logProbabilities(features: HiddenFrames(packing: order.map(features)))
    #expect(said.shape == whole.shape)
    for i in 0..<whole.count { #expect(abs(said.pointer[i] - whole.pointer[i]) < 2e-3) }
  }

  @Test func tokensThatAreNotKeptShareTheRest() {
    let teacher = teacher.inference()
    let said = TeacherCache(teacher, utterances: 5, kept: 3)
      .logProbabilities(of: [1], features: features)
    let whole = teacher.logProbabilities(features: HiddenFrames(packing: [features(1)]))
    for frame in 0..<whole.rows {
      let tokens = Array(0..<whole.columns)
      let ranked = tokens.sorted { whole[frame, $0] > whole[frame, $1] }
      for token in ranked.prefix(3) {
        #expect(abs(said[frame, token] - whole[frame, token]) < 2e-3)
      }
      let rest = Set(ranked.dropFirst(3).map { said[frame, $0] })
      #expect(rest.count == 1)
      #expect(abs(tokens.reduce(0) { $0 + exp(said[frame, $1]) } - 1) < 1e-4)
    }
  }

  @Test func theTeacherHearsAnUtteranceOnceAndAlone() {
    let teacher = teacher.inference()
    let cache = TeacherCache(teacher, utterances: 5)
    var heard: [Int] = []
    let said = [[2, 1], [1, 4, 2], [2]].map { batch in
      cache.logProbabilities(of: batch) { index in
        heard.append(index)
        return features(index)
      }
    }
    #expect(heard == [2, 1, 4])
    let alone = TeacherCache(teacher, utterances: 5).logProbabilities(of: [2], features: features)
    let bits = (0..<alone.count).map { alone.pointer[$0].bitPattern }
    #expect((0..<alone.count).map { said[0].pointer[$0].bitPattern } == bits)
    #expect((0..<alone.count).map { said[2].pointer[$0].bitPattern } == bits)
  }

  /// Without noise and masks the student hears what the teacher heard, at whatever speed: a twin
  /// diverges nowhere, in the second epoch as in the first.
  @Test func studentAndTeacherHearTheSameSpeed() throws {
    var options = tinyOptions("dld")
    options.keepProbability = 1
    options.learningRate = 1e-12
    options.specAugment = .none
    options.waveform.noiseProbability = 0
    options.waveform.levelProbability = 0
    options.waveform.speedProbability = 1
    let twin = TinyBackbone(tinyShape(), seed: options.seed).inference()
    for caches in [false, true] {
      options.cachesTeacher = caches
      let trainer = try tinyTrainer(options, teacher: twin)
      let divergences = Mutex([Double]())
      trainer.run { report in
        divergences.withLock { $0.append(report.kl) }
        return .goOn
      }
      let worst = divergences.withLock { $0.map(abs).max()! }
      #expect(worst < 1e-4, "cached: \(caches)")
    }
  }

  /// The noise is the student's alone.
  @Test func theTeacherHearsNoNoise() throws {
    var options = tinyOptions("dld")
    options.keepProbability = 1
    options.steps = 1
    options.specAugment = .none
    options.waveform.noiseProbability = 1
    options.waveform.highestSNR = 5
    let twin = TinyBackbone(tinyShape(), seed: options.seed).inference()
    func divergence() throws -> Double {
      let divergence = Mutex(0.0)
      try tinyTrainer(options, teacher: twin).run { report in
        divergence.withLock { $0 = report.kl }
        return .goOn
      }
      return divergence.withLock { $0 }
    }
    #expect(try abs(divergence()) < 1e-5)
    options.cachesTeacher = true
    #expect(try divergence() > 1e-3)
  }
}
