// How a path that somebody is typing may go on.

import Foundation

package enum PathCompletion {
  /// No more names are told.
  private static let limit = 50

  /// The text as far as everything agrees that it may become: a folder, whose name ends in a slash, or a
  /// file of one of the extensions (in lower case). Where several may be meant, their names. Hidden ones
  /// are only found by their dot.
  package static func complete(
    _ text: String, extensions: Set<String>
  ) -> (text: String, names: [String]) {
    let slash = text.lastIndex(of: "/")
    let folder = slash.map { String(text[...$0]) } ?? ""
    let start = slash.map { String(text[text.index(after: $0)...]) } ?? text
    let files = FileManager.default
    let entries = (try? files.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let names = entries.filter {
      $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix("."))
    }.compactMap { name -> String? in
      var isFolder: ObjCBool = false
      guard files.fileExists(atPath: folder + name, isDirectory: &isFolder) else { return nil }
      if isFolder.boolValue { return name + "/" }
      let suffix = URL(fileURLWithPath: name).pathExtension.lowercased()
      return extensions.contains(suffix) ? name : nil
    }.sorted()
    guard let first = names.first else { return (text, []) }
    if names.count == 1 { return (folder + first, []) }
    let common = names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    return (folder + common, Array(names.prefix(limit)))
  }
}
