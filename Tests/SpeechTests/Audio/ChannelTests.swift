// One channel of many: the mean, one that is asked for, and those that cancel each other.

import Base
import Foundation
import SampleFiles
import TestSupport
import Testing

@testable import Speech

@Suite struct ChannelTests {
  /// Frames of these channels, 16 bits each.
  private func wav(_ channels: [[Int]]) -> [UInt8] {
    AudioBytes.wav(
      channels: channels.count,
      channels[0].indices.flatMap { frame in
        channels.flatMap { AudioBytes.little($0[frame], 2) }
      })
  }

  private func tone(_ step: Double, loudness: Double) -> [Int] {
    (0..<400).map { Int(loudness * sin(Double($0) * step)) }
  }

  private func floats(_ channel: [Int]) -> [Float] { channel.map { Float($0) / 32768 } }

  @Test func oneIsHeardAlone() throws {
    let channels = [tone(0.1, loudness: 9000), tone(0.3, loudness: 5000), tone(0.7, loudness: 100)]
    for (index, channel) in channels.enumerated() {
      for choice in [ChannelChoice.only(index + 1), .side(index + 1)] {
        let (waveform, info) = try AudioBytes.decode(wav(channels), channel: choice)
        #expect(waveform.samples == floats(channel) && waveform.remarks.isEmpty)
        #expect(info.channels == 3)
      }
    }
    for choice in [ChannelChoice.only(4), .side(4)] {
      #expect(
        AudioBytes.refusal(wav(channels), channel: choice)
          == "x: expected a channel 4, found 3 channels")
    }
  }

  /// Lists go on naming the side of a call that was cut out before.
  @Test func aRecordingOfOneChannelIsItsSide() throws {
    let one = wav([[1, 2]])
    #expect(
      AudioBytes.refusal(one, channel: .only(2)) == "x: expected a channel 2, found 1 channel")
    let first = try AudioBytes.decode(one, channel: .side(1)).waveform
    #expect(first.samples == floats([1, 2]) && first.remarks.isEmpty)
    let second = try AudioBytes.decode(one, channel: .side(2)).waveform
    #expect(second.samples == floats([1, 2]) && second.remarks.count == 1)
  }

  @Test func everyFLACChannelIsHeardAlone() throws {
    for name in ["stereo-16.flac", "stereo-32.flac", "channels-8.flac"] {
      let bytes = try Array(Data(contentsOf: fixture("audio/\(name)")))
      let channels = try decodedChannels(bytes)
      for (index, channel) in channels.samples.enumerated() {
        let heard = try AudioBytes.decode(bytes, channel: .only(index + 1)).waveform.samples
        #expect(heard == channel.map { Float($0) * PCM.step(bits: channels.bits) })
      }
    }
  }

  /// The same sound in opposite phase is not silence: the loudest channel is heard, and that is said.
  @Test func oppositePhaseIsNotSilence() throws {
    let left = tone(0.1, loudness: 9000)
    let opposite = left.map { -$0 }
    let weaker = left.map { -$0 * 9 / 10 }
    for (channels, loudest) in [
      ([left, opposite], 0), ([weaker, left], 1), ([left, opposite, left, opposite], 0),
    ] {
      let waveform = try AudioBytes.decode(wav(channels)).waveform
      #expect(waveform.samples == floats(channels[loudest]))
      #expect(
        waveform.remarks == [
          "x: its channels cancel each other when mixed (opposite phase); channel \(loudest + 1)"
            + " is heard alone"
        ])
    }
  }

  @Test func otherChannelsAreMixed() throws {
    let (one, other) = (tone(0.1, loudness: 9000), tone(0.37, loudness: 9000))
    let silent = one.map { _ in 0 }
    for channels in [
      [one, one], [one, other], [one, silent], [silent, silent],
      [one] + Array(repeating: silent, count: 15), [one, other.map { -$0 }],
    ] {
      let waveform = try AudioBytes.decode(wav(channels)).waveform
      #expect(waveform.remarks.isEmpty)
      let mean = one.indices.map { frame in
        channels.reduce(Float(0)) { $0 + Float($1[frame]) / 32768 } / Float(channels.count)
      }
      for (sample, mean) in zip(waveform.samples, mean) { #expect(abs(sample - mean) < 1e-6) }
    }
  }
}
