// Reading an audio file of any kind, told apart by content.
import Base
import Foundation

/// What `dropscope inspect` says of an audio file.
package struct AudioInfo: Codable, Sendable, Equatable {
  /// "wav", "flac" or "sphere".
  package var format: String
  package var sampleRate: Int
  package var channels: Int
  package var bitsPerSample: Int
  /// Samples per channel.
  package var samples: Int
  /// How a sample is stored: "signed integer", "unsigned integer", "float" or "mu-law", and whether
  /// FLAC.
  package var encoding: String
  package var durationSeconds: Double
  /// "verified", or "absent" where the file carries none.
  package var checksum: String

  enum CodingKeys: String, CodingKey {
    case format, channels, samples, encoding, checksum
    case sampleRate = "sample_rate"
    case bitsPerSample = "bits_per_sample"
    case durationSeconds = "duration_seconds"
  }
}

/// What lay in a container: its sound as a waveform, and how it was stored.
struct AudioContent {
  /// Mono: the mean of the channels.
  var waveform: Waveform
  var channels: Int
  var bitsPerSample: Int
  var encoding: String
}

/// WAV, FLAC and SPHERE files as waveforms.
package enum AudioFile {
  /// Sample rates that make sense for sound; others mean a damaged header.
  static let sampleRates = 1_000...1_000_000

  /// The file's samples, mixed down to mono (the mean of the channels), at its own sample rate.
  /// Checksums are verified. Throws `InputError`.
  package static func read(_ url: URL) throws -> Waveform {
    try open(url).waveform
  }

  /// Reads the whole file, as the checksum can only be verified so. Throws `InputError`.
  package static func inspect(_ url: URL) throws -> AudioInfo {
    try open(url).info
  }

  private static func open(_ url: URL) throws -> (waveform: Waveform, info: AudioInfo) {
    let name = url.relativePath
    let data = try contents(of: url)
    return try data.withUnsafeBytes { bytes in
      let (format, content, isVerified): (String, AudioContent, Bool) =
        switch kind(of: bytes) {
        case .wav: ("wav", try WAVFile.decode(bytes, name: name), false)
        case .sphere: ("sphere", try SPHEREFile.decode(bytes, name: name), false)
        case .flac: try flac(bytes, name: name)
        case .other(let found): throw InputError(name, expected: expected, found: found)
        }
      let waveform = content.waveform
      return (
        waveform,
        AudioInfo(
          format: format, sampleRate: waveform.sampleRate, channels: content.channels,
          bitsPerSample: content.bitsPerSample, samples: waveform.samples.count,
          encoding: content.encoding,
          durationSeconds: Double(waveform.samples.count) / Double(waveform.sampleRate),
          checksum: isVerified ? "verified" : "absent")
      )
    }
  }

  private static func flac(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws -> (String, AudioContent, Bool) {
    let audio = try FLACFile.decode(bytes, name: name)
    return (
      "flac",
      AudioContent(
        waveform: audio.mixedDown(), channels: audio.channels.count,
        bitsPerSample: audio.bitsPerSample, encoding: "signed integer, FLAC"),
      audio.isVerified
    )
  }

  /// The file's bytes, memory-mapped where that is safe.
  static func contents(of url: URL) throws -> Data {
    do {
      return try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
      let found =
        !exists ? "no such file" : isDirectory.boolValue ? "a folder" : "one that cannot be read"
      throw InputError(url.relativePath, expected: expected, found: found)
    }
  }

  private static let expected = "a WAV, FLAC or SPHERE file"

  private enum Kind {
    case wav, flac, sphere
    case other(String)
  }

  private static func kind(of bytes: UnsafeRawBufferPointer) -> Kind {
    guard !bytes.isEmpty else { return .other("an empty file") }
    func starts(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if (starts("RIFF") || starts("RF64")) && starts("WAVE", at: 8) { return .wav }
    if starts("fLaC", at: FLACFile.tagLength(bytes)) { return .flac }
    if starts("NIST_1A") { return .sphere }
    let known: [(String, Int, String)] = [
      ("RIFF", 0, "a RIFF file that is not WAVE"), ("RIFX", 0, "a big-endian RIFX file"),
      ("OggS", 0, "an Ogg file"), ("ID3", 0, "an MP3 file"), ("FORM", 0, "an AIFF file"),
      (".snd", 0, "an AU file"), ("ftyp", 4, "an MP4 file"),
      ("caff", 0, "a CAF file"),
    ]
    for (magic, offset, found) in known where starts(magic, at: offset) { return .other(found) }
    if bytes.count > 1, bytes[0] == 0xff, bytes[1] & 0xe0 == 0xe0 { return .other("an MP3 file") }
    let start = bytes.prefix(4).map { String(format: "%02x", $0) }.joined(separator: " ")
    return .other("\(bytes.count) bytes that begin with \(start)")
  }

  /// Samples as the nearest 16-bit numbers. Throws `InputError` when one is not a number.
  static func quantized(_ waveform: Waveform, for url: URL) throws -> [Int16] {
    guard sampleRates.contains(waveform.sampleRate) else {
      throw InputError(
        url.relativePath, expected: sampleRateSentence, found: "\(waveform.sampleRate) Hz")
    }
    if let bad = waveform.samples.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        url.relativePath, expected: "finite samples to write",
        found: "\(waveform.samples[bad]) at sample \(bad)")
    }
    return PCM.numbers(waveform.samples)
  }

  static let sampleRateSentence =
    "a sample rate of \(sampleRates.lowerBound) to \(sampleRates.upperBound) Hz"
}
