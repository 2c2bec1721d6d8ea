// Digests tell contents apart and stay the same from one process to the next.

import Base
import Foundation
import Testing

@Suite struct DigestTests {
  private func digest(_ data: [UInt8]) -> String {
    var digest = Digest()
    digest.add(Data(data))
    return digest.description
  }

  @Test func everyByteAndTheLengthCount() {
    let data = (0..<21).map { UInt8($0) }
    var seen: Set = [digest(data), digest(data + [0]), digest(Array(data.dropLast()))]
    #expect(seen.count == 3)
    for index in data.indices {
      var other = data
      other[index] ^= 1
      #expect(seen.insert(digest(other)).inserted, "byte \(index) does not count")
    }
  }

  /// Saved files are found by it.
  @Test func aKnownOne() {
    var digest = Digest()
    #expect(digest.description == "cbf29ce484222325")
    digest.add("a")
    // The published FNV-1a of "a".
    #expect(digest.description == "af63dc4c8601ec8c")
  }
}
