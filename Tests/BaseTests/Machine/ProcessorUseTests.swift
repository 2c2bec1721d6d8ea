// What others use of the machine, from what the kernel counts.

import Testing

@testable import Base

@Suite struct ProcessorUseTests {
  private func use(_ line: String, own: Double) -> ProcessorUse? {
    ProcessorUse(statistics: line + "\ncpu0 1 2 3\nintr 5\n", ticksPerSecond: 100, own: own)
  }

  @Test func othersAreWhatIsBusyAndNotOurs() throws {
    // Two processors for 2 s: 400 ticks, of which 100 idle, 20 waiting for a disk.
    let start = try #require(use("cpu  1000 0 500 7000 30 0 0 0 0 0", own: 4))
    let end = try #require(use("cpu  1150 40 560 7100 50 10 10 10 150 0", own: 5.5))
    // 280 ticks were busy, 150 of them ours.
    let share = try #require(end.others(since: start))
    #expect(abs(share - 1.3 / 4) < 1e-9)
  }

  @Test func ofNothingNothingIsSaid() throws {
    let moment = try #require(use("cpu  1 1 1 1 1 1 1 1", own: 1))
    #expect(moment.others(since: moment) == nil)
    // Clocks of different grain may make our own time the larger one.
    let later = try #require(use("cpu  11 1 1 91 1 1 1 1", own: 2))
    #expect(later.others(since: moment) == 0)
    for text in ["", "cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3 4 5 6 7 x"] {
      #expect(use(text, own: 0) == nil)
    }
  }

  @Test func thisMachineCounts() throws {
    let start = try #require(ProcessorUse.now)
    #expect(start.passed > 0 && start.busy <= start.passed && start.own > 0)
  }
}
