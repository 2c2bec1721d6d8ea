// What a user may keep from one session to the next: looks, nothing that changes a number.

import Base
import Foundation
import TerminalUI

/// A text of `name = value` lines, `#` for remarks.
package struct Settings: Sendable, Equatable {
  package var theme: String?
  package var symbols: String?
  package var axis: String?
  package var mouse: Bool?

  package init() {}

  package init(_ state: DashboardState) {
    // What the terminal suggests is not what somebody wants everywhere.
    theme = state.followsBackground ? nil : state.theme.name
    symbols = state.symbols.name
    axis = "\(state.plotAxis)"
    mouse = !state.isMouseReleased
  }

  /// Reads what it knows; everything else is told, a sentence a line, and left alone.
  package init(text: String, complaints: inout [String]) {
    for (number, line) in text.lines.enumerated() {
      let content = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
      if content.isEmpty { continue }
      let parts = content.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2 else {
        complaints.append("line \(number + 1): expected NAME = VALUE, found \"\(content)\"")
        continue
      }
      func check<Entry>(_ catalogue: Catalogue<Entry>) -> String? {
        do {
          return catalogue.name(of: try catalogue.named(parts[1]))
        } catch {
          complaints.append("\(error)")
          return nil
        }
      }
      switch parts[0] {
      case "theme": theme = Theme.named(parts[1])?.name ?? check(Theme.all)
      case "symbols": symbols = check(Symbols.all)
      case "axis": axis = check(Catalogue("axis", PlotAxis.allCases) { "\($0)" })
      case "mouse": mouse = check(Catalogue("mouse", ["on", "off"]) { $0 }).map { $0 == "on" }
      default: complaints.append("no setting is called \"\(parts[0])\"")
      }
    }
  }

  private var lines: [(name: String, value: String)] {
    [
      ("theme", theme), ("symbols", symbols), ("axis", axis),
      ("mouse", mouse.map { $0 ? "on" : "off" }),
    ].compactMap { name, value in value.map { (name, $0) } }
  }

  package var text: String {
    merged(into: "# Dropscope's settings, as saved from its options (o)\n")
  }

  /// A file's text with these values in the place of older ones: remarks and lines that nobody here
  /// understands stay.
  package func merged(into text: String) -> String {
    var missing = lines
    var result = text.lines.map {
      line -> String in
      let content = line.prefix { $0 != "#" }
      let name = content.prefix { $0 != "=" }.trimmingCharacters(in: .whitespaces)
      guard content.contains("="), let entry = lines.first(where: { $0.name == name }) else {
        return String(line)
      }
      missing.removeAll { $0.name == name }
      let remark = line.dropFirst(content.count)
      return "\(name) = \(entry.value)" + (remark.isEmpty ? "" : "  \(remark)")
    }
    while result.last?.isEmpty == true { result.removeLast() }
    result += missing.map { "\($0.name) = \($0.value)" }
    return result.joined(separator: "\n") + "\n"
  }

  /// What is new since the file was `older`.
  package func changes(since older: Settings) -> Settings {
    var changes = self
    if theme == older.theme { changes.theme = nil }
    if symbols == older.symbols { changes.symbols = nil }
    if axis == older.axis { changes.axis = nil }
    if mouse == older.mouse { changes.mouse = nil }
    return changes
  }

  package func apply(to state: inout DashboardState) {
    if let chosen = theme.flatMap(Theme.named) { state.choose(chosen) }
    if let name = symbols {
      state.symbols = Symbols.all.find(name) ?? state.symbols
    }
    if let axis { state.plotAxis = PlotAxis.allCases.first { "\($0)" == axis } ?? state.plotAxis }
    if let mouse { state.isMouseReleased = !mouse }
  }

  // MARK: - The file

  /// `$XDG_CONFIG_HOME/dropscope/settings`, or in ~/.config.
  package static var url: URL {
    let environment = ProcessInfo.processInfo.environment
    let base = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let folder =
      base.map { URL(fileURLWithPath: $0) }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".config")
    return folder.appendingPathComponent("dropscope/settings")
  }

  /// What was saved, if anything, and what is wrong in it, with the file's name.
  package static func saved() -> (settings: Settings, complaints: [String]) {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return (Settings(), []) }
    var complaints: [String] = []
    let settings = Settings(text: text, complaints: &complaints)
    return (settings, complaints.map { "\($0), in \(url.path)" })
  }

  /// Another one, and the file was written since; nil without a file.
  package static func stamp() -> [Int]? {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return nil }
    return [Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, Int(status.st_size)]
  }

  /// Writes the file and returns where.
  package func write() throws -> URL {
    let url = Self.url
    try OutputFile.makeFolder(url.deletingLastPathComponent())
    let present = FileManager.default.fileExists(atPath: url.path)
    // What cannot be read must not be overwritten.
    let text = present ? merged(into: try String(contentsOf: url, encoding: .utf8)) : text
    try OutputFile.write(text, to: url)
    return url
  }
}
