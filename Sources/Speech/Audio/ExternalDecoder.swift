// What is not read here is decoded by ffmpeg, where the machine has it.

import Base
import Foundation

/// Runs ffmpeg, without a shell, on local files of a kind that was told by content before: a playlist is
/// never followed. Its output is taken in as it comes, so the memory is that of the result.
package struct ExternalDecoder: Sendable {
  /// The file to run.
  let program: String
  /// What is waited for; decoding is a hundred times as fast as listening, so that this is days of sound.
  var patience = OutsideProgram.Patience(silent: 60, total: 1800)

  /// nil where there is none in PATH.
  package static var installed: ExternalDecoder? {
    OutsideProgram.find("ffmpeg").map { ExternalDecoder(program: $0) }
  }

  /// How files that it decodes are named, in lower case.
  package static let extensions: Set = [
    "mp3", "ogg", "oga", "opus", "m4a", "mp4", "aac", "caf", "webm", "mka", "mkv", "wma", "amr",
    "wv", "w64",
  ]

  /// What helps where there is none.
  static let advice = "or ffmpeg in PATH, which decodes others"

  /// The sound of the file's first audio stream. Throws `InputError`, also for more than
  /// `AudioFile.limit` allows.
  func decode(
    _ file: URL, container: String, name: String, channel: ChannelChoice
  ) throws -> AudioContent {
    let size = (try? FileManager.default.attributesOfItem(atPath: file.path))?[.size] as? Int ?? 0
    // Opus at 6 kbit/s, the least that is heard of.
    let limit = AudioFile.limit(bytes: size, perByte: 64)
    var stream = AUStream(name: name, channel: channel, limit: limit)
    let complaint: String?
    do {
      complaint = try OutsideProgram.run(
        program,
        [
          "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file",
          "-f", container, "-i", "file:\(file.path)", "-map", "0:a:0", "-map_metadata", "-1",
          "-c:a", "pcm_f32be", "-f", "au", "pipe:1",
        ], patience: patience
      ) { try stream.take($0) }
    } catch let failure as OutsideProgram.Failure {
      throw InputError(name, expected: "sound that ffmpeg decodes", found: failure.reason)
    }
    var content = try stream.finish()
    if let complaint { content.remarks.append("ffmpeg says: \(complaint)") }
    return content
  }
}

/// An AU file that arrives in pieces.
private struct AUStream {
  let name: String
  let channel: ChannelChoice
  let limit: Int
  private var pending: [UInt8] = []
  private var layout: SampleLayout?
  private var sound: Downmix?

  init(name: String, channel: ChannelChoice, limit: Int) {
    self.name = name
    self.channel = channel
    self.limit = limit
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
    pending += bytes
    if layout == nil { try readHeader() }
    guard let layout, sound != nil else { return }
    let whole = pending.count / layout.bytesPerFrame * layout.bytesPerFrame
    pending.withUnsafeBytes {
      layout.append(UnsafeRawBufferPointer(rebasing: $0[..<whole]), to: &sound!)
    }
    pending.removeFirst(whole)
    if let count = sound?.samples.count, count > limit {
      throw AudioFile.tooMuch(name, limit: limit)
    }
  }

  private mutating func readHeader() throws {
    guard pending.count >= AUFile.headerLength else { return }
    // An encoding that was not asked for is no more a header than other bytes are.
    guard pending.starts(with: ".snd".utf8),
      let header = try? pending.withUnsafeBytes({ try AUFile.Header($0, name: name) }),
      header.start < 1 << 16
    else { throw InputError(name, expected: "sound from ffmpeg", found: "something else") }
    guard pending.count >= header.start else { return }
    pending.removeFirst(header.start)
    layout = header.layout
    sound = try Downmix(channels: header.layout.channels, choice: channel, name: name)
  }

  func finish() throws -> AudioContent {
    guard let layout, let sound else {
      throw InputError(name, expected: "sound from ffmpeg", found: "none")
    }
    try layout.checkFinite(sound.samples, name: name)
    return AudioContent(
      sound: sound, sampleRate: layout.sampleRate, bitsPerSample: nil,
      encoding: "decoded by ffmpeg", remarks: [])
  }
}
