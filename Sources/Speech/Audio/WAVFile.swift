// RIFF/WAVE files: reading the linear encodings.
import Base
import Foundation

/// WAV files.
enum WAVFile {
  private struct Format {
    static let pcm = 1
    static let float = 3
    static let extensible = 0xfffe

    var isFloat: Bool
    var channels: Int
    var sampleRate: Int
    /// Significant bits; the container is the next whole number of bytes.
    var bits: Int
    var bytesPerSample: Int { (bits + 7) / 8 }
  }

  /// Decodes RIFF/WAVE (or RF64) bytes, already known to begin as such.
  static func decode(_ bytes: UnsafeRawBufferPointer, name: String) throws -> AudioContent {
    func number(_ offset: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    var format: Format?
    var offset = 12
    while offset + 8 <= bytes.count {
      let tag = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
      let size = number(offset + 4, 4)
      let start = offset + 8
      let available = bytes.count - start
      if tag == "data" {
        guard let format else {
          throw InputError(name, expected: "a fmt chunk before the data", found: "none")
        }
        let isStreamed =
          isPlaceholder(size)
          // A writer that could not seek back leaves 0 here, and a RIFF size that ends here too.
          || size == 0 && (number(4, 4) <= start - 8 || isPlaceholder(number(4, 4)))
        guard size <= available || isStreamed else {
          throw InputError(
            name, expected: "\(size) bytes of samples as the header says",
            found: "\(available) (the file is truncated)")
        }
        let length = isStreamed && (size == 0 || size > available) ? available : size
        let samples = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
        return try content(samples, format, name: name)
      }
      guard size <= available else {
        throw InputError(
          name, expected: "\(size) bytes in the '\(tag)' chunk",
          found: "\(available) (the file is truncated)")
      }
      if tag == "fmt " {
        guard size >= 16 else {
          throw InputError(
            name, expected: "at least 16 bytes in the fmt chunk", found: "\(size)")
        }
        var code = number(start, 2)
        if code == Format.extensible, size >= 26 { code = number(start + 24, 2) }
        format = try checked(
          Format(
            isFloat: code == Format.float, channels: number(start + 2, 2),
            sampleRate: number(start + 4, 4), bits: number(start + 14, 2)),
          code: code, blockAlign: number(start + 12, 2), name: name)
      }
      offset = start + size + size % 2
    }
    throw InputError(
      name, expected: format == nil ? "a fmt and a data chunk" : "a data chunk",
      found: "the end of the file")
  }

  /// Sizes that streaming writers leave for "unknown": 0xFFFFFFFF (ffmpeg), 0x7FFFF000 (sox),
  /// 0x80000000 (arecord) and their like.
  private static func isPlaceholder(_ size: Int) -> Bool { size >= 0x7fff_0000 }

  private static func checked(
    _ format: Format, code: Int, blockAlign: Int, name: String
  ) throws -> Format {
    guard code == Format.pcm || code == Format.float else {
      throw InputError(
        name, expected: "PCM (1) or float (3) samples", found: "WAV encoding \(code)")
    }
    guard format.channels > 0 else {
      throw InputError(name, expected: "at least 1 channel", found: "0")
    }
    guard AudioFile.sampleRates.contains(format.sampleRate) else {
      throw InputError(
        name, expected: AudioFile.sampleRateSentence, found: "\(format.sampleRate) Hz")
    }
    let widths = format.isFloat ? [32, 64] : Array(1...32)
    guard widths.contains(format.bits) else {
      throw InputError(
        name, expected: format.isFloat ? "32 or 64 bits per sample" : "1 to 32 bits per sample",
        found: "\(format.bits)")
    }
    guard blockAlign == format.channels * format.bytesPerSample else {
      throw InputError(
        name, expected: "\(format.channels * format.bytesPerSample) bytes per frame",
        found: "\(blockAlign)")
    }
    return format
  }

  private static func content(
    _ bytes: UnsafeRawBufferPointer, _ format: Format, name: String
  ) throws -> AudioContent {
    let samples: [Float]
    // Narrow samples sit at the top of their container, so the container sets the scale.
    let step = PCM.step(bits: 8 * format.bytesPerSample)
    switch (format.isFloat, format.bytesPerSample) {
    case (true, 4):
      samples = mix(bytes, format) { Float(bitPattern: $0.loadLittle(UInt32.self)) }
    case (true, _):
      samples = mix(bytes, format) { Float(Double(bitPattern: $0.loadLittle(UInt64.self))) }
    case (_, 1):
      samples = mix(bytes, format) { Float(Int($0.load(as: UInt8.self)) - 128) * step }
    case (_, 2):
      samples = mix(bytes, format) { Float($0.loadLittle(Int16.self)) * step }
    case (_, 3):
      samples = mix(bytes, format) {
        let low = Int32($0.loadLittle(UInt16.self))
        let high = Int32(($0 + 2).load(as: Int8.self))
        return Float(high << 16 | low) * step
      }
    default:
      samples = mix(bytes, format) { Float($0.loadLittle(Int32.self)) * step }
    }
    if format.isFloat, let bad = samples.firstIndex(where: { !$0.isFinite }) {
      throw InputError(name, expected: "finite samples", found: "\(samples[bad]) at sample \(bad)")
    }
    let kind =
      format.isFloat ? "float" : format.bytesPerSample == 1 ? "unsigned integer" : "signed integer"
    return AudioContent(
      waveform: Waveform(samples: samples, sampleRate: format.sampleRate),
      channels: format.channels, bitsPerSample: format.bits, encoding: kind)
  }

  /// The mean over the channels of every whole frame.
  @inline(__always)
  private static func mix(
    _ bytes: UnsafeRawBufferPointer, _ format: Format, _ sample: (UnsafeRawPointer) -> Float
  ) -> [Float] {
    let frame = format.channels * format.bytesPerSample
    guard let base = bytes.baseAddress, bytes.count >= frame else { return [] }
    let scale = 1 / Float(format.channels)
    return [Float](unsafeUninitializedCapacity: bytes.count / frame) { output, count in
      count = bytes.count / frame
      for index in 0..<count {
        var sum: Float = 0
        for channel in 0..<format.channels {
          sum += sample(base + index * frame + channel * format.bytesPerSample)
        }
        output[index] = format.channels == 1 ? sum : sum * scale
      }
    }
  }
}

extension UnsafeRawPointer {
  /// The little-endian integer here, at any alignment.
  @inline(__always)
  func loadLittle<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T {
    T(littleEndian: loadUnaligned(as: type))
  }
}
