// Zip archives whose entries are stored as they are, which is how PyTorch writes them
// (PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3).

import Base
import Foundation

/// Where the entries of an archive lie. Nothing is unpacked.
struct ZipArchive {
  /// Bytes of the file by an entry's name.
  let entries: [String: Range<Int>]

  private enum Signature {
    static let end = 0x0605_4b50
    static let end64 = 0x0606_4b50
    static let locator64 = 0x0706_4b50
    static let entry = 0x0201_4b50
    static let local = 0x0403_4b50
  }

  /// What a field holds whose value is in the zip64 record.
  private static let (elsewhere16, elsewhere32) = (0xFFFF, 0xFFFF_FFFF)
  private static let zip64Field = 1

  /// Throws `InputError`, naming `path`, for bytes that are no archive, and entries that are compressed,
  /// encrypted, of one name or that overlap.
  init(_ bytes: Data, path: String) throws {
    let file = LittleEndianBytes(bytes)
    func wrong(_ expected: String, _ found: String) -> InputError {
      InputError(path, expected: expected, found: found)
    }
    guard let end = Self.end(file), let list = Self.list(file, end: end) else {
      throw wrong("a zip archive with its list of entries", "\(bytes.count) bytes without")
    }
    var entries: [String: Range<Int>] = [:]
    var place = list.start
    for number in 0..<list.count {
      guard file.number(UInt32.self, at: place) == Signature.entry,
        let flags = file.number(UInt16.self, at: place + 8),
        let method = file.number(UInt16.self, at: place + 10),
        let nameLength = file.number(UInt16.self, at: place + 28),
        let extraLength = file.number(UInt16.self, at: place + 30),
        let commentLength = file.number(UInt16.self, at: place + 32),
        let name = file.text(place + 46, count: nameLength),
        let sizes = Self.sizes(
          file, entry: place, extra: place + 46 + nameLength, count: extraLength)
      else { throw wrong("\(list.count) entries in the archive's list", "\(number) readable ones") }
      place += 46 + nameLength + extraLength + commentLength
      guard method == 0, flags & 1 == 0, sizes.packed == sizes.unpacked else {
        throw wrong(
          "entries that are stored as they are",
          "\"\(name)\" \(flags & 1 == 0 ? "compressed" : "encrypted")")
      }
      guard file.number(UInt32.self, at: sizes.local) == Signature.local,
        let ownName = file.number(UInt16.self, at: sizes.local + 26),
        let ownExtra = file.number(UInt16.self, at: sizes.local + 28),
        case let start = sizes.local + 30 + ownName + ownExtra, start <= bytes.count,
        sizes.packed <= bytes.count - start
      else {
        throw wrong(
          "\"\(name)\" within the archive's \(bytes.count) bytes", "\(sizes.packed) bytes elsewhere"
        )
      }
      guard entries.updateValue(start..<start + sizes.packed, forKey: name) == nil else {
        throw wrong("entries of different names", "two called \"\(name)\"")
      }
    }
    let inFileOrder = entries.sorted { $0.value.lowerBound < $1.value.lowerBound }
    for (one, next) in zip(inFileOrder, inFileOrder.dropFirst())
    where one.value.upperBound > next.value.lowerBound {
      throw wrong("entries one behind the other", "\"\(one.key)\" and \"\(next.key)\" in one place")
    }
    self.entries = entries
  }

  /// The record that closes an archive; behind it there is a comment at most.
  private static func end(_ file: LittleEndianBytes) -> Int? {
    let (length, longestComment) = (22, 0xFFFF)
    var place = file.count - length
    while place >= max(0, file.count - length - longestComment) {
      if file.number(UInt32.self, at: place) == Signature.end,
        file.number(UInt16.self, at: place + 20) == file.count - length - place
      {
        return place
      }
      place -= 1
    }
    return nil
  }

  /// Where the list of entries begins and how many it has: no more than there is room for.
  private static func list(_ file: LittleEndianBytes, end: Int) -> (start: Int, count: Int)? {
    guard var count = file.number(UInt16.self, at: end + 10),
      var start = file.number(UInt32.self, at: end + 16)
    else { return nil }
    if count == elsewhere16 || start == elsewhere32 {
      guard file.number(UInt32.self, at: end - 20) == Signature.locator64,
        let end64 = file.number(UInt64.self, at: end - 12),
        file.number(UInt32.self, at: end64) == Signature.end64,
        let count64 = file.number(UInt64.self, at: end64 + 32),
        let start64 = file.number(UInt64.self, at: end64 + 48)
      else { return nil }
      (count, start) = (count64, start64)
    }
    return start <= end && count <= (end - start) / 46 ? (start, count) : nil
  }

  /// An entry's sizes and where its own header is, from the list or its zip64 field there.
  private static func sizes(
    _ file: LittleEndianBytes, entry: Int, extra: Int, count: Int
  ) -> (packed: Int, unpacked: Int, local: Int)? {
    guard var packed = file.number(UInt32.self, at: entry + 20),
      var unpacked = file.number(UInt32.self, at: entry + 24),
      var local = file.number(UInt32.self, at: entry + 42)
    else { return nil }
    var field = extra
    while field + 4 <= extra + count {
      guard let kind = file.number(UInt16.self, at: field),
        let length = file.number(UInt16.self, at: field + 2)
      else { return nil }
      if kind == zip64Field {
        var place = field + 4
        func next() -> Int? {
          defer { place += 8 }
          return place + 8 <= field + 4 + length ? file.number(UInt64.self, at: place) : nil
        }
        if unpacked == elsewhere32 {
          guard let value = next() else { return nil }
          unpacked = value
        }
        if packed == elsewhere32 {
          guard let value = next() else { return nil }
          packed = value
        }
        if local == elsewhere32 {
          guard let value = next() else { return nil }
          local = value
        }
      }
      field += 4 + length
    }
    return (packed, unpacked, local)
  }
}

/// Numbers and text at places of a file.
struct LittleEndianBytes {
  private let bytes: Data
  var count: Int { bytes.count }

  init(_ bytes: Data) { self.bytes = bytes }

  /// nil beyond the file's end, and for a number that no Int holds.
  func number<Number: FixedWidthInteger>(_ type: Number.Type, at place: Int) -> Int? {
    let size = MemoryLayout<Number>.size
    guard place >= 0, place <= bytes.count - size else { return nil }
    return bytes.withUnsafeBytes {
      Int(exactly: Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: type)))
    }
  }

  /// UTF-8; nil beyond the end and for other bytes.
  func text(_ place: Int, count length: Int) -> String? {
    guard place >= 0, length >= 0, place <= bytes.count - length else { return nil }
    return String(validating: bytes[place..<place + length], as: UTF8.self)
  }
}
