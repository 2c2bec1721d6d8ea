// The main loop on a scripted terminal, and the mailbox.

import Base
import Foundation
import TerminalUI
import Testing

/// Gives out prepared events; when they run out, the program's mailbox is asked like the real one.
@MainActor private final class ScriptedTerminal: Terminal {
  var size = Size(width: 20, height: 3)
  let symbols = Symbols.ascii
  var events: [TerminalEvent]
  var frames: [Canvas] = []
  /// Called after each frame with their number.
  var drawn: (Int) -> Void = { _ in }
  private var watched: Int32 = -1

  init(_ events: [TerminalEvent]) { self.events = events }

  func draw(_ canvas: Canvas) {
    frames.append(canvas)
    drawn(frames.count)
  }
  func watch(_ descriptor: Int32) { watched = descriptor }
  func suspend() {}
  func setMouse(_ on: Bool) {}

  func next(timeout: Duration?) throws -> TerminalEvent? {
    if !events.isEmpty {
      if case .resize(let size) = events[0] { self.size = size }
      return events.removeFirst()
    }
    var descriptor = pollfd(fd: watched, events: Int16(POLLIN), revents: 0)
    let wait = timeout.map { Int32(($0 / .milliseconds(1)).rounded(.up)) } ?? 2000
    if poll(&descriptor, 1, wait) > 0 { return .wakeUp }
    if timeout == nil { throw TerminalError("nothing more happens") }
    return nil
  }
}

@MainActor @Suite struct ProgramTests {
  private enum Message: Sendable, Equatable { case event(TerminalEvent), number(Int) }
  private enum Effect { case stop, note(Int) }

  private func run(
    _ terminal: ScriptedTerminal, mailbox: Mailbox<Message> = Mailbox(),
    perform: (Effect) throws -> Program.Flow = { if case .stop = $0 { .stop } else { .carryOn } }
  ) throws -> [Message] {
    try Program.run(
      terminal: terminal, state: [Message](), mailbox: mailbox,
      message: { $0 == .focus(true) ? nil : .event($0) },
      update: { state, message in
        state.append(message)
        if message == .event(.key(.character("q"))) || message == .number(-1) { return [.stop] }
        if case .number(let number) = message { return [.note(number)] }
        return []
      },
      view: { state, size in
        var canvas = Canvas(size)
        canvas.text("\(state.count)", x: 0, y: 0)
        return canvas
      },
      perform: perform)
  }

  @Test func startsWithTheSizeAndStopsOnAnEffect() throws {
    let terminal = ScriptedTerminal([.focus(true), .key(.up), .key(.character("q")), .key(.down)])
    #expect(
      try run(terminal) == [
        .event(.resize(Size(width: 20, height: 3))), .event(.key(.up)),
        .event(.key(.character("q"))),
      ])
    #expect(terminal.frames.first?.lines()[0] == "1")
  }

  @Test func waitingEventsShareOneFrame() throws {
    let drags = (0..<40).map { TerminalEvent.mouse(MouseEvent(kind: .drag, x: $0, y: 0)) }
    let terminal = ScriptedTerminal(drags)
    let mailbox = Mailbox<Message>()
    // The first frame is that of the start, the second that of the drags.
    terminal.drawn = { if $0 == 2 { mailbox.post(.number(-1)) } }
    #expect(try run(terminal, mailbox: mailbox).count == 42)
    #expect(terminal.frames.count == 2)
    #expect(terminal.frames.last?.lines()[0] == "41")
  }

  @Test func mailboxMessagesAreDrawnAtTheFrameRate() throws {
    let terminal = ScriptedTerminal([])
    let mailbox = Mailbox<Message>()
    Thread.detachNewThread {
      for number in 0..<300 {
        mailbox.post(.number(number))
        usleep(1000)
      }
      usleep(100_000)
      mailbox.post(.number(-1))
    }
    let started = ContinuousClock.now
    let result = try run(terminal, mailbox: mailbox)
    let seconds = started.duration(to: .now) / .seconds(1)
    #expect(result.count == 302)
    #expect(Double(terminal.frames.count) <= 30 * seconds + 2)
    #expect(terminal.frames.count >= 3)
    // The last number was drawn although nothing followed it for a while.
    #expect(terminal.frames.last?.lines()[0] == "301")
  }

  @Test func errorsOfEffectsAndTheTerminalPassThrough() {
    struct Refused: Error {}
    let mailbox = Mailbox<Message>()
    mailbox.post(.number(7))
    #expect(throws: Refused.self) {
      try run(ScriptedTerminal([]), mailbox: mailbox) { _ in throw Refused() }
    }
    #expect(throws: TerminalError.self) { try run(ScriptedTerminal([])) }
  }
}

@Suite struct MailboxTests {
  private func isReadable(_ descriptor: Int32) -> Bool {
    var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&poller, 1, 0) > 0
  }

  @Test func readableExactlyWhileItHoldsSomething() {
    let mailbox = Mailbox<Int>()
    #expect(!isReadable(mailbox.descriptor))
    for round in 0..<3 {
      mailbox.post(round)
      mailbox.post(round + 1)
      #expect(isReadable(mailbox.descriptor))
      #expect(mailbox.drain() == [round, round + 1])
      #expect(!isReadable(mailbox.descriptor))
      #expect(mailbox.drain().isEmpty)
    }
  }

  @Test func nothingIsLostBetweenThreads() {
    let mailbox = Mailbox<(Int, Int)>()
    let (threads, each) = (4, 5000)
    for thread in 0..<threads {
      Thread.detachNewThread {
        for number in 0..<each { mailbox.post((thread, number)) }
      }
    }
    var next = [Int](repeating: 0, count: threads)
    var count = 0
    while count < threads * each {
      var poller = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&poller, 1, 5000) > 0 else { break }
      for (thread, number) in mailbox.drain() {
        #expect(number == next[thread])
        next[thread] += 1
        count += 1
      }
    }
    #expect(count == threads * each)
  }
}
