// Times are found again under what they are of, and nothing else is taken for them.

import Backbones
import Base
import Foundation
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct KeptTimesTests {
  private let key = KeptTimes.Key(machine: "Example CPU", weights: "0123", program: "1 byte")

  private var times: LatencyModel {
    LatencyModel(
      [1.5, 4].map {
        LatencyModel.Point(
          audioSeconds: $0,
          stages: StageValues(
            frontEnd: 0.1 * $0, layers: [0.2, 1 / 3], skipped: [0, 0.01], head: 0.05),
          decoding: 0.001)
      }, slowdowns: [1, 1.25, 2], unevenness: 0.04, othersShare: 0.5)
  }

  @Test func theyComeBackWhole() throws {
    try withTemporaryFolder { folder in
      let kept = KeptTimes(folder: folder.appendingPathComponent("a/times"))
      #expect(kept.times(key, layerCount: 2) == nil)
      try kept.keep(times, key, day: "2026-01-31")
      var expected = times
      expected.day = "2026-01-31"
      #expect(kept.times(key, layerCount: 2) == expected)
      // Anew, in the place of the old ones.
      var slower = times
      slower.othersShare = nil
      try kept.keep(slower, key, day: "2026-02-01")
      #expect(kept.times(key, layerCount: 2)?.othersShare == nil)
      #expect(kept.times(key, layerCount: 2)?.day == "2026-02-01")
    }
  }

  @Test func onlyOfThisMachineAndTheseWeights() throws {
    try withTemporaryFolder { folder in
      let kept = KeptTimes(folder: folder)
      try kept.keep(times, key, day: "2026-01-31")
      for change in [\KeptTimes.Key.machine, \.weights, \.program] {
        var other = key
        other[keyPath: change] += "x"
        #expect(kept.times(other, layerCount: 2) == nil)
        // Under its name, but of another key.
        try FileManager.default.copyItem(at: kept.url(key), to: kept.url(other))
        #expect(kept.times(other, layerCount: 2) == nil)
      }
      #expect(kept.times(key, layerCount: 3) == nil)
      // Less of the model has times of its own; what was kept of all of it is still found.
      let thin = KeptTimes.Key(
        machine: key.machine, weights: key.weights, program: key.program,
        compute: Compute(width: 0.5, precision: .int8))
      #expect(kept.url(thin) != kept.url(key) && kept.times(thin, layerCount: 2) == nil)
      let all = KeptTimes.Key(
        machine: key.machine, weights: key.weights, program: key.program, compute: .full)
      #expect(all == key && kept.times(all, layerCount: 2) != nil)
    }
  }

  @Test func whatIsNotWholeIsMeasuredAgain() throws {
    try withTemporaryFolder { folder in
      let kept = KeptTimes(folder: folder)
      try kept.keep(times, key, day: "2026-01-31")
      let text = try String(contentsOf: kept.url(key), encoding: .utf8)
      for broken in [
        "", String(text.prefix(text.count / 2)),
        text.replacing("\"audio_seconds\" : 4", with: "\"audio_seconds\" : 1"),
        text.replacing("0.05", with: "-0.05"), text.replacing("1.25", with: "0"),
      ] {
        #expect(broken != text)
        try broken.write(to: kept.url(key), atomically: true, encoding: .utf8)
        #expect(kept.times(key, layerCount: 2) == nil)
      }
    }
  }

  @Test func aHomeThatTakesNoFileIsSaid() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("file")
      try "x".write(to: file, atomically: true, encoding: .utf8)
      let kept = KeptTimes(folder: file.appendingPathComponent("times"))
      #expect(throws: InputError.self) { try kept.keep(times, key, day: "2026-01-31") }
      #expect(kept.times(key, layerCount: 2) == nil)
    }
  }

  @Test func oldOnesGo() throws {
    try withTemporaryFolder { folder in
      let kept = KeptTimes(folder: folder)
      for build in 0..<260 {
        var one = key
        one.program = "\(build)"
        try kept.keep(times, one, day: "2026-01-31")
      }
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.count == 256)
    }
  }
}
