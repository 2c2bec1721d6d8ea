// A recording and what was heard in it, by whom.

import Backbones
import Speech
import Tradeoff

package struct ListenState: Sendable, Equatable {
  /// A model, how much of it is computed, and how it finds words.
  package struct Hearer: Sendable, Hashable {
    package var model: Int
    package var compute: Compute
    package var decoding: Decoding

    package init(model: Int, compute: Compute = .full, decoding: Decoding) {
      self.model = model
      self.compute = compute
      self.decoding = decoding
    }

    init(_ point: OperatingPoint) {
      self.init(model: point.model, compute: point.compute, decoding: point.decoding)
    }
  }

  package var isRecording = false
  /// How many recordings were begun.
  package var recordings = 0
  /// Of the recording that is being made, and after that until it is heard.
  package var captions: Captions?
  /// What was recorded or opened last.
  package var file: String?
  /// Counts recordings, which all go by the same name.
  package var take = 0
  /// What was heard last was heard in this, and stays until something else is heard.
  package var heardFile: String?
  /// The take that it belongs to.
  package var heardTake = 0
  private var hearings: [Hearer: [Walk: Listening]] = [:]
  /// Who heard what is in the table.
  package internal(set) var hearer = Hearer(model: 0, decoding: .greedy)
  /// Of the take of this number.
  private var outline: (take: Int, sound: SoundOutline)?
  /// Why there is no recording, or why the file that was opened last was not heard.
  package var failure: String?
  /// The first row to show, once the reader has scrolled.
  package var scroll: Int?

  package init() {}

  /// More walks than anybody has heard are not kept.
  private static let limit = 256

  /// What the table's hearer heard, deepest first.
  package var heard: [Listening] { heard(by: hearer) }

  /// Deepest first.
  package func heard(by hearer: Hearer) -> [Listening] {
    (hearings[hearer] ?? [:]).values.sorted {
      let (a, b) = ($0.walk, $1.walk)
      return a.keptCount == b.keptCount ? "\(a)" > "\(b)" : a.keptCount > b.keptCount
    }
  }

  func hasHeard(_ hearer: Hearer) -> Bool { hearings[hearer] != nil }

  package func heard(at point: OperatingPoint) -> Listening? {
    hearings[Hearer(point)]?[point.walk]
  }

  /// Everybody who heard it.
  package var hearers: [Hearer] {
    hearings.keys.sorted {
      ($0.model, $0.compute.description, $0.decoding.identifier)
        < ($1.model, $1.compute.description, $1.decoding.identifier)
    }
  }

  /// Of what was heard last; nil before that.
  package var sound: SoundOutline? {
    outline.flatMap { $0.take == heardTake && heardFile != nil ? $0.sound : nil }
  }

  mutating func take(_ sound: SoundOutline, ofTake take: Int) { outline = (take, sound) }

  /// What was heard in older takes goes.
  mutating func take(_ listening: Listening, by hearer: Hearer, in file: String, take: Int) {
    if take != heardTake { (hearings, captions) = ([:], nil) }
    (heardFile, heardTake) = (file, take)
    if hearings[hearer, default: [:]].count >= Self.limit { hearings[hearer] = [:] }
    hearings[hearer, default: [:]][listening.walk] = listening
  }

  /// Back to what was heard before: a file could not be heard.
  mutating func giveUp(_ reason: String) {
    failure = "not heard: \(reason)"
    if outline?.take == heardTake { outline?.take = take }
    (file, heardTake) = (heardFile, take)
  }

  package static func == (a: ListenState, b: ListenState) -> Bool {
    a.isRecording == b.isRecording && a.recordings == b.recordings && a.captions == b.captions
      && a.file == b.file && a.take == b.take
      && a.heardFile == b.heardFile && a.heardTake == b.heardTake && a.hearings == b.hearings
      && a.hearer == b.hearer && a.sound == b.sound && a.failure == b.failure
      && a.scroll == b.scroll
  }
}

extension DashboardState {
  /// What hear a recording side by side: the present operating point; and the pinned one, else the other
  /// model by the same walk, else full depth, where that is another.
  package var racers: [OperatingPoint] {
    let other = [pinned, rival?.point, fullPoint].lazy.compactMap { $0 }
      .first { $0 != self.presentPoint }
    return [presentPoint] + (other.map { [$0] } ?? [])
  }

  /// What a racer's model is to hear: every depth of the policy, as far as it has the policy, and the
  /// racer's own walk.
  private func walks(of racer: OperatingPoint) -> [Walk] {
    let policies = subject.models[racer.model].policies
    guard policies.refusal(policy) == nil else { return [racer.walk] }
    let walks = (1...policies.layerCount).reversed().map {
      choice.walk(keeping: $0, by: policies)
    }
    return walks.contains(racer.walk) ? walks : walks + [racer.walk]
  }

  /// What is still to be heard in the file that was opened last. What is being heard already is not asked
  /// for anew with each depth of it that becomes known.
  var wantedHearing: ProbeRequest? {
    guard let file = listening.file, !listening.isRecording else { return nil }
    let isHeard = listening.heardTake == listening.take && listening.heardFile == file
    for racer in racers {
      let hearer = ListenState.Hearer(racer)
      let known = isHeard ? Set(listening.heard(by: hearer).map(\.walk)) : []
      let missing = walks(of: racer).filter { !known.contains($0) }
      if missing.isEmpty { continue }
      let request = ProbeRequest.file(
        file, named: utterance(in: file), take: listening.take, model: racer.model, walks: missing,
        compute: racer.compute, decoding: racer.decoding)
      if probes.knows(request) { continue }
      if case .file(
        file, _, listening.take, racer.model, let walks, racer.compute, racer.decoding)? = probes
        .asked,
        Set(missing).isSubset(of: walks)
      {
        return probes.asked
      }
      return request
    }
    return nil
  }

  /// What the table shows, deepest first: of the present policy and the present walk, where it is of the
  /// present model.
  var listed: [Listening] {
    let heard = listening.heard
    guard listening.hearer.model == model else { return heard }
    let wanted = Set(walks(of: presentPoint))
    return heard.filter { wanted.contains($0.walk) }
  }

  /// What walks know a file by: as the data set it is from does, where it is one of the clips.
  private func utterance(in file: String) -> String {
    clips.first { $0.path == file }?.id ?? Walk.utterance(file: file)
  }

  /// What was said in a file, where it is one of the clips.
  func said(in file: String?) -> [String]? {
    file.flatMap { file in clips.first { $0.path == file }?.said }
  }
}
