// What was measured by hand is written as a sweep writes it.

import Backbones
import Foundation
import Testing

@testable import Tradeoff

@Suite struct VisitedWalkTests {
  @Test func visitedWalksAreThePointsOfASweep() throws {
    let (recognizer, data) = try fake(FakeBackbone(), utterances: 6)
    let evaluator = Evaluator(recognizer, data)
    let walks = [6, 3].map { ModelPolicies(layerCount: 6).walk("spread", seed: 1, keeping: $0) }
    let visited = walks.map { walk in
      VisitedWalk(
        model: "fake", walk: walk, results: (0..<6).compactMap { evaluator.evaluate($0, walk) })
    }
    let points = SweepPoint.of(visited, dataset: data.dataset, threads: 2, machine: "a, \"b\"")
    #expect(points.map(\.point) == [0, 1] && points.allSatisfy { $0.points == 2 })
    #expect(points.map(\.summary.mask) == walks.map(\.description))
    #expect(points.allSatisfy { $0.summary.policy == "visited" && $0.sweep == "dashboard" })
    #expect(
      points.map(\.summary.wer)
        == visited.map { visit in
          let errors = visit.results.reduce(0) { $0 + $1.counts.errors }
          return Double(errors) / Double(visit.results.reduce(0) { $0 + $1.counts.words })
        })
    // The table has a heading and a row a point; what holds a comma or a quote is quoted.
    let rows = SweepPoint.csv(points).split(separator: "\n")
    #expect(rows.count == 3 && rows[0].hasPrefix("model,dataset,split,policy,seed,mask,"))
    #expect(rows[1].hasPrefix("fake,noise,test,visited,,111111,6,0.0,6,"))
    #expect(rows[2].hasSuffix(",2,\"a, \"\"b\"\"\""))
  }
}
