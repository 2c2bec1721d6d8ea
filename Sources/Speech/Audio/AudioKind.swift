// What kind of file bytes are, by how they begin.

import Base

/// A file's kind, told by content, never by name.
enum AudioKind {
  case wav, flac, sphere, aiff, au
  /// Known and not read here: what ffmpeg calls it, nil where that is not asked, and its name in an
  /// error. A weak mark may as well be two bytes of sound.
  case foreign(container: String?, found: String, isWeak: Bool = false)
  case unknown(found: String)

  private static let marks: [(mark: [UInt8], offset: Int, container: String?, found: String)] = [
    (Array("RIFX".utf8), 0, "wav", "a big-endian RIFX file"),
    (Array("RIFF".utf8), 0, nil, "a RIFF file that is not WAVE"),
    (Array("RF64".utf8), 0, nil, "an RF64 file that is not WAVE"),
    (Array("BW64".utf8), 0, nil, "a BW64 file that is not WAVE"),
    (Array("FORM".utf8), 0, nil, "an IFF file that is not AIFF"),
    (Array("OggS".utf8), 0, "ogg", "an Ogg file"),
    (Array("ID3".utf8), 0, "mp3", "an MP3 file"),
    (Array("ftyp".utf8), 4, "mov", "an MP4 file"),
    (Array("caff".utf8), 0, "caf", "a CAF file"),
    (Array("#!AMR".utf8), 0, "amr", "an AMR file"),
    (Array("wvpk".utf8), 0, "wv", "a WavPack file"),
    ([0x1A, 0x45, 0xDF, 0xA3], 0, "matroska", "a WebM or Matroska file"),
    ([0x30, 0x26, 0xB2, 0x75], 0, "asf", "a WMA file"),
    (Array("riff".utf8) + [0x2E, 0x91], 0, "w64", "a Wave64 file"),
  ]

  init(_ bytes: UnsafeRawBufferPointer) {
    func starts(_ mark: some Sequence<UInt8>, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: mark)
    }
    let isWave = ["RIFF", "RF64", "BW64"].contains { starts($0.utf8) }
    let isAIFF = ["AIFF", "AIFC"].contains { starts($0.utf8, at: 8) }
    if isWave && starts("WAVE".utf8, at: 8) {
      self = .wav
    } else if starts("fLaC".utf8, at: FLACFile.tagLength(bytes)) {
      self = .flac
    } else if starts("NIST_1A".utf8) {
      self = .sphere
    } else if starts("FORM".utf8) && isAIFF {
      self = .aiff
    } else if starts(".snd".utf8) {
      self = .au
    } else if let known = Self.marks.first(where: { starts($0.mark, at: $0.offset) }) {
      self = .foreign(container: known.container, found: known.found)
    } else if let found = Impostor.name(bytes) {
      self = .foreign(container: nil, found: found)
    } else if bytes.count > 1, bytes[0] == 0xff, bytes[1] & 0xe0 == 0xe0 {
      // The frame headers of MPEG audio; layer 0 is AAC's.
      let isAAC = bytes[1] & 0xf6 == 0xf0
      self = .foreign(
        container: isAAC ? "aac" : "mp3", found: isAAC ? "an AAC file" : "an MP3 file",
        isWeak: true)
    } else if bytes.isEmpty {
      self = .unknown(found: "an empty file")
    } else {
      let start = bytes.prefix(4).map(\.hexadecimal).joined(separator: " ")
      self = .unknown(found: "\(bytes.count) bytes that begin with \(start)")
    }
  }
}

/// A container that is read here with samples that are not.
struct ForeignCoding: Error {
  /// What ffmpeg calls it.
  var container: String
  var found: String
}
