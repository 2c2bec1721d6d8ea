// Playing and recording through whatever program the machine has.

import Base
import Foundation
import Synchronization

/// Each tool is looked for in PATH when it is needed; nothing is linked.
final class SoundTools: Sendable {
  private struct State {
    var player: RunningProgram?
    var recorder: RunningProgram?
    /// Where the present recording is being written, and where the last whole one lies, which may still
    /// be wanted.
    var making, kept: TemporaryFolder?
  }

  private let state = Mutex(State())

  /// Programs and what they are told before the file's name.
  private static let players: [(program: String, arguments: [String])] = [
    ("pw-play", []), ("paplay", []), ("play", ["-q"]),
    ("ffplay", ["-nodisp", "-autoexit", "-loglevel", "quiet"]),
    ("mpv", ["--no-video", "--really-quiet"]), ("aplay", ["-q"]),
  ]
  /// The same. A recorder that is sent SIGINT finishes its file; until then it is to write what it has
  /// several times a second, for it is read along.
  private static let recorders: [(program: String, arguments: [String])] = [
    // In periods of 0.05 s.
    ("arecord", ["-q", "-f", "S16_LE", "-r", "16000", "-c", "1", "-t", "wav", "-F", "50000"]),
    ("pw-record", ["--rate", "16000", "--channels", "1", "--format", "s16"]),
    (
      "parecord",
      [
        "--format=s16le", "--rate=16000", "--channels=1", "--file-format=wav",
        "--latency-msec=100",
      ]
    ),
    ("rec", ["-q", "--buffer", "2048", "-r", "16000", "-c", "1", "-b", "16"]),
    (
      "ffmpeg",
      [
        "-nostdin", "-loglevel", "error", "-f", "alsa", "-i", "default", "-ar", "16000", "-ac", "1",
        "-flush_packets", "1",
      ]
    ),
  ]

  /// Starts playing and returns the player's name.
  func play(_ path: String) throws -> String {
    // aplay knows no FLAC.
    let usable = Self.players.filter { $0.program != "aplay" || !path.hasSuffix(".flac") }
    guard let tool = usable.first(where: { OutsideProgram.find($0.program) != nil }) else {
      throw InputError(
        "no player was found: looked for \(usable.map(\.program).joined(separator: ", "))")
    }
    let player = try RunningProgram(
      Self.place(of: tool.program), tool.arguments + [path], hasEnded: { _ in })
    state.withLock {
      $0.player?.send(SIGTERM)
      $0.player = player
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
    let folder = try TemporaryFolder()
    // A file, not a pipe: nobody reads along while it records.
    let complaints = folder.url.appendingPathComponent("errors")
    try state.withLock { state in
      state.recorder?.send(SIGTERM)
      state.recorder = nil
      // Under the lock: it may end before this is over.
      state.recorder = try RunningProgram(
        Self.place(of: tool.program), tool.arguments + [Self.recording(in: folder).path],
        errors: complaints
      ) { [self] ended in
        let wasAsked = self.state.withLock { state in
          guard state.recorder === ended else { return true }
          state.recorder = nil
          return false
        }
        if wasAsked { return }
        let reason = (try? String(contentsOf: complaints, encoding: .utf8))?
          .lines.last { !$0.isEmpty }
        hasEnded("no recording: \(tool.program) ended: \(reason ?? "it did not say why")")
      }
      state.making = folder
    }
  }

  /// The file of the present recording, which may not be there yet; nil while there is none.
  var recording: URL? {
    state.withLock { $0.recorder == nil ? nil : $0.making.map(Self.recording) }
  }

  /// Ends the recording and returns its file.
  func stopRecording() throws -> URL {
    let (recorder, folder) = state.withLock { state in
      defer { state.recorder = nil }
      return (state.recorder, state.making)
    }
    guard let recorder, let folder else { throw InputError("nothing was being recorded") }
    recorder.send(SIGINT)
    recorder.wait()
    let file = Self.recording(in: folder)
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw InputError("the recorder wrote nothing: is there a microphone?")
    }
    state.withLock { ($0.making, $0.kept) = (nil, folder) }
    return file
  }

  func stop() {
    state.withLock {
      $0.player?.send(SIGTERM)
      let recorder = $0.recorder
      $0.recorder = nil
      recorder?.send(SIGTERM)
      $0.making?.remove()
      $0.kept?.remove()
    }
  }

  private static func recording(in folder: TemporaryFolder) -> URL {
    folder.url.appendingPathComponent("recording.wav")
  }

  private static func place(of program: String) throws -> String {
    guard let path = OutsideProgram.find(program) else {
      throw InputError("\(program): not found")
    }
    return path
  }
}
