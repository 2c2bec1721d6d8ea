// Playing and recording through whatever program the machine has.

import Base
import Foundation
import Synchronization

/// Each tool is looked for in PATH when it is needed; nothing is linked.
final class SoundTools: Sendable {
  private struct State {
    var player: Process?
    var recorder: Process?
    var file: URL?
  }

  private let state = Mutex(State())

  /// Programs and what they are told before the file's name.
  private static let players: [(program: String, arguments: [String])] = [
    ("pw-play", []), ("paplay", []), ("play", ["-q"]),
    ("ffplay", ["-nodisp", "-autoexit", "-loglevel", "quiet"]),
    ("mpv", ["--no-video", "--really-quiet"]), ("aplay", ["-q"]),
  ]
  private static let recorders: [(program: String, arguments: [String])] = [
    ("arecord", ["-q", "-f", "S16_LE", "-r", "16000", "-c", "1", "-t", "wav"]),
    ("parecord", ["--format=s16le", "--rate=16000", "--channels=1", "--file-format=wav"]),
  ]

  /// Starts playing and returns the player's name.
  func play(_ path: String) throws -> String {
    // aplay knows no FLAC.
    let usable = Self.players.filter { $0.program != "aplay" || !path.hasSuffix(".flac") }
    guard let tool = usable.first(where: { OutsideProgram.find($0.program) != nil }) else {
      throw InputError(
        "no player was found: looked for \(usable.map(\.program).joined(separator: ", "))")
    }
    let process = try Self.start(tool.program, tool.arguments + [path])
    state.withLock {
      $0.player?.terminate()
      $0.player = process
    }
    return tool.program
  }

  /// `hasEnded` is told when the recorder ends without having been asked to.
  func startRecording(hasEnded: @escaping @Sendable (String) -> Void) throws {
    guard
      let tool = Self.recorders.first(where: { OutsideProgram.find($0.program) != nil })
    else {
      throw InputError(
        "no recorder was found: looked for \(Self.recorders.map(\.program).joined(separator: ", "))"
      )
    }
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("dropscope-recording-\(getpid()).wav")
    // A file, not a pipe: nobody reads along while it records.
    let complaints = file.appendingPathExtension("errors")
    try Data().write(to: complaints)
    let process = try Self.process(tool.program, tool.arguments + [file.path])
    process.standardError = try FileHandle(forWritingTo: complaints)
    process.terminationHandler = { [self] ended in
      defer { try? FileManager.default.removeItem(at: complaints) }
      let wasAsked = state.withLock { state in
        guard state.recorder === ended else { return true }
        state.recorder = nil
        return false
      }
      if wasAsked { return }
      let reason = (try? String(contentsOf: complaints, encoding: .utf8))?
        .lines.last { !$0.isEmpty }
      hasEnded("no recording: \(tool.program) ended: \(reason ?? "it did not say why")")
    }
    try state.withLock {
      $0.recorder?.terminate()
      try process.run()
      $0.recorder = process
      $0.file = file
    }
  }

  /// Ends the recording and returns its file.
  func stopRecording() throws -> URL {
    let (process, file) = state.withLock { state in
      defer { state.recorder = nil }
      return (state.recorder, state.file)
    }
    guard let process, let file else { throw InputError("nothing was being recorded") }
    process.interrupt()
    process.waitUntilExit()
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw InputError("the recorder wrote nothing: is there a microphone?")
    }
    return file
  }

  func stop() {
    state.withLock {
      $0.player?.terminate()
      let recorder = $0.recorder
      $0.recorder = nil
      recorder?.terminate()
      if let file = $0.file { try? FileManager.default.removeItem(at: file) }
    }
  }

  private static func start(_ program: String, _ arguments: [String]) throws -> Process {
    let process = try process(program, arguments)
    try process.run()
    return process
  }

  /// Silent, and not yet running.
  private static func process(_ program: String, _ arguments: [String]) throws -> Process {
    guard let path = OutsideProgram.find(program) else {
      throw InputError("\(program): not found")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }
}
