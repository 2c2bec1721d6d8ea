// How much of the machine other programs use, so that times taken beside them can say so.

import Foundation

/// What has been counted up to a moment: proc(5), `/proc/stat`, and clock_gettime(2).
package struct ProcessorUse: Sendable, Equatable {
  /// Seconds of all processors together: all that passed, and those in which something ran.
  var passed, busy: Double
  /// Seconds in which this process ran.
  var own: Double

  /// Nil where the system does not say.
  package static var now: ProcessorUse? {
    var own = timespec()
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own) == 0
    else { return nil }
    return ProcessorUse(
      statistics: text, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
      own: Double(own.tv_sec) + Double(own.tv_nsec) * 1e-9)
  }

  /// - Parameter statistics: the text of `/proc/stat`.
  init?(statistics: String, ticksPerSecond: Double, own: Double) {
    // "cpu  user nice system idle iowait irq softirq steal guest guest_nice"; guests are in user and nice.
    let first = statistics.prefix { $0 != "\n" }.split(separator: " ")
    let ticks = first.dropFirst().prefix(8).compactMap { Double($0) }
    guard first.first == "cpu", ticks.count == 8, ticksPerSecond > 0 else { return nil }
    passed = ticks.reduce(0, +) / ticksPerSecond
    busy = passed - (ticks[3] + ticks[4]) / ticksPerSecond
    self.own = own
  }

  /// The share of all processors that others kept busy since then, 0 to 1; nil when no time has passed.
  package func others(since start: ProcessorUse) -> Double? {
    let passed = passed - start.passed
    guard passed > 0 else { return nil }
    return min(1, max(0, (busy - start.busy - (own - start.own)) / passed))
  }
}
