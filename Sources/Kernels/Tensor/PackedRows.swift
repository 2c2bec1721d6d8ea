// Where in packed rows each utterance lies.

/// Utterances whose rows lie one after the other, without padding.
package struct PackedRows: Sendable {
  package struct Utterance: Sendable {
    /// Among the utterances.
    package let index: Int
    package let rows: Range<Int>
  }

  package let utterances: [Utterance]
  /// Rows of all.
  package let count: Int

  package init(lengths: [Int]) {
    var start = 0
    utterances = lengths.enumerated().map { index, length in
      defer { start += length }
      return Utterance(index: index, rows: start..<start + length)
    }
    count = start
  }

  /// What of `rows` each utterance has, those without any left out.
  package func parts(of rows: Range<Int>) -> [(utterance: Utterance, rows: Range<Int>)] {
    utterances.compactMap { utterance in
      let part = rows.clamped(to: utterance.rows)
      return part.isEmpty ? nil : (utterance, part)
    }
  }
}
