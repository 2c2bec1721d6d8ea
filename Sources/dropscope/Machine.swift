// The machine's name for reports: processor, cores, BLAS kernels.

import Base
import Foundation
import Kernels

enum Machine {
  /// As in `AMD EPYC 7763, 2 cores, OpenBLAS SkylakeX`; the last decides a result's last bits.
  static var description: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      .flatMap { $0.split(separator: ":", maxSplits: 1).last }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    return "\(model ?? "unknown processor"), \(Processors.count) cores, OpenBLAS \(BLAS.coreName)"
  }

  /// The most memory this process has had at once, in MiB; nil where the system does not say.
  static var peakMemory: Double? {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      .flatMap { Double($0.filter(\.isNumber)) }.map { $0 / 1024 }
  }

  /// Names this build of the program, among others of the same machine: a new one may be faster.
  static var program: String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    return "\(status.st_size) bytes of \(status.st_mtim.tv_sec)"
  }

  /// Today, as 2026-01-31, by the local clock.
  static var day: String {
    let parts = Calendar(identifier: .gregorian).dateComponents(
      [.year, .month, .day], from: Date())
    return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
  }
}
