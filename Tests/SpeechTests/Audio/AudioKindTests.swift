// What bytes are told to be: from a pipe as from a file, with ffmpeg and without, and what is none.

import Base
import Foundation
import SampleFiles
import TestSupport
import Testing

@testable import Speech

@Suite struct AudioKindTests {
  private let data = [0x4000, 0x2000].flatMap { AudioBytes.little($0, 2) }

  @Test func everyContainerIsToldByItsHeader() throws {
    let turned = [0x4000, 0x2000].flatMap { AudioBytes.big($0, 2) }
    let pcm = ["sample_rate -i 8000", "sample_n_bytes -i 2", "sample_byte_format -s2 01"]
    let files: [String: [UInt8]] = [
      "wav": AudioBytes.wav(data), "flac": FLACFile.encode([0x4000, 0x2000], sampleRate: 8000),
      "aiff": AudioBytes.aiff(frames: 2, turned), "au": AudioBytes.au(turned),
      "sphere": AudioBytes.sphere(pcm, data),
    ]
    for (format, bytes) in files {
      let (waveform, info) = try AudioBytes.decode(bytes)
      #expect(info.format == format)
      #expect(waveform == Waveform(samples: [0.5, 0.25], sampleRate: 8000), "\(format)")
      #expect(try AudioFile.read(Data(bytes), name: "a pipe") == waveform)
    }
  }

  /// What has no header is no file: raw samples, also those that begin as an MPEG frame might.
  @Test func rawSamplesHaveNoHeader() throws {
    for bytes: [UInt8] in [[], [0], data, [0xFF, 0xFF, 0xFE, 0xFF], [0xFF, 0xFB, 0x90, 0x00]] {
      #expect(try AudioFile.read(Data(bytes), name: "a pipe") == nil)
    }
  }

  @Test func whatIsNoAudioIsNamed() {
    let cases: [(bytes: [UInt8], found: String)] = [
      ([], "an empty file"), ([1, 2, 3, 4, 5], "5 bytes that begin with 01 02 03 04"),
      (Array("RIFF0000AVI ".utf8), "a RIFF file that is not WAVE"),
      (Array("FORM0000ILBM".utf8), "an IFF file that is not AIFF"),
      (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a git-lfs pointer"),
      (Array("<!DOCTYPE html>\n".utf8), "an HTML page"),
    ]
    for (bytes, found) in cases {
      let said = AudioBytes.refusal(bytes)
      #expect(
        said.contains("expected a WAV, FLAC, SPHERE, AIFF or AU file, found \(found)"), "\(said)")
    }
    let page = Data("<html><body>404</body></html>".utf8)
    #expect(throws: InputError.self) { try AudioFile.read(page, name: "a pipe") }
    #expect(throws: InputError.self) { try AudioFile.read(URL(fileURLWithPath: "/dev/zero")) }
  }

  @Test func otherKindsAskForFFmpeg() {
    let cases: [(bytes: [UInt8], found: String)] = [
      (Array("OggS".utf8), "an Ogg file"), (Array("ID3".utf8), "an MP3 file"),
      ([0xFF, 0xFB, 0x90, 0x00], "an MP3 file"), ([0xFF, 0xF1, 0x50, 0x80], "an AAC file"),
      (Array("0000ftypM4A ".utf8), "an MP4 file"), (Array("caff".utf8), "a CAF file"),
      ([0x1A, 0x45, 0xDF, 0xA3], "a WebM or Matroska file"),
      (AudioBytes.wav(code: 2, bits: 4, [0]), "WAV encoding 2"),
    ]
    for (bytes, found) in cases {
      let said = AudioBytes.refusal(bytes)
      #expect(said.contains("or ffmpeg in PATH, which decodes others, found \(found)"), "\(said)")
    }
  }
}

@Suite struct ExternalDecoderTests {
  /// An ffmpeg that runs these lines of a shell; `$folder` is where `out.au` lies.
  private func decode(
    _ script: String, _ sound: [UInt8] = [], channel: ChannelChoice = .mean,
    patience: OutsideProgram.Patience = .init(silent: 20, total: 40), in folder: URL
  ) throws -> (waveform: Waveform, info: AudioInfo) {
    let program = folder.appendingPathComponent("ffmpeg")
    try writeProgram("#!/bin/sh\nfolder='\(folder.path)'\n\(script)\n", to: program)
    try Data(sound).write(to: folder.appendingPathComponent("out.au"))
    let file = folder.appendingPathComponent("-x $(touch y).ogg")
    try Data("OggS and more".utf8).write(to: file)
    return try Array("OggS and more".utf8).withUnsafeBytes {
      try AudioFile.decode(
        $0, name: "x.ogg", channel: channel, file: file,
        decoder: ExternalDecoder(program: program.path, patience: patience))
    }
  }

  private func refusal(
    _ script: String, _ sound: [UInt8] = [],
    patience: OutsideProgram.Patience = .init(silent: 20, total: 40), in folder: URL
  ) -> String {
    do {
      _ = try decode(script, sound, patience: patience, in: folder)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  private func sound(_ samples: [Float], channels: Int = 1) -> [UInt8] {
    AudioBytes.au(
      encoding: 6, channels: channels, rate: 48000,
      samples.flatMap { AudioBytes.big(Int($0.bitPattern), 4) }, size: 0xFFFF_FFFF)
  }

  @Test func whatItWritesIsHeard() throws {
    try withTemporaryFolder { folder in
      let samples = (0..<100_000).map { Float($0 % 100) / 100 }
      let (waveform, info) = try decode(
        #"printf '%s\n' "$@" > "$folder/arguments"; cat "$folder/out.au""#, sound(samples),
        in: folder)
      #expect(waveform == Waveform(samples: samples, sampleRate: 48000))
      #expect(info.format == "ogg" && info.encoding == "decoded by ffmpeg")
      #expect(info.bitsPerSample == nil && info.checksum == "absent")
      let arguments = try String(
        contentsOf: folder.appendingPathComponent("arguments"), encoding: .utf8
      ).split(separator: "\n").map(String.init)
      // One argument as it is, however it reads; no network; no playlist.
      #expect(arguments.contains("file:\(folder.path)/-x $(touch y).ogg"))
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("y").path))
      let place = try #require(arguments.firstIndex(of: "-protocol_whitelist"))
      #expect(arguments[place + 1] == "file")
      let kind = try #require(arguments.firstIndex(of: "-f"))
      #expect(arguments[kind + 1] == "ogg")
    }
  }

  @Test func channelsAndComplaints() throws {
    try withTemporaryFolder { folder in
      let both = sound([0.5, -0.5, 0.25, -0.25], channels: 2)
      let cat = #"cat "$folder/out.au""#
      let second = try decode(cat, both, channel: .only(2), in: folder).waveform
      #expect(second.samples == [-0.5, -0.25] && second.remarks.isEmpty)
      let loudest = try decode(cat, both, in: folder).waveform
      #expect(loudest.samples == [0.5, 0.25] && loudest.remarks[0].contains("opposite phase"))
      let damaged = try decode(cat + "; echo a broken packet >&2", both, in: folder).waveform
      #expect(damaged.remarks.contains("x.ogg: ffmpeg says: a broken packet"))
    }
  }

  @Test func itsFailuresAreOneSentence() throws {
    try withTemporaryFolder { folder in
      #expect(
        refusal("echo Invalid data found >&2; exit 1", in: folder)
          == "x.ogg: expected sound that ffmpeg decodes, found status 1: Invalid data found")
      #expect(refusal("true", in: folder) == "x.ogg: expected sound from ffmpeg, found none")
      #expect(
        refusal("echo hello, this is no sound at all", in: folder)
          == "x.ogg: expected sound from ffmpeg, found something else")
      #expect(
        refusal("sleep 100", patience: .init(silent: 0.2, total: 9), in: folder)
          .contains("nothing for 0.2 s"))
      // Without an end: cut where it is more than such a file can hold.
      let endless = refusal(
        #"cat "$folder/out.au"; exec cat /dev/zero"#, sound([0]), in: folder)
      #expect(endless.contains("expected at most 134217728 samples in a file of its size"))
    }
  }

  /// Where there is a real one it decodes what it made itself.
  @Test(.enabled(if: ExternalDecoder.installed != nil)) func theRealOne() throws {
    try withTemporaryFolder { folder in
      let samples = (0..<16000).map { 0.3 * sin(Float($0) * 0.1) }
      let wav = folder.appendingPathComponent("tone.wav")
      try writeWAV(Waveform(samples: samples, sampleRate: 16000), to: wav)
      let program = try #require(OutsideProgram.find("ffmpeg"))
      // Codings that lose nothing and are always built in, and one that loses.
      for (name, coding) in [("a.wav", "adpcm_ms"), ("a.caf", "pcm_s16be"), ("a.mka", "flac")] {
        let file = folder.appendingPathComponent(name)
        let made = try runProgram(
          program, ["-v", "error", "-i", wav.path, "-c:a", coding, file.path])
        #expect(made.status == 0, "\(made.errors)")
        let waveform = try AudioFile.read(file)
        #expect(waveform.sampleRate == 16000 && waveform.samples.count >= 16000)
        let error = zip(samples, waveform.samples).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(error < (coding == "adpcm_ms" ? 0.1 : 1e-4), "\(name)")
        let piped = try AudioFile.read(Data(contentsOf: file), name: "a pipe")
        #expect(piped?.samples == waveform.samples)
      }
    }
  }
}
