// Text in the pictures that are written: the one way into them.

import Base

extension StringProtocol {
  /// As it stands in XML, in an element or in an attribute: harmless, without markup, and without the
  /// two code points that XML cannot hold and Unicode has no characters for.
  var inXML: String {
    var result = String.UnicodeScalarView()
    for scalar in harmless.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
