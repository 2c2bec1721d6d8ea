// A few faulty copies of valid files through every parser, always the same ones, and all that have ever
// done harm. fuzz.sh makes more.

import Base
import Foundation
import FuzzedParsers
import Testing

@Suite struct FuzzTests {
  private func withRun(_ name: String, _ body: (FuzzedParser, inout FuzzRun) throws -> Void) throws
  {
    let parser = try FuzzedParsers.all.named(name)
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var run = try FuzzRun(parser, in: folder.url, measuresMemory: false)
    try body(parser, &run)
  }

  @Test(arguments: FuzzedParsers.all.names)
  func faultyCopiesAreReadOrRefused(name: String) throws {
    try withRun(name) { parser, run in
      let first = try #require(try parser.seeds().first)
      guard case .read = run.check(first) else {
        Issue.record("the first seed of \(name) is not valid")
        return
      }
      let mutations = try parser.mutations
      var reads = 0
      for number in 0..<parser.tries {
        switch run.check(mutations.copy(number, of: 1)) {
        case .read: reads += 1
        case .refused: break
        case .fault(let sentence): Issue.record("\(name), copy \(number) of 1: \(sentence)")
        }
      }
      // Else none comes to what is behind the form.
      #expect(reads > 0)
    }
  }

  /// Each begins with the name of its parser and a full stop.
  @Test func whatOnceDidHarmDoesNoMore() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Findings")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(!names.isEmpty)
    for name in names {
      try withRun(String(name.prefix { $0 != "." })) { _, run in
        let input = try Data(contentsOf: folder.appendingPathComponent(name))
        if case .fault(let sentence) = run.check(input) { Issue.record("\(name): \(sentence)") }
      }
    }
  }

  @Test func copiesDependOnTheirNumberAlone() {
    let mutations = Mutations([Data("{\"a\": 1}".utf8)])
    let copies = (0..<200).map { mutations.copy($0, of: 7) }
    #expect((0..<200).reversed().allSatisfy { mutations.copy($0, of: 7) == copies[$0] })
    #expect(Set(copies).count > 100 && mutations.copy(0, of: 8) != copies[0])
  }
}
