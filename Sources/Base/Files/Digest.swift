// A short name for contents, to notice that two are not the same.

import Foundation

/// FNV-1a (Fowler, Noll, Vo) over 64-bit words: the same in every process, which Hasher is not. Against
/// mistakes, not against malice.
package struct Digest: CustomStringConvertible {
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

  package init() {}

  package mutating func add(_ text: String) { text.utf8.forEach { add(UInt64($0)) } }

  /// Whole words, then the bytes that are left, then the length.
  package mutating func add(_ data: Data) {
    data.withUnsafeBytes { bytes in
      let whole = bytes.count / 8 * 8
      for offset in stride(from: 0, to: whole, by: 8) {
        add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      }
      for byte in bytes[whole...] { add(UInt64(byte)) }
    }
    add(UInt64(data.count))
  }

  private mutating func add(_ word: UInt64) { hash = (hash ^ word) &* 0x0100_0000_01b3 }

  /// 16 hexadecimal digits.
  package var description: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
