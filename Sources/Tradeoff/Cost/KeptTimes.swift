// Times that were measured at an earlier start, in the user's cache folder: a file for each machine and
// model.

import Backbones
import Base
import Foundation

package struct KeptTimes: Sendable {
  /// What times are of: another machine, other weights or another build of the program take others.
  package struct Key: Codable, Sendable, Equatable {
    package var machine: String
    /// The digest of the model's folder.
    package var weights: String
    /// Names the build.
    package var program: String
    /// How much of the model is computed, in words; absent for all of it.
    package var compute: String?

    package init(machine: String, weights: String, program: String, compute: Compute = .full) {
      self.machine = machine
      self.weights = weights
      self.program = program
      self.compute = compute == .full ? nil : compute.description
    }

    /// In a file's name.
    var digest: String {
      var digest = Digest()
      for part in [machine, weights, program, compute].compactMap({ $0 }) {
        digest.add(Data(part.utf8))
      }
      return digest.description
    }
  }

  private let folder: URL
  /// Beside newer ones older files go: builds that are used no more leave some.
  private static let mostFiles = 256

  package init(folder: URL) { self.folder = folder }

  /// `$XDG_CACHE_HOME/dropscope/times`, or in ~/.cache (XDG Base Directory Specification).
  package static var usual: KeptTimes {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let cache =
      base.map { URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".cache")
    return KeptTimes(folder: cache.appendingPathComponent("dropscope/times"))
  }

  func url(_ key: Key) -> URL { folder.appendingPathComponent("\(key.digest).json") }

  /// Nil where there are none, or what is there is not of this key or not whole: they can be measured.
  package func times(_ key: Key, layerCount: Int) -> LatencyModel? {
    guard let data = try? FileBytes.read(url(key)),
      let file = try? JSONDecoder().decode(File.self, from: data), file.key == key
    else { return nil }
    return file.model(layerCount: layerCount)
  }

  /// Throws `InputError` where the folder takes no file, as in a home that is read-only.
  /// - Parameter day: as 2026-01-31.
  package func keep(_ times: LatencyModel, _ key: Key, day: String) throws {
    try OutputFile.makeFolder(folder)
    try OutputFile.write(try JSON.document(File(times, key, day)), to: url(key))
    forgetOldest()
  }

  private func forgetOldest() {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: [.contentModificationDateKey])
    let times = (files ?? []).filter { $0.pathExtension == "json" }
    guard times.count > Self.mostFiles else { return }
    func date(_ url: URL) -> Date {
      (try? url.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate
        ?? .distantPast
    }
    for file in times.sorted(by: { date($0) < date($1) }).dropLast(Self.mostFiles) {
      // What cannot be removed is in nobody's way.
      try? FileManager.default.removeItem(at: file)
    }
  }

  /// JSON; all times in seconds.
  private struct File: Codable {
    struct Point: Codable {
      var audioSeconds, frontEnd, head, decoding: Double
      var layers, skipped: [Double]

      enum CodingKeys: String, CodingKey {
        case head, decoding, layers, skipped
        case audioSeconds = "audio_seconds"
        case frontEnd = "front_end"
      }

      var numbers: [Double] { [audioSeconds, frontEnd, head, decoding] + layers + skipped }
    }

    var key: Key
    var day: String
    var points: [Point]
    var slowdowns: [Double]
    var unevenness, others: Double?

    init(_ times: LatencyModel, _ key: Key, _ day: String) {
      self.key = key
      self.day = day
      points = times.points.map {
        Point(
          audioSeconds: $0.audioSeconds, frontEnd: $0.stages.frontEnd, head: $0.stages.head,
          decoding: $0.decoding, layers: $0.stages.layers, skipped: $0.stages.skipped)
      }
      slowdowns = times.slowdowns.values
      unevenness = times.unevenness
      others = times.othersShare
    }

    /// Nil where something in it is no time, or of other layers.
    func model(layerCount: Int) -> LatencyModel? {
      let lengths = points.map(\.audioSeconds)
      let isWhole =
        points.count >= 2 && lengths[0] > 0
        && zip(lengths, lengths.dropFirst()).allSatisfy { $0 < $1 }
        && points.allSatisfy {
          $0.layers.count == layerCount && $0.skipped.count == layerCount
            && $0.numbers.allSatisfy { $0.isFinite && $0 >= 0 }
        } && !slowdowns.isEmpty && slowdowns.allSatisfy { $0.isFinite && $0 > 0 }
      guard isWhole else { return nil }
      var model = LatencyModel(
        points.map {
          LatencyModel.Point(
            audioSeconds: $0.audioSeconds,
            stages: StageValues(
              frontEnd: $0.frontEnd, layers: $0.layers, skipped: $0.skipped, head: $0.head),
            decoding: $0.decoding)
        }, slowdowns: slowdowns, unevenness: unevenness, othersShare: others)
      model.day = day
      return model
    }
  }
}
