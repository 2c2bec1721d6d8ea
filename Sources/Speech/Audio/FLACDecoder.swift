// FLAC frames to samples (RFC 9639, section 9): every subframe type, every check.
import Base

/// Decodes the frames of one file, a block at a time. The bytes are borrowed.
struct FLACDecoder {
  let info: FLACStreamInfo
  /// The samples of the last block: all of the first channel, then all of the next. It may be longer.
  private(set) var block: [Int32] = []
  /// The file carried the MD5 of its samples, and after the last block it matched.
  private(set) var isVerified = false
  private let bytes: UnsafeRawBufferPointer
  private let name: String
  private var reader: BitReader
  private var md5 = MD5()
  /// Frames decoded so far.
  private var frame = 0
  /// Samples per channel decoded so far.
  private var total = 0
  /// The samples of one frame as the MD5 wants them: interleaved, little-endian, whole bytes.
  private var interleaved: [UInt8] = []

  /// Reads what comes before the frames. Throws `InputError`, also for a length that so many bytes of
  /// frames cannot have.
  init(_ bytes: UnsafeRawBufferPointer, name: String) throws {
    let (info, start) = try FLACFile.streamInfo(bytes, name: name)
    self.bytes = bytes
    self.info = info
    self.name = name
    reader = BitReader(bytes, byte: start)
    // A frame's header, footer and one byte a channel, for the longest block there is.
    let smallestFrame = 10 + info.channels
    guard info.samples <= ((bytes.count - start) / smallestFrame + 1) << 16 else {
      throw InputError(
        name, expected: "\(info.samples) samples",
        found: "\(bytes.count - start) bytes of frames (it is truncated)")
    }
  }

  /// Decodes the next frame into `block` and returns its samples per channel; nil after the last, when
  /// the MD5 has been checked. Throws `InputError`.
  mutating func nextBlock() throws -> Int? {
    guard info.samples == 0 ? !isAtEnd : total < info.samples else {
      try finish()
      return nil
    }
    guard reader.byte < bytes.count else {
      throw InputError(
        name, expected: "\(info.samples) samples",
        found: "the end of the file after \(total) (it is truncated)")
    }
    let count = try decodeFrame()
    frame += 1
    total += count
    return count
  }

  private mutating func finish() throws {
    guard info.samples == 0 || total == info.samples else {
      throw InputError(name, expected: "\(info.samples) samples", found: "\(total)")
    }
    isVerified = info.md5.contains { $0 != 0 }
    guard isVerified else { return }
    let digest = md5.digest()
    guard digest == info.md5 else {
      throw InputError(
        name, expected: "samples with MD5 \(info.md5.map(\.hexadecimal).joined())",
        found: digest.map(\.hexadecimal).joined())
    }
  }

  /// Where the length is unknown, the stream lasts until the file or an ID3v1 tag ends it.
  private var isAtEnd: Bool {
    let rest = bytes.dropFirst(reader.byte)
    return rest.isEmpty || rest.count == 128 && rest.starts(with: "TAG".utf8)
  }

  /// An error in the current frame, found before its checksum could be reached.
  private func damaged(_ found: String) -> InputError {
    InputError(name, expected: "frame \(frame) intact up to its CRC-16", found: found)
  }

  private var truncated: InputError {
    InputError(
      name, expected: "the CRC-16 that closes frame \(frame)",
      found: "the end of the file (it is truncated)")
  }

  // MARK: - Frames

  private struct Header {
    var blockSize = 0
    /// As coded: 0...7 independent, 8 left and side, 9 side and right, 10 mid and side.
    var assignment = 0
  }

  /// Samples per channel.
  private mutating func decodeFrame() throws -> Int {
    let start = reader.byte
    let header = try readHeader()
    let count = header.blockSize
    // Taken out while written to, so that `self` is free and nothing is copied.
    var block: [Int32] = []
    swap(&block, &self.block)
    defer { swap(&block, &self.block) }
    if block.count < count * info.channels {
      block = Array(repeating: 0, count: count * info.channels)
    }
    let sideChannel = [8: 1, 9: 0, 10: 1][header.assignment]
    // The one channel of 33 bits: the difference of two of 32.
    var wide: [Int64] = []
    for index in 0..<info.channels {
      let bits = info.bitsPerSample + (index == sideChannel ? 1 : 0)
      if bits > 32 {
        wide = Array(repeating: 0, count: count)
        try wide.withUnsafeMutableBufferPointer {
          try decodeSubframe(into: $0.baseAddress!, count: count, bits: bits)
        }
      } else {
        try block.withUnsafeMutableBufferPointer {
          try decodeSubframe(into: $0.baseAddress! + index * count, count: count, bits: bits)
        }
      }
    }
    try checkFooter(from: start)
    if sideChannel != nil {
      Self.undoStereo(header.assignment, &block, count: count, wide: wide)
    }
    updateMD5(block, count: count)
    return count
  }

  private mutating func readHeader() throws -> Header {
    let start = reader.byte
    let sync = reader.unsigned(15)
    guard sync == 0b111_1111_1111_1100 else {
      throw InputError(
        name, expected: "the sync code of frame \(frame) at byte \(start)",
        found: "\(bytes.count - start) bytes that begin otherwise")
    }
    _ = reader.unsigned(1)  // Fixed or variable block size: every frame says its own.
    let blockSizeCode = Int(reader.unsigned(4))
    let rateCode = Int(reader.unsigned(4))
    let assignment = Int(reader.unsigned(4))
    let bitsCode = Int(reader.unsigned(3))
    let reserved = reader.unsigned(1)
    let number = reader.codedNumber()
    let blockSize =
      switch blockSizeCode {
      case 0: 0
      case 1: 192
      case 2...5: 576 << (blockSizeCode - 2)
      case 6: Int(reader.unsigned(8)) + 1
      case 7: Int(reader.unsigned(16)) + 1
      default: 256 << (blockSizeCode - 8)
      }
    let rate: Int =
      switch rateCode {
      case 0: info.sampleRate
      case 1...11:
        [88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000][rateCode - 1]
      case 12: Int(reader.unsigned(8)) * 1000
      case 13: Int(reader.unsigned(16))
      case 14: Int(reader.unsigned(16)) * 10
      default: 0
      }
    let end = reader.byte
    let crc = UInt8(reader.unsigned(8))
    guard !reader.isPastEnd else { throw truncated }
    let found = CRC8.checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    guard crc == found else {
      throw InputError(
        name, expected: "CRC-8 \(crc.hexadecimal) in the header of frame \(frame)",
        found: found.hexadecimal)
    }
    guard blockSize > 0, number != nil, assignment <= 10, reserved == 0 else {
      throw damaged("a reserved value in its header")
    }
    let bits = bitsCode == 0 ? info.bitsPerSample : [8, 12, 0, 16, 20, 24, 32][bitsCode - 1]
    let channelCount = assignment < 8 ? assignment + 1 : 2
    guard (rate, channelCount, bits) == (info.sampleRate, info.channels, info.bitsPerSample) else {
      throw InputError(
        name,
        expected: "\(info.channels) channels of \(info.bitsPerSample) bits at"
          + " \(info.sampleRate) Hz throughout",
        found: "\(channelCount) of \(bits) bits at \(rate) Hz in frame \(frame)")
    }
    return Header(blockSize: blockSize, assignment: assignment)
  }

  private mutating func checkFooter(from start: Int) throws {
    reader.position = (reader.position + 7) & ~7
    let end = reader.byte
    let crc = UInt16(reader.unsigned(16))
    guard !reader.isPastEnd else { throw truncated }
    let found = CRC16.checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    guard crc == found else {
      throw InputError(
        name, expected: "CRC-16 \(crc.hexadecimal) in frame \(frame)", found: found.hexadecimal)
    }
  }

  /// Left and right from what was stored. Sums wrap: only damage that CRC-16 missed overflows.
  private static func undoStereo(
    _ assignment: Int, _ block: inout [Int32], count: Int, wide: [Int64]
  ) {
    for index in 0..<count {
      let first = Int64(block[index])
      let second = Int64(block[count + index])
      let left: Int64
      let right: Int64
      switch assignment {
      case 8:
        left = first
        right = left &- (wide.isEmpty ? second : wide[index])
      case 9:
        right = second
        left = right &+ (wide.isEmpty ? first : wide[index])
      default:
        let side = wide.isEmpty ? second : wide[index]
        // The bit that halving lost is the lowest of the difference.
        let sum = first << 1 | side & 1
        left = (sum &+ side) >> 1
        right = (sum &- side) >> 1
      }
      block[index] = Int32(truncatingIfNeeded: left)
      block[count + index] = Int32(truncatingIfNeeded: right)
    }
  }

  private mutating func updateMD5(_ block: [Int32], count: Int) {
    let width = (info.bitsPerSample + 7) / 8
    let stride = width * info.channels
    if interleaved.count < count * stride {
      interleaved = Array(repeating: 0, count: count * stride)
    }
    interleaved.withUnsafeMutableBytes { output in
      block.withUnsafeBufferPointer { samples in
        for index in 0..<info.channels {
          var target = output.baseAddress! + index * width
          for sample in samples[(index * count)..<((index + 1) * count)] {
            switch width {
            case 1: target.storeBytes(of: Int8(truncatingIfNeeded: sample), as: Int8.self)
            case 2: target.storeBytes(of: Int16(truncatingIfNeeded: sample), as: Int16.self)
            case 3:
              target.storeBytes(of: UInt16(truncatingIfNeeded: sample), as: UInt16.self)
              (target + 2).storeBytes(of: Int8(truncatingIfNeeded: sample >> 16), as: Int8.self)
            default: target.storeBytes(of: sample, as: Int32.self)
            }
            target += stride
          }
        }
      }
      md5.update(UnsafeRawBufferPointer(rebasing: output[..<(count * stride)]))
    }
  }

  // MARK: - Subframes

  /// Decodes one channel of the frame into `x[0..<count]`. `Sample` must hold `bits` bits.
  private mutating func decodeSubframe<Sample: FixedWidthInteger & SignedInteger>(
    into x: UnsafeMutablePointer<Sample>, count: Int, bits: Int
  ) throws {
    let padding = reader.unsigned(1)
    let type = Int(reader.unsigned(6))
    let wasted = reader.unsigned(1) == 0 ? 0 : reader.unary() + 1
    let width = bits - wasted
    guard padding == 0 else { throw damaged("a subframe that does not begin with a 0 bit") }
    guard width >= 1 else { throw damaged("\(wasted) wasted bits of \(bits)") }
    switch type {
    case 0:
      x.update(repeating: Sample(truncatingIfNeeded: reader.signed(width)), count: count)
    case 1:
      readSamples(into: x, count: count, width: width)
    case 8...12:
      let order = type - 8
      try readWarmUp(order, into: x, count: count, width: width)
      try decodeResidual(into: x, from: order, count: count)
      restoreFixed(x, count: count, order: order)
    case 32...63:
      let order = type - 31
      try readWarmUp(order, into: x, count: count, width: width)
      let precision = Int(reader.unsigned(4)) + 1
      let shift = Int(reader.signed(5))
      guard precision < 16 else { throw damaged("a reserved precision of coefficients") }
      guard shift >= 0 else { throw damaged("a prediction shift of \(shift)") }
      let coefficients = (0..<order).map { _ in Int(reader.signed(precision)) }
      try decodeResidual(into: x, from: order, count: count)
      LinearPrediction.restore(
        x, count: count, coefficients: coefficients, shift: shift, width: width)
    default:
      throw damaged("the reserved subframe type \(type)")
    }
    guard !reader.isPastEnd else { throw truncated }
    if wasted > 0 {
      for index in 0..<count { x[index] &<<= Sample(wasted) }
    }
  }

  private mutating func readSamples<Sample: FixedWidthInteger & SignedInteger>(
    into x: UnsafeMutablePointer<Sample>, count: Int, width: Int
  ) {
    for index in 0..<count { x[index] = Sample(truncatingIfNeeded: reader.signed(width)) }
  }

  /// The samples that the predictor of the given order starts from.
  private mutating func readWarmUp<Sample: FixedWidthInteger & SignedInteger>(
    _ order: Int, into x: UnsafeMutablePointer<Sample>, count: Int, width: Int
  ) throws {
    guard order <= count else { throw damaged("a predictor longer than the block") }
    readSamples(into: x, count: order, width: width)
  }

  /// The Rice-coded prediction errors, into `x[order..<count]`.
  private mutating func decodeResidual<Sample: FixedWidthInteger & SignedInteger>(
    into x: UnsafeMutablePointer<Sample>, from order: Int, count: Int
  ) throws {
    let method = Int(reader.unsigned(2))
    guard method < 2 else { throw damaged("the reserved residual coding \(method)") }
    let parameterWidth = 4 + method
    let escape = 1 << parameterWidth - 1
    let partitions = 1 << Int(reader.unsigned(4))
    let partitionSize = count / partitions
    guard partitionSize * partitions == count, partitionSize >= order else {
      throw damaged("\(partitions) partitions of \(count) samples")
    }
    // A local copy stays in registers.
    var bits = reader
    defer { reader = bits }
    var index = order
    for partition in 1...partitions {
      let end = partition * partitionSize
      let parameter = Int(bits.unsigned(parameterWidth))
      if parameter == escape {
        let width = Int(bits.unsigned(5))
        while index < end {
          x[index] = width == 0 ? 0 : Sample(truncatingIfNeeded: bits.signed(width))
          index += 1
        }
      } else {
        while index < end {
          x[index] = Sample(truncatingIfNeeded: bits.rice(parameter))
          index &+= 1
        }
      }
      guard !bits.isPastEnd else { throw truncated }
    }
  }

  /// Adds the polynomial prediction of order 0...4 to the residual in `x[order..<count]`. Sums may
  /// wrap on the way; the results of an intact file fit, so they are exact all the same.
  private func restoreFixed<Sample: FixedWidthInteger & SignedInteger>(
    _ x: UnsafeMutablePointer<Sample>, count: Int, order: Int
  ) {
    switch order {
    case 1:
      for i in 1..<max(1, count) { x[i] &+= x[i - 1] }
    case 2:
      for i in 2..<max(2, count) { x[i] &+= 2 &* x[i - 1] &- x[i - 2] }
    case 3:
      for i in 3..<max(3, count) { x[i] &+= 3 &* (x[i - 1] &- x[i - 2]) &+ x[i - 3] }
    case 4:
      for i in 4..<max(4, count) {
        x[i] &+= 4 &* (x[i - 1] &+ x[i - 3]) &- 6 &* x[i - 2] &- x[i - 4]
      }
    default: break
    }
  }
}

extension BitReader {
  /// A Rice-coded signed number with the given parameter.
  @inline(__always)
  mutating func rice(_ parameter: Int) -> Int64 {
    let window = window()
    let zeros = window.leadingZeroBitCount
    let folded: UInt64
    if zeros &+ parameter < 57 {
      let low = (window &<< UInt64(truncatingIfNeeded: zeros)) &<< 1
      folded =
        UInt64(truncatingIfNeeded: zeros) &<< UInt64(truncatingIfNeeded: parameter)
        | (low &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- parameter)
      position &+= zeros &+ 1 &+ parameter
    } else {
      folded =
        UInt64(truncatingIfNeeded: unary()) &<< UInt64(truncatingIfNeeded: parameter)
        | unsigned(parameter)
    }
    return Int64(bitPattern: folded &>> 1) ^ (0 &- Int64(bitPattern: folded & 1))
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// Every digit, such as "0f" for a byte.
  var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: Self.bitWidth / 4 - digits.count) + digits
  }
}
