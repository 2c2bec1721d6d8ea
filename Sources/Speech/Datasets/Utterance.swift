// One recording, or a part of one, and what was said in it.

import Base
import Foundation
import Synchronization

package struct Utterance: Sendable, Equatable {
  package let id: String
  package let speaker: String
  package let audio: URL
  /// Lower-case words with single spaces; empty where nothing was said.
  package private(set) var transcript: String
  /// Seconds within the audio; nil is all of it.
  package let segment: ClosedRange<Double>?
  /// Which channels of the audio it is heard in.
  package private(set) var channel: ChannelChoice

  package init(
    id: String, speaker: String, audio: URL, transcript: String,
    segment: ClosedRange<Double>? = nil, channel: ChannelChoice = .mean
  ) {
    self.id = id
    self.speaker = speaker
    self.audio = audio
    self.transcript = transcript
    self.segment = segment
    self.channel = channel
  }

  func normalized(by rules: TextNormalization) -> Utterance {
    var result = self
    result.transcript = rules(transcript)
    return result
  }

  func heard(in channel: ChannelChoice) -> Utterance {
    var result = self
    result.channel = channel
    return result
  }

  package var words: [String] { transcript.words }

  /// Its samples at the file's own rate. Throws when the file cannot be read or the segment lies
  /// outside.
  package func waveform() throws -> Waveform {
    guard let segment else { return try AudioFile.read(audio, channel: channel) }
    let whole = try Recordings.waveform(of: audio, channel: channel)
    let rate = Double(whole.sampleRate)
    let first = Int((segment.lowerBound * rate).rounded())
    // Segments are written to a hundredth of a second: an end that lies just beyond is the end.
    let last = min(Int((segment.upperBound * rate).rounded()), whole.samples.count)
    guard first >= 0, first < last, segment.upperBound <= whole.seconds + 0.5 else {
      throw InputError(
        "\(audio.path), utterance \(id)",
        expected: "a segment within the \(String(format: "%.2f", whole.seconds)) s of audio",
        found: "\(segment.lowerBound) to \(segment.upperBound) s")
    }
    return Waveform(
      samples: Array(whole.samples[first..<last]), sampleRate: whole.sampleRate,
      remarks: whole.remarks)
  }
}

/// The recordings that segments were last cut from: neighbours in a data set share one.
private enum Recordings {
  private static let limit = 4
  private static let known = Mutex<[(url: URL, channel: ChannelChoice, waveform: Waveform)]>([])

  static func waveform(of url: URL, channel: ChannelChoice) throws -> Waveform {
    let old = known.withLock { known in
      known.first { $0.url == url && $0.channel == channel }?.waveform
    }
    if let old { return old }
    let waveform = try AudioFile.read(url, channel: channel)
    known.withLock { known in
      if known.count >= limit { known.removeFirst() }
      known.append((url, channel, waveform))
    }
    return waveform
  }
}
