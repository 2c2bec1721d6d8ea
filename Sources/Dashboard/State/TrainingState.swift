// Trainings to watch: which two stand beside each other, and where in their time the player is.

import Training

package struct TrainingState: Sendable, Equatable {
  /// In the order in which they are gone through.
  package internal(set) var runs: [TrainingHistory] = []
  /// The logs that came with the program were asked for, and are there.
  package internal(set) var isAsked = false
  package internal(set) var isRead = false
  /// Logs that are watched and were not read to their end yet, by their index.
  private var behind: Set<Int> = []
  package var isAwaited: Bool { isAsked && !isRead || !behind.isEmpty }
  /// Why they are not there.
  package internal(set) var failure: String?
  /// The two on the screen, by their index; the second may be missing.
  package internal(set) var first = 0
  package internal(set) var second: Int?

  /// The newest one, if any.
  package internal(set) var lab: LabState?

  /// Seconds since the trainings began; nil: at their end, whatever still comes.
  package internal(set) var moment: Double?
  package internal(set) var isPlaying = false
  /// Among `paces`; nil: whatever shows all of it in half a minute.
  package internal(set) var chosenPace: Int?

  package init() {}

  /// Logs that grow, the first two beside each other.
  package init(watching names: [String]) {
    runs = names.map { TrainingHistory(name: $0, origin: .watched) }
    behind = Set(runs.indices)
    if runs.count > 1 { second = 1 }
  }

  package var shown: [TrainingHistory] {
    [first, second].compactMap { $0.flatMap { runs.indices.contains($0) ? runs[$0] : nil } }
  }

  // MARK: - The lab

  /// A new one in place of the one before, whose settings it has. Its start is on the screen, and what goes
  /// on from there once it does.
  mutating func beginLab() -> LabState {
    var next = LabState(id: (lab?.id ?? 0) + 1)
    if let lab { next.settings = lab.settings }
    let kept = runs.filter { $0.origin != .lab }
    runs = kept + LabTraining.allCases.map { TrainingHistory(name: $0.name, origin: .lab) }
    (first, second) = (kept.count, nil)
    move(to: nil)
    lab = next
    return next
  }

  mutating func take(_ news: LabNews, ofLab id: Int) {
    guard id == lab?.id, lab?.isBusy == true else { return }
    switch news {
    case .trained(let training, let events):
      lab?.phase = .training
      let trainings = runs.indices.filter { runs[$0].origin == .lab }
      guard let start = trainings.first, let order = LabTraining.allCases.firstIndex(of: training),
        order < trainings.count
      else { return }
      // Who looks at the start goes on to what comes of it.
      let isNext = training != .start && runs[start + 1...start + 2].allSatisfy(\.isEmpty)
      if isNext, first == start, second == nil { (first, second) = (start + 1, start + 2) }
      runs[start + order].add(events)
    case .ended: lab?.phase = .done
    case .failed(let reason): lab?.phase = .failed(reason)
    }
  }

  // MARK: - The player

  /// Seconds of a training in one.
  package static let paces = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]

  /// Seconds of the longer one on the screen.
  package var end: Double { shown.map(\.end).max() ?? 0 }

  package var pace: Double { Self.paces[paceIndex] }

  private var paceIndex: Int {
    chosenPace ?? Self.paces.firstIndex { $0 * 30 >= end } ?? Self.paces.count - 1
  }

  mutating func changePace(by steps: Int) {
    chosenPace = min(Self.paces.count - 1, max(0, paceIndex + steps))
  }

  /// What is drawn ends here.
  package var now: Double { moment ?? .infinity }

  mutating func togglePlaying() {
    isPlaying.toggle()
    if isPlaying, moment == nil { moment = 0 }
  }

  /// Goes on by so many seconds of the reader's time; stops at the end.
  mutating func play(_ seconds: Double) {
    guard isPlaying, let moment else { return }
    let next = moment + pace * seconds
    self.moment = next < end ? next : nil
    isPlaying = next < end
  }

  mutating func move(to moment: Double?) {
    self.moment = moment
    if moment == nil { isPlaying = false }
  }

  // MARK: - Which ones

  /// The next or last one in the first place, which the second leaves to it.
  mutating func changeFirst(by step: Int) {
    guard !runs.isEmpty else { return }
    first = (first + step + runs.count) % runs.count
    if first == second { second = nil }
  }

  /// The next or last one beside it, or none.
  mutating func changeSecond(by step: Int) {
    let choices: [Int?] = [nil] + runs.indices.filter { $0 != first }.map { $0 }
    let place = choices.firstIndex { $0 == second } ?? 0
    second = choices[(place + step + choices.count) % choices.count]
  }

  /// What came of a log that is watched.
  mutating func take(_ news: FollowedLog.News, of index: Int) {
    guard runs.indices.contains(index) else { return }
    if news.startsOver { runs[index] = TrainingHistory(name: runs[index].name, origin: .watched) }
    runs[index].add(news.events)
    runs[index].complaint = news.complaint
    if !news.isBehind { behind.remove(index) }
  }

  /// The logs that came with the program, behind those that are watched. Where nothing else is, random
  /// dropping stands beside distillation.
  mutating func take(_ recorded: [TrainingHistory], failure: String?) {
    isRead = true
    self.failure = failure
    let start = runs.count
    // What the lab trains stays last.
    let border = runs.firstIndex { $0.origin == .lab } ?? start
    runs.insert(contentsOf: recorded, at: border)
    func moved(_ index: Int) -> Int { index < border ? index : index + recorded.count }
    guard start == 0 else {
      (first, second) = (moved(first), second.map(moved))
      return
    }
    func place(_ name: String, besides other: Int?) -> Int? {
      runs.firstIndex { $0.name == name } ?? runs.indices.first { $0 != other }
    }
    first = place("random-drop", besides: nil) ?? 0
    second = place("dld", besides: first)
    if second == first { second = nil }
  }
}
