// Learning rates at the steps where schedules turn.

import Foundation
import TestSupport
import Testing
import Training

@Suite struct ScheduleTests {
  @Test func warmupThenCosine() {
    let schedule = Schedule.warmupCosine(peak: 2, warmup: 10, total: 110, floor: 0.5)
    let expected: [(Int, Double)] = [(1, 0.2), (5, 1), (10, 2), (60, 1.25), (110, 0.5), (999, 0.5)]
    for (step, rate) in expected {
      expectClose(Double(schedule.learningRate(step: step)), rate, relative: 1e-6)
    }
  }

  @Test func noWarmup() {
    let schedule = Schedule.warmupCosine(peak: 1, warmup: 0, total: 100)
    expectClose(Double(schedule.learningRate(step: 50)), 0.5, relative: 1e-6)
    #expect(Schedule.constant(0.25).learningRate(step: 7) == 0.25)
  }

  /// LDASR: the peak is 6.99e-4 at step 8000.
  @Test func noam() {
    let schedule = Schedule.noam(size: 256, warmup: 8000)
    let rates = [1, 4000, 8000, 32_000].map { Double(schedule.learningRate(step: $0)) }
    expectClose(rates[2], pow(256, -0.5) * pow(8000, -0.5), relative: 1e-6)
    expectClose(rates[0], rates[2] / 8000, relative: 1e-6)
    expectClose(rates[1], rates[2] / 2, relative: 1e-6)
    expectClose(rates[3], rates[2] / 2, relative: 1e-6)
  }

  @Test func survivesEncoding() throws {
    let schedules: [Schedule] = [
      .constant(1), .warmupCosine(peak: 1, warmup: 2, total: 3), .noam(size: 4, warmup: 5),
    ]
    let data = try JSONEncoder().encode(schedules)
    #expect(try JSONDecoder().decode([Schedule].self, from: data) == schedules)
  }
}
