// What reads bytes from outside, and what must hold whatever they are.

import Base
import Foundation

/// A reader of bytes that others made. It may refuse them by an `InputError`, in one harmless sentence;
/// whatever else happens is a fault.
package struct FuzzedParser: Sendable {
  /// In lower case with hyphens.
  package let name: String
  /// Inputs of an ordinary run of the tests, which takes seconds for all parsers; its share of a long run
  /// is as large.
  package let tries: Int
  /// The memory a byte of input may cost.
  let bytesPerByte: Int
  package let seeds: @Sendable () throws -> [Data]
  let mended: @Sendable ([UInt8]) -> [UInt8]
  /// Makes, in an empty folder of its own, what reads one input.
  let reader: @Sendable (URL) throws -> (Data) throws -> Void

  /// - Parameters:
  ///   - seeds: valid inputs, small ones.
  ///   - mended: makes checksums and lengths of a faulty copy right again.
  init(
    _ name: String, tries: Int, bytesPerByte: Int = 256,
    seeds: @escaping @Sendable () throws -> [Data],
    mended: @escaping @Sendable ([UInt8]) -> [UInt8] = { $0 },
    reader: @escaping @Sendable (URL) throws -> (Data) throws -> Void
  ) {
    self.name = name
    self.tries = tries
    self.bytesPerByte = bytesPerByte
    self.seeds = seeds
    self.mended = mended
    self.reader = reader
  }

  /// Of text in memory.
  init(
    _ name: String, tries: Int = 300, text seeds: [String],
    read: @escaping @Sendable (Data) throws -> Void
  ) {
    self.init(
      name, tries: tries, seeds: { seeds.map { Data($0.utf8) } }, reader: { _ in read })
  }

  /// Of a text file in a folder, with others beside it that are as they should be.
  init(
    _ name: String, tries: Int = 80, file: String, _ seeds: [String],
    besides others: [String: String] = [:], read: @escaping @Sendable (URL) throws -> Void
  ) {
    self.init(
      name, tries: tries, seeds: { seeds.map { Data($0.utf8) } },
      reader: { folder in
        for (path, text) in others {
          try Self.write(Data(text.utf8), to: folder.appendingPathComponent(path))
        }
        let url = folder.appendingPathComponent(file)
        return { data in
          try Self.write(data, to: url)
          try read(folder)
        }
      })
  }

  package var mutations: Mutations {
    get throws { try Mutations(seeds(), mended: mended) }
  }

  static func write(_ data: Data, to url: URL) throws {
    if !FileManager.default.fileExists(atPath: url.path) {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    }
    try data.write(to: url)
  }

  /// `Tests/TARGET/Fixtures/NAME`.
  static func fixture(_ target: String, _ name: String, from file: String = #filePath) -> URL {
    URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("\(target)/Fixtures/\(name)")
  }
}

/// What a reader must not do, besides the faults that end a process.
package struct FuzzFault: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Throws unless a claim about what was read is true.
  static func unless(_ isTrue: Bool, _ claim: @autoclosure () -> String) throws {
    if !isTrue { throw FuzzFault(claim()) }
  }
}

package enum FuzzedParsers {
  /// Everything that reads bytes from outside. A new one is an entry of one of these lists.
  package static let all = Catalogue<FuzzedParser>(
    "parser", audio + models + datasets + texts + runs + terminal
  ) { $0.name }
}
