// A recording that is read while somebody else still writes it.

import Base
import Foundation

/// A WAV file piece by piece, however its header counts them: recorders know the length only at the end.
package struct GrowingRecording: Sendable {
  private let url: URL
  private var header: Header?
  /// Of what is to be read next, in bytes.
  private var offset = 0

  /// What stands before the samples.
  private struct Header: Sendable {
    var bytes: Data
    /// Bytes that belong together: a sample of every channel.
    var frame: Int
  }

  /// A header is no longer than this.
  private static let longestHeader = 4096
  /// Read at once, so that memory does not depend on how far the writer is ahead: half a minute at 16 kHz.
  private static let most = 1 << 20

  package init(_ url: URL) { self.url = url }

  /// What was written since the last call; nil where there is nothing new, or no file yet. Throws
  /// `InputError` for what is not WAV.
  package mutating func next() throws -> Waveform? {
    guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? file.close() }
    do {
      if header == nil {
        let start = try file.read(upToCount: Self.longestHeader) ?? Data()
        header = try Self.header(start, name: url.relativePath)
        offset = header?.bytes.count ?? 0
      }
      guard let header else { return nil }
      try file.seek(toOffset: UInt64(offset))
      let bytes = try file.read(upToCount: Self.most / header.frame * header.frame) ?? Data()
      let whole = bytes.prefix(bytes.count / header.frame * header.frame)
      if whole.isEmpty { return nil }
      offset += whole.count
      return try AudioFile.read(header.bytes + whole, name: url.relativePath)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(
        url.relativePath, expected: "a recording to read along", found: "one that cannot be read")
    }
  }

  /// Up to the samples, whose number is left open; nil while it is not all there.
  private static func header(_ start: Data, name: String) throws -> Header? {
    try start.withUnsafeBytes { bytes in
      guard bytes.count >= 12 else { return nil }
      guard bytes.text(0, 4) == "RIFF", bytes.text(8, 4) == "WAVE" else {
        throw InputError(name, expected: "a WAV file to read along", found: "other bytes")
      }
      var frame = 0
      var offset = 12
      while offset + 8 <= bytes.count {
        let size = bytes.little(offset + 4, 4)
        let content = offset + 8
        switch bytes.text(offset, 4) {
        case "fmt " where content + 14 <= bytes.count: frame = bytes.little(content + 12, 2)
        case "data":
          guard frame > 0 else {
            throw InputError(name, expected: "a fmt chunk before the data", found: "none")
          }
          var header = Data(bytes[..<content])
          header.replaceSubrange(content - 4..<content, with: [0xFF, 0xFF, 0xFF, 0xFF])
          return Header(bytes: header, frame: frame)
        default: break
        }
        offset = content + size + size % 2
      }
      guard bytes.count < longestHeader else {
        throw InputError(
          name, expected: "samples within the first \(longestHeader) bytes", found: "none")
      }
      return nil
    }
  }
}
