// Words under words.

import Dashboard
import Speech
import Testing

@Suite struct AlignedColumnsTests {
  func rows(_ columns: AlignedColumns, _ count: Int) -> [[String]] {
    (0..<count).map { row in columns.columns.map { $0.cells[row].text } }
  }

  @Test func twoHypothesesUnderOneReference() {
    let columns = AlignedColumns(
      reference: ["turn", "it", "off"],
      alignments: [
        [
          .insertion("uh"), .match("turn"), .substitution(reference: "it", hypothesis: "at"),
          .deletion("off"),
        ],
        [.match("turn"), .match("it"), .insertion("all"), .insertion("the"), .match("off")],
      ])
    #expect(
      rows(columns, 3) == [
        ["", "turn", "it", "", "", "off"],
        ["+uh", "turn", "≠at", "", "", "−−−"],
        ["", "turn", "it", "+all", "+the", "off"],
      ])
    #expect(columns.columns.map(\.width) == [3, 4, 3, 4, 4, 3])
  }

  /// The real aligner's output always fits.
  @Test(arguments: ["", "a", "a b c", "x a y b z c w", "c b a", "q"]) func aligned(text: String) {
    let reference = ["a", "b", "c"]
    let words = text.split(separator: " ").map(String.init)
    let columns = AlignedColumns(
      reference: reference, alignments: [Alignment.align(reference, words)])
    #expect(rows(columns, 2)[0].filter { !$0.isEmpty } == reference)
    let heard = rows(columns, 2)[1].map { $0.drop { "≠+".contains($0) } }
    #expect(heard.filter { !$0.isEmpty && !$0.hasPrefix("−") }.map(String.init) == words)
  }

  @Test func nothingSaid() {
    let columns = AlignedColumns(reference: [], alignments: [[.insertion("oh")]])
    #expect(rows(columns, 2) == [[""], ["+oh"]])
  }
}
