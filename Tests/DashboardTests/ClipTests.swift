// What can be listened to is what lies in files of its own, each once.

import Foundation
import Speech
import Testing

import Dashboard

@Suite struct ClipTests {
  private func utterance(
    _ id: String, _ path: String, segment: ClosedRange<Double>? = nil,
    channel: ChannelChoice = .mean
  ) -> Utterance {
    Utterance(
      id: id, speaker: "1", audio: URL(fileURLWithPath: path), transcript: "say \(id)",
      segment: segment, channel: channel)
  }

  @Test func wholeFilesAreClipsEachOnce() {
    let first = Dataset(
      name: "mine", split: "dev",
      utterances: [
        utterance("a", "/mine/a.wav"), utterance("b", "/mine/long.wav", segment: 1...2),
        utterance("c", "/mine/c.wav", channel: .only(2)), utterance("d", "/mine/d.wav"),
      ])
    let second = Dataset(
      name: "heldout", split: "test",
      utterances: [
        utterance("a", "/mine/a.wav"), utterance("e", "/other/e.wav"),
        utterance("f", "/other/f.wav"), utterance("g", "/other/g.wav"),
      ])
    let clips = Clip.of([first, second], limit: 2)
    #expect(clips.map(\.id) == ["a", "d", "e", "f"])
    #expect(clips.map(\.path) == ["/mine/a.wav", "/mine/d.wav", "/other/e.wav", "/other/f.wav"])
    #expect(clips.map(\.source) == ["mine/dev", "mine/dev", "heldout/test", "heldout/test"])
    #expect(clips[0].said == ["say", "a"])
  }
}
