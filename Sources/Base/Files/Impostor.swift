// What lies in the place of a file that was never really fetched.

/// Text where sound, weights or a vocabulary should be.
package enum Impostor {
  /// Bytes that are looked at.
  package static let prefixLength = 512

  /// Names what a file's first bytes give away, in a few words: a git-lfs pointer
  /// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md) or an HTML page. nil for anything else.
  package static func name(_ start: some Collection<UInt8>) -> String? {
    // Cutting it may split a character, which then reads as another; what is looked for is ASCII.
    let text = String(decoding: start.prefix(prefixLength), as: UTF8.self)
      .drop { $0.isWhitespace || $0 == "\u{FEFF}" }.prefix(64).lowercased()
    if text.hasPrefix("version https://git-lfs") {
      return "a git-lfs pointer; 'git lfs pull' fetches the file"
    }
    if ["<!doctype html", "<html"].contains(where: text.hasPrefix) {
      return "an HTML page, as servers send in place of a file"
    }
    return nil
  }
}
