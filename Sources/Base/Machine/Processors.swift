// How many processors this process may use: what its affinity mask and its control groups leave of those
// that the machine has.

import Foundation

package enum Processors {
  /// At least 1. What every number of threads follows from that nobody has given, but for the shards of
  /// a training, which are part of its result.
  package static let count = count(allowed: allowed, root: "")

  /// - Parameters:
  ///   - allowed: by the affinity mask.
  ///   - root: where `/proc` and what is mounted are looked for.
  static func count(allowed: Int, root: String) -> Int {
    // A quota of one and a half processors keeps two threads busy.
    let quota = quotas(root: root).min().map { Int($0.rounded(.up)) } ?? allowed
    return max(1, min(allowed, quota))
  }

  /// By sched_getaffinity(2), as taskset and job schedulers set it.
  private static var allowed: Int {
    typealias Call = @convention(c) (pid_t, Int, UnsafeMutableRawPointer) -> Int32
    // A GNU extension, which Foundation's view of the C library leaves out.
    guard let symbol = dlsym(nil, "sched_getaffinity") else {
      return ProcessInfo.processInfo.activeProcessorCount
    }
    let call = unsafeBitCast(symbol, to: Call.self)
    // A mask that is too small for the machine is an error; one that is too large is not.
    for words in [16, 256, 4096] {
      var mask = [UInt](repeating: 0, count: words)
      if call(0, words * MemoryLayout<UInt>.size, &mask) == 0 {
        return max(1, mask.reduce(0) { $0 + $1.nonzeroBitCount })
      }
    }
    return ProcessInfo.processInfo.activeProcessorCount
  }

  /// Processors that a control group's time limit comes to, of this process's groups and of all that
  /// they lie in. Version 2: `cpu.max`; version 1: `cpu.cfs_quota_us` (the kernel's
  /// Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst).
  private static func quotas(root: String) -> [Double] {
    func text(_ path: String) -> String? {
      try? String(contentsOfFile: root + path, encoding: .utf8)
    }
    // "0::/user.slice/job", "4:cpu,cpuacct:/job"
    let groups = (text("/proc/self/cgroup") ?? "").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      return parts.count == 3 ? (controllers: parts[1].split(separator: ","), path: parts[2]) : nil
    }
    // "36 25 0:32 /root /mount/point rw - cgroup2 cgroup2 rw,options"
    let mounts = (text("/proc/self/mountinfo") ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4 else {
        return nil as (root: String, place: String, kind: Substring, options: [Substring])?
      }
      return (
        plain(fields[3]), plain(fields[4]), fields[dash + 1],
        fields[dash + 3].split(separator: ",")
      )
    }
    var result: [Double] = []
    for (controllers, path) in groups {
      let mount = mounts.first {
        controllers.isEmpty
          ? $0.kind == "cgroup2" : $0.kind == "cgroup" && $0.options.contains("cpu")
      }
      guard controllers.isEmpty || controllers.contains("cpu"), let mount else { continue }
      for folder in folders(of: String(path), under: mount.root) {
        let place = mount.place + folder
        let limit =
          controllers.isEmpty
          ? quotient(text(place + "/cpu.max"))
          : quotient(
            [text(place + "/cpu.cfs_quota_us"), text(place + "/cpu.cfs_period_us")]
              .map { $0 ?? "" }.joined(separator: " "))
        if let limit { result.append(limit) }
      }
    }
    return result
  }

  /// The group and those around it, as far as a mount shows them: "/a/b", "/a", "".
  private static func folders(of path: String, under root: String) -> [String] {
    var parts = path.split(separator: "/")
    let outer = root.split(separator: "/")
    // A container sees its own group as the mount's root, but may be told the whole path.
    if parts.starts(with: outer) { parts.removeFirst(outer.count) }
    return (0...parts.count).reversed().map {
      parts[..<$0].map { "/\($0)" }.joined()
    }
  }

  /// "150000 100000" is 1.5; "max 100000" and "-1 100000" are no limit.
  private static func quotient(_ text: String?) -> Double? {
    let numbers = (text ?? "").split(whereSeparator: \.isWhitespace).map { Double($0) ?? -1 }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    let quotient = numbers[0] / numbers[1]
    return quotient < 1e6 ? quotient : nil
  }

  /// Spaces and the like are octal in a list of mounts.
  private static func plain(_ field: Substring) -> String {
    String(field).replacing("\\040", with: " ").replacing("\\011", with: "\t")
      .replacing("\\134", with: "\\")
  }
}
