// Audio of every kind through the built program: from pipes, one channel of several, lengths that are
// wrong, and without ffmpeg.

import Base
import Foundation
import Speech
import TestSupport
import Testing

@Suite(.serialized) struct AudioEndToEndTests {
  private func withWorld(_ body: (SmallWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(try SmallWorld(in: $0, utterances: 4)) }
  }

  private func recording(_ world: SmallWorld) -> URL {
    world.data.appending(path: "test/10/1/10-1-0000.wav")
  }

  private func run(_ arguments: [String], input: Data = Data()) throws -> ProgramOutcome {
    try runProgram(dropscope.path, arguments, input: input)
  }

  private func little(_ value: Int, _ width: Int) -> Data {
    Data((0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  /// The recording's 16-bit samples, with another channel beside them where `other` makes one of them.
  private func wav(_ world: SmallWorld, other: ((Int16) -> Int16)? = nil) throws -> Data {
    let samples = PCM.numbers(try AudioFile.read(recording(world)).samples)
    let channels = other == nil ? 1 : 2
    var data = Data()
    for sample in samples {
      data += little(Int(sample), 2)
      if let other { data += little(Int(other(sample)), 2) }
    }
    let parts: [Data] = [
      Data("RIFF".utf8), little(36 + data.count, 4), Data("WAVEfmt ".utf8), little(16, 4),
      little(1, 2), little(channels, 2), little(16000, 4), little(32000 * channels, 4),
      little(2 * channels, 2), little(16, 2), Data("data".utf8), little(data.count, 4), data,
    ]
    return parts.reduce(Data(), +)
  }

  @Test func aPipeIsToldByItsHeader() throws {
    try withWorld { world in
      let arguments = ["transcribe", "--model", world.model.path]
      let expected = try run(arguments + [recording(world).path]).output
      let flac = world.folder.appending(path: "x.flac")
      try FLACFile.write(AudioFile.read(recording(world)), to: flac)
      let whole = try wav(world)
      for input in [whole, whole.dropFirst(44), try Data(contentsOf: flac)] {
        let outcome = try run(arguments + ["-"], input: Data(input))
        #expect(outcome.status == 0 && outcome.errors == "" && outcome.output == expected)
      }
      // Too long a length is read to the end, and said.
      var long = whole
      long.replaceSubrange(40..<44, with: little(whole.count, 4))
      let outcome = try run(arguments + ["-"], input: long)
      #expect(outcome.status == 0 && outcome.output == expected)
      #expect(outcome.errors.hasPrefix("dropscope: standard input: its header says"))
      let page = try run(arguments + ["-"], input: Data("<!doctype html>".utf8))
      #expect(page.status == 1 && page.errors.contains("standard input: expected a WAV"))
      #expect(page.errors.contains("an HTML page"))
    }
  }

  @Test func channelsAreChosen() throws {
    try withWorld { world in
      let arguments = ["transcribe", "--model", world.model.path]
      let expected = try run(arguments + [recording(world).path]).output
      let file = world.folder.appending(path: "two.wav")
      try wav(world) { _ in 0 }.write(to: file)
      let alone = try run(arguments + ["--channel", "1", file.path])
      #expect(alone.output == expected && alone.errors == "")
      let third = try run(arguments + ["--channel", "3", file.path])
      #expect(third.status == 1 && third.errors.contains("expected a channel 3, found 2 channels"))
      #expect(try run(arguments + ["--channel", "0", file.path]).status == 2)
      let info = try run(["inspect", file.path])
      #expect(info.output.contains("channels        2") && info.errors == "")
      // In opposite phase they are not silence.
      try wav(world) { 0 &- max($0, -32767) }.write(to: file)
      let opposite = try run(arguments + [file.path])
      #expect(opposite.output == expected && opposite.errors.contains("opposite phase"))

      let test = world.folder.appending(path: "calls/test")
      try FileManager.default.createDirectory(at: test, withIntermediateDirectories: true)
      for (name, text) in [
        "wav.scp": "call \(file.path)\n", "segments": "a call 0 1\nb call 0 1\n",
        "text": "a turn on the light\nb turn on the light\n",
        "reco2file_and_channel": "a call A\nb call B\n",
      ] {
        try Data(text.utf8).write(to: test.appending(path: name))
      }
      let data = ["--data", test.deletingLastPathComponent().path, "--keep", "12", "--json"]
      let sides = try run(["evaluate", "--model", world.model.path] + data)
      #expect(sides.status == 0 && sides.errors == "")
      let third2 = try run(["evaluate", "--model", world.model.path, "--channel", "3"] + data)
      #expect(third2.status == 1 && third2.errors.contains("expected a channel 3"))
      // Without the list the sides cancel, once said for both utterances.
      try FileManager.default.removeItem(at: test.appending(path: "reco2file_and_channel"))
      let mixed = try run(["evaluate", "--model", world.model.path] + data)
      #expect(mixed.status == 0 && mixed.errors.contains("opposite phase"))
      #expect(mixed.errors.filter { $0 == "\n" }.count == 1)
    }
  }

  @Test func withoutFFmpegOneSentenceSaysHow() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "talk.mp3")
      try Data("ID3 and so on".utf8).write(to: file)
      let outcome = try runProgram(
        "/usr/bin/env", ["PATH=/none", dropscope.path, "inspect", file.path])
      #expect(outcome.status == 1 && outcome.output == "")
      #expect(
        outcome.errors == """
          dropscope inspect: \(file.path): expected a WAV, FLAC, SPHERE, AIFF or AU file, or ffmpeg in \
          PATH, which decodes others, found an MP3 file

          """)
    }
  }

  @Test func whatIsNoRecordingIsNamed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "talk.wav")
      try Data("version https://git-lfs.github.com/spec/v1\noid sha256:1\n".utf8).write(to: file)
      let outcome = try run(["inspect", file.path])
      #expect(outcome.status == 1 && outcome.errors.contains("git lfs pull"))
      #expect(try run(["inspect", "/dev/zero"]).errors.contains("found a device"))
    }
  }
}
