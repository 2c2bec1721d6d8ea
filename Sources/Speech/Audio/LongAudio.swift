// Long recordings in pieces, so that the memory and time of attention stay bounded.

/// Cuts audio where it is quiet.
package enum LongAudio {
  /// Seconds of the longest piece. Attention over 30 s is some 2 million scores a head and layer at
  /// 20 ms a frame; over an hour it would be 30 billion.
  package static let longest = 30.0

  /// The samples in pieces of at most `longest` seconds, one after the other: all of them, none twice.
  /// Each cut lies in the middle of the quietest twentieth of a second of the piece's last third.
  package static func pieces(
    _ samples: [Float], sampleRate: Int, longest: Double = longest
  ) -> [[Float]] {
    let limit = max(1, Int(longest * Double(sampleRate)))
    guard samples.count > limit else { return [samples] }
    let stretch = max(1, sampleRate / 20)
    var pieces: [[Float]] = []
    var start = 0
    while samples.count - start > limit {
      // Energies of neighbouring stretches; cutting between samples of one is as good as anywhere.
      var best = (energy: Float.infinity, cut: start + limit)
      var place = start + limit * 2 / 3
      while place + stretch <= start + limit {
        let energy = samples[place..<place + stretch].reduce(0) { $0 + $1 * $1 }
        if energy < best.energy { best = (energy, place + stretch / 2) }
        place += stretch
      }
      pieces.append(Array(samples[start..<best.cut]))
      start = best.cut
    }
    return pieces + [Array(samples[start...])]
  }
}
