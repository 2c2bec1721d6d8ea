// Text in the pictures that are written: the one way into them.

import Base

extension StringProtocol {
  /// As it stands in XML, in an element or in an attribute: harmless, without markup, and without the
  /// two code points that XML cannot hold and Unicode has no characters for.
  var inXML: String {
    var result = ""
    for scalar in harmless.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result += String(scalar)
      }
    }
    return result
  }
}
