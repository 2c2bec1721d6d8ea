// Captions of what has been said so far are those of a recording that ends there.

import Backbones
import Base
import Foundation
import Speech
import Synchronization
import TestSupport
import Testing

@testable import Tradeoff

@Suite struct LiveHearingTests {
  private func request(_ layers: [Int]) -> CaptionRequest {
    CaptionRequest(
      recording: 3,
      hearers: layers.map {
        .init(
          model: 0, walk: ModelPolicies(layerCount: 6).walk("spread", seed: 1, keeping: $0),
          decoding: .greedy)
      })
  }

  private func words(
    _ recognizer: Recognizer, _ samples: [Float], _ hearer: OperatingPoint
  ) -> [String] {
    let passage = recognizer.backbone.passage(
      recognizer.samples(Waveform(samples: samples, sampleRate: 1000)), by: hearer.walk,
      of: "growing")
    return recognizer.decoder().decode(passage.logProbabilities).words.map(\.word)
  }

  private func noise(_ count: Int) -> [Float] {
    var random = RandomGenerator(seed: 11)
    return (0..<count).map { _ in random.uniform(-1...1) }
  }

  @Test func theOpenWindowIsHeardAtEveryDepthThatIsWanted() throws {
    let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
    let samples = noise(2000)
    let request = request([6, 2])
    var hearing = LiveHearing([recognizer], named: "growing")
    var events: [CaptionEvent] = []
    var clock = 0.0
    func hear(_ new: [Float]?, _ request: CaptionRequest) {
      events = []
      hearing.hear(
        new.map { Waveform(samples: $0, sampleRate: 1000) }, request,
        measure: { body in
          body()
          clock += 1
          return clock
        }, report: { events.append($0) })
    }
    func expected(_ count: Int, _ request: CaptionRequest, from time: Double) -> [CaptionEvent] {
      let heard = Array(samples[..<count])
      return [
        .sound(
          recording: 3, SoundOutline(Waveform(samples: heard, sampleRate: 1000)),
          seconds: Double(count) / 1000)
      ]
        + request.hearers.enumerated().map { place, hearer in
          .present(
            recording: 3, place: place, hearer, words: words(recognizer, heard, hearer),
            seconds: time + Double(place))
        }
    }
    hear(Array(samples[..<900]), request)
    #expect(events == expected(900, request, from: 1))
    hear(Array(samples[900...]), request)
    #expect(events == expected(2000, request, from: 3))
    // Nothing new: nothing is done.
    hear(nil, request)
    #expect(events.isEmpty && clock == 4)
    // The slider alone.
    let moved = self.request([5, 1])
    hear(nil, moved)
    #expect(events == expected(2000, moved, from: 5))
    #expect(
      Set(moved.hearers.map { words(recognizer, samples, $0) }).count == 2, "depths differ")
  }

  /// Masks that depend on the utterance are those of the recording's name.
  @Test func walksKnowTheRecordingByItsName() throws {
    let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
    let samples = noise(2000)
    let (deep, shallow) = (request([5]).hearers[0], request([1]).hearers[0])
    let masks = try [deep, shallow].map { try #require($0.walk.mask) }
    let walk = Walk(
      policy: "named", keeping: 3, of: 6, choice: { masks[$1 == "growing" ? 0 : 1][$0] })
    func heard(named name: String) -> [String] {
      var hearing = LiveHearing([recognizer], named: name)
      var heard: [String] = []
      hearing.hear(
        Waveform(samples: samples, sampleRate: 1000),
        CaptionRequest(
          recording: 3, hearers: [.init(model: 0, walk: walk, decoding: .greedy)])
      ) { if case .present(_, _, _, let words, _) = $0 { heard = words } }
      return heard
    }
    #expect(heard(named: "growing") == words(recognizer, samples, deep))
    #expect(heard(named: "another") == words(recognizer, samples, shallow))
    #expect(heard(named: "growing") != heard(named: "another"))
  }

  @Test func whatEndsIsFinalForEveryHearer() throws {
    let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
    let request = request([6, 2])
    // A second of noise, a pause, and a second more.
    let samples = noise(1000) + [Float](repeating: 0, count: 600) + noise(1000)
    var hearing = LiveHearing([recognizer], named: "growing")
    var events: [CaptionEvent] = []
    hearing.hear(Waveform(samples: samples, sampleRate: 1000), request) { events.append($0) }
    let finals = events.filter { if case .final = $0 { true } else { false } }
    #expect(
      finals
        == request.hearers.enumerated().map { place, hearer in
          .final(
            recording: 3, place: place, words: words(recognizer, Array(samples[..<1300]), hearer))
        })
    let present = events.compactMap { event -> [String]? in
      if case .present(_, _, _, let words, _) = event { words } else { nil }
    }
    #expect(present == request.hearers.map { words(recognizer, Array(samples[1300...]), $0) })
  }

  @Test func aNewerRequestEndsTheOlderOne() throws {
    let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
    var hearing = LiveHearing([recognizer], named: "growing")
    var present = 0
    func count(_ event: CaptionEvent) { if case .present = event { present += 1 } }
    let new = Waveform(samples: noise(500), sampleRate: 1000)
    hearing.hear(new, request([6, 2]), isCancelled: { present == 1 }, report: count)
    #expect(present == 1)
    // The same again is not taken for answered.
    hearing.hear(nil, request([6, 2]), report: count)
    #expect(present == 3)
  }

  /// A tenth of a word is no word, and no network is made to hear it.
  @Test func veryShortWindowsAreNotHeard() throws {
    let backbone = FakeBackbone()
    let (recognizer, _) = try fake(backbone, utterances: 1)
    let before = backbone.frontEndCalls
    var hearing = LiveHearing([recognizer], named: "growing")
    var words: [[String]] = []
    hearing.hear(Waveform(samples: noise(299), sampleRate: 1000), request([6])) {
      if case .present(_, _, _, let heard, _) = $0 { words.append(heard) }
    }
    #expect(words == [[]] && backbone.frontEndCalls == before)
  }

  /// The thread: it follows a file that grows, answers another request, and tells what it cannot read.
  @Test func aFileIsFollowedWhileItGrows() throws {
    try withTemporaryFolder { folder in
      let (recognizer, _) = try fake(FakeBackbone(), utterances: 1)
      let samples = noise(1500)
      let whole = folder.appending(path: "whole.wav")
      try writeWAV(Waveform(samples: samples, sampleRate: 1000), to: whole)
      let bytes = try Data(contentsOf: whole)
      let file = folder.appending(path: "growing.wav")
      let events = Mutex<[CaptionEvent]>([])
      let captioner = Captioner([recognizer]) { event in events.withLock { $0.append(event) } }
      defer { captioner.close() }
      func wait(_ condition: (CaptionEvent) -> Bool) -> Bool {
        for _ in 0..<2000 {
          if events.withLock({ $0.contains(where: condition) }) { return true }
          usleep(10_000)
        }
        return false
      }
      func isCaption(_ event: CaptionEvent, _ count: Int, _ hearer: OperatingPoint) -> Bool {
        let heard = PCM.samples(PCM.numbers(Array(samples[..<count])))
        guard case .present(3, 0, hearer, let words, _) = event else { return false }
        return words == self.words(recognizer, heard, hearer)
      }
      // Before there is a file.
      let first = request([6])
      captioner.follow(first, in: file)
      try bytes.prefix(44 + 2 * 800).write(to: file)
      #expect(wait { isCaption($0, 800, first.hearers[0]) })
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      try handle.write(contentsOf: bytes.dropFirst(44 + 2 * 800))
      try handle.close()
      #expect(wait { isCaption($0, 1500, first.hearers[0]) })
      let second = request([2])
      captioner.follow(second, in: file)
      #expect(wait { isCaption($0, 1500, second.hearers[0]) })
      var other = second
      other.recording = 4
      let text = folder.appending(path: "text.wav")
      try Data("this is no sound at all".utf8).write(to: text)
      captioner.follow(other, in: text)
      #expect(
        wait {
          if case .failed(4, let reason) = $0 { reason.contains("text.wav") } else { false }
        })
    }
  }
}
