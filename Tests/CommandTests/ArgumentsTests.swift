// The argument parser: what it takes, and the sentence for what it does not.

import Testing

@testable import dropscope

@Suite struct ArgumentsTests {
  private func parse(
    _ arguments: [String], positionals: ClosedRange<Int> = 0...2
  ) throws -> Arguments {
    try Arguments(
      arguments, options: ["name", "count"], flags: ["json"], positionals: positionals)
  }

  @Test func bothSpellingsOfAnOption() throws {
    #expect(try parse(["--name", "a b"]).string("name") == "a b")
    #expect(try parse(["--name=a=b"]).string("name") == "a=b")
    #expect(try parse(["--name="]).string("name") == "")
    #expect(try parse(["--name", "-3"]).string("name") == "-3")
    #expect(try parse([]).string("name") == nil)
  }

  @Test func theLastValueCountsAndAllAreKept() throws {
    let arguments = try parse(["--name", "a", "--name", "b"])
    #expect(arguments.string("name") == "b")
    #expect(arguments.strings("name") == ["a", "b"])
  }

  @Test func flagsAndPositionalsMix() throws {
    let arguments = try parse(["x.wav", "--json", "-"])
    #expect(arguments.flag("json"))
    #expect(arguments.positionals == ["x.wav", "-"])
    #expect(try parse(["--", "--json"]).positionals == ["--json"])
    #expect(try !parse(["--", "--json"]).flag("json"))
  }

  @Test(arguments: [
    (["--nope"], "unknown option '--nope'"),
    (["-x"], "unknown option '-x'"),
    (["--nope=3"], "unknown option '--nope'"),
    (["--name"], "option --name needs a value"),
    (["--name", "--json"], "option --name needs a value"),
    (["--json=1"], "option --json takes no value, found '1'"),
    (["a", "b", "c"], "unexpected argument 'c'"),
  ])
  func wrongUsageIsOneSentence(arguments: [String], sentence: String) {
    #expect(throws: UsageError(sentence)) { try parse(arguments) }
  }

  @Test func tooFewPositionals() {
    #expect(throws: UsageError("expected at least 1 argument, found 0")) {
      try parse([], positionals: 1...1)
    }
  }

  @Test func valuesAreChecked() throws {
    func value(_ text: String) throws -> Arguments { try parse(["--count", text]) }
    #expect(try value("7").integer("count", in: 1...9) == 7)
    #expect(try value("2.5").number("count", in: 0...(.infinity)) == 2.5)
    #expect(try value("18446744073709551615").seed("count") == .max)
    #expect(try value("b").choice("count", of: ["a", "b"]) == "b")
    #expect(try value("b,a").choices("count", of: ["a", "b"]) == ["b", "a"])
    #expect(
      throws: UsageError("option --count: expected a whole number from 1 to 9, found '12'")
    ) { try value("12").integer("count", in: 1...9) }
    #expect(
      throws: UsageError("option --count: expected a whole number of at least 1, found 'x'")
    ) { try value("x").integer("count", in: 1...(.max)) }
    #expect(
      throws: UsageError("option --count: expected a number from 0.0 to 1.0, found 'nan'")
    ) { try value("nan").number("count", in: 0...1) }
    #expect(
      throws: UsageError("option --count: expected a whole number from 0, found '-1'")
    ) { try value("-1").seed("count") }
    #expect(throws: UsageError("option --count: expected one of a, b, found 'c'")) {
      try value("c").choice("count", of: ["a", "b"])
    }
    #expect(throws: UsageError("option --count: 'a' is given twice")) {
      try value("a,a").choices("count", of: ["a", "b"])
    }
    #expect(throws: UsageError("option --name is required")) { try value("1").required("name") }
  }

  @Test func progressLine() {
    #expect(
      ProgressBar.line(title: "train", fraction: 0.5, secondsLeft: 185, note: "loss 1.2")
        == "train [" + String(repeating: "#", count: 15) + String(repeating: "-", count: 15)
        + "]  50 %, 3 min 05 s left, loss 1.2")
    #expect(ProgressBar.duration(59.4) == "59 s")
    #expect(ProgressBar.duration(7620) == "2 h 07 min")
  }

  @Test(
    arguments: [
      (["--help"], 0), (["synthesize", "--help"], 0), (["nonsense"], 2), (["synthesize"], 2),
      (["synthesize", "--output", "/tmp/x", "--hours", "none"], 2),
      (["synthesize", "--output", "/tmp/x", "--splits", "train,nope"], 2),
    ] as [([String], Int32)])
  func exitStatuses(arguments: [String], status: Int32) {
    #expect(Dropscope.run(arguments) == status)
  }
}
