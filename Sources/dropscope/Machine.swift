// The machine's name for reports: processor, cores, BLAS kernels.

import Foundation
import Kernels

enum Machine {
  /// As in `AMD EPYC 7763, 2 cores, OpenBLAS SkylakeX`; the last decides a result's last bits.
  static var description: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(model ?? "unknown processor"), \(cores) cores, OpenBLAS \(BLAS.coreName)"
  }
}
