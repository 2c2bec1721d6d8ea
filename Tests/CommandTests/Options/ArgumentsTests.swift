// The argument parser: what it takes, and the sentence for what it does not.

import Testing

@testable import dropscope

@Suite struct ArgumentsTests {
  private func parse(
    _ arguments: [String], positionals: ClosedRange<Int> = 0...2
  ) throws -> Arguments {
    try Arguments(
      arguments, takesValue: ["name": true, "count": true, "json": false],
      positionals: positionals)
  }

  @Test func bothSpellingsOfAnOption() throws {
    #expect(try parse(["--name", "a b"]).values("name") == ["a b"])
    #expect(try parse(["--name=a=b"]).values("name") == ["a=b"])
    #expect(try parse(["--name="]).values("name") == [""])
    #expect(try parse(["--name", "-3"]).values("name") == ["-3"])
    #expect(try parse([]).values("name") == nil)
  }

  @Test func allValuesAreKept() throws {
    let arguments = try parse(["--name", "a", "--name", "b"])
    #expect(arguments.values("name") == ["a", "b"])
    #expect(arguments.given("json", "name") == ["name"])
  }

  @Test func flagsAndPositionalsMix() throws {
    let arguments = try parse(["x.wav", "--json", "-"])
    #expect(arguments.values("json") == [])
    #expect(arguments.positionals == ["x.wav", "-"])
    #expect(try parse(["--", "--json"]).positionals == ["--json"])
    #expect(try parse(["--", "--json"]).values("json") == nil)
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

  @Test func theLineIsAsAShellTakesIt() throws {
    let arguments = try Arguments(
      ["--keep", "4,3", "it's", ""], takesValue: ["keep": true], positionals: 0...2)
    #expect(arguments.line(of: "x") == #"dropscope x --keep 4,3 'it'\''s' ''"#)
  }
}
