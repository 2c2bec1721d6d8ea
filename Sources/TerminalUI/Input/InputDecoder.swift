// Bytes that a terminal sends, as events. What means nothing here is passed over whole, by the grammar
// of ECMA-48 and xterm's control sequences: its letters and digits would look like typed ones.

package struct InputDecoder: Sendable {
  private enum State {
    case ground
    /// In a sequence longer than any that means something.
    case parameters
    /// After OSC, DCS, APC, PM or SOS, to their end. Only what follows OSC may mean something.
    case string(isCommand: Bool)
    case paste
  }

  private enum Step {
    /// So many bytes are done with; nil means nothing to the program.
    case done(Int, TerminalEvent?)
    /// More has to come.
    case incomplete
    /// So many bytes are done with, and what follows is read in another way.
    case entering(State, Int)
    /// So many bytes are done with, and the terminal has answered all that it was asked.
    case answered(Int)
  }

  private static let escape: UInt8 = 0x1B
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  /// Nobody types a megabyte.
  private static let longestPaste = 1 << 20
  private static let longestSequence = 256

  private let keys: [[UInt8]: Key]
  private let longestKey: Int
  private let escapeDelay: Duration
  private var state = State.ground
  /// Not decoded yet.
  private var bytes: ArraySlice<UInt8> = []
  private var pasted: [UInt8] = []
  /// What has come of an OSC.
  private var command: [UInt8] = []
  private static let longestCommand = 64

  /// The terminal was asked for its background and what it is, and has not said the latter yet. Answers
  /// that nobody waits for are passed over.
  package var awaitsAnswers = false

  /// - Parameters:
  ///   - keys: sequences that begin with ESC, and the keys that send them.
  ///   - escapeDelay: how long after an ESC the rest of its sequence may come.
  package init(keys: [[UInt8]: Key], escapeDelay: Duration) {
    self.keys = keys
    self.escapeDelay = escapeDelay
    longestKey = keys.keys.map(\.count).max() ?? 0
  }

  package mutating func feed(_ more: some Sequence<UInt8>) {
    bytes = ArraySlice(Array(bytes) + more)
  }

  /// The next event that is complete.
  package mutating func next() -> TerminalEvent? {
    while true {
      let step: Step
      switch state {
      case .ground: step = bytes.isEmpty ? .incomplete : sequence(bytes)
      case .parameters: step = parameters()
      case .string: step = string()
      case .paste: step = paste()
      }
      switch step {
      case .incomplete: return nil
      case .entering(let new, let count):
        state = new
        command = []
        bytes = bytes.dropFirst(count)
      case .answered(let count):
        awaitsAnswers = false
        bytes = bytes.dropFirst(count)
      case .done(let count, let event):
        bytes = bytes.dropFirst(count)
        if let event { return event }
      }
    }
  }

  /// How long to wait for the rest of what has begun, from its last byte on; nil when nothing has. A
  /// slow line may take a while, and a late answer of a terminal longer.
  package var patience: Duration? {
    switch state {
    case .string: .milliseconds(500)
    case .paste: .seconds(1)
    case .parameters: .milliseconds(100)
    case .ground:
      if bytes.isEmpty {
        nil
      } else {
        bytes.allSatisfy { $0 == Self.escape } ? escapeDelay : .milliseconds(100)
      }
    }
  }

  /// The rest did not come: an ESC alone was the Escape key, a paste is what has come of it, and all
  /// else is dropped.
  package mutating func giveUp() -> TerminalEvent? {
    let rest = bytes
    switch state {
    case .paste:
      pasted += rest
      bytes = []
      return endPaste()
    case .ground where rest.first == Self.escape && rest.allSatisfy { $0 == Self.escape }:
      bytes = rest.dropFirst()
      return .key(.escape)
    default:
      (state, bytes) = (.ground, [])
      return nil
    }
  }

  // MARK: - Sequences

  /// What `bytes`, not empty, begin with.
  private func sequence(_ bytes: ArraySlice<UInt8>) -> Step {
    let first = bytes[bytes.startIndex]
    if first >= 0x80 { return utf8(bytes) }
    guard first == Self.escape else { return .done(1, Self.key(first).map { .key($0) }) }
    guard let second = bytes.dropFirst().first else { return .incomplete }
    for length in stride(from: min(longestKey, bytes.count), to: 1, by: -1) {
      if let key = keys[Array(bytes.prefix(length))] { return .done(length, .key(key)) }
    }
    switch second {
    case UInt8(ascii: "["): return control(bytes)
    case UInt8(ascii: "O"): return single(bytes)
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"),
      UInt8(ascii: "_"):
      return .entering(.string(isCommand: second == UInt8(ascii: "]")), 2)
    case Self.escape: return doubled(bytes)
    case 0x80...:
      // Alt with a character of several bytes.
      guard case .done(let length, _) = utf8(bytes.dropFirst()) else { return .incomplete }
      return .done(1 + length, nil)
    default: return .done(2, nil)
    }
  }

  /// Alt with a key that sends a sequence, or Escape before anything else.
  private func doubled(_ bytes: ArraySlice<UInt8>) -> Step {
    guard let third = bytes.dropFirst(2).first else { return .incomplete }
    guard third == UInt8(ascii: "[") || third == UInt8(ascii: "O") else {
      return .done(1, .key(.escape))
    }
    switch sequence(bytes.dropFirst()) {
    case .done(let length, .key): return .done(1 + length, nil)
    case .incomplete: return .incomplete
    default: return .done(1, .key(.escape))
    }
  }

  /// CSI: parameters and intermediates, then one final byte.
  private func control(_ bytes: ArraySlice<UInt8>) -> Step {
    let body = bytes.dropFirst(2)
    switch body.first {
    case UInt8(ascii: "["):
      // The Linux console's function keys.
      return bytes.count < 4 ? .incomplete : .done(4, nil)
    case UInt8(ascii: "M"):
      // The mouse in the form of X10, which is not asked for: three bytes of any value.
      return bytes.count < 6 ? .incomplete : .done(6, nil)
    default: break
    }
    let parameters = body.prefix { (0x20...0x3F).contains($0) }
    if parameters.count > Self.longestSequence {
      return .entering(.parameters, 2 + parameters.count)
    }
    guard let final = body.dropFirst(parameters.count).first else { return .incomplete }
    // Another byte ends a sequence that was cut short, and stands for itself.
    guard (0x40...0x7E).contains(final) else { return .done(2 + parameters.count, nil) }
    let length = 3 + parameters.count
    let text = String(decoding: parameters, as: UTF8.self)
    switch (text, final) {
    case ("", UInt8(ascii: "I")): return .done(length, .focus(true))
    case ("", UInt8(ascii: "O")): return .done(length, .focus(false))
    case ("200", UInt8(ascii: "~")): return .entering(.paste, length)
    case (_, UInt8(ascii: "c")) where text.first == "?": return .answered(length)
    default:
      guard text.first == "<" else { return .done(length, nil) }
      let report = text.dropFirst() + String(Unicode.Scalar(final))
      return .done(length, MouseEvent(sgr: String(report)).map { .mouse($0) })
    }
  }

  /// SS3: perhaps modifiers, then one byte. The number pad's digits mean nothing: they would be keys
  /// that do something else than they say.
  private func single(_ bytes: ArraySlice<UInt8>) -> Step {
    let modifiers = bytes.dropFirst(2).prefix(8).prefix { (0x30...0x3B).contains($0) }
    guard let final = bytes.dropFirst(2 + modifiers.count).first else { return .incomplete }
    return .done((0x20...0x7E).contains(final) ? 3 + modifiers.count : 2 + modifiers.count, nil)
  }

  private func utf8(_ bytes: ArraySlice<UInt8>) -> Step {
    let first = bytes[bytes.startIndex]
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard (0xC2...0xF4).contains(first) else { return .done(1, nil) }
    let rest = bytes.dropFirst().prefix(length - 1).prefix { $0 & 0xC0 == 0x80 }
    if rest.count < length - 1 {
      return 1 + rest.count == bytes.count ? .incomplete : .done(1 + rest.count, nil)
    }
    let character = String(validating: bytes.prefix(length), as: UTF8.self)?.first
    let isControl = character?.unicodeScalars.first?.properties.generalCategory == .control
    return .done(length, isControl ? nil : character.map { .key(.character($0)) })
  }

  /// Of a byte below 0x80 that is no ESC.
  private static func key(_ byte: UInt8) -> Key? {
    switch byte {
    case 13, 10: .enter
    case 9: .tab
    case 127, 8: .backspace
    case 0: .control(" ")
    case 1...26: .control(Character(Unicode.Scalar(96 + byte)))
    case 28...31: .control(Character(Unicode.Scalar(64 + byte)))
    default: .character(Character(Unicode.Scalar(byte)))
    }
  }

  // MARK: - What has no bounds

  private func parameters() -> Step {
    let more = bytes.prefix { (0x20...0x3F).contains($0) }.count
    guard let final = bytes.dropFirst(more).first else {
      return more == 0 ? .incomplete : .done(more, nil)
    }
    return .entering(.ground, (0x40...0x7E).contains(final) ? more + 1 : more)
  }

  /// To ST or BEL. CAN and SUB break it off, and so does Ctrl-C, which must always be heard.
  private mutating func string() -> Step {
    let inside = bytes.prefix { ![0x03, 0x07, 0x18, 0x1A, Self.escape].contains($0) }.count
    command += bytes.prefix(min(inside, Self.longestCommand - command.count))
    guard let end = bytes.dropFirst(inside).first else {
      return inside == 0 ? .incomplete : .done(inside, nil)
    }
    switch end {
    case 0x07: return endString(inside + 1)
    case 0x03: return .entering(.ground, inside)
    case Self.escape:
      guard let next = bytes.dropFirst(inside + 1).first else {
        return inside == 0 ? .incomplete : .done(inside, nil)
      }
      return next == UInt8(ascii: "\\") ? endString(inside + 2) : .entering(.ground, inside)
    default: return .entering(.ground, inside + 1)
    }
  }

  /// After so many bytes.
  private mutating func endString(_ count: Int) -> Step {
    guard case .string(isCommand: true) = state, awaitsAnswers,
      let isLight = BackgroundReport.isLight(osc: String(decoding: command, as: UTF8.self))
    else { return .entering(.ground, count) }
    state = .ground
    return .done(count, .background(isLight: isLight))
  }

  /// Raw bytes to its end: inside a paste an arrow key is just text.
  private mutating func paste() -> Step {
    let end = bytes.firstRange(of: Self.pasteEnd)
    // The last bytes may be the beginning of the end.
    let open =
      (1..<Self.pasteEnd.count).last { bytes.suffix($0).elementsEqual(Self.pasteEnd.prefix($0)) }
    let taken = end.map { $0.lowerBound - bytes.startIndex } ?? bytes.count - (open ?? 0)
    pasted += bytes.prefix(min(taken, Self.longestPaste - min(Self.longestPaste, pasted.count)))
    bytes = bytes.dropFirst(taken)
    return end == nil ? .incomplete : .done(Self.pasteEnd.count, endPaste())
  }

  private mutating func endPaste() -> TerminalEvent {
    defer { (state, pasted) = (.ground, []) }
    return .paste(PastedText.clean(String(decoding: pasted, as: UTF8.self)))
  }
}
