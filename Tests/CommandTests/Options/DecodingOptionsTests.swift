// Greedy decoding unless something else is asked for, and what does not go together.

import Foundation
import Speech
import TestSupport
import Testing

@testable import dropscope

@Suite struct DecodingOptionsTests {
  private func options(_ words: [String]) throws -> DecodingOptions {
    try DecodingOptions(
      Arguments(words, takesValue: DecodingOptions.takesValue, positionals: 0...0))
  }

  private func complaint(_ words: String...) -> String {
    do {
      _ = try options(words)
      return "none"
    } catch {
      return (error as? UsageError)?.description ?? "no usage error: \(error)"
    }
  }

  @Test func greedyWithoutOptions() throws {
    #expect(try options([]).decoding() == .greedy)
  }

  @Test func aBeamOverTheNetworkAlone() throws {
    let beam = try #require(try options(["--beam", "7"]).decoding().beam)
    #expect(beam.beam == 7 && beam.model == nil && beam.wordBonus == 0)
    #expect(try options(["--beam", "7", "--word-bonus", "-1"]).decoding().beam?.wordBonus == -1)
  }

  private static let arpa = """
    \\data\\
    ngram 1=3

    \\1-grams:
    -0.5\t</s>
    -99\t<s>
    -0.3\ton

    \\end\\
    """

  @Test func aLanguageModel() throws {
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("small.arpa")
      try Self.arpa.write(to: file, atomically: true, encoding: .utf8)
      try check(file.path)
    }
    #expect(throws: (any Error).self) { try options(["--lm", "/nowhere.arpa"]).decoding() }
  }

  private func check(_ file: String) throws {
    let standard = BeamSearchDecoder.Options()
    let plain = try #require(try options(["--lm", file]).decoding().beam)
    #expect(plain.model?.order == 1 && plain.model?.name == "small.arpa")
    #expect(plain.beam == standard.beam && plain.wordBonus == standard.wordBonus)
    let given = try #require(
      try options(["--lm", file, "--beam", "5", "--lm-weight", "0.3", "--word-bonus", "2"])
        .decoding().beam)
    #expect(given.beam == 5 && given.lmWeight == 0.3 && given.wordBonus == 2)
  }

  @Test func whatDoesNotGoTogether() {
    #expect(complaint("--lm-weight", "1") == "option --lm-weight goes with --lm FILE")
    #expect(
      complaint("--lm-weight", "1", "--beam", "3") == "option --lm-weight goes with --lm FILE")
    #expect(complaint("--word-bonus", "1") == "option --word-bonus goes with --lm FILE or --beam N")
    #expect(
      complaint("--beam", "0")
        == "option --beam: expected a whole number from 1 to 100000, found '0'")
  }
}
