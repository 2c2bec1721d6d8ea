// What control groups leave of the processors, by trees of files as the kernel shows them.

import Foundation
import Testing

@testable import Base

@Suite struct ProcessorsTests {
  private func count(_ allowed: Int, _ files: [String: String]) throws -> Int {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("groups-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    return Processors.count(allowed: allowed, root: root.path)
  }

  private static let two =
    "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
  private static let one = """
    32 31 0:29 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct
    33 31 0:30 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory

    """

  @Test func theSmallestQuotaOfAllGroupsAroundCounts() throws {
    func files(_ outer: String, _ inner: String) -> [String: String] {
      [
        "proc/self/cgroup": "0::/jobs/job 7\n", "proc/self/mountinfo": Self.two,
        "sys/fs/cgroup/jobs/cpu.max": outer, "sys/fs/cgroup/jobs/job 7/cpu.max": inner,
      ]
    }
    #expect(try count(64, files("max 100000\n", "max 100000\n")) == 64)
    #expect(try count(64, files("max 100000\n", "400000 100000\n")) == 4)
    #expect(try count(64, files("200000 100000\n", "400000 100000\n")) == 2)
    #expect(try count(3, files("max 100000\n", "400000 100000\n")) == 3)
    // A part of a processor is worth a thread.
    #expect(try count(64, files("max 100000\n", "150000 100000\n")) == 2)
    #expect(try count(64, files("max 100000\n", "5000 100000\n")) == 1)
  }

  @Test func versionOneInAContainerThatSeesItsOwnGroupAsRoot() throws {
    func files(_ quota: String) -> [String: String] {
      [
        "proc/self/cgroup": "5:memory:/docker/ab\n4:cpu,cpuacct:/docker/ab\n",
        "proc/self/mountinfo": Self.one,
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": quota,
        "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "50000\n",
      ]
    }
    #expect(try count(16, files("150000\n")) == 3)
    #expect(try count(16, files("-1\n")) == 16)
  }

  @Test func whatCannotBeReadIsNoLimit() throws {
    #expect(try count(8, [:]) == 8)
    #expect(
      try count(
        8,
        [
          "proc/self/cgroup": "nonsense\n0::/\n", "proc/self/mountinfo": "- - -\n" + Self.two,
          "sys/fs/cgroup/cpu.max": "lots\n",
        ]) == 8)
    #expect(Processors.count >= 1)
  }
}
