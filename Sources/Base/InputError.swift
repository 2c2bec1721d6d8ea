// The one error for bad input: what was read, what was expected, what was found.

/// Bad input, worded as one sentence: the file (or option), what was expected and what was found.
package struct InputError: Error, CustomStringConvertible, Equatable {
  package let description: String

  /// `InputError("a.wav", expected: "RIFF/WAVE data", found: "a file of 3 bytes")`
  package init(_ source: String, expected: String, found: String) {
    description = "\(source): expected \(expected), found \(found)"
  }

  /// A sentence of its own, for what does not fit expected/found.
  package init(_ sentence: String) {
    description = sentence
  }
}
