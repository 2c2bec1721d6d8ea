// Shares of rank and width: fractions or per cent, and the sentence for what is neither.

import Backbones
import Testing

@testable import dropscope

@Suite struct ComputeOptionsTests {
  private struct Reading: CommandSettings {
    var compute = ComputeOptions()
    static var groups: [OptionGroup<Self>] { [ComputeOptions.group().at(\.compute)] }
  }

  private struct Listing: CommandSettings {
    var compute = ComputeOptions()
    static var groups: [OptionGroup<Self>] {
      [ComputeOptions.group(several: true).at(\.compute)]
    }
  }

  private struct Writing: CommandSettings {
    var compute = ComputeOptions()
    static var groups: [OptionGroup<Self>] {
      [ComputeOptions.group(isWritten: true).at(\.compute)]
    }
  }

  private func read(_ words: String...) throws -> Compute {
    try Reading(Arguments(words, takesValue: Reading.takesValue, positionals: 0...0))
      .compute.compute
  }

  @Test func allWithoutOptions() throws {
    #expect(try read() == .full)
    #expect(try read("--rank", "1", "--width", "100%") == .full)
  }

  @Test func fractionsAndPerCent() throws {
    #expect(try read("--rank", "0.5") == Compute(rank: 0.5, width: 1))
    #expect(
      try read("--width", "75%", "--rank", "25%") == Compute(rank: 0.25, width: 0.75))
  }

  @Test func numbersOfAKind() throws {
    #expect(try read("--precision", "int8") == Compute(precision: .int8))
    #expect(try read("--precision", "float32") == .full)
    #expect(
      throws: UsageError(
        "option --precision: expected float32, bfloat16 or int8, found 'int4'")
    ) { try read("--precision", "int4") }
  }

  @Test func listsInAllCombinations() throws {
    func list(_ words: String...) throws -> [Compute] {
      try Listing(Arguments(words, takesValue: Listing.takesValue, positionals: 0...0))
        .compute.computes
    }
    #expect(try list() == [.full])
    #expect(
      try list("--rank", "1,50%", "--precision", "float32,int8") == [
        .full, Compute(precision: .int8), Compute(rank: 0.5),
        Compute(rank: 0.5, precision: .int8),
      ])
    // Each once.
    #expect(try list("--width", "0.5,50%") == [Compute(width: 0.5)])
    #expect(throws: UsageError("option --rank: expected one value here, found 2")) {
      try read("--rank", "1,0.5")
    }
  }

  @Test(arguments: ["0.2", "50", "1.1", "101%", "24.9%", "nan", "nan%", "%", "half", ""])
  func nothingElse(text: String) {
    #expect(
      throws: UsageError(
        "option --rank: expected a share from 0.25 to 1, or from 25% to 100%, found '\(text)'")
    ) { try read("--rank", text) }
  }

  @Test func aFolderHasNoPlaceForFactors() throws {
    func write(_ words: String...) throws -> Compute {
      try Writing(Arguments(words, takesValue: Writing.takesValue, positionals: 0...0))
        .compute.compute
    }
    #expect(try write("--width", "0.5", "--rank", "1") == Compute(rank: 1, width: 0.5))
    #expect(
      throws: UsageError(
        "option --rank: expected 1, as a model folder has no place for weights in two factors, "
          + "found '0.5'")
    ) { try write("--rank", "50%") }
    #expect(
      throws: UsageError(
        "option --precision: expected float32, as the tensors of a model folder are copied as they "
          + "are, found 'int8'")
    ) { try write("--precision", "int8") }
  }
}
