// Reading an audio file of any kind, told apart by content.
import Base
import Foundation

/// What `dropscope inspect` says of an audio file.
package struct AudioInfo: Codable, Sendable, Equatable {
  /// "wav", "flac", "sphere", "aiff", "au", or what ffmpeg calls it.
  package var format: String
  package var sampleRate: Int
  package var channels: Int
  /// As stored; nil where a coding has no such number.
  package var bitsPerSample: Int?
  /// Samples per channel.
  package var samples: Int
  /// How a sample is stored: "signed integer", "unsigned integer", "float", "mu-law" or "A-law", and
  /// whether FLAC; or that ffmpeg decodes it.
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

/// What lay in a container: its sound, and how it was stored.
struct AudioContent {
  var sound: Downmix
  var sampleRate: Int
  var bitsPerSample: Int?
  var encoding: String
  /// The file carried a checksum of its samples, and it matched.
  var isVerified = false
  /// What ought to be known of how it was read.
  var remarks: [String]
}

/// Audio files as waveforms: WAV, FLAC, SPHERE, AIFF and AU, and others where there is ffmpeg.
package enum AudioFile {
  /// Sample rates that make sense for sound; others mean a damaged header.
  static let sampleRates = 1_000...1_000_000

  /// How files that are read here are named, in lower case.
  package static let extensions: Set = ["wav", "flac", "sph", "aif", "aiff", "aifc", "au", "snd"]

  /// The most samples that a compressed file of so many bytes may give. Silence takes next to nothing,
  /// so 2^27 are always allowed, 46 minutes at 48 kHz in half a gigabyte of memory; a larger result must
  /// have a byte of the file for every `perByte` samples.
  static func limit(bytes: Int, perByte: Int) -> Int { max(1 << 27, perByte * min(bytes, 1 << 50)) }

  static func tooMuch(_ name: String, limit: Int) -> InputError {
    InputError(name, expected: "at most \(limit) samples in a file of its size", found: "more")
  }

  /// The file's samples at its own sample rate, made one channel as `channel` says, with the remarks
  /// that ought to be made of how they were read. Channels that cancel each other in the mean are not
  /// mixed: the loudest is heard, and that is remarked. Checksums are verified. Throws `InputError`.
  package static func read(_ url: URL, channel: ChannelChoice = .mean) throws -> Waveform {
    try open(url, channel: channel).waveform
  }

  /// The same of a whole file that is in memory already; nil where its first bytes are no known header.
  /// `name` is for remarks and errors.
  package static func read(
    _ data: Data, name: String, channel: ChannelChoice = .mean
  ) throws -> Waveform? {
    try data.withUnsafeBytes { bytes in
      switch AudioKind(bytes) {
      case .unknown, .foreign(_, _, isWeak: true): nil
      default:
        try decode(bytes, name: name, channel: channel, file: nil, decoder: .installed).waveform
      }
    }
  }

  /// Reads the whole file, as the checksum can only be verified so. Throws `InputError`.
  package static func inspect(_ url: URL) throws -> (info: AudioInfo, remarks: [String]) {
    let (waveform, info) = try open(url, channel: .mean)
    return (info, waveform.remarks)
  }

  private static func open(
    _ url: URL, channel: ChannelChoice
  ) throws -> (waveform: Waveform, info: AudioInfo) {
    try contents(of: url).withUnsafeBytes {
      try decode(
        $0, name: url.relativePath, channel: channel, file: url, decoder: .installed)
    }
  }

  /// - Parameters:
  ///   - file: where the bytes are from, for `decoder`; nil where they are in memory alone.
  ///   - decoder: of what is not read here; nil where there is none.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice, file: URL?,
    decoder: ExternalDecoder?
  ) throws -> (waveform: Waveform, info: AudioInfo) {
    func decode(_ channel: ChannelChoice) throws -> (String, AudioContent) {
      try parse(bytes, name: name, channel: channel, file: file, decoder: decoder)
    }
    var (format, content) = try decode(channel)
    if let loudest = content.sound.loudestOfCancelling {
      // Two results are never held at once.
      content.sound.removeSamples()
      (format, content) = try decode(.only(loudest))
      content.remarks.append(
        "its channels cancel each other when mixed (opposite phase); channel \(loudest) is heard alone"
      )
    }
    let waveform = Waveform(
      samples: content.sound.samples, sampleRate: content.sampleRate,
      remarks: (content.remarks + content.sound.remarks).map { "\(name): \($0)" })
    let info = AudioInfo(
      format: format, sampleRate: content.sampleRate, channels: content.sound.channels,
      bitsPerSample: content.bitsPerSample, samples: waveform.samples.count,
      encoding: content.encoding, durationSeconds: waveform.seconds,
      checksum: content.isVerified ? "verified" : "absent")
    return (waveform, info)
  }

  private static func parse(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice, file: URL?,
    decoder: ExternalDecoder?
  ) throws -> (format: String, content: AudioContent) {
    /// By ffmpeg, or why not.
    func foreign(_ container: String?, _ found: String) throws -> (String, AudioContent) {
      guard let container, let decoder else {
        let advice = container == nil ? "" : ", \(ExternalDecoder.advice)"
        throw InputError(name, expected: expected + advice, found: found)
      }
      // It seeks, which it could not in a pipe.
      func decode(_ file: URL) throws -> (String, AudioContent) {
        (container, try decoder.decode(file, container: container, name: name, channel: channel))
      }
      if let file { return try decode(file) }
      let folder = try TemporaryFolder()
      defer { folder.remove() }
      let copy = folder.url.appendingPathComponent("sound")
      try OutputFile.write(Data(bytes), to: copy)
      return try decode(copy)
    }
    do {
      switch AudioKind(bytes) {
      case .wav: return ("wav", try WAVFile.decode(bytes, name: name, channel: channel))
      case .flac: return ("flac", try FLACFile.decode(bytes, name: name, channel: channel))
      case .sphere: return ("sphere", try SPHEREFile.decode(bytes, name: name, channel: channel))
      case .aiff: return ("aiff", try AIFFFile.decode(bytes, name: name, channel: channel))
      case .au: return ("au", try AUFile.decode(bytes, name: name, channel: channel))
      case .foreign(let container, let found, _): return try foreign(container, found)
      case .unknown(let found): throw InputError(name, expected: expected, found: found)
      }
    } catch let coding as ForeignCoding {
      return try foreign(coding.container, coding.found)
    }
  }

  /// The file's bytes. Not mapped: a file that is cut short while it is read is one that cannot be
  /// read, not the end of the program.
  static func contents(of url: URL) throws -> Data {
    var status = stat()
    let isThere = stat(url.path, &status) == 0
    let kind = status.st_mode & S_IFMT
    let found: String
    if !isThere {
      found = errno == ENOENT ? "no such file" : String(cString: strerror(errno))
    } else if kind == S_IFDIR {
      found = "a folder"
    } else if kind == S_IFCHR || kind == S_IFBLK {
      found = "a device"
    } else {
      do { return try Data(contentsOf: url) } catch { found = "one that cannot be read" }
    }
    throw InputError(url.relativePath, expected: expected, found: found)
  }

  private static let expected = "a WAV, FLAC, SPHERE, AIFF or AU file"

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
