// The real terminal. Only it, its type, painter and keyboard know ncurses, of which windows, everything
// that reads and the signal handlers stay unused.

internal import CNCurses
import Foundation

/// Never waits for a terminal that takes nothing (stopped, or read by nobody): what is drawn meanwhile
/// is drawn when it goes on.
@MainActor package final class NCursesTerminal: Terminal {
  package private(set) var size: Size
  package let symbols: Symbols
  /// Colours in use: what the terminal has, cut down by what the user asked for.
  package var colorDepth: ColorDepth { painter.colorDepth }

  private let screen: OpaquePointer
  /// ncurses' own way to standard output.
  private let output: UnsafeMutablePointer<FILE>
  private let window: UnsafeMutablePointer<WINDOW>
  private let painter: NCursesPainter
  private let keyboard: NCursesKeyboard
  private let crashGuard: CrashGuard
  private let signals: Signals
  /// A name that terminfo knows.
  private let typeName: String
  /// What ought to be said of the terminal's type.
  package let remark: String?
  private let modes: TerminalModes
  private let leaveBytes: [UInt8]
  private var watched: Int32 = -1
  private var pending: [TerminalEvent] = []
  private var isMouseOn = true
  /// Asked for, but not asked yet.
  private var isBackgroundWanted = false
  private var isOpen = true
  private var isGone = false
  /// Bytes that the terminal did not take yet, and the newest canvas, to be painted after them.
  private var unsent: [UInt8] = []
  private var postponed: Canvas?
  /// Where what is shown is written to as well, and why that is over.
  private var recording: CastFile?
  private var recordingFailure: (any Error)?

  /// Opens the terminal, runs `body` and gives the terminal back however `body` ends. A thrown
  /// error leaves after that, so its message is printed on the normal screen.
  package static func with<Result>(
    color: ColorChoice = .auto, symbols: Symbols? = nil,
    _ body: (NCursesTerminal) throws -> Result
  ) throws -> Result {
    let terminal = try NCursesTerminal(color: color, symbols: symbols)
    defer { terminal.close() }
    let result = try body(terminal)
    try terminal.endRecording()
    return result
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
    try Self.checkSurroundings()
    let type = try TerminalType(environment)
    (typeName, remark) = (type.name, type.remark)
    // With these set ncurses would never look at the real size.
    unsetenv("LINES")
    unsetenv("COLUMNS")
    symbols = Self.localSymbols(chosen)

    crashGuard = CrashGuard()
    guard let output = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3), "w") else {
      throw TerminalError.noDescriptor
    }
    self.output = output
    guard let screen = Signals.undoing({ dropscope_newterm(type.name, output) }),
      let window = dropscope_stdscr()
    else {
      throw TerminalError(
        "TERM: expected a terminal type that can show a screen, found \"\(type.name)\"")
    }
    self.screen = screen
    self.window = window
    modes = type.modes()
    leaveBytes = modes.off + Self.restoringBytes()
    crashGuard.arm(restoring: leaveBytes)
    do {
      signals = try Signals()
      painter = try NCursesPainter(
        window, output: fileno(output), color: color, environment: environment)
    } catch {
      crashGuard.restore()
      throw error
    }
    let escapeDelay = environment["ESCDELAY"].flatMap { Int($0) } ?? 25
    keyboard = NCursesKeyboard(escapeDelay: .milliseconds(min(max(escapeDelay, 1), 10_000)))
    cbreak()
    noecho()
    nonl()
    Self.keepFlowing()
    curs_set(0)
    // A key that waits is no reason to leave a picture unfinished.
    typeahead(-1)
    size = Size(of: window)
    enableModes()
  }

  /// Gives the terminal back; what was written to standard error meanwhile is printed. Idempotent.
  package func close() {
    guard isOpen else { return }
    isOpen = false
    leave()
    signals.close()
    painter.close()
    delscreen(screen)
    fclose(output)
  }

  /// Ctrl-S is a key like others: a picture that stands still while keys act would deceive. ncurses
  /// keeps these modes for when the program comes back from Ctrl-Z.
  private static func keepFlowing() {
    var modes = termios()
    guard tcgetattr(STDIN_FILENO, &modes) == 0 else { return }
    modes.c_iflag &= ~tcflag_t(IXON)
    tcsetattr(STDIN_FILENO, TCSANOW, &modes)
    def_prog_mode()
  }

  // MARK: - Drawing

  package func draw(_ canvas: Canvas) {
    guard isOpen else { return }
    guard unsent.isEmpty else {
      postponed = canvas
      return
    }
    postponed = nil
    show(painter.draw(canvas, size: size))
    guard isBackgroundWanted else { return }
    isBackgroundWanted = false
    send(BackgroundReport.question)
    keyboard.expectAnswers()
  }

  /// Does what had to wait until the terminal took something.
  private func catchUp() {
    send([])
    if let postponed { draw(postponed) }
  }

  /// What the terminal does not take now, or within so many milliseconds, follows later.
  private func send(_ bytes: [UInt8], milliseconds: Int32 = 0) {
    unsent += bytes
    let done = unsent.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map {
        TerminalOutput.write(
          $0, count: buffer.count, to: STDOUT_FILENO, milliseconds: milliseconds)
      } ?? 0
    }
    unsent.removeFirst(done)
  }

  // MARK: - Recording

  /// Throws what keeps a file from being recorded to, before there is a terminal.
  nonisolated package static func checkRecording(_ url: URL) throws { try CastFile.check(url) }

  /// What is shown from now on goes into a file as well, as asciinema records it; where that fails, `next`
  /// throws. Modes, questions and what goes on the clipboard are left out: whoever plays it has a terminal
  /// of their own, which would obey.
  package func record(to url: URL) throws {
    recording = try CastFile(url, size: size, terminal: typeName)
    record { try $0.show(Self.bytes(of: ["smcup", "civis"])) }
  }

  private func record(_ body: (CastFile) throws -> Void) {
    guard let recording else { return }
    do {
      try body(recording)
    } catch {
      (self.recording, recordingFailure) = (nil, error)
    }
  }

  /// Throws what went wrong with it since `next` was called.
  private func endRecording() throws {
    record { try $0.show(Self.bytes(of: Self.restoring)) }
    recording = nil
    if let recordingFailure { throw recordingFailure }
  }

  private func show(_ bytes: [UInt8]) {
    record { try $0.show(bytes) }
    send(bytes)
  }

  // MARK: - Events

  package func watch(_ descriptor: Int32) {
    watched = descriptor
  }

  package func next(timeout: Duration?) throws -> TerminalEvent? {
    let clock = ContinuousClock()
    let deadline = timeout.map { clock.now + $0 }
    while true {
      if let recordingFailure { throw recordingFailure }
      if !pending.isEmpty { return pending.removeFirst() }
      if let event = keyboard.next() { return event }

      var descriptors = [
        pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        pollfd(fd: signals.descriptor, events: Int16(POLLIN), revents: 0),
        // A negative descriptor is skipped.
        pollfd(fd: watched, events: Int16(POLLIN), revents: 0),
        pollfd(fd: unsent.isEmpty ? -1 : STDOUT_FILENO, events: Int16(POLLOUT), revents: 0),
      ]
      let until = [deadline, keyboard.deadline].compactMap { $0 }.min()
      let ready = poll(&descriptors, nfds_t(descriptors.count), milliseconds(until: until))
      if descriptors[1].revents != 0 {
        for number in signals.take() { answer(signal: number) }
        continue
      }
      if descriptors[0].revents != 0 {
        if keyboard.read() { continue }
        return try loseInput()
      }
      if descriptors[3].revents != 0 { catchUp() }
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
  private func loseInput() throws -> TerminalEvent {
    if isGone { throw TerminalError("the terminal: expected keys, found it closed") }
    isGone = true
    return .interrupted
  }

  private func answer(signal number: Int32) {
    switch number {
    case SIGTSTP: suspend()
    // After SIGSTOP nobody told us; the shell may have changed the modes.
    case SIGCONT: resume()
    case SIGWINCH: fit()
    default: pending.append(.interrupted)
    }
  }

  // MARK: - Giving the terminal away and taking it back

  package func suspend() {
    guard isOpen else { return }
    signals.uninstall()
    leave()
    var standard = sigaction()
    var old = sigaction()
    sigaction(SIGTSTP, &standard, &old)
    // Stops here until continued.
    raise(SIGTSTP)
    sigaction(SIGTSTP, &old, nil)
    signals.install()
    crashGuard.arm(restoring: leaveBytes)
    resume()
  }

  package func setMouse(_ on: Bool) {
    isMouseOn = on
    send(on ? modes.mouseOn : modes.mouseOff)
  }

  /// Asks, after the next picture, whether the terminal's background is light: `.background`, once, if
  /// it says so soon.
  package func askBackground() { isBackgroundWanted = modes.hasCommands }

  /// Puts text on the clipboard of whoever sits before the terminal (OSC 52), where it allows that; false
  /// where it certainly does not.
  package func copy(_ text: String) -> Bool {
    guard modes.hasCommands else { return false }
    send(Array("\u{1B}]52;c;\(Data(text.utf8).base64EncodedString())\u{7}".utf8))
    return true
  }

  /// In order, or as a dying program does it where ncurses would wait for ever.
  private func leave() {
    TerminalOutput.release(STDOUT_FILENO)
    // endwin does not know of the modes set by hand.
    send(modes.off, milliseconds: 300)
    keyboard.dropAnswers(within: .milliseconds(300))
    if unsent.isEmpty {
      endwin()
      crashGuard.disarm()
    } else {
      crashGuard.restore()
    }
    unsent = []
    postponed = nil
  }

  private func resume() {
    // A window resized while we were stopped sent us no signal.
    fit()
    reset_prog_mode()
    show(painter.clear())
    enableModes()
    pending.append(.resize(size))
  }

  /// Takes on the window's size.
  private func fit() {
    var measured = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &measured) == 0, measured.ws_row > 0,
      measured.ws_col > 0,
      Size(width: Int(measured.ws_col), height: Int(measured.ws_row)) != Size(of: window)
    else { return }
    resizeterm(Int32(measured.ws_row), Int32(measured.ws_col))
    size = Size(of: window)
    record { try $0.resize(size) }
    painter.forget()
    pending.append(.resize(size))
  }

  private func enableModes() {
    send(isMouseOn ? modes.mouseOn + modes.reportsOn : modes.reportsOn)
  }

  /// What endwin would write, for when it cannot be called.
  private static func restoringBytes() -> [UInt8] {
    bytes(of: restoring) + Array("\r\n".utf8)
  }

  /// Capabilities that give a terminal back as it was.
  private static let restoring = ["sgr0", "op", "rmkx", "cnorm", "rmcup"]

  private static func bytes(of capabilities: [String]) -> [UInt8] {
    capabilities.flatMap { name in
      dropscope_capability(name).map { Terminfo.withoutPadding(String(cString: $0)) } ?? []
    }
  }

  private static func checkSurroundings() throws {
    for (descriptor, name) in [(STDIN_FILENO, "input"), (STDOUT_FILENO, "output")] {
      guard isatty(descriptor) == 1 else {
        throw TerminalError(
          "standard \(name): expected a terminal for the dashboard, found a file or pipe")
      }
    }
  }
}
