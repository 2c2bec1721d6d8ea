// One channel of many: which, and what becomes of those that cancel each other.

import Base

/// Which channels of a recording are heard.
package enum ChannelChoice: Hashable, Sendable {
  /// The mean of all.
  case mean
  /// This one, from 1, alone; a recording without it is refused.
  case only(Int)
  /// This one, from 1, as a data set's list names a side of a call: a recording of one channel is taken
  /// for that side, cut out before.
  case side(Int)
}

/// Frames of samples on their way to one channel, taken in as they are decoded.
struct Downmix {
  /// Of the source.
  let channels: Int
  private(set) var samples: [Float] = []
  /// What ought to be said of the choice.
  private(set) var remarks: [String] = []
  /// From 0; nil is the mean.
  private let picked: Int?
  /// Sums of squares of each channel and of the mean, to notice that they cancel.
  private var energies: [Double]
  private var mixedEnergy = 0.0

  /// Throws `InputError` where there is no such channel. `name` is for the error.
  init(channels: Int, choice: ChannelChoice, name: String) throws {
    self.channels = channels
    energies = Array(repeating: 0, count: channels)
    switch choice {
    case .mean: picked = nil
    case .side(let number) where channels == 1:
      picked = nil
      if number > 1 {
        remarks = ["channel \(number) is asked for and it has one, which is taken for that"]
      }
    case .only(let number), .side(let number):
      guard (1...max(1, channels)).contains(number) else {
        throw InputError(
          name, expected: "a channel \(number)",
          found: channels == 1 ? "1 channel" : "\(channels) channels")
      }
      picked = number - 1
    }
  }

  /// Makes room for so many frames in all.
  mutating func reserve(_ frames: Int) { samples.reserveCapacity(frames) }

  mutating func removeSamples() { samples = [] }

  /// Takes `count` more frames.
  @inline(__always)
  mutating func append(_ count: Int, _ sample: (_ frame: Int, _ channel: Int) -> Float) {
    // Taken out while written to, so that `self` is free and nothing is copied.
    var (samples, energies): ([Float], [Double]) = ([], [])
    swap(&samples, &self.samples)
    swap(&energies, &self.energies)
    defer {
      swap(&samples, &self.samples)
      swap(&energies, &self.energies)
    }
    let first = samples.count
    samples.append(contentsOf: repeatElement(0, count: count))
    var mixed = 0.0
    samples.withUnsafeMutableBufferPointer { samples in
      if channels == 1 || picked != nil {
        let channel = picked ?? 0
        for frame in 0..<count { samples[first + frame] = sample(frame, channel) }
        return
      }
      let scale = 1 / Float(channels)
      for frame in 0..<count {
        var sum: Float = 0
        for channel in 0..<channels {
          let value = sample(frame, channel)
          sum += value
          energies[channel] += Double(value) * Double(value)
        }
        let mean = sum * scale
        mixed += Double(mean) * Double(mean)
        samples[first + frame] = mean
      }
    }
    mixedEnergy += mixed
  }

  /// The mean of channels that have nothing to do with each other keeps the sum of their energies over
  /// the square of their number. Where less than a thirty-second of that is left (-15 dB) they are the
  /// same sound in opposite phase: this is then the loudest channel, from 1.
  var loudestOfCancelling: Int? {
    guard picked == nil, channels > 1 else { return nil }
    let independent = energies.reduce(0, +) / Double(channels * channels)
    guard independent > 0, mixedEnergy < independent / 32,
      let loudest = energies.max(), let index = energies.firstIndex(of: loudest)
    else { return nil }
    return index + 1
  }
}
