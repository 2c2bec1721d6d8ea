// Options as a table: what they read, the sentence for what they cannot, and their help.

import Base
import Testing

@testable import dropscope

@Suite struct OptionTests {
  private enum Colour: String, CaseIterable { case red, green }

  private struct Part: CommandSettings {
    var seed: UInt64 = 7

    static var groups: [OptionGroup<Self>] { [group] }
    static var group: OptionGroup<Self> {
      OptionGroup("Part") { Option("seed", "N", \.seed, .seed, "what draws follow from") }
    }
  }

  private struct Settings: CommandSettings {
    var count = 3
    var share = 0.25
    var limit: Int?
    var colour = Colour.green
    var colours: [Colour] = []
    var names: [String] = []
    var numbers: [Int] = []
    var isLoud = false
    var part = Part()

    static var groups: [OptionGroup<Self>] {
      [
        OptionGroup("Numbers", "What can be counted.") {
          Option("count", "N", \.count, .integer(in: 1...9), "how many")
          Option("share", "P", \.share, .fraction, "how much of it")
          Option("limit", "N", \.limit, .count, "the most", absent: "no limit")
          Option(
            list: "numbers", "LIST", \.numbers, .count,
            "a help text of so many words that it cannot be printed on a single line of one "
              + "hundred columns")
        } check: { settings, arguments in
          if arguments.given("count", "limit").count > 1 {
            throw UsageError("--count and --limit exclude each other")
          }
        },
        OptionGroup("Others") {
          Option("colour", "NAME", \.colour, .entry(of: Catalogue("colour")), "its colour")
            .listing(["red: like blood", "green: like grass"])
          Option(
            some: "colours", "LIST", \.colours, .entry(of: Catalogue("colour")), "some",
            absent: "all")
          Option(repeated: "name", "NAME", \.names, .text, "repeat it for several")
          Option(flag: "loud", \.isLoud, "say so")
        },
        Part.group.at(\.part),
      ]
    }
  }

  private struct Strict: CommandSettings {
    var text = ""

    static var groups: [OptionGroup<Self>] {
      [OptionGroup("Options") { Option("text", "T", \.text, .text, "what to say").required }]
    }
  }

  private func settings<S: CommandSettings>(_ type: S.Type = Settings.self, _ words: String...)
    throws -> S
  {
    try S(Arguments(words, takesValue: S.takesValue, positionals: 0...0))
  }

  private func complaint(_ words: String...) -> String {
    do {
      _ = try Settings(Arguments(words, takesValue: Settings.takesValue, positionals: 0...0))
      return "none"
    } catch {
      return (error as? UsageError)?.description ?? "no usage error: \(error)"
    }
  }

  @Test func whatIsNotGivenStaysAsItIs() throws {
    let read: Settings = try settings(Settings.self, "--count", "5", "--loud")
    #expect(read.count == 5 && read.isLoud && read.share == 0.25 && read.limit == nil)
    #expect(read.colour == .green && read.part.seed == 7)
    var other = Settings()
    other.share = 0.75
    try other.read(
      Arguments(["--count", "5"], takesValue: Settings.takesValue, positionals: 0...0))
    #expect(other.count == 5 && other.share == 0.75)
  }

  @Test func valuesOfEveryKind() throws {
    let read: Settings = try settings(
      Settings.self, "--count=4", "--count", "9", "--share", "0.5", "--colour", "red", "--colours",
      "red", "--colours", "green,red", "--name", "a", "--name", "b", "--numbers", "1,2",
      "--numbers", "3", "--seed", "18446744073709551615")
    #expect(read.count == 9 && read.share == 0.5 && read.colour == .red)
    #expect(read.colours == [.green, .red] && read.names == ["a", "b"])
    #expect(read.numbers == [1, 2, 3] && read.part.seed == .max)
  }

  @Test(arguments: [
    ("count", "12", "expected a whole number from 1 to 9, found '12'"),
    ("limit", "x", "expected a whole number of at least 1, found 'x'"),
    ("share", "nan", "expected a number from 0.0 to 1.0, found 'nan'"),
    ("seed", "-1", "expected a whole number from 0, found '-1'"),
    ("colour", "blue", "expected one of red, green, found 'blue'"),
    ("colours", "red,blue", "expected one of red, green, found 'blue'"),
    ("colours", "red,red", "'red' is given twice"),
    ("numbers", "1,", "expected a whole number of at least 1, found ''"),
  ])
  func wrongValuesAreOneSentence(name: String, value: String, sentence: String) {
    #expect(complaint("--\(name)", value) == "option --\(name): \(sentence)")
  }

  @Test func boundsInWords() throws {
    func expected(_ reader: ValueReader<Double>) -> String { reader.expected }
    #expect(expected(.number(in: 2.5...(.infinity))) == "a number of at least 2.5")
    #expect(expected(.positive) == "a number above 0")
    #expect(ValueReader<Double>.positive.read("2.5") == 2.5)
    #expect(ValueReader<Double>.positive.read("inf") == nil)
  }

  @Test func whatDoesNotGoTogether() {
    #expect(complaint("--count", "1", "--limit", "2") == "--count and --limit exclude each other")
  }

  @Test func whatMustBeGiven() throws {
    #expect(throws: UsageError("option --text is required")) { try settings(Strict.self) }
    #expect(try settings(Strict.self, "--text", "x").text == "x")
  }

  @Test func helpIsTheTable() {
    #expect(
      Settings.help(width: 60) == """
        Numbers:
        What can be counted.
          --count N       how many (3)
          --share P       how much of it (0.25)
          --limit N       the most (no limit)
          --numbers LIST  a help text of so many words that it
                          cannot be printed on a single line of one
                          hundred columns

        Others:
          --colour NAME   its colour (green)
                            red: like blood
                            green: like grass
          --colours LIST  some (all)
          --name NAME     repeat it for several
          --loud          say so

        Part:
          --seed N        what draws follow from (7)
        """)
  }
}
