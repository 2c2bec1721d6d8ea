// A path that is typed goes on as far as it is clear.

import Base
import Foundation
import Testing

@Suite struct PathCompletionTests {
  @Test func itGoesOnAsFarAsAllNamesAgree() throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("paths \(UUID().uuidString)")
    try files.createDirectory(
      at: folder.appending(path: "takes"), withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    for name in ["speech-one.wav", "speech-two.FLAC", "speech.txt", ".hidden.wav", "other.wav"] {
      #expect(files.createFile(atPath: folder.appending(path: name).path, contents: Data()))
    }
    let path = folder.path + "/"
    /// What it becomes, then the names that it may be.
    func complete(_ text: String) -> [String] {
      let (text, names) = PathCompletion.complete(path + text, extensions: ["wav", "flac"])
      return [text.replacing(path, with: "")] + names
    }
    // What cannot be heard is not offered.
    #expect(complete("sp") == ["speech-", "speech-one.wav", "speech-two.FLAC"])
    #expect(complete("speech-t") == ["speech-two.FLAC"])
    #expect(complete("t") == ["takes/"])
    #expect(complete("takes/") == ["takes/"])
    #expect(complete("x") == ["x"])
    #expect(complete(".h") == [".hidden.wav"])
    #expect(complete("") == ["", "other.wav", "speech-one.wav", "speech-two.FLAC", "takes/"])
    #expect(PathCompletion.complete("/nowhere/at/all", extensions: []).text == "/nowhere/at/all")
  }
}
