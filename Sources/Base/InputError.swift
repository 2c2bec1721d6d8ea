// The one error for bad input: what was read, what was expected, what was found.

/// Bad input. Its description words it as one sentence, harmless to print.
package struct InputError: Error, Sendable {
  /// What somebody who knows the way in may want to add advice to.
  package enum Kind: Sendable {
    case general
    /// The folder to write to has files already.
    case occupiedFolder
    /// The loss of a training is no number any more.
    case divergedTraining
  }

  /// The file or thing that was read; nil in an error that is a sentence of its own.
  package let source: String?
  package let expected: String?
  /// What was found; the whole sentence of an error that is one of its own.
  package let found: String
  package let kind: Kind
  /// What helps, in a few words after the sentence.
  package var advice: String?

  /// `InputError("a.wav", expected: "RIFF/WAVE data", found: "a file of 3 bytes")`
  package init(_ source: String, expected: String, found: String, kind: Kind = .general) {
    self.source = source
    self.expected = expected
    self.found = found
    self.kind = kind
  }

  /// A sentence of its own, for what does not fit expected/found.
  package init(_ sentence: String) {
    source = nil
    expected = nil
    found = sentence
    kind = .general
  }
}

extension InputError: CustomStringConvertible {
  package var description: String {
    var sentence = found
    if let source, let expected { sentence = "\(source): expected \(expected), found \(found)" }
    if let advice { sentence += "; \(advice)" }
    return sentence.harmless.shortened
  }
}

extension String {
  /// A few lines of a terminal: of what is longer, as where a file's line has no end, the beginning and
  /// the end.
  fileprivate var shortened: String {
    let (most, end) = (2000, 400)
    let scalars = unicodeScalars
    guard scalars.count > most else { return self }
    return String(Substring(scalars.prefix(most - end))) + " ... "
      + String(Substring(scalars.suffix(end)))
  }
}

extension InputError: Equatable {
  /// Whether both say the same.
  package static func == (one: InputError, other: InputError) -> Bool {
    one.description == other.description
  }
}
