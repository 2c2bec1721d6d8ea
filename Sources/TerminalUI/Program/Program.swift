// The main loop: messages change the state, the state is drawn.

import Base

@MainActor package enum Program {
  /// What to do after an effect.
  package enum Flow: Sendable { case carryOn, stop }

  /// Runs until `perform` answers `.stop`.
  ///
  /// Terminal events become messages through `message` (nil: ignored); the first is `.resize` with
  /// the size at the start. A key, the mouse or a new size is drawn at once; messages from the
  /// mailbox alone are drawn at most `framesPerSecond` times a second; without either the loop sleeps.
  ///
  /// - Returns: the last state.
  /// - Throws: when the terminal is gone, or what `perform` throws. Restoring the terminal is up to
  ///   the caller (`NCursesTerminal.with`).
  @discardableResult
  package static func run<State, Message: Sendable, Effect>(
    terminal: any Terminal,
    state initial: State,
    mailbox: Mailbox<Message>,
    framesPerSecond: Int = 30,
    message: (TerminalEvent) -> Message?,
    update: (inout State, Message) -> [Effect],
    view: (State, Size) -> Canvas,
    perform: (Effect) throws -> Flow
  ) throws -> State {
    var state = initial
    let clock = ContinuousClock()
    let frame = Duration.seconds(1) / framesPerSecond
    /// Set from a change until it is drawn.
    var drawDue: ContinuousClock.Instant?
    var lastDraw = clock.now - frame

    /// False when an effect stops the program.
    func apply(_ message: Message) throws -> Bool {
      for effect in update(&state, message) {
        if try perform(effect) == .stop { return false }
      }
      return true
    }

    terminal.watch(mailbox.descriptor)
    if let first = message(.resize(terminal.size)), try !apply(first) { return state }
    terminal.draw(view(state, terminal.size))

    while true {
      let wait = drawDue.map { max(.zero, clock.now.duration(to: $0)) }
      var event = try terminal.next(timeout: wait)
      var isUrgent = false
      // A drag sends events faster than they can be drawn: all that wait go into one frame, up to
      // a number that keeps frames coming.
      var taken = 0
      while let next = event, next != .wakeUp {
        isUrgent = true
        if let next = message(next), try !apply(next) { return state }
        taken += 1
        event = taken < 64 ? try terminal.next(timeout: .zero) : nil
      }
      for message in mailbox.drain() {
        if try !apply(message) { return state }
        if drawDue == nil { drawDue = lastDraw + frame }
      }
      guard isUrgent || drawDue.map({ clock.now >= $0 }) ?? false else { continue }
      terminal.draw(view(state, terminal.size))
      lastDraw = clock.now
      drawDue = nil
    }
  }
}
