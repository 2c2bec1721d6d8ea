// A real terminal to run the program in: a tmux server of our own, asked what its screen shows.

import Foundation
import TestSupport
import Testing

/// One pane with a shell. Waiting is for something seen, with a bound, never for a time.
final class Tmux {
  private let socket = "dropscope-test-\(getpid())-\(Int.random(in: 0..<1_000_000))"

  init(width: Int, height: Int, environment: [String: String] = [:]) throws {
    // Nothing is kept there: every start measures the machine's speed.
    let all = environment.merging(["XDG_CACHE_HOME": "/dev/null"]) { given, _ in given }
    let settings = all.map { "export \($0.key)='\($0.value)'; " }.joined()
    try run(
      "new-session", "-d", "-x", "\(width)", "-y", "\(height)",
      "\(settings)export DROPSCOPE_COUNTERS=1 LANG=C.UTF-8; PS1='ready> ' exec sh -i")
    try run("set", "-g", "mouse", "off")
    try run("set", "-g", "status", "off")
    // What programs put on the clipboard is kept.
    try run("set", "-s", "set-clipboard", "on")
    try run("resize-window", "-x", "\(width)", "-y", "\(height)")
    try wait("the shell's prompt") { $0.contains("ready>") }
  }

  deinit { _ = try? run("kill-server") }

  /// Types a line into the shell or the program.
  func type(line: String) throws {
    try run("send-keys", "-l", line)
    try run("send-keys", "Enter")
  }

  /// Bytes as they are.
  func type(_ bytes: String) throws { try run("send-keys", "-l", bytes) }

  /// Presses keys by their tmux names: `Right`, `Space`, `C-z`, `q`.
  func press(_ keys: String...) throws { try run(["send-keys"] + keys) }

  /// A mouse report as terminals send it; column and row from 0.
  func mouse(_ code: Int, x: Int, y: Int, released: Bool = false) throws {
    try run("send-keys", "-l", "\u{1B}[<\(code);\(x + 1);\(y + 1)\(released ? "m" : "M")")
  }

  func resize(width: Int, height: Int) throws {
    try run("resize-window", "-x", "\(width)", "-y", "\(height)")
  }

  func screen() throws -> String { try run("capture-pane", "-p") }

  /// Asks tmux about the pane: `#{alternate_on}` and the like.
  func ask(_ format: String) throws -> String {
    try run("display-message", "-p", format).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What a program has put on the clipboard.
  func clipboard() throws -> String { try run("show-buffer") }

  /// Process id of what runs in the pane's shell, or nil.
  func child() throws -> pid_t? {
    let shell = try ask("#{pane_pid}")
    let children = try String(
      contentsOfFile: "/proc/\(shell)/task/\(shell)/children", encoding: .utf8)
    return children.split(separator: " ").first.flatMap { pid_t($0) }
  }

  /// Polls the screen until `condition` holds; fails with the screen after 20 seconds.
  @discardableResult
  func wait(
    _ what: String, until condition: (String) throws -> Bool
  ) throws -> String {
    let end = Date().addingTimeInterval(20)
    var last = ""
    repeat {
      last = try screen()
      if try condition(last) { return last }
      usleep(20_000)
    } while Date() < end
    throw ProgramFailure(description: "waited 20 s for \(what); the screen shows\n\(last)")
  }

  /// Waits until everything asked of the evaluator, at least `requests` requests, is answered.
  @discardableResult
  func settle(requests: Int = 1) throws -> String {
    try wait("gen N done N, N >= \(requests)") { screen in
      guard let (asked, done) = Self.generation(screen) else { return false }
      return asked == done && done >= requests
    }
  }

  /// The shell is back, on its own screen, with its cursor and without mouse reports, and says the
  /// program's exit status (any when nil).
  func expectRestored(status: Int32?) throws {
    try wait("the exit status") { $0.contains(status.map { "status \($0)\n" } ?? "status ") }
    #expect(
      try ask("#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag}") == "0 0 0 1")
    try type(line: "echo still $((40 + 2))")
    try wait("an echoing shell") { $0.contains("still 42") && $0.contains("echo still") }
  }

  static func generation(_ screen: String) -> (asked: Int, done: Int)? {
    guard let match = screen.firstMatch(of: /gen (\d+) done (\d+)/) else { return nil }
    return (Int(match.1)!, Int(match.2)!)
  }

  @discardableResult
  private func run(_ arguments: String...) throws -> String { try run(arguments) }

  @discardableResult
  private func run(_ arguments: [String]) throws -> String {
    let outcome = try runProgram("tmux", ["-L", socket, "-f", "/dev/null"] + arguments)
    guard outcome.status == 0 else {
      throw ProgramFailure(description: "tmux \(arguments): \(outcome.errors)")
    }
    return outcome.output
  }
}
