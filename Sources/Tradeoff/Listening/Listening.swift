// A recording heard at one depth after the other, each with the time it took.

import Backbones
import Base
import Speech

/// A recording at one depth.
package struct Listening: Sendable, Equatable {
  package var walk: Walk
  /// The layers that it ran.
  package var mask: LayerMask
  /// `UtteranceResult.looks`.
  package var looks: [Int]
  package var transcript: Transcript
  /// From samples to words.
  package var seconds: Double
  package var audioSeconds: Double

  package init(
    walk: Walk, mask: LayerMask, looks: [Int], transcript: Transcript, seconds: Double,
    audioSeconds: Double
  ) {
    self.walk = walk
    self.mask = mask
    self.looks = looks
    self.transcript = transcript
    self.seconds = seconds
    self.audioSeconds = audioSeconds
  }

  /// Transcribes a recording by every walk, in order, and reports each as soon as it is known. Ends
  /// before the next walk when `isCancelled` says so.
  /// - Parameter utterance: what walks know it by.
  /// - Parameter decoding: how words are found at every depth; its time counts.
  /// - Parameter measure: runs what it is given and returns how many seconds that took.
  package static func each(
    of walks: [Walk], _ waveform: Waveform, named utterance: String, by recognizer: Recognizer,
    decoding: Decoding = .greedy, isCancelled: () -> Bool = { false },
    measure: (() -> Void) -> Double = { ContinuousClock().measure($0).seconds },
    report: (Listening) -> Void
  ) {
    for walk in walks {
      if isCancelled() { return }
      var heard: (transcript: Transcript, passage: Passage)?
      let seconds = measure {
        heard = recognizer.transcribe(waveform, by: walk, of: utterance, decoding: decoding)
      }
      guard let (transcript, passage) = heard else { preconditionFailure("nothing was run") }
      report(
        Listening(
          walk: walk, mask: passage.mask, looks: passage.looks, transcript: transcript,
          seconds: seconds, audioSeconds: waveform.seconds))
    }
  }
}
