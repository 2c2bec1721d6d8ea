// Long recordings in pieces, so that the memory and time of attention stay bounded.

/// Cuts audio where it is quiet, and lets every piece hear what is around it.
package enum LongAudio {
  /// Seconds of the longest piece. Attention over 30 s is some 2 million scores a head and layer at
  /// 20 ms a frame; over an hour it would be 30 billion.
  package static let longest = 30.0
  /// Seconds of its neighbours that a piece hears on each side. With these and `longest`, pieces overlap
  /// as those of transformers' pipeline with `chunk_length_s=30`.
  package static let context = 5.0

  /// Samples of a recording.
  package struct Piece: Sendable, Equatable {
    /// What goes into the network.
    package var heard: Range<Int>
    /// What its frames are kept of.
    package var own: Range<Int>
  }

  /// Pieces that hear at most `longest` seconds. Their own samples are all of them, one piece's after the
  /// other's. Each cut lies in the middle of the quietest twentieth of a second of the last third that it
  /// may lie in, but for the rest to a whole frame.
  /// - Parameter frame: samples from one frame to the next: pieces begin and are cut at multiples of it, so
  ///   that their frames are those of the whole.
  package static func pieces(
    _ samples: [Float], sampleRate: Int, frame: Int, longest: Double = longest,
    context: Double = context
  ) -> [Piece] {
    let limit = max(3 * frame, Int(longest * Double(sampleRate)))
    let beside = min(Int(context * Double(sampleRate)), limit / 3) / frame * frame
    let stretch = max(1, sampleRate / 20)
    var pieces: [Piece] = []
    var start = 0
    while case let first = max(0, start - beside), samples.count - first > limit {
      let latest = first + limit - beside
      // Energies of neighbouring stretches; cutting between samples of one is as good as anywhere.
      var best = (energy: Float.infinity, cut: latest)
      var place = start + (latest - start) * 2 / 3
      while place + stretch <= latest {
        let energy = samples[place..<place + stretch].reduce(0) { $0 + $1 * $1 }
        if energy < best.energy { best = (energy, place + stretch / 2) }
        place += stretch
      }
      let cut = max(start + frame, best.cut / frame * frame)
      pieces.append(Piece(heard: first..<cut + beside, own: start..<cut))
      start = cut
    }
    return pieces
      + [Piece(heard: max(0, start - beside)..<samples.count, own: start..<samples.count)]
  }
}
