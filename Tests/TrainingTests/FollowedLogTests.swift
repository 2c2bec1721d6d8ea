// A log that grows under its reader: pieces of lines, logs that start over, what is not a log.

import Base
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct FollowedLogTests {
  private func line(_ step: Int, loss: Double = 2.5) -> String {
    """
    {"audio_seconds":40,"audio_seconds_per_second":50,"ctc":\(loss),"elapsed_seconds":\(step),\
    "epoch":0,"event":"train","gradient_norm":5.5,"kept_layers":6,"kl":0,"learning_rate":0.001,\
    "loss":\(loss),"step":\(step)}

    """
  }

  private func steps(_ news: FollowedLog.News) -> [Int] {
    news.events.map { if case .steps(let record) = $0 { record.step } else { -1 } }
  }

  private func append(_ text: String, to file: URL) throws {
    try AppendedFile(file).append(text)
  }

  @Test func aTornLineIsWaitedFor() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "train.jsonl")
      let (first, second) = (line(10), line(20))
      let half = second.index(second.startIndex, offsetBy: 40)
      try Data((first + second[..<half]).utf8).write(to: file)
      var log = FollowedLog(folder)
      #expect(steps(log.look()) == [10])
      #expect(log.look() == FollowedLog.News())
      try append(String(second[half...].dropLast()), to: file)
      #expect(log.look() == FollowedLog.News(), "its end may still come")
      try append("\n" + line(30), to: file)
      let news = log.look()
      #expect(steps(news) == [20, 30] && news.complaint == nil && !news.startsOver)
    }
  }

  @Test func aMissingOneIsOneSentence() throws {
    try withTemporaryFolder { folder in
      let place = folder.appending(path: "run")
      var log = FollowedLog(place)
      let missing = log.look()
      #expect(
        missing.complaint?.hasSuffix(
          "run/train.jsonl: expected the log of a training, found No such file or directory")
          == true, "\(missing)")
      #expect(missing.events.isEmpty && !missing.startsOver)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(line(10).utf8).write(to: place.appending(path: "train.jsonl"))
      let news = log.look()
      #expect(steps(news) == [10] && news.complaint == nil && !news.startsOver)
      // Its folder, as a name for a file, and a pipe that nobody writes to.
      var wrong = FollowedLog(folder.appending(path: "a.jsonl"))
      try FileManager.default.createDirectory(
        at: folder.appending(path: "a.jsonl"), withIntermediateDirectories: true)
      #expect(wrong.look().complaint?.contains("Is a directory") == true)
      #expect(mkfifo(folder.appending(path: "b.jsonl").path, 0o600) == 0)
      var pipe = FollowedLog(folder.appending(path: "b.jsonl"))
      #expect(pipe.look().complaint?.contains("b.jsonl: expected the log of a training") == true)
    }
  }

  @Test func oneThatStartsOverIsNoticed() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "train.jsonl")
      try Data((line(10) + line(20)).utf8).write(to: file)
      var log = FollowedLog(file)
      #expect(steps(log.look()) == [10, 20])
      // As `train` begins a log, or cuts it back to a checkpoint: another file of that name.
      try OutputFile.write(line(10) + line(20) + line(30), to: file)
      let resumed = log.look()
      #expect(resumed.startsOver && steps(resumed) == [10, 20, 30])
      #expect(log.look() == FollowedLog.News())
      // The same file, shorter; and as long with another beginning.
      func overwrite(_ text: String) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
      }
      try overwrite(line(40))
      let shorter = log.look()
      #expect(shorter.startsOver && steps(shorter) == [40])
      try overwrite(line(50) + line(60))
      let other = log.look()
      #expect(other.startsOver && steps(other) == [50, 60])
    }
  }

  @Test func aLookTakesNoMoreThanItMay() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "train.jsonl")
      try Data((1...3000).map { line($0) }.joined().utf8).write(to: file)
      var log = FollowedLog(file)
      var (seen, looks) = ([Int](), 0)
      var news: FollowedLog.News
      repeat {
        news = log.look()
        #expect(news.events.count <= FollowedLog.most / line(1).utf8.count + 1)
        seen += steps(news)
        looks += 1
      } while news.isBehind
      #expect(seen == Array(1...3000) && looks >= 3)
    }
  }

  @Test func aWrongLineIsNamedAndTheOthersAreRead() throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "train.jsonl")
      try Data((line(10) + "\n{\"event\":\"train\"}\n" + line(20)).utf8).write(to: file)
      var log = FollowedLog(file)
      let news = log.look()
      #expect(steps(news) == [10, 20])
      let sentence = "train.jsonl: line 3: expected a line of a training log, found something else"
      #expect(news.complaint?.hasSuffix(sentence) == true, "\(news)")
      try append("else\n" + line(30), to: file)
      let more = log.look()
      #expect(steps(more) == [30] && more.complaint == news.complaint)
      // A log that is written anew is well again.
      try OutputFile.write(line(10), to: file)
      #expect(log.look().complaint == nil)
    }
  }
}
