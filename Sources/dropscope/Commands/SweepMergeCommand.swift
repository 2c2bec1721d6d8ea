// `dropscope sweep merge`: the shards of a sweep as one.

import Foundation
import Tradeoff

/// The files of all shards as one sweep.
enum SweepMergeCommand: Command {
  static let name = "merge"
  static let summary = "put the JSON lines of all shards together"
  static let usage = "\(SweepCommand.name) \(name) FILE... [OPTION]..."
  static let explanation = """
    Puts the JSON lines of a sweep's shards together and says which points are missing or there twice.
    """
  static let positionals = 1...Int.max

  struct Settings: CommandSettings {
    var output = SweepOutput()

    static var groups: [OptionGroup<Self>] {
      [SweepOutput.group("JSON lines, one object per mask").at(\.output)]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let output = settings.output
    let locks = try output.check()
    defer { for lock in locks { lock.release() } }
    let files = try arguments.positionals.map {
      (name: $0, points: try SweepFile.read(URL(fileURLWithPath: $0)))
    }
    let points = try SweepFile.merge(files)
    for point in points { try output.measured(point) }
    try output.finish(points)
    return 0
  }
}
