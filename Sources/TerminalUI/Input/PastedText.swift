// Pasted text comes from anywhere, so it is cleaned before the program sees it.

package enum PastedText {
  /// Line ends become newlines; every other control character but tab goes.
  package static func clean(_ text: String) -> String {
    var result = ""
    for character in text {
      if character == "\r\n" || character == "\r" || character == "\n" {
        result.append("\n")
      } else if character == "\t" {
        result.append("\t")
      } else if character.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) {
        result.append(character)
      }
    }
    return result
  }
}
