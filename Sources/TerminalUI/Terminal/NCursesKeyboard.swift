// The terminal's bytes, read and decoded with what terminfo says of its keys.

internal import CNCurses
import Foundation

/// ncurses' own reading stays unused: it knows keys, and types the rest of what terminals send.
@MainActor final class NCursesKeyboard {
  private var decoder: InputDecoder
  /// When the rest of a sequence that has begun is given up; nil when none has.
  private(set) var deadline: ContinuousClock.Instant?
  /// When answers of the terminal are waited for no longer.
  private var answersEnd: ContinuousClock.Instant?

  /// Call after newterm.
  init(escapeDelay: Duration) {
    decoder = InputDecoder(keys: KeySequences.all(), escapeDelay: escapeDelay)
  }

  /// The next event that has arrived, without waiting for one.
  func next() -> TerminalEvent? {
    while true {
      if let event = decoder.next() { return event }
      guard let patience = decoder.patience else {
        deadline = nil
        return nil
      }
      let now = ContinuousClock.now
      let limit = deadline ?? now + patience
      deadline = limit
      guard now >= limit else { return nil }
      deadline = nil
      if let event = decoder.giveUp() { return event }
    }
  }

  /// Takes in what has arrived; false when the terminal has nothing more to give.
  func read() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Foundation.read(STDIN_FILENO, &buffer, buffer.count)
    if count > 0 {
      if let answersEnd, ContinuousClock.now >= answersEnd { giveUpAnswers() }
      decoder.feed(buffer.prefix(count))
      deadline = nil
      return true
    }
    return count < 0 && (errno == EINTR || errno == EAGAIN)
  }

  /// The terminal has been asked what it is: what it says within ten seconds counts. On a busy machine
  /// an answer may lie there for a while before it is read.
  func expectAnswers() {
    decoder.awaitsAnswers = true
    answersEnd = ContinuousClock.now + .seconds(10)
  }

  private func giveUpAnswers() {
    decoder.awaitsAnswers = false
    answersEnd = nil
  }

  /// Waits so long for what the terminal still has to answer, and drops it with all that is typed
  /// meanwhile: whoever reads the terminal next would take it for typed.
  func dropAnswers(within patience: Duration) {
    guard let answersEnd else { return }
    let end = min(answersEnd, ContinuousClock.now + patience)
    while decoder.awaitsAnswers {
      let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
      var place = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
      guard left > 0, poll(&place, 1, Int32(left.rounded(.up))) >= 0 else { break }
      if place.revents != 0 {
        guard read() else { break }
        while decoder.next() != nil {}
      }
    }
    giveUpAnswers()
  }
}

private enum KeySequences {
  /// Terminfo's and the common ones, which are right where they differ: TERM is often set to something
  /// near enough.
  static func all() -> [[UInt8]: Key] {
    var keys: [[UInt8]: Key] = [:]
    let functions = (1...63).map { ("kf\($0)", Key.function($0)) }
    for (name, key) in named + functions {
      guard let value = dropscope_capability(name) else { continue }
      let bytes = Terminfo.withoutPadding(String(cString: value))
      if bytes.count > 1, bytes[0] == 0x1B { keys[bytes] = key }
    }
    for (text, key) in common { keys[Array("\u{1B}\(text)".utf8)] = key }
    return keys
  }

  /// Terminfo's names.
  private static let named: [(String, Key)] = [
    ("kcuu1", .up), ("kcud1", .down), ("kcuf1", .right), ("kcub1", .left), ("khome", .home),
    ("kend", .end), ("kfnd", .home), ("kslt", .end), ("kpp", .pageUp), ("knp", .pageDown),
    ("kdch1", .delete), ("kcbt", .backTab), ("kent", .enter), ("kbs", .backspace),
  ]

  /// What follows ESC on most terminals.
  private static let common: [(String, Key)] = [
    ("[A", .up), ("[B", .down), ("[C", .right), ("[D", .left),
    ("OA", .up), ("OB", .down), ("OC", .right), ("OD", .left),
    ("[H", .home), ("OH", .home), ("[1~", .home), ("[7~", .home),
    ("[F", .end), ("OF", .end), ("[4~", .end), ("[8~", .end),
    ("[3~", .delete), ("[5~", .pageUp), ("[6~", .pageDown), ("[Z", .backTab), ("OM", .enter),
    ("OP", .function(1)), ("OQ", .function(2)), ("OR", .function(3)), ("OS", .function(4)),
    ("[[A", .function(1)), ("[[B", .function(2)), ("[[C", .function(3)), ("[[D", .function(4)),
    ("[[E", .function(5)),
    ("[11~", .function(1)), ("[12~", .function(2)), ("[13~", .function(3)),
    ("[14~", .function(4)), ("[15~", .function(5)), ("[17~", .function(6)),
    ("[18~", .function(7)), ("[19~", .function(8)), ("[20~", .function(9)),
    ("[21~", .function(10)), ("[23~", .function(11)), ("[24~", .function(12)),
  ]
}

extension Size {
  /// A window's.
  init(of window: UnsafeMutablePointer<WINDOW>) {
    self.init(width: Int(getmaxx(window)), height: Int(getmaxy(window)))
  }
}
