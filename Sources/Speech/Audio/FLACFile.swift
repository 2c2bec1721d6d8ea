// FLAC files (RFC 9639): the container around frames. Frames are in FLACDecoder and FLACEncoder.
import Base
import Foundation

/// FLAC files.
package enum FLACFile {
  /// Writes 16-bit mono; samples outside -1...1 are clipped. Throws `InputError`.
  package static func write(_ waveform: Waveform, to url: URL) throws {
    let samples = try AudioFile.quantized(waveform, for: url)
    try OutputFile.write(Data(encode(samples, sampleRate: waveform.sampleRate)), to: url)
  }

  /// The bytes of a FLAC file of 16-bit mono samples.
  package static func encode(_ samples: [Int16], sampleRate: Int) -> [UInt8] {
    FLACEncoder(sampleRate: sampleRate).encode(samples)
  }

  /// Decodes a whole file block by block, CRCs and MD5 checked; memory is that of the result and of a
  /// block. Throws `InputError`, also for more than `AudioFile.limit` allows.
  static func decode(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
    var decoder = try FLACDecoder(bytes, name: name)
    let info = decoder.info
    let limit = AudioFile.limit(bytes: bytes.count, perByte: 16)
    guard info.samples <= limit else { throw AudioFile.tooMuch(name, limit: limit) }
    var sound = try Downmix(channels: info.channels, choice: channel, name: name)
    sound.reserve(info.samples)
    let scale = PCM.step(bits: info.bitsPerSample)
    while let count = try decoder.nextBlock() {
      guard sound.samples.count + count <= limit else {
        throw AudioFile.tooMuch(name, limit: limit)
      }
      decoder.block.withUnsafeBufferPointer { block in
        sound.append(count) { frame, channel in Float(block[channel * count + frame]) * scale }
      }
    }
    return AudioContent(
      sound: sound, sampleRate: info.sampleRate, bitsPerSample: info.bitsPerSample,
      encoding: "signed integer, FLAC", isVerified: decoder.isVerified, remarks: [])
  }

  /// Bytes of the ID3v2 tag that some taggers put in front; 0 without one.
  static func tagLength(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count >= 10, bytes.starts(with: "ID3".utf8) else { return 0 }
    let size = (6..<10).reduce(0) { $0 << 7 | Int(bytes[$1] & 0x7f) }
    let hasFooter = bytes[5] & 0x10 != 0
    return 10 + size + (hasFooter ? 10 : 0)
  }

  /// The STREAMINFO block, and where the frames begin.
  static func streamInfo(
    _ bytes: UnsafeRawBufferPointer, name: String
  ) throws -> (FLACStreamInfo, framesStart: Int) {
    var offset = tagLength(bytes)
    guard bytes.dropFirst(offset).starts(with: "fLaC".utf8) else {
      throw InputError(name, expected: "the marker 'fLaC'", found: "other bytes")
    }
    offset += 4
    var info: FLACStreamInfo?
    while true {
      guard offset + 4 <= bytes.count else { throw truncatedMetadata(name) }
      let isLast = bytes[offset] & 0x80 != 0
      let type = bytes[offset] & 0x7f
      let size = (1...3).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
      offset += 4
      guard offset + size <= bytes.count else { throw truncatedMetadata(name) }
      if info == nil {
        guard type == 0, size == 34 else {
          throw InputError(
            name, expected: "a STREAMINFO block of 34 bytes first",
            found: "a block of type \(type) and \(size) bytes")
        }
        info = try FLACStreamInfo(bytes, at: offset, name: name)
      }
      offset += size
      if isLast, let info { return (info, offset) }
    }
  }

  private static func truncatedMetadata(_ name: String) -> InputError {
    InputError(
      name, expected: "FLAC metadata blocks", found: "the end of the file (it is truncated)")
  }
}

/// The STREAMINFO metadata block.
struct FLACStreamInfo {
  var sampleRate: Int
  var channels: Int
  var bitsPerSample: Int
  /// Samples per channel; 0 when the encoder did not know.
  var samples: Int
  /// MD5 of the interleaved samples; all zeros when the encoder did not compute it.
  var md5: [UInt8]

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int, name: String) throws {
    var reader = BitReader(bytes, byte: offset + 10)
    sampleRate = Int(reader.unsigned(20))
    channels = Int(reader.unsigned(3)) + 1
    bitsPerSample = Int(reader.unsigned(5)) + 1
    samples = Int(reader.unsigned(36))
    md5 = Array(bytes[offset + 18..<offset + 34])
    guard AudioFile.sampleRates.contains(sampleRate) else {
      throw InputError(name, expected: AudioFile.sampleRateSentence, found: "\(sampleRate) Hz")
    }
    guard bitsPerSample >= 4 else {
      throw InputError(name, expected: "4 to 32 bits per sample", found: "\(bitsPerSample)")
    }
  }
}
