// The three checksums of FLAC: CRC-8 of a frame header, CRC-16 of a frame, MD5 of the samples.
import Foundation

/// CRC-8 with polynomial x^8 + x^2 + x + 1 (0x07), initial value 0 (RFC 9639, section 9.1.8).
package enum CRC8 {
  private static let table: [UInt8] = (0..<256).map { byte in
    (0..<8).reduce(UInt8(byte)) { crc, _ in crc & 0x80 != 0 ? crc << 1 ^ 0x07 : crc << 1 }
  }

  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt8 {
    bytes.reduce(0) { table[Int($0 ^ $1)] }
  }
}

/// CRC-16 with polynomial x^16 + x^15 + x^2 + 1 (0x8005), initial value 0 (RFC 9639, section 9.3).
package enum CRC16 {
  /// Eight tables of 256, so that eight bytes are folded in at once ("slicing by 8"): table k
  /// holds the checksum of each byte followed by k zero bytes.
  private static let tables: [UInt16] = {
    var tables = [UInt16](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      tables[byte] = (0..<8).reduce(UInt16(byte) << 8) { crc, _ in
        crc & 0x8000 != 0 ? crc << 1 ^ 0x8005 : crc << 1
      }
    }
    for index in 256..<tables.count {
      let crc = tables[index - 256]
      tables[index] = crc << 8 ^ tables[Int(crc >> 8)]
    }
    return tables
  }()

  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt16 {
    tables.withUnsafeBufferPointer { table in
      var crc: UInt16 = 0
      var index = 0
      while index + 8 <= bytes.count {
        crc =
          table[7 * 256 + Int(bytes[index] ^ UInt8(crc >> 8))]
          ^ table[6 * 256 + Int(bytes[index + 1] ^ UInt8(truncatingIfNeeded: crc))]
          ^ table[5 * 256 + Int(bytes[index + 2])] ^ table[4 * 256 + Int(bytes[index + 3])]
          ^ table[3 * 256 + Int(bytes[index + 4])] ^ table[2 * 256 + Int(bytes[index + 5])]
          ^ table[256 + Int(bytes[index + 6])] ^ table[Int(bytes[index + 7])]
        index += 8
      }
      while index < bytes.count {
        crc = crc << 8 ^ table[Int(bytes[index] ^ UInt8(crc >> 8))]
        index += 1
      }
      return crc
    }
  }
}

/// MD5 (RFC 1321), fed piece by piece. It guards against accidents here, not against attackers.
package struct MD5 {
  private var state: (UInt32, UInt32, UInt32, UInt32) =
    (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
  private var length = 0
  /// Bytes that do not fill a block of 64 yet.
  private var pending: [UInt8] = []

  package init() {}

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    var rest = bytes[...]
    if !pending.isEmpty {
      let wanted = min(64 - pending.count, rest.count)
      pending.append(contentsOf: rest.prefix(wanted))
      rest = rest.dropFirst(wanted)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { Self.fold($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count & ~63
    Self.fold(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The 16 bytes of the digest of all that was fed.
  package func digest() -> [UInt8] {
    var padding = [UInt8](repeating: 0, count: 1 + (119 - length % 64) % 64 + 8)
    padding[0] = 0x80
    for byte in 0..<8 {
      padding[padding.count - 8 + byte] = UInt8(truncatingIfNeeded: (length * 8) >> (8 * byte))
    }
    var copy = self
    padding.withUnsafeBytes { copy.update($0) }
    return [copy.state.0, copy.state.1, copy.state.2, copy.state.3].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  package static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var md5 = MD5()
    bytes.withUnsafeBytes { md5.update($0) }
    return md5.digest()
  }

  /// floor(2^32 * |sin(i + 1)|), the constants of RFC 1321, section 3.4.
  private static let sines: [UInt32] = (0..<64).map {
    UInt32((4_294_967_296 * abs(sin(Double($0 + 1)))).rounded(.down))
  }

  /// Folds whole blocks of 64 bytes into `state`.
  private static func fold(
    _ blocks: UnsafeRawBufferPointer, into state: inout (UInt32, UInt32, UInt32, UInt32)
  ) {
    @inline(__always) func rotate(_ x: UInt32, _ count: UInt32) -> UInt32 {
      x &<< count | x &>> (32 - count)
    }
    guard let base = blocks.baseAddress else { return }
    sines.withUnsafeBufferPointer { sines in
      var (a, b, c, d) = state
      for start in stride(from: 0, to: blocks.count, by: 64) {
        let block = base + start
        @inline(__always) func word(_ index: Int) -> UInt32 {
          UInt32(littleEndian: (block + 4 * (index & 15)).loadUnaligned(as: UInt32.self))
        }
        let old = (a, b, c, d)
        for i in stride(from: 0, to: 16, by: 4) {
          a = b &+ rotate(a &+ (d ^ (b & (c ^ d))) &+ word(i) &+ sines[i], 7)
          d = a &+ rotate(d &+ (c ^ (a & (b ^ c))) &+ word(i + 1) &+ sines[i + 1], 12)
          c = d &+ rotate(c &+ (b ^ (d & (a ^ b))) &+ word(i + 2) &+ sines[i + 2], 17)
          b = c &+ rotate(b &+ (a ^ (c & (d ^ a))) &+ word(i + 3) &+ sines[i + 3], 22)
        }
        for i in stride(from: 16, to: 32, by: 4) {
          // (b & d) | (c & ~d) as a sum of disjoint parts: both halves are ready before b is.
          a = b &+ rotate(a &+ (c & ~d) &+ word(5 * i + 1) &+ sines[i] &+ (b & d), 5)
          d = a &+ rotate(d &+ (b & ~c) &+ word(5 * i + 6) &+ sines[i + 1] &+ (a & c), 9)
          c = d &+ rotate(c &+ (a & ~b) &+ word(5 * i + 11) &+ sines[i + 2] &+ (d & b), 14)
          b = c &+ rotate(b &+ (d & ~a) &+ word(5 * i + 16) &+ sines[i + 3] &+ (c & a), 20)
        }
        for i in stride(from: 32, to: 48, by: 4) {
          a = b &+ rotate(a &+ (b ^ c ^ d) &+ word(3 * i + 5) &+ sines[i], 4)
          d = a &+ rotate(d &+ (a ^ b ^ c) &+ word(3 * i + 8) &+ sines[i + 1], 11)
          c = d &+ rotate(c &+ (d ^ a ^ b) &+ word(3 * i + 11) &+ sines[i + 2], 16)
          b = c &+ rotate(b &+ (c ^ d ^ a) &+ word(3 * i + 14) &+ sines[i + 3], 23)
        }
        for i in stride(from: 48, to: 64, by: 4) {
          a = b &+ rotate(a &+ (c ^ (b | ~d)) &+ word(7 * i) &+ sines[i], 6)
          d = a &+ rotate(d &+ (b ^ (a | ~c)) &+ word(7 * i + 7) &+ sines[i + 1], 10)
          c = d &+ rotate(c &+ (a ^ (d | ~b)) &+ word(7 * i + 14) &+ sines[i + 2], 15)
          b = c &+ rotate(b &+ (d ^ (c | ~a)) &+ word(7 * i + 21) &+ sines[i + 3], 21)
        }
        (a, b, c, d) = (a &+ old.0, b &+ old.1, c &+ old.2, d &+ old.3)
      }
      state = (a, b, c, d)
    }
  }
}
