// The real terminal, and the only file that knows ncurses. It paints canvases and reads events;
// everything else of curses (windows, its mouse decoder, its signal handlers) stays unused.

internal import CNCurses
import Foundation

@MainActor package final class NCursesTerminal: Terminal {
  package private(set) var size = Size(width: 0, height: 0)
  package let symbols: Symbols
  /// Colours in use: what the terminal has, cut down by what the user asked for.
  package let colorDepth: ColorDepth

  private let screen: OpaquePointer
  private let window: UnsafeMutablePointer<WINDOW>
  /// Keys are read from a window never drawn on: reading from a changed one would paint it.
  private let keyPad: UnsafeMutablePointer<WINDOW>
  private let crashGuard = CrashGuard()
  private var signals: Signals?
  private let leaveBytes: [UInt8]
  private var watched: Int32 = -1
  private var pending: [TerminalEvent] = []
  private var isMouseOn = true
  private var isOpen = true
  private var isGone = false
  /// What is on the screen; nil when unknown.
  private var painted: Canvas?
  private var looks: [Style: Look] = [:]
  private var pairs: [ColorPair: Int32] = [:]
  private let hasDefaultColors: Bool

  /// A style in ncurses' terms.
  private struct Look {
    var attributes: attr_t
    var pair: Int32
  }

  private struct ColorPair: Hashable { var foreground, background: Int32 }

  /// Codes of our own for sequences ncurses does not decode; its own end at KEY_MAX (511).
  private enum Code {
    static let mouse: Int32 = 600
    static let focusIn: Int32 = 601
    static let focusOut: Int32 = 602
    static let paste: Int32 = 603
  }

  /// Opens the terminal, runs `body` and gives the terminal back however `body` ends. A thrown
  /// error leaves after that, so its message is printed on the normal screen.
  package static func with<Result>(
    color: ColorChoice = .auto, symbols: Symbols? = nil,
    _ body: (NCursesTerminal) throws -> Result
  ) throws -> Result {
    let terminal = try NCursesTerminal(color: color, symbols: symbols)
    defer { terminal.close() }
    return try body(terminal)
  }

  /// Sets the locale, and says what can be drawn in it.
  /// - Parameter chosen: the set wanted instead of what the locale suggests.
  nonisolated package static func localSymbols(_ chosen: Symbols? = nil) -> Symbols {
    // Only character types: the decimal point stays a point.
    setlocale(LC_CTYPE, "")
    var isUTF8 = String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8"
    if let chosen, chosen != .ascii, !isUTF8 {
      // Asked for by name: the terminal may well show what the locale does not promise.
      isUTF8 = setlocale(LC_CTYPE, "C.UTF-8") != nil
    }
    return isUTF8 ? chosen ?? .braille : .ascii
  }

  /// - Parameter symbols: the set to start with instead of what the locale suggests.
  /// - Throws: `TerminalError` when standard input or output is not a terminal or TERM is no use.
  package init(color: ColorChoice = .auto, symbols chosen: Symbols? = nil) throws {
    let environment = ProcessInfo.processInfo.environment
    try Self.checkSurroundings(environment)
    // With these set ncurses would never look at the real size.
    unsetenv("LINES")
    unsetenv("COLUMNS")
    symbols = Self.localSymbols(chosen)

    guard let screen = dropscope_newterm(), let window = dropscope_stdscr(),
      let keyPad = newpad(1, 1)
    else {
      throw TerminalError(
        "TERM: expected a terminal type that terminfo knows,"
          + " found \"\(environment["TERM", default: ""])\"")
    }
    self.screen = screen
    self.window = window
    self.keyPad = keyPad
    if environment["ESCDELAY"] == nil { set_escdelay(25) }
    cbreak()
    noecho()
    nonl()
    curs_set(0)
    leaveok(window, true)
    keypad(keyPad, true)
    meta(keyPad, true)
    nodelay(keyPad, true)
    for (sequence, code) in KeyCodes.common { define_key("\u{1B}" + sequence, code) }
    define_key("\u{1B}[<", Code.mouse)
    define_key("\u{1B}[I", Code.focusIn)
    define_key("\u{1B}[O", Code.focusOut)
    define_key("\u{1B}[200~", Code.paste)

    var available = 0
    var defaults = false
    if has_colors() {
      start_color()
      defaults = use_default_colors() == OK
      available = Int(dropscope_colors())
    }
    colorDepth = color.depth(available: available, environment: environment)
    hasDefaultColors = defaults
    leaveBytes = Self.modesOff + Self.restoringBytes()
    size = currentSize()

    signals = try Signals()
    crashGuard.arm(restoring: leaveBytes)
    enableModes()
  }

  /// Gives the terminal back; what was written to standard error meanwhile is printed. Idempotent.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    signals?.close()
    leave()
    crashGuard.disarm()
    delwin(keyPad)
    delscreen(screen)
  }

  // MARK: - Drawing

  package func draw(_ canvas: Canvas) {
    guard isOpen else { return }
    if painted?.size != canvas.size { painted = nil }
    if painted == nil { werase(window) }
    for y in 0..<min(size.height, canvas.size.height) {
      for x in 0..<min(size.width, canvas.size.width) {
        let cell = canvas[x, y]
        if cell.character == Cell.continuation { continue }
        if let painted, painted[x, y] == cell { continue }
        put(cell, x: x, y: y)
      }
    }
    painted = canvas
    wnoutrefresh(window)
    doupdate()
  }

  private func put(_ cell: Cell, x: Int, y: Int) {
    let look = look(of: cell.style)
    // A base and at most four marks: more do not fit a curses cell.
    var text = cell.character.unicodeScalars.prefix(5).map { wchar_t($0.value) }
    let known = Int(wcwidth(text[0]))
    let wanted = CharacterWidth.of(cell.character)
    // The locale may not have the character, or the C library may think it wider than we do.
    if known < 1 || known > wanted { text = [wchar_t(UInt8(ascii: "?"))] }
    text.append(0)
    // The bottom right cell answers ERR although it is written; there is nothing else to check.
    _ = dropscope_put(window, Int32(y), Int32(x), text, look.attributes, look.pair)
    if wanted == 2, text[0] == wchar_t(UInt8(ascii: "?")) || known == 1 {
      _ = dropscope_put(window, Int32(y), Int32(x + 1), [32, 0], look.attributes, look.pair)
    }
  }

  private func look(of style: Style) -> Look {
    if let known = looks[style] { return known }
    var attributes: attr_t = 0
    if style.bold { attributes |= dropscope_bold() }
    if style.dim { attributes |= dropscope_dim() }
    if style.underline { attributes |= dropscope_underline() }
    if style.reverse { attributes |= dropscope_reverse() }
    if style.italic { attributes |= dropscope_italic() }
    let look = Look(
      attributes: attributes, pair: pair(style.foreground, on: style.background))
    looks[style] = look
    return look
  }

  private func pair(_ foreground: Color, on background: Color) -> Int32 {
    let front = colorDepth.index(of: foreground).map(Int32.init)
    let back = colorDepth.index(of: background).map(Int32.init)
    if front == nil, back == nil { return 0 }
    // Where the terminal cannot be told "your own colour", white on black is what it starts with.
    let wanted = ColorPair(
      foreground: front ?? (hasDefaultColors ? -1 : COLOR_WHITE),
      background: back ?? (hasDefaultColors ? -1 : COLOR_BLACK))
    if let known = pairs[wanted] { return known }
    let number = Int32(pairs.count + 1)
    guard number < dropscope_color_pairs(),
      init_extended_pair(number, wanted.foreground, wanted.background) == OK
    else {
      // Out of pairs (64 on the Linux console): the text's colour matters most.
      return back == nil ? 0 : pair(foreground, on: .default)
    }
    pairs[wanted] = number
    return number
  }

  // MARK: - Events

  package func watch(_ descriptor: Int32) {
    watched = descriptor
  }

  package func next(timeout: Duration?) throws -> TerminalEvent? {
    let clock = ContinuousClock()
    let deadline = timeout.map { clock.now + $0 }
    while true {
      if !pending.isEmpty { return pending.removeFirst() }
      // Before sleeping: ncurses may hold bytes that poll does not see.
      if let event = readEvent() { return event }

      var descriptors = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        // A negative descriptor is skipped.
        pollfd(fd: watched, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: deadline))
      if descriptors[1].revents != 0 {
        for number in signals?.take() ?? [] { answer(signal: number) }
        continue
      }
      if descriptors[0].revents != 0 {
        if try isInputLost(descriptors[0].revents) { return .interrupted }
        continue
      }
      if descriptors[2].revents != 0 { return .wakeUp }
      if ready < 0, errno != EINTR {
        throw TerminalError("the terminal: expected to wait for keys, found error \(errno)")
      }
      if let deadline, clock.now >= deadline { return nil }
    }
  }

  /// For poll: rounded up, or a wait of under a millisecond would spin; -1 is for ever.
  private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
    return Int32(min(1e9, max(0, left.rounded(.up))))
  }

  /// A terminal that was closed is readable for ever and gives nothing. The program is told to
  /// leave once; if it goes on waiting instead, that is an error.
  private func isInputLost(_ events: Int16) throws -> Bool {
    guard events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 else { return false }
    // Keys typed before the end are still there.
    var waiting: Int32 = 0
    if ioctl(STDIN_FILENO, UInt(FIONREAD), &waiting) == 0, waiting > 0 { return false }
    if isGone { throw TerminalError("the terminal: expected keys, found it closed") }
    isGone = true
    return true
  }

  private func answer(signal number: Int32) {
    switch number {
    case SIGTSTP: suspend()
    // After SIGSTOP nobody told us; the shell may have changed the modes.
    case SIGCONT: resume()
    case SIGWINCH:
      // ncurses reports it as KEY_RESIZE on the next read; a size it already has it does not.
      break
    default: pending.append(.interrupted)
    }
  }

  private func readEvent() -> TerminalEvent? {
    while true {
      let code = wgetch(keyPad)
      if code == ERR { return nil }
      if let event = decode(code) { return event }
    }
  }

  /// Nil for what means nothing to the program.
  private func decode(_ code: Int32) -> TerminalEvent? {
    switch code {
    case Code.mouse: return readMouse()
    case Code.focusIn: return .focus(true)
    case Code.focusOut: return .focus(false)
    case Code.paste: return readPaste()
    case KEY_RESIZE:
      size = currentSize()
      painted = nil
      return .resize(size)
    case KEY_F0 + 1...KEY_F0 + 63: return .key(.function(Int(code - KEY_F0)))
    case 27: return readEscape() ? .key(.escape) : nil
    case 128..<256: return readUTF8(first: UInt8(code)).map { .key(.character($0)) }
    default: return KeyCodes.key(for: code).map { .key($0) }
    }
  }

  /// The next byte of a sequence that has begun; a slow line may take a while to bring it.
  private func readByte() -> UInt8? {
    wtimeout(keyPad, 100)
    defer { nodelay(keyPad, true) }
    let code = wgetch(keyPad)
    return (0..<256).contains(code) ? UInt8(code) : nil
  }

  /// True for the Escape key. A sequence nobody defined (Ctrl-Alt-F5, say) is swallowed: its
  /// letters and digits would look like typed ones.
  private func readEscape() -> Bool {
    let code = wgetch(keyPad)
    switch code {
    case ERR: return true
    case Int32(UInt8(ascii: "[")):
      // Parameters and intermediates, then one final byte of 0x40 to 0x7E.
      while let byte = readByte(), byte < 0x40 {}
      return false
    default:
      ungetch(code)
      return true
    }
  }

  private func readMouse() -> TerminalEvent? {
    var report = ""
    while report.count < 32, let byte = readByte() {
      report.unicodeScalars.append(Unicode.Scalar(byte))
      if byte == UInt8(ascii: "M") || byte == UInt8(ascii: "m") {
        return MouseEvent(sgr: report).map { .mouse($0) }
      }
    }
    return nil
  }

  private func readUTF8(first: UInt8) -> Character? {
    let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
    var bytes = [first]
    while bytes.count < length, let byte = readByte() { bytes.append(byte) }
    return String(validating: bytes, as: UTF8.self)?.first
  }

  private func readPaste() -> TerminalEvent? {
    // Raw bytes: inside a paste an arrow key is just text.
    keypad(keyPad, false)
    defer { keypad(keyPad, true) }
    let end = Array("\u{1B}[201~".utf8)
    let limit = 1 << 20
    var bytes: [UInt8] = []
    while let byte = readByte() {
      bytes.append(byte)
      if bytes.suffix(end.count).elementsEqual(end) {
        bytes.removeLast(end.count)
        break
      }
      // Nobody types a megabyte: keep the beginning, and the end to see where it stops.
      if bytes.count > limit + 4096 { bytes.removeSubrange(limit..<limit + 2048) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    return .paste(PastedText.clean(text))
  }

  // MARK: - Giving the terminal away and taking it back

  package func suspend() {
    guard isOpen else { return }
    signals?.uninstall()
    leave()
    crashGuard.disarm()
    var standard = sigaction()
    var old = sigaction()
    sigaction(SIGTSTP, &standard, &old)
    // Stops here until continued.
    raise(SIGTSTP)
    sigaction(SIGTSTP, &old, nil)
    signals?.install()
    crashGuard.arm(restoring: leaveBytes)
    resume()
  }

  package func setMouse(_ on: Bool) {
    isMouseOn = on
    send(on ? Self.mouseOn : Self.mouseOff)
  }

  /// endwin does not know of the modes set by hand.
  private func leave() {
    send(Self.modesOff)
    endwin()
  }

  private func resume() {
    var measured = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &measured) == 0, measured.ws_row > 0,
      measured.ws_col > 0
    {
      // A window resized while we were stopped sent us no signal.
      resize_term(Int32(measured.ws_row), Int32(measured.ws_col))
    }
    reset_prog_mode()
    clearok(window, true)
    wrefresh(window)
    size = currentSize()
    painted = nil
    enableModes()
    pending.append(.resize(size))
  }

  private func enableModes() {
    send(isMouseOn ? Self.mouseOn + Self.reportsOn : Self.reportsOn)
  }

  private func currentSize() -> Size {
    Size(width: Int(getmaxx(window)), height: Int(getmaxy(window)))
  }

  /// Press, release and motion with a button down (1002), as decimal numbers (1006): ncurses' own
  /// decoder never asks for motion and cannot count beyond column 223 on some terminals.
  private static let mouseOn = Array("\u{1B}[?1002h\u{1B}[?1006h".utf8)
  private static let mouseOff = Array("\u{1B}[?1002l\u{1B}[?1006l".utf8)
  /// Focus changes and bracketed paste.
  private static let reportsOn = Array("\u{1B}[?1004h\u{1B}[?2004h".utf8)
  private static let modesOff = mouseOff + Array("\u{1B}[?1004l\u{1B}[?2004l".utf8)

  /// What endwin would write, for when it cannot be called.
  private static func restoringBytes() -> [UInt8] {
    var bytes: [UInt8] = []
    for name in ["sgr0", "op", "rmkx", "cnorm", "rmcup"] {
      guard let value = dropscope_capability(name) else { continue }
      bytes += Terminfo.withoutPadding(String(cString: value))
    }
    return bytes + Array("\r\n".utf8)
  }

  private func send(_ bytes: [UInt8]) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return }
      done += count
    }
  }

  private static func checkSurroundings(_ environment: [String: String]) throws {
    for (descriptor, name) in [(STDIN_FILENO, "input"), (STDOUT_FILENO, "output")] {
      guard isatty(descriptor) == 1 else {
        throw TerminalError(
          "standard \(name): expected a terminal for the dashboard, found a file or pipe")
      }
    }
    switch environment["TERM", default: ""] {
    case "":
      throw TerminalError("TERM: expected the name of this terminal's type, found it not set")
    case "dumb":
      throw TerminalError(
        "TERM: expected a terminal that can move its cursor, found \"dumb\"")
    default: break
    }
  }
}

/// ncurses' numbers for keys.
private enum KeyCodes {
  /// What terminals send (after ESC) whatever TERM says: it is often set to something near enough.
  static let common: [(String, Int32)] = [
    ("[A", KEY_UP), ("[B", KEY_DOWN), ("[C", KEY_RIGHT), ("[D", KEY_LEFT),
    ("OA", KEY_UP), ("OB", KEY_DOWN), ("OC", KEY_RIGHT), ("OD", KEY_LEFT),
    ("[H", KEY_HOME), ("OH", KEY_HOME), ("[1~", KEY_HOME), ("[7~", KEY_HOME),
    ("[F", KEY_END), ("OF", KEY_END), ("[4~", KEY_END), ("[8~", KEY_END),
    ("[3~", KEY_DC), ("[5~", KEY_PPAGE), ("[6~", KEY_NPAGE), ("[Z", KEY_BTAB), ("OM", KEY_ENTER),
    ("OP", KEY_F0 + 1), ("OQ", KEY_F0 + 2), ("OR", KEY_F0 + 3), ("OS", KEY_F0 + 4),
    ("[11~", KEY_F0 + 1), ("[12~", KEY_F0 + 2), ("[13~", KEY_F0 + 3), ("[14~", KEY_F0 + 4),
    ("[15~", KEY_F0 + 5), ("[17~", KEY_F0 + 6), ("[18~", KEY_F0 + 7), ("[19~", KEY_F0 + 8),
    ("[20~", KEY_F0 + 9), ("[21~", KEY_F0 + 10), ("[23~", KEY_F0 + 11), ("[24~", KEY_F0 + 12),
  ]

  static func key(for code: Int32) -> Key? {
    switch code {
    case KEY_UP: .up
    case KEY_DOWN: .down
    case KEY_LEFT: .left
    case KEY_RIGHT: .right
    case KEY_PPAGE: .pageUp
    case KEY_NPAGE: .pageDown
    case KEY_HOME, KEY_FIND: .home
    case KEY_END, KEY_SELECT: .end
    case KEY_ENTER, 13, 10: .enter
    case 9: .tab
    case KEY_BTAB: .backTab
    case KEY_BACKSPACE, 127, 8: .backspace
    case KEY_DC: .delete
    case 0: .control(" ")
    case 1...26: .control(Character(Unicode.Scalar(UInt8(96 + code))))
    case 28...31: .control(Character(Unicode.Scalar(UInt8(64 + code))))
    case 32...126: .character(Character(Unicode.Scalar(UInt8(code))))
    default: nil
    }
  }
}
