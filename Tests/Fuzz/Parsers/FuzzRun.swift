// One parser on one input after the other, held to its bounds.

import Base
import Foundation

/// A parser made ready in a folder of its own.
package struct FuzzRun {
  /// What came of an input.
  package enum Outcome {
    case read, refused
    /// What was wrong, in a sentence.
    case fault(String)
  }

  /// In characters: a sentence is for a few lines of a terminal.
  private static let longestSentence = 2100
  /// Seconds of the processor: whatever the input, and for each of its bytes.
  private static let (seconds, secondsPerByte) = (1.0, 50e-6)
  /// Bytes of memory that any input may cost.
  private static let memory = 64 << 20

  private let parser: FuzzedParser
  private let parse: (Data) throws -> Void
  private let measuresMemory: Bool
  /// The longest that an input took, in seconds of the processor.
  package private(set) var slowest = 0.0

  /// - Parameter measuresMemory: whether nothing else in this process takes memory meanwhile.
  package init(_ parser: FuzzedParser, in folder: URL, measuresMemory: Bool) throws {
    self.parser = parser
    self.measuresMemory = measuresMemory
    parse = try parser.reader(folder)
  }

  package mutating func check(_ input: Data) -> Outcome {
    let (start, before) = (Self.processorSeconds, measuresMemory ? Self.peak : 0)
    let outcome = outcome(of: input)
    let (took, more) = (
      Self.processorSeconds - start, measuresMemory ? Self.peak - before : 0
    )
    slowest = max(slowest, took)
    if case .fault = outcome { return outcome }
    let mostSeconds = Self.seconds + Self.secondsPerByte * Double(input.count)
    if took > mostSeconds {
      return .fault("\(took) s for \(input.count) bytes, above \(mostSeconds)")
    }
    let mostMemory = Self.memory + parser.bytesPerByte * input.count
    if more > mostMemory {
      return .fault("\(more) bytes of memory for \(input.count) bytes, above \(mostMemory)")
    }
    return outcome
  }

  private func outcome(of input: Data) -> Outcome {
    do {
      try parse(input)
      return .read
    } catch let error as InputError {
      let sentence = error.description
      if sentence != sentence.harmless { return .fault("harmful: \(sentence.harmless)") }
      let length = sentence.unicodeScalars.count
      if length > Self.longestSentence {
        return .fault("a sentence of \(length) characters: \(sentence.prefix(200))")
      }
      return .refused
    } catch {
      return .fault("\(error)")
    }
  }

  /// Of this thread: other work on the machine does not count.
  private static var processorSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most memory that this process has had so far, in bytes.
  package static var peak: Int {
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
