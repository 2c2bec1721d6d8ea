// A long run of one parser, in a process of its own; fuzz.sh starts it and looks after it.

import Base
import Foundation
import FuzzedParsers

@main struct FuzzRunner {
  private static let usage = """
    fuzz list                                      parsers, each with its share of a run
    fuzz run PARSER STREAM FROM TO SCRATCH FAULTS  inputs FROM to TO - 1 of a stream; faults as files
    fuzz write PARSER STREAM NUMBER FILE           one input of a stream
    fuzz read PARSER FILE                          a file, as a run reads it

    """

  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch (arguments.first, arguments.count) {
    case ("list", 1):
      for parser in FuzzedParsers.all { print(parser.name, parser.tries) }
    case ("run", 7):
      try run(
        FuzzedParsers.all.named(arguments[1]), stream: number(arguments[2]),
        numbers: Int(number(arguments[3]))..<Int(number(arguments[4])),
        scratch: URL(fileURLWithPath: arguments[5]), faults: URL(fileURLWithPath: arguments[6]))
    case ("write", 5):
      let mutations = try FuzzedParsers.all.named(arguments[1]).mutations
      try mutations.copy(Int(number(arguments[3])), of: number(arguments[2]))
        .write(to: URL(fileURLWithPath: arguments[4]))
    case ("read", 3): try read(FuzzedParsers.all.named(arguments[1]), arguments[2])
    default:
      FileHandle.standardError.write(Data(usage.utf8))
      exit(2)
    }
  }

  private static func number(_ text: String) throws -> UInt64 {
    guard let number = UInt64(text), number <= Int.max else {
      throw InputError("argument", expected: "a number", found: "\"\(text)\"")
    }
    return number
  }

  private static func run(
    _ parser: FuzzedParser, stream: UInt64, numbers: Range<Int>, scratch: URL, faults: URL
  ) throws {
    let mutations = try parser.mutations
    let present = try number(at: scratch.appendingPathComponent("number"))
    let folder = scratch.appendingPathComponent("folder")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var run = try FuzzRun(parser, in: folder, measuresMemory: true)
    // What a first input pays once.
    for seed in try parser.seeds() { _ = run.check(seed) }
    var (reads, found) = (0, 0)
    inputs: for number in numbers {
      // Whatever happens, the file says with which input; SIGALRM ends what does not.
      present.pointee = number
      alarm(60)
      let input = mutations.copy(number, of: stream)
      switch run.check(input) {
      case .read: reads += 1
      case .refused: break
      case .fault(let sentence):
        found += 1
        let file = faults.appendingPathComponent("\(parser.name).\(stream)-\(number)")
        try input.write(to: file)
        print("FAULT \(parser.name): \(sentence.harmless): \(file.path)")
        if found == 20 { break inputs }
      }
    }
    let slowest = (run.slowest * 1000).rounded()
    print(
      "\(parser.name): \(numbers.count) inputs, \(reads) of them read, \(found) faults, "
        + "the slowest \(slowest) ms, memory up to \(FuzzRun.peak >> 20) MiB")
    exit(found == 0 ? 0 : 1)
  }

  /// A number in a file that outlives this process.
  private static func number(at url: URL) throws -> UnsafeMutablePointer<Int> {
    let size = MemoryLayout<Int>.size
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, size) == 0,
      let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      base != MAP_FAILED
    else { throw InputError(url.path, expected: "a file for a number", found: "none") }
    return base.bindMemory(to: Int.self, capacity: 1)
  }

  private static func read(_ parser: FuzzedParser, _ path: String) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var run = try FuzzRun(parser, in: folder.url, measuresMemory: true)
    switch run.check(try Data(contentsOf: URL(fileURLWithPath: path))) {
    case .read: print("read")
    case .refused: print("refused")
    case .fault(let sentence):
      print(sentence.harmless)
      folder.remove()
      exit(1)
    }
  }
}
