// Features against torchaudio's (Fixtures/make_features.py), and where torchaudio refuses.

import Foundation
import Speech
import TestSupport
import Testing

struct LogMelTests {
  /// One entry of Fixtures/features.json.
  private struct Reference: Decodable {
    var name: String
    var samples: Int
    var frames: Int
    var configuration: LogMelConfiguration
  }

  /// The formula of make_features.py: a chirp, a hum and a repeatable noise.
  static func signal(_ count: Int) -> [Float] {
    (0..<count).map { i in
      let n = Double(i)
      let noise = (n * n * 12345 + n * 6789).truncatingRemainder(dividingBy: 65537) / 65537 - 0.5
      return Float(
        0.4 * sin(2 * Double.pi * (0.01 * n + 0.00004 * n * n)) + 0.1 * sin(0.05 * n) + 0.02 * noise
      )
    }
  }

  @Test func agreesWithTorchaudio() throws {
    let references = try JSONDecoder().decode(
      [Reference].self, from: Data(contentsOf: fixture("features.json")))
    let values = try Data(contentsOf: fixture("features.bin")).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    var start = 0
    for reference in references {
      let logMel = LogMel(reference.configuration)
      let features = logMel(Self.signal(reference.samples))
      let count = reference.frames * reference.configuration.melCount
      #expect(features.shape == [reference.frames, reference.configuration.melCount])
      #expect(logMel.frameCount(sampleCount: reference.samples) == reference.frames)
      expectClose(
        features.values, Array(values[start..<start + count]), relative: 1e-4,
        "\(reference.name)")
      start += count
    }
    #expect(start == values.count)
  }

  @Test func powersAreWhatTheLogarithmIsTakenOf() {
    var configuration = LogMelConfiguration()
    configuration.normalization = .none
    let logarithms = LogMel(configuration)(Self.signal(3000))
    configuration.scale = .power
    let powers = LogMel(configuration)(Self.signal(3000))
    expectClose(
      powers.values.map { log($0 + configuration.logOffset) }, logarithms.values, relative: 1e-5)
  }

  /// torch refuses to reflect more than there is; one reflection after the other gives features of
  /// the signal's spectrum, not of zeros or of memory beyond its end.
  @Test(arguments: [0, 1, 2, 3, 100, 159, 160, 161, 255, 256])
  func takesSignalsShorterThanItsPadding(count: Int) {
    var configuration = LogMelConfiguration()
    configuration.normalization = .none
    let logMel = LogMel(configuration)
    let features = logMel([Float](repeating: 0.5, count: count))
    #expect(features.rows == 1 + count / 160)
    #expect(features.values.allSatisfy { $0.isFinite })
    // A constant reflects into a constant however short it is.
    let long = logMel([Float](repeating: 0.5, count: 1600))
    let expected = count == 0 ? [Float](repeating: log(1e-6), count: 80) : long.rows(0..<1).values
    for row in 0..<features.rows {
      expectClose(features.rows(row..<row + 1).values, expected, relative: 1e-5)
    }
  }

  private static let kaldi = {
    var configuration = LogMelConfiguration()
    configuration.convention = .kaldi
    configuration.preemphasis = 0.97
    configuration.logOffset = 0x1p-23
    configuration.normalization = .none
    return configuration
  }()

  /// Values: Wav2Vec2BertTests. Every window is whole; a constant is not heard, the least power is.
  @Test(arguments: [
    (0, 0), (399, 0), (400, 1), (559, 1), (560, 2), (1679, 8), (1680, 9), (3937, 23),
  ])
  func windowsOfKaldiAreWhole(samples: Int, frames: Int) {
    let logMel = LogMel(Self.kaldi)
    #expect(logMel.frameCount(sampleCount: samples) == frames)
    let features = logMel([Float](repeating: 0.3, count: samples))
    #expect(features.shape == [frames, 80])
    let least = log(Float(0x1p-23))
    expectClose(features.values, [Float](repeating: least, count: frames * 80))
  }

  @Test func framesOfKaldiLoseTheirMean() {
    let logMel = LogMel(Self.kaldi)
    let signal = Self.signal(4000)
    expectClose(logMel(signal.map { $0 + 0.25 }), logMel(signal), relative: 1e-3)
    // A frame is what lies under its window, and of the scale of 16-bit integers.
    expectClose(logMel(Array(signal[320..<720])), logMel(signal).rows(2..<3), relative: 1e-5)
    let loud = logMel(signal.map { 2 * $0 })
    expectClose(loud.values, logMel(signal).values.map { $0 + log(4) }, relative: 1e-4)
  }

  @Test func normalizesEachBin() {
    let features = LogMel(LogMelConfiguration())(Self.signal(32000))
    for mel in [0, 17, 79] {
      let column = (0..<features.rows).map { Double(features[$0, mel]) }
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      expectClose(mean, 0, absolute: 1e-5)
      expectClose(variance, 1, relative: 1e-3)
    }
    // What never changes becomes 0 rather than noise blown up.
    #expect(LogMel(LogMelConfiguration())([]).values.allSatisfy { $0 == 0 })
  }

  @Test func threadsShareOneInstance() async {
    let logMel = LogMel(LogMelConfiguration())
    let samples = Self.signal(8000)
    let expected = logMel(samples).values
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<8 { group.addTask { logMel(samples).values } }
      for await values in group { #expect(values == expected) }
    }
  }

  @Test func configurationKeepsItsJSONNames() throws {
    let json = try JSONEncoder().encode(LogMelConfiguration())
    let fields = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
    #expect(
      Set(fields.keys) == [
        "sample_rate", "n_fft", "win_length", "hop_length", "n_mels", "f_min", "f_max",
        "scale", "log_offset", "normalize",
      ])
    #expect(fields["normalize"] as? String == "per_feature")
    let decoder = JSONDecoder()
    #expect(try decoder.decode(LogMelConfiguration.self, from: json) == LogMelConfiguration())
    let partial = try decoder.decode(LogMelConfiguration.self, from: Data(#"{"n_mels": 64}"#.utf8))
    #expect(partial.melCount == 64)
    #expect(partial.fftSize == 512)
  }

  @Test(arguments: [
    #"{"n_fft": 500}"#, #"{"n_fft": 0}"#, #"{"win_length": 513}"#, #"{"hop_length": 0}"#,
    #"{"hop_length": 1}"#,
    #"{"n_mels": 0}"#, #"{"f_min": 9000}"#, #"{"f_max": 8001}"#, #"{"log_offset": 0}"#,
    #"{"normalize": "per_speaker"}"#, #"{"sample_rate": 0}"#,
  ])
  func configurationRefusesWhatCannotBe(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(LogMelConfiguration.self, from: Data(json.utf8))
    }
  }
}
