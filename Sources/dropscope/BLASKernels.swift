// The right matrix kernels on processors newer than the installed OpenBLAS.

import Foundation
import Kernels

enum BLASKernels {
  /// An OpenBLAS that does not know the processor (Debian 12's 0.3.21 and a Zen 5) takes its AVX2
  /// kernels, although its AVX-512 ones run there: training took 1.5 times as long. It reads the
  /// choice from the environment while it is loaded, so the process starts itself over, once, before
  /// it has done anything. A choice made by the user stands.
  static func choose() {
    let name = "OPENBLAS_CORETYPE"
    guard getenv(name) == nil, ["Haswell", "Zen"].contains(BLAS.coreName), hasAVX512 else { return }
    setenv(name, "SkylakeX", 1)
    // Returns only when it fails; then the slower kernels do.
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }

  /// What the SkylakeX kernels use.
  private static var hasAVX512: Bool {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let flags = text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ")
    return ["avx512f", "avx512bw", "avx512dq", "avx512vl"]
      .allSatisfy { flags?.contains(Substring($0)) == true }
  }
}
