// No two figures on the screens contradict each other: every view at every depth, what it prints of error
// rates and compute compared. Times are in TimesTests.

import Foundation
import TerminalUI
import Testing

import Dashboard

@Suite struct AgreementTests {
  /// What the views say of one policy's depths.
  private struct Said {
    /// WER in percent, as printed, by layers run.
    var errorRates: [Int: Set<String>] = [:]
    /// Share of the compute in percent.
    var shares: [Int: Set<String>] = [:]
    /// Words in 100 that are wrong besides those at full depth, and points against it.
    var differences: [Int: Set<Double>] = [:]

    mutating func take(_ screen: String, depth: Int) throws {
      // Budget: a row for each depth.
      for row in screen.matches(of: /\b(\d+) +[\d.]+ measured +([\d.]+)\b/) {
        errorRates[try #require(Int(row.1)), default: []].insert(String(row.2))
      }
      // Compare: the present model's first.
      for row in screen.matches(of: /\|\| +(\d+) +([\d.]+) \(\d+-\d+\) +[\d.]+ \(\d+-\d+\)/) {
        errorRates[try #require(Int(row.1)), default: []].insert(String(row.2))
      }
      // Explore.
      if let row = screen.firstMatch(of: /(\d+) wrong (\d+) missed (\d+) added of (\d+)/) {
        let counts = try [row.1, row.2, row.3, row.4].map { try #require(Double($0)) }
        let rate = 100 * (counts[0] + counts[1] + counts[2]) / counts[3]
        errorRates[depth, default: []].insert(String(format: "%.1f", rate))
      }
      if let row = screen.firstMatch(of: /full depth ([\d.]+) % +(?:now )?\+([\d.]+) points/) {
        errorRates[12, default: []].insert(String(row.1))
        differences[depth, default: []].insert(try #require(Double(row.2)))
      }
      if let row = screen.firstMatch(of: /GFLOP\/audio s +[\d.]+ +[\d.]+ +(\d+) %/) {
        shares[depth, default: []].insert(String(row.1))
      }
      // Every view: the sentence under the slider.
      let sentence = /(\d+) % of the compute; ([\d.]+) more words in 100 wrong/
      if let row = screen.firstMatch(of: sentence) {
        shares[depth, default: []].insert(String(row.1))
        differences[depth, default: []].insert(try #require(Double(row.2)))
      }
    }
  }

  @Test(arguments: ["1", "2", "3"] as [Key]) func everyViewAtEveryDepth(policy: Key) throws {
    var state = Scene.twoModels(atlas: Scene.atlas)
    state.symbols = .ascii
    state.size = Size(width: 120, height: 40)
    func press(_ key: Key) { Scene.serve(update(&state, .terminal(.key(key))), &state) }
    Scene.serve(update(&state, .ready), &state)
    press("P")
    press(policy)
    var said = Said()
    for depth in (1...12).reversed() {
      #expect(state.walk.keptCount == depth)
      for number in 1...state.views.count {
        press(.character(Character("\(number)")))
        try said.take(view(state, state.size).lines().joined(separator: "\n"), depth: depth)
      }
      press("1")
      press(.right)
    }
    let full = try #require(said.errorRates[12]?.first.flatMap { Double($0) })
    for depth in 1...12 {
      let rates = try #require(said.errorRates[depth])
      #expect(rates.count == 1, "\(depth) layers: \(rates)")
      guard depth < 12 else { continue }
      #expect(said.shares[depth]?.count == 1, "\(depth) layers: \(said.shares)")
      let differences = try #require(said.differences[depth])
      #expect(differences.count == 1, "\(depth) layers: \(differences)")
      // Each of the three is rounded.
      let difference = try #require(rates.first.flatMap { Double($0) }) - full
      #expect(abs(difference - (differences.first ?? .nan)) < 0.11)
    }
  }
}
