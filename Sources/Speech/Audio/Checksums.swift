// The checksums inside FLAC files: CRC-8, CRC-16 and MD5.

import Foundation

enum Checksums {
  /// Polynomial x^8 + x^2 + x + 1, of frame headers (RFC 9639, section 9.1.8).
  static func crc8(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8 {
    bytes.reduce(0) { table8[Int($0 ^ $1)] }
  }

  /// Polynomial x^16 + x^15 + x^2 + 1, of whole frames (RFC 9639, section 9.3).
  static func crc16(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt16 {
    bytes.reduce(0) { ($0 << 8) ^ table16[Int(UInt8($0 >> 8) ^ $1)] }
  }

  private static let table8: [UInt8] = (0..<256).map { byte in
    (0..<8).reduce(UInt8(byte)) { crc, _ in crc & 0x80 != 0 ? crc << 1 ^ 0x07 : crc << 1 }
  }

  private static let table16: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte) << 8) { crc, _ in
      crc & 0x8000 != 0 ? crc << 1 ^ 0x8005 : crc << 1
    }
  }
}

/// MD5 (RFC 1321), fed piece by piece.
struct MD5 {
  private var state: (UInt32, UInt32, UInt32, UInt32) = (
    0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476
  )
  private var pending: [UInt8] = []
  private var length = 0

  private static let shifts: [UInt32] = [
    7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21,
  ]
  private static let sines: [UInt32] = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 0x1p32) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    var rest = bytes[...]
    if !pending.isEmpty {
      let take = min(64 - pending.count, rest.count)
      pending.append(contentsOf: rest.prefix(take))
      rest = rest.dropFirst(take)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { state = Self.block(state, $0.baseAddress!) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    if whole > 0, let base = bytes.baseAddress {
      for offset in stride(from: rest.startIndex, to: rest.startIndex + whole, by: 64) {
        state = Self.block(state, base + offset)
      }
    }
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  mutating func finish() -> [UInt8] {
    let bits = UInt64(length) * 8
    let padding = [0x80] + [UInt8](repeating: 0, count: (119 - length % 64) % 64)
    padding.withUnsafeBytes { update($0) }
    withUnsafeBytes(of: bits.littleEndian) { update($0) }
    return [state.0, state.1, state.2, state.3].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
  }

  private static func block(
    _ state: (UInt32, UInt32, UInt32, UInt32), _ bytes: UnsafeRawPointer
  ) -> (UInt32, UInt32, UInt32, UInt32) {
    var (a, b, c, d) = state
    sines.withUnsafeBufferPointer { sines in
      shifts.withUnsafeBufferPointer { shifts in
        for i in 0..<64 {
          let round = i >> 4
          let f: UInt32
          let word: Int
          switch round {
          case 0: (f, word) = (b & c | ~b & d, i)
          case 1: (f, word) = (d & b | ~d & c, (5 &* i &+ 1) & 15)
          case 2: (f, word) = (b ^ c ^ d, (3 &* i &+ 5) & 15)
          default: (f, word) = (c ^ (b | ~d), (7 &* i) & 15)
          }
          let value = bytes.loadUnaligned(fromByteOffset: 4 &* word, as: UInt32.self).littleEndian
          let sum = a &+ f &+ sines[i] &+ value
          let shift = shifts[round &* 4 &+ (i & 3)]
          (a, d, c, b) = (d, c, b, b &+ (sum &<< shift | sum &>> (32 &- shift)))
        }
      }
    }
    return (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d)
  }
}
