// FLAC (RFC 9639): a complete decoder, checked by every CRC and the MD5, and a 16-bit mono encoder.

import Foundation
import Kernels

package enum FLACFile {
  /// Decoded audio, exact.
  struct Decoded {
    var info: AudioInfo
    /// One array per channel.
    var channels: [[Int32]]

    func mono() -> Waveform {
      let scale = 1 / Float(1 << (info.bitsPerSample - 1)) / Float(channels.count)
      let samples: [Float]
      if channels.count == 1 {
        samples = channels[0].map { Float($0) * scale }
      } else {
        samples = (0..<info.samples).map { index in
          channels.reduce(Float(0)) { $0 + Float($1[index]) } * scale
        }
      }
      return Waveform(samples: samples, sampleRate: info.sampleRate)
    }
  }

  /// Every frame's CRC-8 and CRC-16, the number of samples and, when present, the MD5 must match.
  static func decode(_ data: Data, path: String) throws -> Decoded {
    try data.withUnsafeBytes { raw in
      var decoder = FLACDecoder(raw.bindMemory(to: UInt8.self), path: path)
      return try decoder.decode()
    }
  }
}

/// The stream described by STREAMINFO.
private struct StreamInfo {
  var rate = 0
  var channels = 0
  var bits = 0
  var samples = 0
  var md5: [UInt8] = []
}

private struct FLACDecoder {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let path: String
  private var reader: BitReader
  private var channels: [[Int32]] = []
  private var stream = StreamInfo()

  init(_ bytes: UnsafeBufferPointer<UInt8>, path: String) {
    self.bytes = bytes
    self.path = path
    reader = BitReader(bytes)
  }

  private func fail(_ expected: String, _ found: String) -> InputError {
    InputError(path, expected: expected, found: found)
  }

  mutating func decode() throws -> FLACFile.Decoded {
    try skipID3()
    try readMetadata()
    channels = Array(repeating: [], count: stream.channels)
    for channel in channels.indices {
      channels[channel].reserveCapacity(min(stream.samples, bytes.count * 64))
    }
    var frame = 0
    while !reader.isAtEnd, stream.samples == 0 || channels[0].count < stream.samples {
      try readFrame(frame)
      frame += 1
    }
    if stream.samples != 0, channels[0].count != stream.samples {
      throw fail(
        "\(stream.samples) samples", "\(channels[0].count): the file is truncated")
    }
    let verified = try checkMD5()
    let info = AudioInfo(
      format: "flac", sampleRate: stream.rate, channels: stream.channels,
      bitsPerSample: stream.bits, samples: channels[0].count, encoding: "flac",
      durationSeconds: Double(channels[0].count) / Double(stream.rate),
      checksum: verified ? "verified" : "absent")
    return FLACFile.Decoded(info: info, channels: channels)
  }

  /// An ID3v2 tag some programs put in front: 10 bytes and a length of four 7-bit bytes.
  private mutating func skipID3() throws {
    guard bytes.count >= 10, bytes.starts(with: "ID3".utf8) else { return }
    let size = (6..<10).reduce(0) { $0 << 7 | Int(bytes[$1] & 0x7F) }
    reader.skip(bytes: 10 + size)
  }

  private mutating func readMetadata() throws {
    guard reader.read(32) == 0x664C_6143, !reader.isOverrun else {
      throw fail("the marker fLaC", "something else")
    }
    var isLast = false
    var isFirst = true
    while !isLast {
      isLast = reader.read(1) == 1
      let type = reader.read(7)
      let length = Int(reader.read(24))
      guard !reader.isOverrun, reader.bytePosition + length <= bytes.count else {
        throw fail("whole metadata blocks", "a truncated file")
      }
      if type == 0 {
        guard length == 34, isFirst else { throw fail("one STREAMINFO of 34 bytes", "\(length)") }
        reader.skip(bytes: 10)
        stream.rate = Int(reader.read(20))
        stream.channels = Int(reader.read(3)) + 1
        stream.bits = Int(reader.read(5)) + 1
        stream.samples = Int(reader.read(4)) << 32 | Int(reader.read(32))
        stream.md5 = (0..<16).map { _ in UInt8(reader.read(8)) }
      } else {
        guard type != 127, !isFirst else { throw fail("STREAMINFO first", "block type \(type)") }
        reader.skip(bytes: length)
      }
      isFirst = false
    }
    guard stream.rate > 0, stream.bits >= 4 else {
      throw fail("a sample rate and 4 to 32 bits", "\(stream.rate) Hz, \(stream.bits) bits")
    }
  }

  private mutating func readFrame(_ number: Int) throws {
    let start = reader.bytePosition
    let name = "frame \(number) (byte \(start))"
    guard reader.read(14) == 0b11_1111_1111_1110, reader.read(1) == 0, !reader.isOverrun else {
      throw fail("a sync code at \(name)", reader.isOverrun ? "the end of the file" : "none")
    }
    _ = reader.read(1)  // fixed or variable block size: only numbers the frames differently
    let sizeCode = Int(reader.read(4))
    let rateCode = Int(reader.read(4))
    let assignment = Int(reader.read(4))
    let bitsCode = Int(reader.read(3))
    _ = reader.read(1)
    let lead = UInt8(reader.read(8))
    let continuation = max(0, (~lead).leadingZeroBitCount - 1)
    for _ in 0..<continuation { _ = reader.read(8) }
    let size: Int
    switch sizeCode {
    case 1: size = 192
    case 2...5: size = 576 << (sizeCode - 2)
    case 6: size = Int(reader.read(8)) + 1
    case 7: size = Int(reader.read(16)) + 1
    case 8...15: size = 256 << (sizeCode - 8)
    default: throw fail("a known block size at \(name)", "code 0")
    }
    if rateCode == 12 { _ = reader.read(8) }
    if rateCode == 13 || rateCode == 14 { _ = reader.read(16) }
    let headerEnd = reader.bytePosition
    let crc = UInt8(reader.read(8))
    guard !reader.isOverrun else { throw fail("\(name) whole", "the end of the file") }
    guard Checksums.crc8(slice(start..<headerEnd)) == crc else {
      throw fail("a matching CRC-8 in the header of \(name)", "another")
    }
    let bits = try frameBits(bitsCode, name)
    let count = assignment < 8 ? assignment + 1 : 2
    guard assignment <= 10, count == stream.channels else {
      throw fail("\(stream.channels) channels in \(name)", "channel assignment \(assignment)")
    }
    var subframes: [[Int32]] = []
    for channel in 0..<count {
      // A side channel holds a difference: one bit more.
      let isSide =
        assignment == 8 && channel == 1 || assignment == 9 && channel == 0
        || assignment == 10 && channel == 1
      subframes.append(try readSubframe(size: size, bits: bits + (isSide ? 1 : 0), name))
    }
    decorrelate(&subframes, assignment)
    reader.alignToByte()
    let end = reader.bytePosition
    let footer = UInt16(reader.read(16))
    guard !reader.isOverrun else { throw fail("\(name) whole", "the end of the file") }
    guard Checksums.crc16(slice(start..<end)) == footer else {
      throw fail("a matching CRC-16 at the end of \(name)", "another: the file is damaged")
    }
    for channel in 0..<count { channels[channel] += subframes[channel] }
  }

  private func frameBits(_ code: Int, _ name: String) throws -> Int {
    let bits = [stream.bits, 8, 12, 0, 16, 20, 24, 32][code]
    guard bits == stream.bits else {
      throw fail("\(stream.bits) bits a sample in \(name)", "code \(code)")
    }
    return bits
  }

  private func slice(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: bytes[range])
  }

  private func decorrelate(_ channels: inout [[Int32]], _ assignment: Int) {
    guard assignment >= 8 else { return }
    for i in channels[0].indices {
      let (a, b) = (channels[0][i], channels[1][i])
      switch assignment {
      case 8: channels[1][i] = a &- b  // left, side
      case 9: channels[0][i] = a &+ b  // side, right
      default:  // mid, side: the side's last bit is the one mid lost
        let mid = Int64(a) << 1 | Int64(b & 1)
        channels[0][i] = Int32(truncatingIfNeeded: (mid + Int64(b)) >> 1)
        channels[1][i] = Int32(truncatingIfNeeded: (mid - Int64(b)) >> 1)
      }
    }
  }

  private mutating func readSubframe(size: Int, bits frameBits: Int, _ name: String) throws
    -> [Int32]
  {
    guard reader.read(1) == 0 else { throw fail("a subframe header in \(name)", "a 1 bit") }
    let type = Int(reader.read(6))
    var wasted = 0
    if reader.read(1) == 1 { wasted = Int(reader.readUnary()) + 1 }
    let bits = frameBits - wasted
    guard bits > 0, !reader.isOverrun else {
      throw fail("fewer than \(frameBits) wasted bits in \(name)", "\(wasted)")
    }
    var samples = [Int32](repeating: 0, count: size)
    switch type {
    case 0:
      let value = reader.readSigned(bits)
      for i in 0..<size { samples[i] = value }
    case 1:
      for i in 0..<size { samples[i] = reader.readSigned(bits) }
    case 8...12:
      try readPredicted(&samples, order: type - 8, bits: bits, lpc: false, name)
    case 32...63:
      try readPredicted(&samples, order: type - 31, bits: bits, lpc: true, name)
    default: throw fail("a known subframe type in \(name)", "\(type)")
    }
    if wasted > 0 { for i in 0..<size { samples[i] <<= Int32(wasted) } }
    return samples
  }

  private mutating func readPredicted(
    _ samples: inout [Int32], order: Int, bits: Int, lpc: Bool, _ name: String
  ) throws {
    guard order <= samples.count else {
      throw fail("a block of at least \(order) samples in \(name)", "\(samples.count)")
    }
    for i in 0..<order { samples[i] = reader.readSigned(bits) }
    var coefficients: [Int32] = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]][lpc ? 0 : order]
    var shift = 0
    if lpc {
      let precision = Int(reader.read(4)) + 1
      shift = Int(reader.readSigned(5))
      guard precision < 16, shift >= 0 else {
        throw fail("a valid predictor in \(name)", "precision \(precision), shift \(shift)")
      }
      coefficients = (0..<order).map { _ in reader.readSigned(precision) }
    }
    try readResidual(&samples, order: order, name)
    if order == 0 { return }
    // The largest sum a predictor of these coefficients can reach decides the accumulator's width.
    let magnitude = coefficients.reduce(Int64(0)) { $0 + Int64(abs($1)) }
    let fits32 = bits < 32 && magnitude << Int64(bits) < Int64(Int32.max)
    samples.withUnsafeMutableBufferPointer { s in
      coefficients.withUnsafeBufferPointer { c in
        if fits32 {
          for i in order..<s.count {
            var sum: Int32 = 0
            for j in 0..<order { sum &+= c[j] &* s[i &- 1 &- j] }
            s[i] = s[i] &+ (sum >> Int32(shift))
          }
        } else {
          for i in order..<s.count {
            var sum: Int64 = 0
            for j in 0..<order { sum &+= Int64(c[j]) &* Int64(s[i &- 1 &- j]) }
            s[i] = Int32(truncatingIfNeeded: Int64(s[i]) &+ (sum >> Int64(shift)))
          }
        }
      }
    }
  }

  /// Partitioned Rice codes, into samples[order...].
  private mutating func readResidual(_ samples: inout [Int32], order: Int, _ name: String) throws {
    let method = reader.read(2)
    guard method < 2 else { throw fail("Rice method 0 or 1 in \(name)", "\(method)") }
    let parameterBits = method == 0 ? 4 : 5
    let partitionOrder = Int(reader.read(4))
    let length = samples.count >> partitionOrder
    guard length << partitionOrder == samples.count, length >= order else {
      throw fail(
        "partitions that divide \(samples.count) samples in \(name)", "order \(partitionOrder)")
    }
    var i = order
    for partition in 0..<(1 << partitionOrder) {
      let end = (partition + 1) * length
      let parameter = Int(reader.read(parameterBits))
      if parameter == (1 << parameterBits) - 1 {
        let width = Int(reader.read(5))
        while i < end {
          samples[i] = width == 0 ? 0 : reader.readSigned(width)
          i += 1
        }
      } else {
        samples.withUnsafeMutableBufferPointer { reader.readRice($0, i..<end, parameter) }
        i = end
      }
      guard !reader.isOverrun else { throw fail("\(name) whole", "the end of the file") }
    }
  }

  /// MD5 of the interleaved samples, little-endian in whole bytes. False when the file has none.
  private func checkMD5() throws -> Bool {
    guard stream.md5.contains(where: { $0 != 0 }) else { return false }
    let width = (stream.bits + 7) / 8
    var md5 = MD5()
    let count = channels[0].count
    var buffer = [UInt8](repeating: 0, count: 4096 * width * channels.count)
    for start in stride(from: 0, to: count, by: 4096) {
      let end = min(start + 4096, count)
      var position = 0
      for i in start..<end {
        for channel in channels {
          let value = UInt32(bitPattern: channel[i])
          for byte in 0..<width {
            buffer[position] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte))
            position += 1
          }
        }
      }
      buffer.withUnsafeBytes { md5.update(UnsafeRawBufferPointer(rebasing: $0[..<position])) }
    }
    guard md5.finish() == stream.md5 else {
      throw fail("audio with the MD5 of its STREAMINFO", "other audio: the file is damaged")
    }
    return true
  }
}

/// Bits, most significant first. Reading past the end gives zeros and sets `isOverrun`.
private struct BitReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// In bits.
  private var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isOverrun: Bool { position > bytes.count * 8 }
  var isAtEnd: Bool { position + 7 >= bytes.count * 8 }
  var bytePosition: Int { position >> 3 }

  mutating func skip(bytes count: Int) { position += 8 * count }
  mutating func alignToByte() { position = (position + 7) & ~7 }

  /// The next 57 bits or more, left-aligned.
  @inline(__always)
  private func window() -> UInt64 {
    let byte = position >> 3
    if byte &+ 8 <= bytes.count {
      let word = UnsafeRawPointer(bytes.baseAddress!).loadUnaligned(
        fromByteOffset: byte, as: UInt64.self)
      return word.bigEndian << UInt64(position & 7)
    }
    var word: UInt64 = 0
    for i in 0..<8 { word = word << 8 | (byte + i < bytes.count ? UInt64(bytes[byte + i]) : 0) }
    return word << UInt64(position & 7)
  }

  /// Up to 32 bits.
  @inline(__always)
  mutating func read(_ count: Int) -> UInt32 {
    if count == 0 { return 0 }
    let value = UInt32(window() >> UInt64(64 &- count))
    position &+= count
    return value
  }

  /// Two's complement of up to 33 bits, as the 32-bit side channel needs; kept to 32.
  mutating func readSigned(_ count: Int) -> Int32 {
    if count > 32 {
      _ = read(count - 32)
      return Int32(bitPattern: read(32))
    }
    if count == 0 { return 0 }
    let shift = UInt32(32 - count)
    return Int32(bitPattern: read(count) << shift) >> Int32(shift)
  }

  /// Zeros before the next 1.
  @inline(__always)
  mutating func readUnary() -> UInt32 {
    var zeros = 0
    while true {
      let word = window()
      let run = word.leadingZeroBitCount
      if run < 56 {
        position &+= run &+ 1
        return UInt32(truncatingIfNeeded: zeros &+ run)
      }
      position &+= 56
      zeros &+= 56
      if isOverrun { return 0 }
    }
  }

  mutating func readRice(
    _ samples: UnsafeMutableBufferPointer<Int32>, _ range: Range<Int>, _ parameter: Int
  ) {
    for i in range {
      let word = window()
      let run = word.leadingZeroBitCount
      let folded: UInt32
      if run &+ 1 &+ parameter <= 56 {
        let low = parameter == 0 ? 0 : (word << UInt64(run &+ 1)) >> UInt64(64 &- parameter)
        folded = UInt32(truncatingIfNeeded: run &<< parameter) | UInt32(truncatingIfNeeded: low)
        position &+= run &+ 1 &+ parameter
      } else {
        let high = readUnary()
        folded = high << UInt32(parameter) | read(parameter)
        if isOverrun { return }
      }
      samples[i] = Int32(bitPattern: folded >> 1) ^ -Int32(bitPattern: folded & 1)
    }
  }
}
