// The machine's name for reports: processor, cores, system.

import Foundation

enum Machine {
  /// As in `AMD EPYC 7763, 2 cores, Linux`.
  static var description: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(model ?? "unknown processor"), \(cores) cores, Linux"
  }
}
