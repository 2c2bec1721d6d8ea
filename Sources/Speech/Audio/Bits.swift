// Bits in FLAC's order, most significant first: reading and writing.

/// Reads bits from borrowed bytes. Reading past the end gives zeros; `isPastEnd` then tells.
struct BitReader {
  let base: UnsafeRawPointer
  /// Bytes in all.
  let count: Int
  /// The next bit to read.
  var position: Int

  init(_ bytes: UnsafeRawBufferPointer, byte: Int = 0) {
    // An empty buffer may have no address; nothing is ever loaded from the stand-in.
    base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8)!
    count = bytes.count
    position = byte * 8
  }

  var isPastEnd: Bool { position > count * 8 }
  /// The byte that holds the next bit.
  var byte: Int { position >> 3 }

  /// The next bits from the top down; at least 57 of them count.
  @inline(__always)
  func window() -> UInt64 {
    let byte = position >> 3
    if byte &+ 8 <= count {
      return UInt64(bigEndian: (base + byte).loadUnaligned(as: UInt64.self))
        &<< UInt64(truncatingIfNeeded: position & 7)
    }
    return lastWindow(byte)
  }

  @inline(never)
  private func lastWindow(_ byte: Int) -> UInt64 {
    var window: UInt64 = 0
    for index in byte..<byte + 8 {
      window =
        window << 8 | (index < count ? UInt64(base.load(fromByteOffset: index, as: UInt8.self)) : 0)
    }
    return window << UInt64(position & 7)
  }

  /// The next `width` bits as a number; 0 <= width <= 57.
  @inline(__always)
  mutating func unsigned(_ width: Int) -> UInt64 {
    // In two steps, because a shift by 64 (width 0) is not one.
    let value = (window() &>> 1) &>> UInt64(truncatingIfNeeded: 63 &- width)
    position &+= width
    return value
  }

  /// The next `width` bits as a number in two's complement; 1 <= width <= 57.
  @inline(__always)
  mutating func signed(_ width: Int) -> Int64 {
    let value = Int64(bitPattern: window()) &>> Int64(truncatingIfNeeded: 64 &- width)
    position &+= width
    return value
  }

  /// How many zeros come before the next one; both are consumed.
  @inline(__always)
  mutating func unary() -> Int {
    let zeros = window().leadingZeroBitCount
    if zeros < 57 {
      position &+= zeros &+ 1
      return zeros
    }
    return longUnary()
  }

  @inline(never)
  private mutating func longUnary() -> Int {
    var total = 0
    while position < count * 8 {
      let zeros = min(window().leadingZeroBitCount, 57)
      total += zeros
      position += zeros
      if zeros < 57 {
        position += 1
        return total
      }
    }
    position += 1  // The end came first.
    return total
  }

  /// A number coded like UTF-8, of up to 36 bits; nil when malformed.
  mutating func codedNumber() -> UInt64? {
    let first = UInt8(unsigned(8))
    let ones = (~first).leadingZeroBitCount
    guard ones != 0 else { return UInt64(first) }
    guard (2...7).contains(ones) else { return nil }
    var value = UInt64(first) & (0x7f >> UInt64(ones))
    for _ in 1..<ones {
      let next = unsigned(8)
      guard next >> 6 == 0b10 else { return nil }
      value = value << 6 | next & 0x3f
    }
    return value
  }
}

/// Collects bits into bytes.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  /// Bits that do not fill a byte yet, at the low end.
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Appends the low `width` bits of `value`; 0 <= width <= 56.
  @inline(__always)
  mutating func append(_ value: UInt64, _ width: Int) {
    pending = pending &<< UInt64(width) | value & ((1 &<< UInt64(width)) &- 1)
    pendingCount &+= width
    while pendingCount >= 8 {
      pendingCount &-= 8
      bytes.append(UInt8(truncatingIfNeeded: pending &>> UInt64(pendingCount)))
    }
  }

  mutating func appendUnary(_ zeros: Int) {
    var zeros = zeros
    while zeros > 32 {
      append(0, 32)
      zeros -= 32
    }
    append(1, zeros + 1)
  }

  /// A number coded like UTF-8, below 2^36.
  mutating func appendCodedNumber(_ value: UInt64) {
    guard value >= 0x80 else { return append(value, 8) }
    // A sequence of n bytes carries 5n + 1 bits.
    let length = (2...7).first { value >> UInt64(5 * $0 + 1) == 0 }!
    let lead = UInt64(0xff00) >> UInt64(length) & 0xff
    append(lead | value >> UInt64(6 * (length - 1)), 8)
    for index in (0..<length - 1).reversed() {
      append(0x80 | value >> UInt64(6 * index) & 0x3f, 8)
    }
  }

  /// Zeros up to the next whole byte.
  mutating func align() {
    if pendingCount > 0 { append(0, 8 - pendingCount) }
  }

  mutating func removeAll() {
    self.bytes.removeAll(keepingCapacity: true)
    (pending, pendingCount) = (0, 0)
  }
}
