// How uncompressed samples lie in a file, and how they become numbers within -1...1.

import Base

/// Interleaved samples of one coding.
struct SampleLayout {
  enum Coding: String {
    case unsigned = "unsigned integer"
    case signed = "signed integer"
    case float = "float"
    case muLaw = "mu-law"
    case aLaw = "A-law"
  }

  var coding: Coding
  var isBigEndian = false
  var channels: Int
  var sampleRate: Int
  /// Significant bits; the container is the next whole number of bytes, and they are at its top.
  var bits: Int

  var bytesPerSample: Int { (bits + 7) / 8 }
  var bytesPerFrame: Int { channels * bytesPerSample }

  /// Throws `InputError` unless samples of this kind can be read.
  func check(name: String) throws {
    guard channels > 0 else {
      throw InputError(name, expected: "at least 1 channel", found: "\(channels)")
    }
    guard AudioFile.sampleRates.contains(sampleRate) else {
      throw InputError(name, expected: AudioFile.sampleRateSentence, found: "\(sampleRate) Hz")
    }
    let (widths, sentence): (ClosedRange<Int>, String) =
      switch coding {
      case .unsigned: (1...8, "1 to 8 bits per sample")
      case .signed: (1...32, "1 to 32 bits per sample")
      case .float: (32...64, "32 or 64 bits per sample")
      case .muLaw, .aLaw: (8...8, "8 bits per sample")
      }
    guard widths.contains(bits), coding != .float || bits == 32 || bits == 64 else {
      throw InputError(name, expected: sentence, found: "\(bits)")
    }
  }

  /// How many bytes are samples, of what the header says (nil: it leaves that open) and what the file
  /// has from where they begin; and what is to be said where the two differ.
  static func length(said: Int?, available: Int) -> (bytes: Int, remarks: [String]) {
    guard let said else {
      return (
        available,
        available == 0 ? [] : ["its header leaves the length open; it is read to the end"]
      )
    }
    guard said > available else { return (max(0, said), []) }
    return (
      available,
      ["its header says \(said) bytes of samples and it has \(available); it is read to the end"]
    )
  }

  /// Every whole frame of these bytes. Throws `InputError`.
  func content(
    _ bytes: UnsafeRawBufferPointer, name: String, channel: ChannelChoice, remarks: [String]
  ) throws -> AudioContent {
    var sound = try Downmix(channels: channels, choice: channel, name: name)
    sound.reserve(bytes.count / bytesPerFrame)
    append(bytes, to: &sound)
    try checkFinite(sound.samples, name: name)
    return AudioContent(
      sound: sound, sampleRate: sampleRate, bitsPerSample: bits, encoding: coding.rawValue,
      remarks: remarks)
  }

  /// Floats may be no numbers, or too large for their mean to be one.
  func checkFinite(_ samples: [Float], name: String) throws {
    guard coding == .float, let bad = samples.firstIndex(where: { !$0.isFinite }) else { return }
    throw InputError(name, expected: "finite samples", found: "\(samples[bad]) at sample \(bad)")
  }

  /// Adds every whole frame of these bytes.
  func append(_ bytes: UnsafeRawBufferPointer, to sound: inout Downmix) {
    let step = PCM.step(bits: 8 * bytesPerSample)
    switch (coding, bytesPerSample) {
    case (.unsigned, _):
      append(bytes, to: &sound) { (Float($0.load(as: UInt8.self)) - 128) * step }
    case (.muLaw, _): append(bytes, to: &sound) { G711.muLaw[Int($0.load(as: UInt8.self))] }
    case (.aLaw, _): append(bytes, to: &sound) { G711.aLaw[Int($0.load(as: UInt8.self))] }
    case (.float, 4):
      append(bytes, to: &sound) { Float(bitPattern: load($0, UInt32.self)) }
    case (.float, _):
      append(bytes, to: &sound) { Float(Double(bitPattern: load($0, UInt64.self))) }
    case (.signed, 1): append(bytes, to: &sound) { Float($0.load(as: Int8.self)) * step }
    case (.signed, 2): append(bytes, to: &sound) { Float(load($0, Int16.self)) * step }
    case (.signed, 3):
      let (top, low) = isBigEndian ? (0, 1) : (2, 0)
      append(bytes, to: &sound) {
        let high = Int32(($0 + top).load(as: Int8.self))
        return Float(high << 16 | Int32(load($0 + low, UInt16.self))) * step
      }
    case (.signed, _): append(bytes, to: &sound) { Float(load($0, Int32.self)) * step }
    }
  }

  @inline(__always)
  private func append(
    _ bytes: UnsafeRawBufferPointer, to sound: inout Downmix, _ sample: (UnsafeRawPointer) -> Float
  ) {
    guard let base = bytes.baseAddress else { return }
    let (frameBytes, sampleBytes) = (bytesPerFrame, bytesPerSample)
    sound.append(bytes.count / frameBytes) { frame, channel in
      sample(base + (frame * frameBytes + channel * sampleBytes))
    }
  }

  /// The number here, at any alignment.
  @inline(__always)
  private func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ place: UnsafeRawPointer, _ type: T.Type
  ) -> T {
    let value = place.loadUnaligned(as: type)
    return isBigEndian ? T(bigEndian: value) : T(littleEndian: value)
  }
}

/// ITU-T G.711: 8 bits for what telephones carry.
enum G711 {
  /// The sample of each mu-law code: 14 bits, scaled to 16.
  static let muLaw: [Float] = (0..<256).map { code in
    let value = ~code & 0xFF
    let magnitude = ((value & 0x0F) << 3 + 0x84) << (value >> 4 & 7) - 0x84
    return Float(value & 0x80 != 0 ? -magnitude : magnitude) * PCM.step
  }

  /// The sample of each A-law code: 13 bits, scaled to 16.
  static let aLaw: [Float] = (0..<256).map { code in
    let value = code ^ 0x55
    let (segment, low) = (value >> 4 & 7, (value & 0x0F) << 4)
    let magnitude = segment == 0 ? low + 0x08 : (low + 0x108) << (segment - 1)
    return Float(value & 0x80 != 0 ? magnitude : -magnitude) * PCM.step
  }
}

/// Numbers in the headers of files, of 1 to 8 bytes; those beyond `Int` are its largest.
extension UnsafeRawBufferPointer {
  func little(_ offset: Int, _ width: Int) -> Int {
    let number = (0..<width).reduce(UInt64(0)) { $0 | UInt64(self[offset + $1]) << UInt64(8 * $1) }
    return Int(clamping: number)
  }

  func big(_ offset: Int, _ width: Int) -> Int {
    Int(clamping: (0..<width).reduce(UInt64(0)) { $0 << 8 | UInt64(self[offset + $1]) })
  }

  /// Text, such as a chunk's tag, which errors show harmlessly.
  func text(_ offset: Int, _ count: Int) -> String {
    String(decoding: self[offset..<offset + count], as: UTF8.self)
  }
}
