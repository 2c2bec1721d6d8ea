// The speakers of the corpus: which synthesiser, which of its voices, and in which splits.

import Foundation

/// One synthetic speaker.
package struct Voice: Sendable, Equatable {
  /// A speech synthesiser, by the name of its program and of its Debian package, or of its module.
  package enum Engine: String, Sendable {
    case espeak = "espeak-ng"
    case flite
    case festival
    case hibari
    case piper
  }

  /// Where the voice may be heard.
  package enum Use: String, Sendable {
    /// In the training split, not singled out for the held-out ones.
    case training = "train"
    /// In the training split, and the "seen" speakers of dev and test-clean.
    case seen = "train, dev, test-clean"
    /// Only in dev.
    case unseenDev = "dev only"
    /// Only in the test splits.
    case unseenTest = "test-clean, test-other only"
  }

  /// The speaker number of the LibriSpeech layout.
  package let number: Int
  package let engine: Engine
  /// The synthesiser's own name for the voice.
  package let name: String
  /// Playback speed in percent, which moves pitch and formants as another throat would; the
  /// synthesiser is told to speak slower or faster to make up for it.
  package let warp: Int
  package let use: Use
  /// How often it speaks in train, relative to the others.
  package let weight: Double

  /// For tables and the data card, for example "flite slt, played at 88 %".
  package var description: String {
    "\(engine.rawValue) \(name)" + (warp == 100 ? "" : ", played at \(warp) %")
  }
}

/// Every voice the corpus knows; numbers never change, so speakers keep their identity when some
/// synthesiser voice is not installed.
package enum VoiceCatalog {
  /// Accents of espeak-ng, the two most common first.
  private static let accents = [
    "en-us", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-us-nyc", "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
  ]

  /// Variants of espeak-ng that sound like people; robots, croaks and novelties are left out, and
  /// the whisper is heard in one accent only.
  private static let variants = [
    "", "m1", "m2", "m3", "m5", "m6", "m7", "m8", "f1", "f2", "f4", "f5", "adam", "Alex", "Alicia",
    "Andrea", "Andy", "antonio", "aunty", "belinda", "benjamin", "caleb", "Denis", "Diogo", "ed",
    "edward", "Gene", "Henrique", "Hugo", "Jacky", "john", "Lee", "Marco", "Mario", "max", "michel",
    "miguel", "Mike", "pablo", "paul", "pedro", "rob", "robert", "sandro", "shelby", "steph",
    "steph2", "travis", "victor", "zac", "anika", "grandma", "grandpa", "norbert",
  ]

  /// Variants no training voice uses, each in one accent.
  private static let unseen: [(accent: String, variant: String, use: Voice.Use)] = [
    ("en-us", "Annie", .unseenTest), ("en-gb", "m4", .unseenTest), ("en-us", "f3", .unseenTest),
    ("en-gb-x-rp", "david", .unseenTest), ("en-us-nyc", "Michael", .unseenTest),
    ("en-gb-scotland", "linda", .unseenTest), ("en-029", "quincy", .unseenTest),
    ("en-gb", "steph3", .unseenTest), ("en-us", "gustave", .unseenTest),
    ("en-us", "edward2", .unseenDev), ("en-gb", "klatt", .unseenDev),
    ("en-us", "marcelo", .unseenDev),
  ]

  /// Voices heard both in train and in dev and test-clean, by espeak-ng name.
  private static let seen: Set<String> = [
    "en-us", "en-us+m3", "en-us+f2", "en-gb", "en-gb+f4", "en-us+m7", "en-us+adam",
  ]

  package static let all: [Voice] = {
    var voices: [Voice] = []
    var number = 101
    for (position, variant) in variants.enumerated() {
      // Every variant speaks American, British and two of the other accents in turn.
      let others = [2 + position % 6, 2 + (position + 1 + position / 6 % 5) % 6]
      for accent in ["en-us", "en-gb"] + others.map({ accents[$0] }) {
        let name = variant.isEmpty ? accent : "\(accent)+\(variant)"
        let weight = accent == "en-us" ? 1.5 : accent == "en-gb" ? 1.2 : 0.7
        voices.append(
          Voice(
            number: number, engine: .espeak, name: name, warp: 100,
            use: seen.contains(name) ? .seen : .training, weight: weight))
        number += 1
      }
    }
    voices.append(
      Voice(
        number: number, engine: .espeak, name: "en-us+whisper", warp: 100, use: .training,
        weight: 0.5))
    number = 601
    for (accent, variant, use) in unseen {
      voices.append(
        Voice(
          number: number, engine: .espeak, name: "\(accent)+\(variant)", warp: 100, use: use,
          weight: 0))
      number += 1
    }
    // The few recorded voices sound closest to people, so each is heard through several throats.
    let recorded: [(Voice.Engine, String, weight: Double, warps: [Int])] = [
      (.flite, "slt", 12, [100, 84, 90, 106]), (.flite, "awb", 12, [100, 90, 110, 118]),
      (.flite, "kal16", 6, [100, 92, 108, 116]), (.flite, "kal", 2, [100]),
      (.festival, "cmu_us_slt_arctic_hts", 6, [100, 88, 94, 108]),
      (.festival, "kal_diphone", 6, [100, 90, 110]), (.festival, "ked_diphone", 9, [100, 90, 112]),
    ]
    number = 701
    for (engine, name, weight, warps) in recorded {
      for warp in warps {
        voices.append(
          Voice(
            number: number, engine: engine, name: name, warp: warp,
            use: warp == 100 && name != "kal" && name != "kal16" ? .seen : .training,
            weight: weight * (warp == 100 ? 1.5 : 1)))
        number += 1
      }
    }
    // Like people, but only two of them: heard through several throats, in train alone.
    let neural: [(Voice.Engine, String, warps: [Int])] = [
      (.hibari, "heart", [100, 88, 94, 108]), (.piper, "joe", [100, 92, 108, 116]),
    ]
    number = 751
    for (engine, name, warps) in neural {
      for warp in warps {
        voices.append(
          Voice(
            number: number, engine: engine, name: name, warp: warp, use: .training, weight: 24))
        number += 1
      }
    }
    voices.append(
      Voice(number: 801, engine: .flite, name: "rms", warp: 100, use: .unseenTest, weight: 0))
    voices.append(
      Voice(number: 802, engine: .flite, name: "rms", warp: 112, use: .unseenTest, weight: 0))
    return voices
  }()
}
