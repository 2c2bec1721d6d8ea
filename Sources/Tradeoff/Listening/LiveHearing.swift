// What several hearers make of a talk that goes on: what is final, and what may still change.

import Backbones
import Base
import Speech

/// What captions are wanted of.
package struct CaptionRequest: Sendable, Equatable {
  /// Which recording, counted by the asker.
  package var recording: Int
  package var hearers: [OperatingPoint]

  package init(recording: Int, hearers: [OperatingPoint]) {
    self.recording = recording
    self.hearers = hearers
  }
}

package enum CaptionEvent: Sendable, Equatable {
  /// How the last seconds sound, and how many there were in all.
  case sound(recording: Int, SoundOutline, seconds: Double)
  /// Words of a window that has ended, of the hearer at a place of the request.
  case final(recording: Int, place: Int, words: [String])
  /// Words of the window that goes on, and the seconds from its samples to them.
  case present(recording: Int, place: Int, OperatingPoint, words: [String], seconds: Double)
  case failed(recording: Int, String)

  package var recording: Int {
    switch self {
    case .sound(let recording, _, _), .final(let recording, _, _),
      .present(let recording, _, _, _, _), .failed(let recording, _):
      recording
    }
  }
}

/// One recording as it grows.
struct LiveHearing {
  /// Windows shorter than this, in seconds, are not heard: they are no word yet.
  private static let shortest = 0.3

  private let recognizers: [Recognizer]
  /// What walks know the recording by.
  private let utterance: String
  private var window: CaptionWindow?
  private var sampleCount = 0
  /// What the present window was heard for last.
  private var answered: CaptionRequest?

  init(_ recognizers: [Recognizer], named utterance: String) {
    self.recognizers = recognizers
    self.utterance = utterance
  }

  /// Takes in what was recorded since the last call, and reports what it changes; also what another request
  /// changes. Nothing new of the window that goes on is reported once `isCancelled` says so.
  /// - Parameter measure: runs what it is given and returns how many seconds that took.
  mutating func hear(
    _ new: Waveform?, _ request: CaptionRequest, isCancelled: () -> Bool = { false },
    measure: (() -> Void) -> Double = { ContinuousClock().measure($0).seconds },
    report: (CaptionEvent) -> Void
  ) {
    if new == nil, request == answered { return }
    if let new {
      var window = self.window ?? CaptionWindow(sampleRate: new.sampleRate)
      let ended = window.append(new.samples)
      self.window = window
      sampleCount += new.samples.count
      for samples in ended {
        for (place, hearer) in request.hearers.enumerated() {
          report(
            .final(recording: request.recording, place: place, words: words(samples, hearer)))
        }
      }
    }
    guard let window else { return }
    report(
      .sound(
        recording: request.recording,
        SoundOutline(Waveform(samples: window.samples, sampleRate: window.sampleRate)),
        seconds: Double(sampleCount) / Double(window.sampleRate)))
    for (place, hearer) in request.hearers.enumerated() {
      if isCancelled() { return }
      var words: [String] = []
      let seconds = measure { words = self.words(window.samples, hearer) }
      report(
        .present(
          recording: request.recording, place: place, hearer, words: words, seconds: seconds))
    }
    answered = request
  }

  private func words(_ samples: [Float], _ hearer: OperatingPoint) -> [String] {
    guard let window, Double(samples.count) >= Self.shortest * Double(window.sampleRate),
      let recognizer = try? recognizers[hearer.model].at(hearer.compute)
    else { return [] }
    return recognizer.transcribe(
      Waveform(samples: samples, sampleRate: window.sampleRate), by: hearer.walk, of: utterance,
      decoding: hearer.decoding
    ).transcript.words.map(\.word)
  }
}
