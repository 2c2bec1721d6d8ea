// The cloud of a masked model beside its reference's, and which model that is.

import Backbones
import Foundation
import Speech
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct OutputCloudTests {
  private func named(_ name: String, _ recognizer: Recognizer) -> Recognizer {
    var other = recognizer
    other.name = name
    return other
  }

  @Test func fullDepthLiesOnItself() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 12)
    let cloud = try #require(
      try OutputCloud(of: recognizer, walk: .full(6), beside: recognizer, utterances: data.heard))
    #expect(cloud.referenceName == "fake" && cloud.utterances == 12)
    #expect(cloud.reference.count >= 3 && cloud.student == cloud.reference)
    #expect(cloud.meanDivergence < 1e-6 && cloud.changes == 0)
    #expect(!cloud.tokens.isEmpty)
    let half = try #require(
      try OutputCloud(
        of: recognizer, walk: Walk(LayerMask("101010", layerCount: 6)), beside: recognizer,
        utterances: data.heard))
    #expect(half.reference == cloud.reference && half.student != half.reference)
    #expect(half.divergences.count == half.reference.count && half.meanDivergence > 0.1)
  }

  /// The mask is the student's; the reference runs all of its layers, however many it has.
  @Test func theReferenceRunsWhole() throws {
    let (student, data) = try fake(FakeBackbone(), utterances: 4)
    let backbone = FakeBackbone(layerCount: 3)
    let (reference, _) = try fake(backbone, utterances: 1)
    _ = try OutputCloud(
      of: student, walk: Walk(LayerMask("100000", layerCount: 6)), beside: reference,
      utterances: data.heard)
    #expect(backbone.layerCalls == Array(repeating: [0, 1, 2], count: 4).flatMap { $0 })
  }

  @Test func utterancesAreSpreadOverTheSplit() throws {
    let backbone = FakeBackbone()
    let (recognizer, data) = try fake(backbone, utterances: 100)
    let cloud = try #require(
      try OutputCloud(of: recognizer, walk: .full(6), beside: recognizer, utterances: data.heard))
    #expect(cloud.utterances == OutputCloud.utterances)
    #expect(backbone.frontEndCalls == 2 * OutputCloud.utterances)
  }

  @Test func tooFewFramesAreSaid() throws {
    let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
    let error = #expect(throws: (any Error).self) {
      try OutputCloud(
        of: recognizer, walk: .full(6), beside: recognizer,
        utterances: [("a", [Float](repeating: 0.1, count: 200))])
    }
    #expect("\(try #require(error))".contains("too few frames that are not blank"))
  }

  @Test func aCancelledCloudIsNone() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 3)
    #expect(
      try OutputCloud(
        of: recognizer, walk: .full(6), beside: recognizer, utterances: data.heard,
        isCancelled: { true }) == nil)
  }

  @Test func theReferenceIsTheOneThatFits() throws {
    let (student, _) = try fake(FakeBackbone(), utterances: 1)
    let reference = named("reference", student)
    #expect(OutputCloud.reference(for: 0, among: [student, reference]) == 1)
    #expect(OutputCloud.reference(for: 1, among: [student, reference]) == 1)
    #expect(OutputCloud.reference(for: 0, among: [student]) == 0)
    // Other tokens: nothing to compare.
    let pieces = FakeBackbone.pieces.dropLast() + ["\u{2581}other"]
    let stranger = Recognizer(
      backbone: FakeBackbone(), tokenizer: try Tokenizer(pieces: Array(pieces)), name: "reference",
      folder: URL(fileURLWithPath: "/nowhere/reference"))
    #expect(OutputCloud.reference(for: 0, among: [student, stranger]) == 0)
  }
}
