// What is read while somebody speaks: by each hearer what is final, and what may still change.

import Tradeoff

package struct Captions: Sendable, Equatable {
  package struct Lane: Sendable, Equatable {
    /// Words of windows that have ended, newest last, as they were heard at the depth of their time.
    package internal(set) var final: [String] = []
    /// Of the window that goes on.
    package internal(set) var words: [String] = []
    /// Who heard them, and how long that took; nil before the first time.
    package internal(set) var hearer: OperatingPoint?
    package internal(set) var seconds: Double?
  }

  /// Final words beyond this are no longer shown; the recording has them.
  private static let limit = 2000

  /// Which recording they are of.
  package let recording: Int
  /// What they are wanted of.
  package var asked: CaptionRequest?
  package private(set) var lanes: [Lane] = []
  /// How the window sounds.
  package private(set) var sound: SoundOutline?
  /// Heard in all.
  package private(set) var seconds = 0.0

  package init(recording: Int) { self.recording = recording }

  /// What is of another recording changes nothing.
  mutating func take(_ event: CaptionEvent) {
    guard event.recording == recording else { return }
    switch event {
    case .sound(_, let sound, let seconds): (self.sound, self.seconds) = (sound, seconds)
    case .final(_, let place, let words):
      makeRoom(for: place)
      lanes[place].final += words
      // What has just become final is no longer open.
      lanes[place].words = []
      let excess = lanes[place].final.count - Self.limit
      if excess > 0 { lanes[place].final.removeFirst(excess) }
    case .present(_, let place, let hearer, let words, let seconds):
      makeRoom(for: place)
      (lanes[place].hearer, lanes[place].words) = (hearer, words)
      lanes[place].seconds = seconds
    case .failed: break
    }
  }

  private mutating func makeRoom(for place: Int) {
    while lanes.count <= place { lanes.append(Lane()) }
  }
}

extension DashboardState {
  /// What captions are wanted of; nil while nobody speaks.
  var wantedCaptions: CaptionRequest? {
    guard listening.isRecording, let captions = listening.captions else { return nil }
    return CaptionRequest(recording: captions.recording, hearers: racers)
  }
}
