// Lines of a log as files have them: read, and written again to the letter.

import Base
import Foundation
import TestSupport
import Testing
import Training

@Suite struct TrainingLogTests {
  private static let steps = """
    {"audio_seconds":2882.5,"audio_seconds_per_second":50.5,"ctc":2.75,"elapsed_seconds":57.25,\
    "epoch":1,"event":"train","gradient_norm":5.5,"hidden":4.5,"kept_layers":22.25,"kl":1.125,\
    "learning_rate":0.0009765625,"loss":8.375,"step":100}
    """
  private static let validation = """
    {"dataset":"corpus/dev","deletions":17,"elapsed_seconds":120.5,"epoch":2,"event":"validation",\
    "insertions":14,"kept_layers":2,"mask":"100000000001","step":153,"substitutions":149,\
    "utterances":130,"wer":0.25,"words":720}
    """

  @Test func linesAreReadAndWrittenByTheirNames() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("train.jsonl")
      try Data("\(Self.steps)\n\(Self.validation)\n".utf8).write(to: url)
      let (training, validations) = try TrainingLog.read(url)
      let steps = try #require(training.first)
      #expect(steps.audioSeconds == 2882.5 && steps.audioSecondsPerSecond == 50.5)
      #expect(steps.elapsedSeconds == 57.25 && steps.keptLayers == 22.25)
      #expect(steps.gradientNorm == 5.5 && steps.learningRate == 0.0009765625)
      #expect(steps.hidden == 4.5 && steps.step == 100)
      #expect(try JSON.line(steps) == Self.steps)
      let validation = try #require(validations.first)
      #expect(validation.elapsedSeconds == 120.5 && validation.keptLayers == 2)
      #expect(try JSON.line(validation) == Self.validation)
    }
  }

  /// Runs that match no hidden frames say nothing of them.
  @Test func whatARunDoesNotMeasureIsAbsent() throws {
    let line = Self.steps.replacing("\"hidden\":4.5,", with: "")
    let record = try JSONDecoder().decode(TrainingRecord.self, from: Data(line.utf8))
    #expect(record.hidden == nil)
    #expect(try JSON.line(record) == line)
  }

  /// Layers of each step, of each pass of a step.
  @Test func masksAreWords() throws {
    let line = Self.steps.replacing(
      "\"learning_rate\":0.0009765625,\"loss\":8.375,",
      with: "\"learning_rate\":0.0009765625,\"loss\":8.375,\"masks\":[\"101\",\"111+011\"],")
    let record = try JSONDecoder().decode(TrainingRecord.self, from: Data(line.utf8))
    let masks = try #require(record.masks)
    #expect(masks.map { $0.passes.map(\.description) } == [["101"], ["111", "011"]])
    #expect(try JSON.line(record) == line)
    for wrong in ["", "12", "101+", "+", "1 1", String(repeating: "1", count: 65)] {
      let line = line.replacing("\"101\"", with: "\"\(wrong)\"")
      #expect(TrainingEvent(line: Data(line.utf8)) == nil, "\(wrong)")
    }
  }

  @Test func stepsAndTimeGoForward() {
    #expect(TrainingEvent(line: Data(Self.steps.utf8)) != nil)
    #expect(TrainingEvent(line: Data(Self.validation.utf8)) != nil)
    for (line, value) in [
      (Self.steps, "\"step\":100"), (Self.steps, "\"elapsed_seconds\":57.25"),
      (Self.validation, "\"words\":720"), (Self.validation, "\"kept_layers\":2"),
    ] {
      let wrong = line.replacing(value, with: value.replacing(":", with: ":-"))
      #expect(TrainingEvent(line: Data(wrong.utf8)) == nil, "\(value)")
    }
  }

  @Test func aLineOfSomethingElseIsNamed() throws {
    try withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("train.jsonl")
      try Data("\(Self.steps)\n{\"event\":\"train\"}\n".utf8).write(to: url)
      let error = #expect(throws: InputError.self) { try TrainingLog.read(url) }
      #expect("\(try #require(error))".contains("train.jsonl: line 2"))
    }
  }
}
