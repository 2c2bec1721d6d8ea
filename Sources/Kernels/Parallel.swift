// One operation's work shared by several threads: for a single recording that somebody waits for.

/// How many threads an operation may use. One, unless the caller says otherwise: trainer shards and
/// evaluator workers run whole utterances side by side, which needs no meeting of threads. Applies to
/// forward passes; the order of every sum stays as with one thread.
package enum Parallel {
  @TaskLocal private static var team: ThreadTeam?

  /// Runs `body`, whose operations may use that many threads, which stay awake until it returns.
  package static func with<Result>(threads: Int, _ body: () throws -> Result) rethrows -> Result {
    if threads <= 1 { return try $team.withValue(nil, operation: body) }
    let team = ThreadTeam(count: threads)
    defer { team.end() }
    return try $team.withValue(team, operation: body)
  }

  /// Multiplications below which another thread's help costs more than it saves: a microsecond's worth.
  private static let worthSharing = 1 << 16
  /// For each thread, so that one that was put aside for a while leaves work to the others.
  private static let chunksPerThread = 2

  /// Calls `body` with ranges that together are 0..<count, side by side where `work`, in multiplications
  /// or their like, is worth it. Ranges begin at multiples of `grain`.
  @inline(__always)
  package static func split(
    _ count: Int, grain: Int = 1, work: Int, _ body: (Range<Int>) -> Void
  ) {
    guard work >= worthSharing, count > grain, let team else { return body(0..<count) }
    share(count, grain: grain, team, body)
  }

  @inline(never)
  private static func share(
    _ count: Int, grain: Int, _ team: ThreadTeam, _ body: (Range<Int>) -> Void
  ) {
    let parts = EvenParts(0..<count, grain: grain, most: team.count * chunksPerThread)
    team.share(parts.count) { body(parts[$0]) }
  }
}
