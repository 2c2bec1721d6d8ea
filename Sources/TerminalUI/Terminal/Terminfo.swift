// Terminfo strings as plain bytes.

import Foundation

package enum Terminfo {
  /// Removes the delays (`$<5>`) that only hardware terminals needed.
  package static func withoutPadding(_ capability: String) -> [UInt8] {
    var rest = Substring(capability)
    var bytes: [UInt8] = []
    while let start = rest.range(of: "$<"),
      let end = rest[start.upperBound...].firstIndex(of: ">")
    {
      bytes += Array(rest[..<start.lowerBound].utf8)
      rest = rest[rest.index(after: end)...]
    }
    return bytes + Array(rest.utf8)
  }
}
