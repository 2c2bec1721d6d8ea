// The built program's subcommands over a small model: what they print, and how they refuse bad input.

import Backbones
import Base
import Foundation
import Kernels
import Speech
import TestSupport
import Testing
import Training

extension ProgramOutcome {
  /// Each line of the output as a JSON object.
  func objects() throws -> [[String: Any]] {
    try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}

private func run(_ arguments: [String], input: Data = Data()) throws -> ProgramOutcome {
  try runProgram(dropscope.path, arguments, input: input)
}

@Suite(.serialized) struct CommandEndToEndTests {
  private func withWorld(_ body: (SmallWorld) throws -> Void) throws {
    try withTemporaryFolder { try body(try SmallWorld(in: $0)) }
  }

  private func recording(_ world: SmallWorld) -> URL {
    world.data.appending(path: "test/10/1/10-1-0000.wav")
  }

  @Test func evaluatePrintsOneObjectAMask() throws {
    try withWorld { world in
      let arguments =
        ["evaluate", "--model", world.model.path, "--data", world.data.path, "--split", "test"]
      let outcome = try run(
        arguments + ["--keep", "12,6", "--policy", "spread,first", "--threads", "2", "--json"])
      #expect(outcome.status == 0 && outcome.errors == "")
      let objects = try outcome.objects()
      #expect(objects.map { $0["kept_layers"] as? Int } == [12, 6, 12, 6])
      #expect(objects.map { $0["policy"] as? String } == ["spread", "spread", "first", "first"])
      for object in objects {
        #expect(object["model"] as? String == "small" && object["dataset"] as? String == "noise")
        #expect(object["split"] as? String == "test" && object["utterances"] as? Int == 12)
        // 4, 5 and 6 words, four times each.
        #expect(object["words"] as? Int == 60 && object["threads"] as? Int == 2)
        let errors = ["substitutions", "deletions", "insertions"].map { object[$0] as? Int ?? -1 }
        expectClose(
          try #require(object["wer"] as? Double), Double(errors.reduce(0, +)) / 60)
      }
      let flops = try objects.map { try #require($0["gflop_per_audio_second"] as? Double) }
      #expect(flops[1] < flops[0] && flops[1] == flops[3])

      // Other threads and no prefix shared: the same words are recognised.
      let alone = try run(arguments + ["--keep", "6", "--threads", "1", "--json"]).objects()[0]
      for key in ["wer", "substitutions", "deletions", "insertions", "mask"] {
        #expect("\(alone[key] ?? "")" == "\(objects[1][key] ?? "")", "\(key)")
      }

      let table = try run(arguments + ["--mask", "101101101101"])
      #expect(table.status == 0 && table.output.contains("manual  101101101101"))
      #expect(table.output.contains("noise test: 12 utterances, 60 words"))
    }
  }

  /// A mask of each utterance, the same for every command, any threads and any part of a sweep.
  @Test func utterancesMayHaveMasksOfTheirOwn() throws {
    try withWorld { world in
      let place = ["--model", world.model.path, "--data", world.data.path, "--split", "test"]
      let said = world.folder.appending(path: "said.jsonl")
      let choice = ["--policy", "bernoulli", "--seed", "3"]
      let objects = try run(
        ["evaluate", "--keep", "12,6", "--json", "--threads", "2", "--hypotheses", said.path]
          + place + choice
      ).objects()
      #expect(objects.map { $0["mask"] as? String } == [String(repeating: "1", count: 12), nil])
      let shares = try #require(objects[1]["layer_shares"] as? [Double])
      #expect(shares.count == 12 && objects[0]["layer_shares"] == nil)
      expectClose(try #require(objects[1]["mean_kept_layers"] as? Double), shares.reduce(0, +))
      #expect(objects[1]["kept_layers"] as? Int == 6)

      let lines = try String(contentsOf: said, encoding: .utf8).split(separator: "\n").suffix(12)
      let heard = try lines.map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      let masks = heard.compactMap { $0["mask"] as? String }
      #expect(masks.count == 12 && Set(masks).count > 1)
      for (layer, share) in shares.enumerated() {
        expectClose(share, Double(masks.count { Array($0)[layer] == "1" }) / 12)
      }
      let file = recording(world)
      let id = file.deletingPathExtension().lastPathComponent
      let alone = try run(
        ["transcribe", "--json", "--keep", "6", "--model", world.model.path, file.path] + choice
      ).objects()[0]
      let same = try #require(heard.first { $0["id"] as? String == id })
      #expect(alone["mask"] as? String == same["mask"] as? String)

      let sweep = ["sweep", "--keep", "6", "--draws", "3", "--json"] + place + choice
      func rates(_ more: String...) throws -> [String] {
        try run(sweep + more).objects().map { "\($0["seed"] ?? "") \($0["wer"] ?? "")" }
      }
      let whole = try rates()
      #expect(whole.count == 3 && whole.contains("3 \(objects[1]["wer"] ?? "")"))
      #expect(
        try rates("--shard", "1/2", "--threads", "1") + rates("--shard", "2/2") == whole)

      let pruned = try run(
        [
          "prune", "--model", world.model.path, "--keep", "6", "--output",
          world.folder.appending(path: "pruned").path,
        ] + choice)
      #expect(pruned.status == 1)
      #expect(
        pruned.errors.contains(
          "policy bernoulli: expected one mask for all utterances, as a model has"))
    }
  }

  /// Each row says how a model does against another at the same mask; against itself nothing changes.
  @Test func evaluateComparesWithAnotherModel() throws {
    try withWorld { world in
      let other = world.folder.appending(path: "other")
      let tokenizer = try Tokenizer(contentsOf: world.model.appending(path: "tokens.txt"))
      let twin = try TrainableConformer(contentsOf: world.model)
      for i in 0..<twin.weights.count { twin.weights.pointer[i] *= 0.5 }
      try twin.write(to: other, tokenizer: tokenizer, as: .float32, metadata: [:])
      let arguments = [
        "evaluate", "--model", world.model.path, "--data", world.data.path, "--split", "test",
        "--keep", "12,4",
      ]
      let alone = try run(arguments + ["--json"]).objects()
      #expect(alone.allSatisfy { $0["against"] == nil })
      let same = try run(arguments + ["--against", world.model.path, "--json"]).objects()
      for object in same {
        let against = try #require(object["against"] as? [String: Any])
        #expect(against["model"] as? String == "small" && against["difference"] as? Double == 0)
        #expect(against["probability_of_improvement"] as? Double == 0.5)
      }
      let compared = try run(arguments + ["--against", other.path, "--json"]).objects()
      let baseline = try run(
        ["evaluate", "--model", other.path] + arguments.dropFirst(3) + ["--json"]
      ).objects()
      for ((object, before), base) in zip(zip(compared, alone), baseline) {
        let against = try #require(object["against"] as? [String: Any])
        let (mine, others) = (
          try #require(before["wer"] as? Double), try #require(base["wer"] as? Double)
        )
        #expect(object["wer"] as? Double == mine && against["wer"] as? Double == others)
        expectClose(try #require(against["difference"] as? Double), mine - others)
        let interval = try #require(against["difference_ci95"] as? [Double])
        #expect(interval[0] <= mine - others && mine - others <= interval[1])
      }
      let table = try run(arguments + ["--against", other.path])
      #expect(table.lines[1].hasPrefix("against: WER % of other"))
    }
  }

  /// The rules change what counts as a word, are said in every form of the result, and tell sweeps
  /// apart.
  @Test func evaluateNormalisesBothSides() throws {
    try withTemporaryFolder { folder in
      let world = try SmallWorld(in: folder, transcript: "um it's twenty one boats")
      let arguments = [
        "evaluate", "--model", world.model.path, "--data", world.data.path, "--split", "test",
      ]
      let plain = try run(arguments + ["--json"]).objects()[0]
      let rules = ["--normalize", "whisper"]
      let object = try run(arguments + rules + ["--json"]).objects()[0]
      #expect(plain["words"] as? Int == 60 && plain["normalization"] == nil)
      #expect(object["words"] as? Int == 48 && object["normalization"] as? String == "whisper")
      #expect(try run(arguments + rules).output.contains("48 words, text normalised: whisper;"))
      let frame = try run(["--frame", "120x30"] + arguments.dropFirst() + rules)
      #expect(frame.output.contains("noise/test (whisper text)"))
      #expect(try run(arguments + ["--normalize", "loud"]).errors.contains("librispeech"))
      let sweep =
        ["sweep"] + arguments.dropFirst() + ["--policy", "spread", "--keep", "3", "--json"]
      let identifiers = try [sweep, sweep + rules].map {
        try #require(try run($0).objects()[0]["sweep"] as? String)
      }
      #expect(identifiers[0] != identifiers[1])
    }
  }

  /// The rate where the first training ended, and when the second was there.
  @Test func curvesSayWhenALevelIsReached() throws {
    try withTemporaryFolder { folder in
      func log(
        _ name: String, _ points: [(minutes: Double, wer: Double)], words: Int = 100
      ) throws -> String {
        let lines = points.enumerated().map { index, point in
          "{\"event\":\"validation\",\"step\":\(index),\"epoch\":0,\"elapsed_seconds\":"
            + "\(point.minutes * 60),\"dataset\":\"d/dev\",\"mask\":\"110\",\"kept_layers\":2,"
            + "\"utterances\":9,\"words\":\(index == points.count - 1 ? 200 : words),"
            + "\"wer\":\(point.wer),\"substitutions\":1,\"deletions\":1,\"insertions\":1}"
        }
        let file = folder.appending(path: "\(name)/train.jsonl")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        let steps =
          "{\"event\":\"train\",\"step\":2,\"epoch\":0,\"loss\":1,\"ctc\":1,\"kl\":0,"
          + "\"gradient_norm\":1,\"learning_rate\":1,\"kept_layers\":2,\"audio_seconds\":60,"
          + "\"audio_seconds_per_second\":9,\"elapsed_seconds\":1}"
        try (steps + "\n" + lines.joined(separator: "\n") + "\n")
          .write(to: file, atomically: true, encoding: .utf8)
        return file.deletingLastPathComponent().path
      }
      // The last one of each is on other words, as at the end of a run.
      let slow = try log("slow", [(5, 0.6), (10, 0.4), (12, 0.39)])
      let fast = try log("fast", [(2, 0.5), (4, 0.39), (6, 0.3), (7, 0.29)])
      let worse = try log("worse", [(2, 0.3), (4, 0.5), (6, 0.29)])
      let picture = folder.appending(path: "curves.svg")
      let outcome = try run(["curves", slow, fast, worse, "--json", "--svg", picture.path])
      #expect(outcome.status == 0 && outcome.errors == "")
      let objects = try outcome.objects()
      #expect(objects.map { $0["name"] as? String } == ["slow", "fast", "worse"])
      #expect(objects.map { $0["goal"] as? Double } == [0.4, 0.4, 0.4])
      #expect(objects.map { $0["minutes_to_goal"] as? Double } == [10, 4, nil])
      let svg = try String(contentsOf: picture, encoding: .utf8)
      #expect(svg.components(separatedBy: "<circle").count == 1 + 7)
      let table = try run(["curves", slow, fast])
      #expect(table.output.contains("60 %"))
      // One training in two runs: the second's times begin where the first ended.
      let joined = try run(["curves", slow, "\(fast)+\(worse)", "--json"]).objects()
      #expect(joined.map { $0["name"] as? String } == ["slow", "worse"])
      #expect(joined.last?["minutes"] as? [Double] == [2, 4, 6, 9, 11])
      #expect(joined.last?["wer"] as? [Double] == [0.5, 0.39, 0.3, 0.3, 0.5])
      // What was heard on other words is told, and no training goes on in such a log.
      let other = try log("other", [(2, 0.3), (4, 0.2), (6, 0.1)], words: 50)
      #expect(!table.output.contains("not on the same words"))
      #expect(
        try run(["curves", slow, other]).output
          .contains("not on the same words: other, 50 of d/dev\n"))
      let apart = try run(["curves", "\(fast)+\(other)"])
      #expect(apart.status == 1)
      #expect(apart.errors.contains("validation on 100 words, as in \(fast), found 50"))
      // At a given pace: 30 s of audio a step, whatever the clock said.
      let paced = try run(["curves", slow, fast, "--json", "--pace", "slow=2,fast=1"]).objects()
      #expect(paced.map { $0["minutes"] as? [Double] } == [[0, 0.25], [0, 0.5, 1]])
      #expect(try run(["curves", slow, fast, "--pace", "slow=2"]).errors.contains("no rate"))
      #expect(try run(["curves", slow, "--pace", "slow=0"]).status == 2)
      let wrong = try run(["curves", picture.path])
      #expect(wrong.status == 1 && wrong.errors.contains("line 1"))
    }
  }

  /// Shards together are the whole; each line is one mask; equal draws count once.
  @Test func sweepInShardsIsTheWholeSweep() throws {
    try withWorld { world in
      let arguments = [
        "sweep", "--model", world.model.path, "--data", world.data.path, "--split", "test",
        "--policy", "spread,random", "--keep", "12,9", "--draws", "3", "--json",
      ]
      let picture = world.folder.appending(path: "plot.svg")
      let whole = try run(arguments + ["--svg", picture.path])
      #expect(whole.status == 0 && whole.errors == "")
      // Two of spread; of random one at full depth and three at 9.
      #expect(whole.lines.count == 6)
      let svg = try String(contentsOf: picture, encoding: .utf8)
      #expect(svg.hasPrefix("<svg") && svg.components(separatedBy: "<circle").count == 1 + 4)

      var shards: [String] = []
      for index in 1...2 {
        let part = try run(arguments + ["--shard", "\(index)/2"])
        let file = world.folder.appending(path: "part-\(index).jsonl")
        try part.output.write(to: file, atomically: true, encoding: .utf8)
        shards.append(file.path)
      }
      let table = world.folder.appending(path: "merged.csv")
      let merged = try run(["sweep", "merge", "--json", "--csv", table.path] + shards)
      #expect(merged.status == 0)
      func measured(_ outcome: ProgramOutcome) throws -> [String] {
        try outcome.objects().map { object in
          ["point", "policy", "seed", "mask", "wer", "sweep"].map { "\(object[$0] ?? "")" }
            .joined(separator: " ")
        }
      }
      #expect(try measured(merged) == measured(whole))
      let rows = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
      #expect(rows.count == 7 && rows[0].hasPrefix("model,dataset,split,policy,seed,mask"))

      let pairs = try run(
        arguments.prefix(7) + ["--all-masks", "--keep", "11", "--json"]
      ).objects()
      #expect(pairs.count == 12 && pairs.allSatisfy { $0["kept_layers"] as? Int == 11 })

      // Another model of the same name is another sweep, and two at once are told apart.
      let other = try world.addModel("elsewhere/small", seed: 6)
      let foreigner = try run(
        arguments.map { $0 == world.model.path ? other.path : $0 } + ["--shard", "2/2"])
      let file = world.folder.appending(path: "foreign.jsonl")
      try foreigner.output.write(to: file, atomically: true, encoding: .utf8)
      let mixed = try run(["sweep", "merge", shards[0], file.path])
      #expect(mixed.status == 1 && mixed.errors.contains("expected points of sweep"))
      let both = try run([
        "sweep", "--model", world.model.path, "--model", other.path, "--data", world.data.path,
        "--keep", "12,12", "--policy", "spread", "--json",
      ]).objects()
      #expect(both.map { $0["model"] as? String } == [world.model.path, other.path])
      #expect(both[0]["cer"] as? Double != both[1]["cer"] as? Double)

      let missing = try run(["sweep", "merge", shards[0]])
      #expect(missing.status == 1 && missing.errors.contains("missing 3"))
      let doubled = try run(["sweep", "merge", shards[0], shards[0]])
      #expect(doubled.status == 1 && doubled.errors.contains("each point once"))
      let foreign = try run(["sweep", "merge", table.path])
      #expect(foreign.status == 1 && foreign.errors.contains("line 1"))
    }
  }

  /// A run that is stopped and goes on, from a folder of transformers into one like it.
  @Test func trainGoesFromAHuggingFaceFolderToAnother() throws {
    try withWorld { world in
      let start = fixture("../../BackbonesTests/Fixtures/wavlm-small").standardizedFileURL
      let chapter = world.folder.appending(path: "words/train/7/1")
      try FileManager.default.createDirectory(at: chapter, withIntermediateDirectories: true)
      var random = RandomGenerator(seed: 3)
      var list = ""
      for (index, text) in ["TEN TEA", "A NOTE", "EAT", "NO OATEN TOE"].enumerated() {
        let samples = (0..<16000).map { _ in random.uniform(-0.3...0.3) as Float }
        try writeWAV(
          Waveform(samples: samples, sampleRate: 16000),
          to: chapter.appending(path: "7-1-000\(index).wav"))
        list += "7-1-000\(index) \(text)\n"
      }
      try Data(list.utf8).write(to: chapter.appending(path: "7-1.trans.txt"))
      let output = world.folder.appending(path: "trained")
      func train(_ more: [String], recipe: String = "dld") throws -> ProgramOutcome {
        try run(
          [
            "train", "--recipe", recipe, "--data", world.folder.appending(path: "words").path,
            "--dev-split", "train", "--output", output.path, "--steps", "4", "--batch-seconds", "2",
          ] + more)
      }
      let models = ["--init", start.path, "--teacher", start.path]
      let refused: [(more: [String], status: Int32, part: String)] = [
        (models + ["--width", "32"], 2, "option --width: expected none"),
        (models + ["--skip-rule", "normalized"], 2, "option --skip-rule: expected none"),
        (["--init-encoder", start.path, "--teacher", start.path], 2, "--init-encoder"),
        (["--init", start.path, "--teacher", world.model.path], 1, "the student's tokens"),
        (["--teacher", start.path], 1, "the student's features, 80 log-mel bands"),
        (
          ["--freeze-front-end", "--teacher", world.model.path], 2,
          "--freeze-front-end: expected a Hugging Face folder"
        ),
        (
          models + ["--hidden-weight", "1", "--cache-teacher"], 2,
          "--hidden-weight: expected --teacher DIR without --cache-teacher"
        ),
      ]
      for (more, status, part) in refused {
        let outcome = try train(more)
        #expect(outcome.status == status && outcome.errors.contains(part), "\(outcome)")
      }
      let stopped = try train(models + ["--freeze-front-end", "--minutes", "0"])
      #expect(stopped.status == 0 && stopped.errors.contains("stopped after step 1 of 4"))
      let resumed = try train(models + ["--resume"])
      #expect(resumed.status == 0, "\(resumed)")
      let recognizer = try Recognizer(contentsOf: output)
      #expect(recognizer.backbone.layerCount == 4 && recognizer.tokenizer.count == 11)
      let old = try SafetensorsFile(contentsOf: start.appending(path: "model.safetensors"))
      let new = try SafetensorsFile(contentsOf: output.appending(path: "model.safetensors"))
      #expect(new.names == old.names && new.metadata["format"] == "pt")
      for name in old.names {
        let isSame = try new.tensor(name).values.elementsEqual(old.tensor(name).values) {
          $0 == Float(Float16($1))
        }
        // A shift of all keys changes no attention, so their bias may stay as well.
        guard !name.hasSuffix("k_proj.bias") else { continue }
        let stays = name.contains("feature_extractor") || name.contains("masked_spec_embed")
        #expect(isSame == stays, "\(name)")
      }
      // --teacher and --freeze-front-end are optional where the recipe allows.
      try FileManager.default.removeItem(at: output)
      #expect(try train(["--init", start.path], recipe: "random-drop").status == 0)
    }
  }

  /// A full disk, a closed output: a result that nobody gets is a failure, whatever the command.
  @Test(arguments: [">/dev/full", ">&-"])
  func resultsThatCannotBeWrittenAreSaid(redirection: String) throws {
    try withWorld { world in
      let data = ["--model", world.model.path, "--data", world.data.path, "--split", "test"]
      let sweep = world.folder.appending(path: "sweep.jsonl").path
      let points = try run(["sweep", "--json", "--keep", "2"] + data)
      try points.output.write(toFile: sweep, atomically: true, encoding: .utf8)
      let log = world.folder.appending(path: "log.jsonl").path
      try Data(
        contentsOf: fixture("../../../Assets/Results/training/dld.jsonl").standardizedFileURL
      )
      .write(to: URL(fileURLWithPath: log))
      for arguments in [
        ["--help"], ["evaluate", "--help"],
        ["transcribe", "--model", world.model.path]
          + [recording(world).path], ["evaluate", "--keep", "2"] + data,
        ["evaluate", "--keep", "2", "--json"] + data, ["sweep", "--json", "--keep", "2"] + data,
        ["sweep", "merge", sweep], ["inspect", world.model.path], ["curves", log],
        ["--frame", "80x24"] + data,
      ] {
        let words = ([dropscope.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let outcome = try runProgram("sh", ["-c", "exec \(words) \(redirection)"])
        #expect(outcome.status == 1, "\(arguments): \(outcome)")
        #expect(
          outcome.errors.contains("standard output: expected a place to write"),
          "\(arguments): \(outcome)")
      }
      // What is opened next must not become standard output.
      #expect(try String(contentsOfFile: sweep, encoding: .utf8) == points.output)
    }
  }

  /// Data sets of two layouts, one heard three times a pass; the same training whatever was resumed.
  @Test func trainingMixesDataSets() throws {
    try withWorld { world in
      let wav = world.folder.appending(path: "cmu/wav/ann")
      let lists = world.folder.appending(path: "cmu/etc")
      for folder in [wav, lists] {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      }
      let samples = (0..<16000).map { 0.3 * sin(Float($0) * 0.3) }
      try writeWAV(
        Waveform(samples: samples, sampleRate: 16000), to: wav.appending(path: "x.wav"))
      try Data("ann/x\n".utf8).write(to: lists.appending(path: "cmu_train.fileids"))
      try Data("<s> TURN ON </s> (x)\n".utf8).write(
        to: lists.appending(path: "cmu_train.transcription"))
      func train(_ output: String, _ more: [String] = []) throws -> ProgramOutcome {
        try run(
          [
            "train", "--recipe", "reference", "--data", "\(world.data.path):test", "--data",
            "\(world.folder.path)/cmu@3", "--dev-split", "test", "--init", world.model.path,
            "--output", world.folder.appending(path: output).path, "--epochs", "2",
            "--batch-seconds", "4",
          ] + more)
      }
      let whole = try train("whole")
      #expect(whole.status == 0, "\(whole)")
      let card = try String(
        contentsOf: world.folder.appending(path: "whole/README.md"), encoding: .utf8)
      #expect(card.contains("noise/test + cmu/train x 3: 13 utterances"), "\(card)")
      // Twelve seconds of one set and three times the one of the other, four at a time, twice.
      #expect(card.contains("| steps | 8 (2 epochs) |"), "\(card)")
      #expect(card.contains("on `noise/test` (12 utterances)"), "\(card)")
      #expect(try train("parts", ["--minutes", "0"]).status == 0)
      #expect(try train("parts", ["--resume"]).status == 0)
      let weights = ["whole", "parts"].map {
        world.folder.appending(path: "\($0)/model.safetensors")
      }
      let (one, other) = (
        try SafetensorsFile(contentsOf: weights[0]), try SafetensorsFile(contentsOf: weights[1])
      )
      for name in one.names {
        #expect(try one.tensor(name).values.elementsEqual(other.tensor(name).values), "\(name)")
      }
      let wrong = try run([
        "train", "--recipe", "reference", "--data", "\(world.data.path):none", "--output",
        world.folder.appending(path: "never").path,
      ])
      #expect(wrong.status == 1 && wrong.errors.contains("a split \"none\", found the splits test"))
    }
  }

  @Test func transcribeReadsFilesAndRawSamples() throws {
    try withWorld { world in
      let file = recording(world)
      let arguments = ["transcribe", "--model", world.model.path, "--keep", "6", "--json"]
      // 16-bit PCM behind the usual 44 bytes: the same samples.
      let raw = try Data(contentsOf: file).dropFirst(44)
      let outcome = try run(arguments + [file.path, "-"], input: Data(raw))
      #expect(outcome.status == 0 && outcome.errors == "")
      let objects = try outcome.objects()
      #expect(objects.map { $0["file"] as? String } == [file.path, "-"])
      for object in objects {
        #expect(
          Set(object.keys) == ["file", "text", "audio_seconds", "seconds", "mask", "words"])
        #expect(object["audio_seconds"] as? Double == 1)
        #expect(object["mask"] as? String == "101010010101")
        let words = try #require(object["words"] as? [[String: Any]])
        #expect(
          words.compactMap { $0["word"] as? String }.joined(separator: " ")
            == object["text"] as? String)
        for word in words { #expect(Set(word.keys) == ["word", "start", "end", "confidence"]) }
      }
      #expect(objects[0]["text"] as? String == objects[1]["text"] as? String)
      let recognizer = try Recognizer(contentsOf: world.model)
      let expected = recognizer.decoder().decode(
        recognizer.backbone.logProbabilities(
          ofLong: recognizer.samples(try AudioFile.read(file)), mask: .spread(keeping: 6, of: 12)))
      #expect(objects[0]["text"] as? String == expected.text)
    }
  }

  /// Shorter than a frame of the model: nothing is said, nothing crashes.
  @Test(arguments: [1, 2, 100, 400, 640, 1000])
  func veryShortAudio(samples: Int) throws {
    try withWorld { world in
      let outcome = try run(
        ["transcribe", "--model", world.model.path, "-"], input: Data(count: 2 * samples))
      #expect(outcome.status == 0 && outcome.lines.count <= 1, "\(outcome)")
    }
  }

  @Test func emissionsAreTheModelsLogProbabilities() throws {
    try withWorld { world in
      let output = world.folder.appending(path: "out.safetensors")
      let outcome = try run([
        "emissions", recording(world).path, "--output", output.path, "--model", world.model.path,
        "--mask", "111000111000",
      ])
      #expect(outcome.status == 0 && outcome.output == "" && outcome.errors == "")
      let file = try SafetensorsFile(contentsOf: output)
      #expect(file.names == ["log_probs"] && file.elementType("log_probs") == "F32")
      #expect(file.metadata["mask"] == "111000111000")
      let recognizer = try Recognizer(contentsOf: world.model)
      let expected = recognizer.backbone.logProbabilities(
        [recognizer.samples(try AudioFile.read(recording(world)))],
        mask: try LayerMask("111000111000", layerCount: 12))
      expectClose(try file.tensor("log_probs"), expected, relative: 1e-6)
    }
  }

  @Test func benchReportsRatesAndShares() throws {
    try withWorld { world in
      let outcome = try run([
        "bench", "--model", world.model.path, "--data", world.data.path, "--split", "test",
        "--steps", "2", "--batch-seconds", "4", "--keep", "12,3", "--json",
      ])
      #expect(outcome.status == 0 && outcome.errors == "")
      let report = try outcome.objects()[0]
      let peak = try #require(report["sgemm_gflops"] as? Double)
      let recognition = try #require(report["recognition"] as? [[String: Any]])
      #expect(recognition.map { $0["kept_layers"] as? Int } == [12, 3])
      for row in recognition {
        let rate = try #require(row["gflops"] as? Double)
        expectClose(try #require(row["share_of_peak"] as? Double), rate / peak)
        #expect(rate > 0 && rate < peak)
      }
      let training = try #require(report["training"] as? [[String: Any]])
      #expect(training.compactMap { $0["recipe"] as? String } == RecipeCatalog.all.map { $0.name })
      #expect(training.allSatisfy { ($0["audio_seconds_per_second"] as? Double ?? 0) > 0 })

      // A PyTorch that computes something else is not compared with.
      let liar = try python(in: world, says: #"{"version":"0","loss":1e9,"seconds":{"dld":1}}"#)
      let arguments = [
        "bench", "--model", world.model.path, "--data", world.data.path, "--split", "test",
        "--steps", "1", "--batch-seconds", "4", "--training",
      ]
      let refused = try run(arguments + ["--pytorch", liar.path])
      #expect(refused.status == 1 && refused.errors.contains("this is another model"))
      let missing = try run(arguments + ["--pytorch", "/none/python"])
      #expect(missing.status == 1 && missing.errors.contains("/none/python"))
    }
  }

  @Test func inspectDescribesModelsAndAudio() throws {
    try withWorld { world in
      let model = try run(["inspect", world.model.path, "--json"]).objects()[0]
      let backbone = try Recognizer(contentsOf: world.model).backbone
      #expect(model["layers"] as? Int == 12 && model["model_type"] as? String == "conformer")
      #expect(model["parameters"] as? Int == backbone.parameterCount)
      let stages = try #require(model["parameters_by_stage"] as? [String: Any])
      let layers = try #require(stages["layers"] as? [Double])
      let ends = try ["front_end", "head"].map { try #require(stages[$0] as? Double) }
      expectClose(layers.reduce(0, +) + ends.reduce(0, +), Double(backbone.parameterCount))
      #expect(try run(["inspect", world.model.path]).output.contains("layer 12"))
      #expect(model["language"] == nil)
      let languages = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../BackbonesTests/Fixtures/wav2vec2-mms").standardizedFileURL.path
      #expect(try run(["inspect", languages]).output.contains("language        eng"))
      #expect(
        try run(["inspect", languages, "--json"]).objects()[0]["language"] as? String == "eng")

      let audio = try run(["inspect", "--json", recording(world).path]).objects()[0]
      #expect(audio["format"] as? String == "wav" && audio["samples"] as? Int == 16000)
      #expect(audio["sample_rate"] as? Int == 16000 && audio["checksum"] as? String == "absent")
      #expect(try run(["inspect", recording(world).path]).output.contains("16000 Hz"))
    }
  }

  /// Recordings and a split are measured in turns with rivals that find the same, and with no others.
  @Test func benchComparesRecognition() throws {
    let (name, title) = ("onnxruntime", "ONNX Runtime")
    try withWorld { world in
      let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../BackbonesTests/Fixtures/wavlm-group").standardizedFileURL.path
      func bench(difference: String, _ more: String...) throws -> ProgramOutcome {
        let python = try self.rival(in: world, difference: difference)
        return try run(
          [
            "bench", "--model", model, "--data", world.data.path, "--split", "test", "--mask",
            "101",
            "--seconds", "0.5,0.7", "--threads", "2", "--\(name)", python.path,
          ] + more)
      }
      let report = try bench(difference: "1e-5", "--json").objects()[0]
      #expect(report["recording_seconds"] as? Double == 0.7)
      #expect(report["\(name)_version"] as? String == "0.1")
      let rows = try #require(report["recording"] as? [[String: Any]])
      #expect(rows.map { $0["audio_seconds"] as? Double } == [0.5, 0.7, 0.5, 0.7])
      #expect(rows.map { $0["threads"] as? Int } == [1, 1, 2, 2])
      for row in rows {
        #expect(row["\(name)_latency_ms"] as? Double == 60)
        #expect(row["largest_difference"] as? Double == 1e-5)
        let spread = try #require(row["ratio_to_\(name)_spread"] as? [String: Double])
        let ratios = try ["p10", "p50", "p90"].map { try #require(spread[$0]) }
        #expect(ratios == ratios.sorted() && row["ratio_to_\(name)"] as? Double == ratios[1])
        let latency = try #require(row["latency_ms"] as? [String: Double])
        // Theirs always takes the same.
        let middle = 60 / (try #require(latency["p50"]))
        #expect(ratios[0] <= middle + 1e-9 && middle <= ratios[2] + 1e-9)
      }
      // Of its ways the faster one counts: all of the split in a quarter of a second.
      let split = try #require((report["throughput"] as? [[String: Any]])?.first)
      #expect(split["\(name)_way"] as? String == "quick" && split["utterances"] as? Int == 12)
      expectClose(
        try #require(split["\(name)_audio_seconds_per_second"] as? Double), 12 / 0.25)

      let table = try bench(difference: "1e-5").output
      #expect(table.contains("one recording; in turns with \(title) 0.1"))
      #expect(table.contains("\(title) ms") && table.contains("\(title) s/s"))
      let refused = try bench(difference: "0.1")
      #expect(refused.status == 1 && refused.errors.contains("this is another model"))
    }
  }

  @Test func whatRivalsLackIsOneSentence() throws {
    try withWorld { world in
      let python = world.folder.appending(path: "python")
      try writeProgram("#!/bin/sh\necho \"No module named 'onnx'\" >&2\nexit 1\n", to: python)
      let arguments = [
        "bench", "--model", world.model.path, "--data", world.data.path, "--split", "test",
        "--keep", "3", "--recognition",
      ]
      let empty = try run(arguments + ["--onnxruntime", python.path])
      #expect(empty.status == 1 && empty.lines.isEmpty)
      #expect(
        empty.errors.contains("--onnxruntime \(python.path)")
          && empty.errors.contains("failed with status 1: No module named 'onnx'"))
      let missing = try run(arguments + ["--onnxruntime", "no-such-python"])
      #expect(missing.status == 1 && missing.errors.contains("none of that name in PATH"))
    }
  }

  /// An interpreter that runs nothing and answers what a rival is asked.
  private func rival(in world: SmallWorld, difference: String) throws -> URL {
    let file = world.folder.appending(path: "rival")
    try writeProgram(
      """
      #!/bin/sh
      echo '{"version":"0.1","ways":["quick","slow"]}'
      while read -r request; do
        case "$request" in
          *open*) echo '{}' ;;
          *compare*) echo '{"difference":\(difference)}' ;;
          *run*) echo '{"milliseconds":60}' ;;
          *quick*) echo '{"seconds":0.25}' ;;
          *slow*) echo '{"seconds":0.5}' ;;
        esac
      done

      """, to: file)
    return file
  }

  /// An interpreter that runs nothing and prints one line.
  private func python(in world: SmallWorld, says line: String) throws -> URL {
    let file = world.folder.appending(path: "python")
    try writeProgram("#!/bin/sh\necho '\(line)'\n", to: file)
    return file
  }

  /// A Hugging Face folder as it is: inspected, evaluated with layers skipped, benched, drawn.
  @Test(arguments: [
    ("wavlm-group", "wavlm", 0.02), ("conformer-relative", "wav2vec2-conformer", 0.02),
    ("parakeet-bpe", "parakeet_ctc", 0.08), ("bert-keys", "wav2vec2-bert", 0.02),
  ])
  func huggingFaceModelsWorkEverywhere(name: String, type: String, frame seconds: Double) throws {
    try withWorld { world in
      let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../BackbonesTests/Fixtures/\(name)").standardizedFileURL.path
      let data = ["--data", world.data.path, "--split", "test"]
      let report = try run(["inspect", model, "--json"]).objects()[0]
      #expect(report["model_type"] as? String == type && report["layers"] as? Int == 3)
      #expect(report["frame_seconds"] as? Double == seconds)
      let rows = try run(["evaluate", "--model", model, "--keep", "3,1", "--json"] + data).objects()
      #expect(rows.map { $0["kept_layers"] as? Int } == [3, 1])
      let bench = try run(["bench", "--model", model, "--keep", "3", "--json"] + data).objects()[0]
      #expect((bench["training"] as? [Any])?.isEmpty == true)
      #expect((bench["recognition"] as? [Any])?.count == 1)
      let recording = try #require(bench["recording"] as? [[String: Any]])
      #expect(recording.count == 1 && recording[0]["pytorch_latency_ms"] == nil)
      let latency = try #require(recording[0]["latency_ms"] as? [String: Double])
      let length = try #require(bench["recording_seconds"] as? Double)
      expectClose(
        try #require(recording[0]["real_time_factor"] as? Double),
        try #require(latency["p50"]) / 1000 / length)
      let frame = try run(["--model", model, "--frame", "100x30", "--view", "layers"] + data)
      #expect(frame.status == 0 && frame.output.contains("What the head would say"))
      let wrong = try run(["evaluate", "--model", model, "--format", "zip"] + data)
      #expect(wrong.status == 2 && wrong.errors.contains("librispeech"))
    }
  }

  @Test func badInputIsOneSentenceAndAStatus() throws {
    try withWorld { world in
      func path(_ name: String) -> String { world.folder.appending(path: name).path }
      func write(_ name: String, _ data: Data) throws -> String {
        try FileManager.default.createDirectory(
          at: world.folder.appending(path: name).deletingLastPathComponent(),
          withIntermediateDirectories: true)
        try data.write(to: world.folder.appending(path: name))
        return path(name)
      }
      let model = ["--model", world.model.path]
      let data = model + ["--data", world.data.path, "--split", "test"]
      let audio = try Data(contentsOf: recording(world))
      let text = try write("notes.txt", Data("no audio at all".utf8))
      let cut = try write("cut.wav", audio.prefix(30))
      let empty = try write("empty.wav", Data())
      _ = try write("silent/test/1/1/1-1.trans.txt", Data("1-1-0000 HELLO\n".utf8))
      try FileManager.default.createDirectory(
        atPath: path("hollow/test"), withIntermediateDirectories: true)
      _ = try write("headless/config.json", Data("{}".utf8))
      _ = try write("parakeet/config.json", Data(#"{"model_type":"parakeet_ctc"}"#.utf8))
      let training = [
        "train", "--recipe", "random-drop", "--data", world.data.path, "--split", "test",
        "--output", path("new"),
      ]

      let cases: [(arguments: [String], status: Int32, part: String)] = [
        (["transcribe"] + model + [text], 1, "notes.txt"),
        (["transcribe"] + model + [cut], 1, "cut.wav"),
        (["transcribe"] + model + [empty], 1, "empty.wav"),
        (["transcribe"] + model + [path("none.wav")], 1, "none.wav"),
        (["transcribe"] + model + ["-"], 1, "standard input"),
        (["transcribe"] + model, 2, "expected at least 1 argument"),
        (["transcribe"] + model + ["-", "-"], 2, "once"),
        (["transcribe", "--keep", "6,3"] + model + [text], 2, "one choice of layers"),
        (["emissions"] + model + [cut], 2, "--output is required"),
        (["emissions"] + model + [recording(world).path, "--output", "/none/x"], 1, "/none"),
        (["inspect", text], 1, "notes.txt"),
        (["inspect", path("nothing")], 1, "nothing"),
        (["inspect", path("headless")], 1, "model_type"),
        (["inspect", world.data.path], 1, "config.json"),
        (["evaluate", "--keep", "0"] + data, 2, "--keep"),
        (["evaluate", "--keep", "13"] + data, 2, "1 to 12"),
        (["evaluate", "--mask", "1010"] + data, 2, "12 characters"),
        (["evaluate", "--keep", "3", "--mask", "101"] + data, 2, "--keep and --mask"),
        (["evaluate", "--drop", "-1"] + data, 2, "--drop"),
        (["evaluate", "--threads", "0"] + data, 2, "--threads"),
        (["sweep", "--shard", "3/2"] + data, 2, "--shard"),
        (["sweep", "--all-masks", "--policy", "first"] + data, 2, "--all-masks"),
        (["sweep", "--csv", "/none/x.csv"] + data, 1, "/none"),
        (["sweep", "--svg", world.folder.path] + data, 1, "found a folder"),
        (["sweep", "--split", ","] + data.dropLast(2), 2, "--split"),
        (["sweep"] + model + data, 2, "is given twice"),
        (["train", "--recipe", "magic", "--data", "x", "--output", path("new")], 2, "--recipe"),
        (training + ["--epochs", "2", "--steps", "3"], 2, "--epochs and --steps"),
        (training + ["--token-count", "40", "--init", world.model.path], 2, "--token-count"),
        (training + ["--dev-split", "later"], 1, "a split \"later\" to validate on"),
        (training + ["--clip", "0"], 2, "a number above 0"),
        (training + ["--init", path("parakeet")], 1, "a model that can be trained"),
        (
          training + [
            "--steps", "9", "--batch-seconds", "2", "--learning-rate", "1e30", "--warmup", "0",
            "--init", world.model.path,
          ], 1, "expected a finite loss"
        ),
        (["synthesize", "--output", path("new"), "--leave-out", "me"], 2, "--digits"),
        (["evaluate", "--fast"] + data, 2, "--fast"),
        (
          ["evaluate"] + model + ["--data", world.data.path, "--split", "dev"], 1, "the splits test"
        ),
        (["evaluate"] + model + ["--data", path("nowhere"), "--split", "test"], 1, "nowhere"),
        (
          ["evaluate"] + model + ["--data", path("hollow"), "--split", "test"], 1,
          "hollow: expected a data set"
        ),
        (["evaluate"] + model + ["--data", path("silent"), "--split", "test"], 1, "1-1-0000"),
        (["evaluate", "--model", path("nowhere")] + data.dropFirst(2), 1, "a model folder"),
      ]
      for (arguments, status, part) in cases {
        let outcome = try run(arguments)
        let said = "\(arguments.joined(separator: " ")): \(outcome)"
        #expect(outcome.status == status, "\(said)")
        #expect(outcome.output == "", "\(said)")
        #expect(outcome.errors.contains(part), "\(said)")
        #expect(
          outcome.errors.hasSuffix("\n") && outcome.errors.filter { $0 == "\n" }.count == 1,
          "\(said)")
      }
    }
  }
}
