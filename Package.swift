// swift-tools-version: 6.1
// Targets are listed bottom-up, so the manifest reads as the dependency graph.
import PackageDescription

/// Built for this machine's processor, or for what DROPSCOPE_PROCESSOR names: x86-64-v3 (AVX2), x86-64
/// (all of them). Clang's target features decide how wide Swift's own vectors are.
#if arch(arm64)
  let processor = "-mcpu=\(Context.environment["DROPSCOPE_PROCESSOR"] ?? "native")"
#else
  let processor = "-march=\(Context.environment["DROPSCOPE_PROCESSOR"] ?? "native")"
#endif
/// Tests reach internal declarations in release builds too, the only ones in which the arithmetic is worth
/// testing.
let native: [SwiftSetting] = [.unsafeFlags(["-Xcc", processor, "-enable-testing"])]
/// Tests that only ask and compare are compiled without optimising, in a third of the time.
let plain = native + [.unsafeFlags(["-Onone"])]
/// Arithmetic is fast in debug builds too, or the tests crawl; checks stay.
let optimized = native + [.unsafeFlags(["-O"])]

let package = Package(
  name: "dropscope",
  products: [.executable(name: "dropscope", targets: ["dropscope"])],
  targets: [
    .systemLibrary(name: "COpenBLAS"),
    .systemLibrary(name: "CNCurses"),
    .systemLibrary(name: "CProcessor"),
    .systemLibrary(name: "CMemory"),
    .target(name: "Base", swiftSettings: optimized),
    .target(
      name: "Kernels", dependencies: ["COpenBLAS", "CProcessor", "Base"], swiftSettings: optimized),
    .target(name: "Speech", dependencies: ["Kernels", "Base"], swiftSettings: optimized),
    .target(
      name: "Backbones", dependencies: ["Speech", "Kernels", "Base"], swiftSettings: optimized),
    .target(
      name: "Training", dependencies: ["Backbones", "Speech", "Kernels", "Base"],
      swiftSettings: optimized),
    .target(
      name: "Tradeoff", dependencies: ["Backbones", "Speech", "Kernels", "Base"],
      swiftSettings: optimized),
    .target(name: "TerminalUI", dependencies: ["CNCurses", "Base"], swiftSettings: native),
    .target(
      name: "Dashboard",
      dependencies: ["TerminalUI", "Tradeoff", "Training", "Backbones", "Speech", "Base"],
      swiftSettings: native),
    .executableTarget(
      name: "dropscope",
      dependencies: [
        "Dashboard", "TerminalUI", "Tradeoff", "Training", "Backbones", "Speech", "Kernels", "Base",
        "CProcessor", "CMemory",
      ],
      swiftSettings: native),

    .target(
      name: "TestSupport", dependencies: ["Speech", "Kernels", "Base"], path: "Tests/TestSupport",
      swiftSettings: optimized),
    .target(
      name: "SampleFiles", dependencies: ["Speech"], path: "Tests/SampleFiles",
      swiftSettings: optimized),
    .target(
      name: "FuzzedParsers",
      dependencies: [
        "Dashboard", "TerminalUI", "Tradeoff", "Training", "Backbones", "Speech", "Kernels", "Base",
        "SampleFiles",
      ],
      path: "Tests/Fuzz/Parsers", swiftSettings: plain),
    .executableTarget(
      name: "fuzz", dependencies: ["FuzzedParsers", "Base"], path: "Tests/Fuzz/Runner",
      swiftSettings: native),
    .testTarget(
      name: "FuzzTests", dependencies: ["FuzzedParsers", "Base"], path: "Tests/Fuzz/Tests",
      swiftSettings: plain),
    .testTarget(name: "BaseTests", dependencies: ["Base"], swiftSettings: plain),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels", "Base", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: plain),
    .testTarget(
      name: "SpeechTests",
      dependencies: ["Speech", "Kernels", "Base", "SampleFiles", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: plain),
    .testTarget(
      name: "BackbonesTests",
      dependencies: ["Backbones", "Training", "Speech", "Kernels", "Base", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: plain),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["Training", "Backbones", "Speech", "Kernels", "Base", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: plain),
    .testTarget(
      name: "TradeoffTests",
      dependencies: ["Tradeoff", "Backbones", "Speech", "Kernels", "Base", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: plain),
    .testTarget(
      name: "TerminalUITests", dependencies: ["TerminalUI", "Base"], swiftSettings: plain),
    .testTarget(
      name: "DashboardTests",
      dependencies: ["Dashboard", "TerminalUI", "Tradeoff", "Training", "Backbones", "Speech"],
      exclude: ["Screens"], swiftSettings: plain),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "dropscope", "Dashboard", "Tradeoff", "Training", "Backbones", "Speech", "Kernels", "Base",
        "TestSupport",
      ],
      swiftSettings: plain),
  ],
  swiftLanguageModes: [.v6]
)
