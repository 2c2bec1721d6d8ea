// JSON member by member: what is read, and what is none.

import Base
import Testing

@Suite struct JSONValueTests {
  private func value(_ text: String) -> JSONValue? { JSONValue(text.utf8) }

  @Test func keepsMembersApartThatAreCanonicallyEquivalent() throws {
    let members = try #require(
      value("{\";\": 6, \"\u{37E}\": 7, \"\u{E9}\": 1, \"e\u{301}\": 2}")?.members)
    #expect(members.map(\.value.integer) == [6, 7, 1, 2])
    #expect(value("{\"a\": 1, \"b\": 2, \"a\": 3}")?["a"]?.integer == 3)
    #expect(value("{\";\": 1}")?["\u{37E}"] == nil)
  }

  @Test func readsEveryKind() throws {
    let all = try #require(
      value(
        #" {"n": null, "t": true, "f": false, "i": -7, "d": 1.5e1, "w": 7.0, "# + "\n"
          + #""s": "a\u00e9\ud83d\ude00\n", "a": [1, []], "o": {}} "#))
    #expect(all["n"]?.isNull == true && all["t"]?.bool == true && all["f"]?.bool == false)
    #expect(all["i"]?.integer == -7 && all["d"]?.double == 15 && all["d"]?.integer == 15)
    #expect(all["i"]?.text == "-7" && all["w"]?.text == "7" && all["t"]?.text == nil)
    #expect(all["s"]?.string == "a\u{E9}\u{1F600}\n" && all["s"]?.text == all["s"]?.string)
    #expect(all["a"]?.elements?.count == 2 && all["o"]?.members?.isEmpty == true)
    #expect(all["x"] == nil && all["a"]?["x"] == nil && all["n"]?.elements == nil)
    #expect(value("1e400")?.integer == nil && value("123456789012345678901")?.integer == nil)
    // Half of a surrogate pair.
    #expect(value(#""\ud83d.\ude00""#)?.string == "\u{FFFD}.\u{FFFD}")
    #expect(value("\"\u{2028}\"")?.string == "\u{2028}")
  }

  @Test func aChangedMemberLeavesTheOthersAsTheyStand() throws {
    let text = #"{"b": 1e-05, "a": {"n": 3, "s": "\u0001\"\\é/"}, "c": [[], {}, [true, null]]}"#
    let changed = try #require(value(text)).setting(["a", "n"], to: .number("2"))
      .setting(["x", "y"], to: .string("z"))
    #expect(
      changed.document == #"""
        {
          "b": 1e-05,
          "a": {
            "n": 2,
            "s": "\u0001\"\\é/"
          },
          "c": [
            [],
            {},
            [
              true,
              null
            ]
          ],
          "x": {
            "y": "z"
          }
        }

        """#)
    #expect(value(changed.document)?.document == changed.document)
    // Of two members of one name no reader finds the old one.
    let both = try #require(value(#"{"a": 1, "a": 2}"#)).setting(["a"], to: .number("3"))
    #expect(both.members?.map(\.value.integer) == [3, 3])
  }

  @Test(arguments: [
    "", " ", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a: 1}", "01", "1.", ".5", "+1", "1e", "nul",
    "\"a", "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "1 2", "NaN", "[1}", "\"\\", "-", "{\"a\": 1,}",
  ])
  func refusesWhatIsNone(text: String) { #expect(value(text) == nil) }

  @Test func refusesDepthAndOtherBytes() {
    #expect(value(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) != nil)
    #expect(value(String(repeating: "[", count: 100_000)) == nil)
    #expect(JSONValue([0x22, 0xFF, 0x22]) == nil)
  }
}
