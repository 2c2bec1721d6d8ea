// Audio named on the command line: a file, or what comes on standard input.

import Base
import Foundation
import Speech

enum AudioInput {
  /// The rate of raw samples: `arecord -f S16_LE -r 16000 -t raw`.
  static let rawSampleRate = 16000

  /// `-` is standard input: a file of a kind that its header tells, or else raw samples. What ought to be
  /// known of how it was read is said. `InputError` for audio that cannot be read or has no samples.
  /// - Parameter channel: from 1; nil is the mean of all.
  static func read(_ path: String, channel: Int?) throws -> Waveform {
    let choice = channel.map { ChannelChoice.only($0) } ?? .mean
    let isPipe = path == "-"
    let waveform =
      isPipe
      ? try standardInput(choice)
      : try AudioFile.read(URL(fileURLWithPath: path), channel: choice)
    Dropscope.remark(waveform.remarks)
    guard !waveform.samples.isEmpty else {
      throw InputError(
        isPipe ? inputName : path,
        expected: isPipe ? "audio, or raw 16 kHz 16-bit little-endian samples" : "audio",
        found: "no samples")
    }
    return waveform
  }

  /// What the help of a command says of recordings longer than what is attended over at once.
  static let piecesExplanation = """
    Recordings of more than \(Int(LongAudio.longest)) s are heard in pieces that long, cut where it is
    quiet; a piece hears \(Int(LongAudio.context)) s of its neighbours as well, which counts as work.
    """

  private static let inputName = "standard input"

  /// Until it ends. Ctrl-C meant for the recorder in front of the pipe reaches this program too: the
  /// first one must not end it before it has transcribed what was recorded.
  private static func standardInput(_ channel: ChannelChoice) throws -> Waveform {
    Interruption.install()
    let data = FileHandle.standardInput.readDataToEndOfFile()
    if let waveform = try AudioFile.read(data, name: inputName, channel: channel) {
      return waveform
    }
    if case .only(let number) = channel, number > 1 {
      throw InputError(inputName, expected: "a channel \(number)", found: "raw samples of one")
    }
    return Waveform(samples: PCM.samples(littleEndian: data), sampleRate: rawSampleRate)
  }
}
