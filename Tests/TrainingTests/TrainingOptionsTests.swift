// Options as files have them, those of earlier programs included.

import Base
import Foundation
import TestSupport
import Testing
import Training

@Suite struct TrainingOptionsTests {
  /// As the first runs saved them, before there were exits, matched hidden frames, several partial
  /// passes, a cache or frozen convolutions.
  private static let old = """
    {"average":0,"batchSeconds":30,"beta1":0.9,"beta2":0.98,"blankWeight":1,"clip":1,\
    "data":["corpus","digits"],"developmentSplit":"dev","dropout":0.05,"epochs":20,\
    "epsilon":1e-08,"feedForward":512,"finalRate":0.01,"gates":"bernoulli",\
    "hasFreshOutput":false,"heads":4,"initial":"start","keepProbability":0.5,"kernel":31,\
    "klReduction":"frame","klWeight":1,"layers":12,"learningRate":0.001,"lengthBuckets":1,\
    "partialWeight":1,"recipe":"dld","seed":1,"shards":2,"skipRule":"identity",\
    "specAugment":{"frequencyMasks":2,"frequencyWidth":10,"timeFraction":0.15,"timeMasks":2,\
    "timeWidth":20},"split":"train","steps":12000,"teacher":"reference","temperature":1,\
    "tokenCount":256,"warmup":300,"waveform":{"highestSNR":30,"levelProbability":0.5,\
    "levelRange":10,"lowestSNR":5,"noiseProbability":0.3,"speedProbability":0.5,\
    "speedRange":0.1},"weightDecay":0.01,"width":128}
    """

  @Test func whatOlderFilesLackIsWhatWasDoneThen() throws {
    let options = try JSONDecoder().decode(TrainingOptions.self, from: Data(Self.old.utf8))
    #expect(options.recipe == "dld" && options.steps == 12000 && options.initial == "start")
    #expect(options.exits == 0 && options.partialPasses == 1)
    #expect(options.hiddenWeight == 0 && !options.matchesHidden)
    #expect(!options.cachesTeacher && !options.freezesFrontEnd)
    #expect(options.waveform.roomProbability == 0 && options.waveform.telephoneProbability == 0)
    #expect(options.waveform.colourProbability == 0)
    #expect(options.format == nil && options.tokens == nil)
  }

  /// Only what came later may be missing: a file that lacks anything else is not of a run.
  @Test func whatWasThereFromTheStartIsRequired() {
    let shorter = Self.old.replacing("\"warmup\":300,", with: "")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(TrainingOptions.self, from: Data(shorter.utf8))
    }
  }

  @Test func everyOptionComesBack() throws {
    var options = TrainingOptions()
    options.exits = 2
    options.partialPasses = 3
    options.hiddenWeight = 0.5
    options.cachesTeacher = true
    options.freezesFrontEnd = true
    options.waveform.roomProbability = 0.1
    options.waveform.colourProbability = 0.2
    options.waveform.telephoneProbability = 0.3
    let line = try JSON.line(options)
    #expect(try JSONDecoder().decode(TrainingOptions.self, from: Data(line.utf8)) == options)
    for field in [
      "\"cachesTeacher\":true", "\"exits\":2", "\"freezesFrontEnd\":true", "\"hiddenWeight\":0.5",
      "\"partialPasses\":3", "\"roomProbability\":0.1", "\"colourProbability\":0.2",
      "\"telephoneProbability\":0.3",
    ] {
      #expect(line.contains(field), "\(field)")
    }
  }
}
