// Scripts of `Assets/Benchmarks`: the same work in PyTorch, in a process of its own.

import Base
import Foundation

/// One script and the interpreter that runs it.
struct PyTorchScript {
  let interpreter: String
  let script: URL

  /// `name`: of a file in `Assets/Benchmarks`.
  init(_ name: String, interpreter: String) throws {
    self.interpreter = interpreter
    script = try Assets.folder().appendingPathComponent("Benchmarks/\(name)")
  }

  /// Puts `plan` as run.json and what `write` adds into a new folder, runs the script on it and returns
  /// the JSON object that it prints.
  func run<Answer: Decodable>(
    _ plan: some Encodable, answer: Answer.Type, _ write: (URL) throws -> Void
  ) throws -> Answer {
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    let folder = temporary.url
    try OutputFile.write(try JSON.line(plan), to: folder.appendingPathComponent("run.json"))
    try write(folder)

    let process = Process()
    let output = Pipe()
    let complaints = folder.appendingPathComponent("errors.txt")
    try Data().write(to: complaints)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, script.path, folder.path]
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: complaints)
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0,
      let decoded = try? JSONDecoder().decode(Answer.self, from: printed)
    else {
      let text = (try? String(contentsOf: complaints, encoding: .utf8)) ?? ""
      let line = text.split(separator: "\n").last.map { ": \($0)" } ?? ""
      throw InputError(
        "--pytorch \(interpreter): \(script.path) failed with status "
          + "\(process.terminationStatus)\(line)")
    }
    return decoded
  }
}
