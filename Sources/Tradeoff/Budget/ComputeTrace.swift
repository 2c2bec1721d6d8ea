// How much of a machine's speed is to be had over time: the situation the paper begins with.

import Base
import Foundation

/// Steps of available speed as a fraction of this machine's, repeated from the start when it ends.
package struct ComputeTrace: Sendable, Equatable {
  package struct Step: Sendable, Equatable {
    /// Seconds that it lasts, above 0.
    package var seconds: Double
    /// Fraction of the speed, above 0 and at most 1.
    package var speed: Double

    package init(seconds: Double, speed: Double) {
      self.seconds = seconds
      self.speed = speed
    }
  }

  package var name: String
  /// One line for people.
  package var explanation: String
  package var steps: [Step]

  package init(name: String, explanation: String, steps: [Step]) {
    precondition(!steps.isEmpty, "a trace without a step")
    self.name = name
    self.explanation = explanation
    self.steps = steps
  }

  package var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }
  /// The speed of the worst moment.
  package var slowest: Double { steps.map(\.speed).min() ?? 1 }

  package func speed(at time: Double) -> Double {
    var left = time.truncatingRemainder(dividingBy: seconds)
    for step in steps {
      if left < step.seconds { return step.speed }
      left -= step.seconds
    }
    return steps[steps.count - 1].speed
  }

  /// Made up, and labelled so: shapes to think with, not measurements of a device.
  package static let builtIn: [ComputeTrace] = [
    ComputeTrace(
      name: "steady", explanation: "the same speed all the time",
      steps: [Step(seconds: 60, speed: 1)]),
    ComputeTrace(
      name: "commuting phone", explanation: "navigation and calls come and go",
      steps: [(20, 1), (6, 0.35), (14, 0.8), (4, 0.2), (10, 0.6), (6, 0.3)].map {
        Step(seconds: $0.0, speed: $0.1)
      }),
    ComputeTrace(
      name: "thermal throttling", explanation: "fast until hot, then slower step by step",
      steps: [(18, 1), (8, 0.8), (8, 0.6), (8, 0.45), (12, 0.35), (6, 0.5)].map {
        Step(seconds: $0.0, speed: $0.1)
      }),
    ComputeTrace(
      name: "busy server", explanation: "bursts of other requests",
      steps: (0..<20).map { Step(seconds: $0 % 2 == 0 ? 4 : 2, speed: $0 % 2 == 0 ? 0.9 : 0.25) }),
  ]

  /// A step of more than a day, or a speed at which nothing would be answered, is a mistake.
  private static let (longest, slowest) = (86_400.0, 1e-6)

  /// Reads `seconds,speed` lines: a heading and empty lines may be there; speeds are fractions.
  package init(csv url: URL) throws {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else {
      throw InputError(url.path, expected: "a CSV file of seconds,speed", found: "nothing readable")
    }
    var steps: [Step] = []
    var isFirst = true
    for (number, line) in text.lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { Double($0.trimmingCharacters(in: .whitespaces)) }
      defer { isFirst = false }
      if isFirst, fields.allSatisfy({ $0 == nil }) { continue }
      guard fields.count == 2, let seconds = fields[0], let speed = fields[1],
        (1e-3...Self.longest).contains(seconds), (Self.slowest...1).contains(speed)
      else {
        throw InputError(
          "\(url.path): line \(number + 1)",
          expected: "seconds,speed: up to a day, and a share of the speed above 0 and up to 1",
          found: "\"\(line.prefix(60))\"")
      }
      steps.append(Step(seconds: seconds, speed: speed))
    }
    guard !steps.isEmpty else {
      throw InputError(url.path, expected: "lines of seconds,speed", found: "none")
    }
    self.init(
      name: url.deletingPathExtension().lastPathComponent, explanation: "from \(url.path)",
      steps: steps)
  }
}
