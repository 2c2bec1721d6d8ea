// Plans, shards and merging, without measuring anything.

import Backbones
import Base
import Foundation
import Speech
import TestSupport
import Testing
import Tradeoff

@Suite struct SweepPointTests {
  private func entries(_ masks: [String], model: String = "m") throws -> [SweepPlan.Entry] {
    try masks.map {
      SweepPlan.Entry(
        model: model, dataset: "d", split: "test", policy: "manual", seed: nil,
        walk: Walk(try LayerMask($0, layerCount: 4)))
    }
  }

  private func points(_ plan: SweepPlan, errors: (Int) -> Int = { $0 }) -> [SweepPoint] {
    plan.entries.enumerated().map { index, entry in
      var counts = ErrorCounts()
      counts.words = 100
      counts.substitutions = errors(index)
      let result = UtteranceResult(
        index: 0, mask: entry.walk.mask ?? .full(4), transcript: Transcript(tokens: [], words: []),
        alignment: [], counts: counts,
        audioSeconds: 2, seconds: 0.1, layerSeconds: [], frontEndSeconds: 0, headSeconds: 0,
        operations: 1e9 * Double(entry.walk.keptCount))
      let utterance = Utterance(
        id: "1", speaker: "1", audio: URL(fileURLWithPath: "/x"), transcript: "a b")
      return SweepPoint(
        summary: Summary(
          [result], model: entry.model,
          dataset: Dataset(name: "d", split: "test", utterances: [utterance]),
          policy: entry.policy, walk: entry.walk, threads: 1, machine: "none"),
        seed: entry.seed, sweep: plan.identifier, point: index, points: plan.entries.count)
    }
  }

  /// A line of a file measured by an earlier program, read and written again to the letter.
  @Test func linesAreReadAndWrittenByTheirNames() throws {
    let line = """
      {"against":{"difference":-0.25,"difference_ci95":[-0.5,-0.125],"model":"random-drop",\
      "probability_of_improvement":1,"wer":0.5},"cer":0.015625,"dataset":"heldout",\
      "deletions":6,"drop_ratio":0.5,"gflop_per_audio_second":0.25,"insertions":5,\
      "kept_layers":6,"latency_ms":{"p50":23.5,"p95":30.75},"machine":"AMD EPYC, 2 cores",\
      "mask":"110010101010","model":"dld","normalization":"whisper","point":3,"points":404,\
      "policy":"random","real_time_factor":0.0625,"seed":1,"split":"test-clean",\
      "substitutions":56,"sweep":"1a717a4fb598b565","threads":2,"utterances":258,"wer":0.25,\
      "wer_ci95":[0.125,0.375],"words":1550}
      """
    let point = try JSONDecoder().decode(SweepPoint.self, from: Data(line.utf8))
    #expect(point.summary.keptLayers == 6 && point.summary.werInterval == [0.125, 0.375])
    #expect(point.summary.comparison?.interval == [-0.5, -0.125] && point.seed == 1)
    #expect(try JSON.line(point) == line)
    // What was not measured is absent, then and now.
    let shorter = line.replacing("\"seed\":1,", with: "")
      .replacing("\"normalization\":\"whisper\",", with: "")
      .replacing(",\"wer_ci95\":[0.125,0.375]", with: "")
    #expect(
      try JSON.line(JSONDecoder().decode(SweepPoint.self, from: Data(shorter.utf8))) == shorter)
  }

  @Test func neighboursShareTheirFirstLayers() throws {
    let plan = SweepPlan([try entries(["0111", "1100", "1111", "0110", "1101"])])
    #expect(
      plan.entries.map(\.walk.description) == ["1111", "1101", "1100", "0111", "0110"])
  }

  @Test(arguments: [1, 2, 3, 5, 7]) func shardsCoverThePlanOnce(count: Int) throws {
    let plan = SweepPlan([try entries(["0111", "1100", "1111", "0110", "1101"])])
    let parts = (1...count).map { plan.shard($0, of: count) }
    #expect(parts.flatMap { Array($0) } == Array(0..<5))
    let sizes = parts.map(\.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test func theIdentifierFollowsFromEveryEntry() throws {
    let plan = SweepPlan([try entries(["1111", "1010"])])
    #expect(plan.identifier == SweepPlan([try entries(["1111", "1010"])]).identifier)
    #expect(plan.identifier.count == 16)
    for other in [try entries(["1111", "1011"]), try entries(["1111", "1010"], model: "n")] {
      #expect(SweepPlan([other]).identifier != plan.identifier)
    }
  }

  @Test func linesReadBack() throws {
    let all = points(SweepPlan([try entries(["1111", "1010"])]))
    let data = try all.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
      .joined(separator: "\n")
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
    defer { try? FileManager.default.removeItem(at: file) }
    try (data + "\n").write(to: file, atomically: true, encoding: .utf8)
    #expect(try SweepFile.read(file) == all)
  }

  @Test func mergingWantsExactlyOneSweep() throws {
    let all = points(SweepPlan([try entries(["1111", "1010", "0001"])]))
    #expect(try SweepFile.merge([("b", [all[2]]), ("a", [all[1], all[0]])]) == all)
    #expect(throws: InputError.self) { try SweepFile.merge([("a", [all[0], all[1]])]) }
    #expect(throws: InputError.self) { try SweepFile.merge([("a", all), ("b", [all[0]])]) }
    #expect(throws: InputError.self) { try SweepFile.merge([("a", [])]) }
    let other = points(SweepPlan([try entries(["1111", "1010", "0011"])]))
    #expect(throws: InputError.self) {
      try SweepFile.merge([("a", [all[0], all[1]]), ("b", [other[2]])])
    }
  }

  /// Numbers that no sweep has: one sentence, at once.
  @Test func whatIsNoPointOfASweepIsRefused() throws {
    let point = points(SweepPlan([try entries(["1111"])]))[0]
    func message(_ change: (inout SweepPoint) -> Void) -> String {
      var other = point
      change(&other)
      do {
        return "no error: \(try SweepFile.merge([("a", [point, other])]).count)"
      } catch {
        return "\(error)"
      }
    }
    for place in [7, -3, 1, Int.max, Int.min] {
      #expect(message { $0.point = place }.contains("a point from 0 to 0 of the sweep's 1"))
    }
    for count in [0, -1, Int.min] {
      #expect(message { $0.points = count }.contains("points of at least 1, found \(count)"))
    }
    #expect(message { $0.point = 0 }.contains("each point once"))
    for interval in [[], [0.1], [0.2, 0.1], [0, 1, 2], [-1e300, 1e300]] {
      #expect(message { $0.summary.werInterval = interval }.contains("an interval of two numbers"))
    }
    #expect(message { $0.summary.keptLayers = -1 }.contains("counts of at least 0"))
    #expect(message { $0.summary.threads = .max }.contains("counts of at least 0"))
    #expect(message { $0.summary.wer = 1e300 }.contains("rates and times"))
    #expect(message { $0.summary.cer = -1 }.contains("rates and times"))
    for share in [0.1, 1.5, -1] {
      #expect(message { $0.summary.rank = share }.contains("shares of rank and width"))
      #expect(message { $0.summary.width = share }.contains("shares of rank and width"))
    }
    #expect(message { $0.summary.mask = "111x" }.contains("characters 0 and 1"))
    var huge = point
    huge.points = 1 << 31
    #expect(throws: InputError.self) { try SweepFile.merge([("a", [huge])]) }
    huge.points = .max
    do {
      _ = try SweepFile.merge([("a", [huge])])
      Issue.record("merged")
    } catch {
      #expect("\(error)".contains("missing 1, 2, 3, 4, 5 and"))
    }
  }

  /// A model's name may have a line separator in it.
  @Test func linesEndWhereJSONLinesEnd() throws {
    var point = points(SweepPlan([try entries(["1111"], model: "m\u{2028}n")]))[0]
    point.summary.machine = "a\u{85}b"
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "sweep.jsonl")
      let encoder = JSONEncoder()
      try (try encoder.encode(point) + Data("\r\n".utf8)).write(to: file)
      #expect(try SweepFile.read(file) == [point])
    }
  }

  /// Lines, groups and tables of thinner feed-forward parts are apart from those of whole ones.
  @Test func whatIsThinnerIsApart() throws {
    let whole = points(SweepPlan([try entries(["1111", "1100"])]))
    var thin = whole
    for index in thin.indices {
      (thin[index].summary.rank, thin[index].summary.width) = (0.5, 0.75)
    }
    let line = try JSON.line(thin[0])
    #expect(line.contains(#""rank":0.5"#) && line.contains(#""width":0.75"#))
    #expect(try JSONDecoder().decode(SweepPoint.self, from: Data(line.utf8)) == thin[0])
    #expect(thin[0].summary.compute == Compute(rank: 0.5, width: 0.75))
    #expect(
      thin[0].summary.compute.remark == ", feed-forward parts of rank 50 %, width 75 %")
    let other = try JSON.line(whole[0])
    #expect(!other.contains("rank") && !other.contains("width"))
    #expect(whole[0].summary.compute == .full)

    #expect(SweepGroup.of(whole + thin).map(\.points.count) == [1, 1, 1, 1])
    #expect(SavedSweep.of(SweepGroup.of(whole + thin)) == SavedSweep.of(SweepGroup.of(whole)))
    #expect(SavedSweep.of(SweepGroup.of(thin)).isEmpty)
    let rows = SweepPoint.csv(whole + thin).split(separator: "\n")
    #expect(rows[0].hasSuffix(",rank,width,precision") && rows[2].hasSuffix(",1.0,1.0,float32"))
    #expect(rows[3].hasSuffix(",0.5,0.75,float32"))
    #expect(!SweepPoint.csv(whole).contains("width"))

    var bytes = whole[0]
    bytes.summary.precision = .int8
    let text = try JSON.line(bytes)
    #expect(text.contains(#""precision":"int8""#))
    #expect(try JSONDecoder().decode(SweepPoint.self, from: Data(text.utf8)) == bytes)
    #expect(SweepGroup.of(whole + [bytes]).map(\.points.count) == [1, 1, 1])
    #expect(SweepPoint.csv([bytes]).contains(",1.0,1.0,int8"))
  }

  /// Those of whole models are the ones that older programs made.
  @Test func theIdentifierFollowsFromTheCompute() throws {
    let whole = try entries(["1111", "1010"])
    var plans = [SweepPlan([whole]).identifier]
    for compute in [Compute(rank: 0.5), Compute(width: 0.5), Compute(precision: .int8)] {
      var thin = whole
      for index in thin.indices { thin[index].compute = compute }
      plans.append(SweepPlan([thin]).identifier)
    }
    #expect(Set(plans).count == 4)
  }

  @Test func drawsOfOneDepthAreSummedUp() throws {
    var drawn = try entries(["1100", "1010", "0101"])
    for index in drawn.indices {
      drawn[index].policy = "random"
      drawn[index].seed = UInt64(index)
    }
    let groups = SweepGroup.of(
      points(SweepPlan([drawn + (try entries(["1111"]))]), errors: { [4, 10, 20, 30][$0] }))
    #expect(groups.map(\.points.count) == [3, 1])
    #expect(abs(groups[0].meanErrorRate - 0.2) < 1e-12)
    #expect(groups[0].range == 0.1...0.3)
    #expect(groups[0].deviation.map { abs($0 - 0.1) < 1e-12 } ?? false)
    #expect(groups[1].deviation == nil)
  }
}
