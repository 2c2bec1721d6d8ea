// Recordings to listen to that are there already, with what is said in them.

import Speech

package struct Clip: Sendable, Equatable {
  package var path: String
  package var id: String
  /// The data set and split that it is from.
  package var source: String
  /// Lower-case words, normalised as the data set's.
  package var said: [String]

  package init(path: String, id: String, source: String, said: [String]) {
    self.path = path
    self.id = id
    self.source = source
    self.said = said
  }

  /// Of each data set in turn those that are a file of their own, heard in all channels, each file once;
  /// no more than `limit` of a data set.
  package static func of(_ datasets: [Dataset], limit: Int) -> [Clip] {
    var clips: [Clip] = []
    var seen: Set<String> = []
    for dataset in datasets {
      let source = "\(dataset.name)/\(dataset.split)"
      var count = 0
      for utterance in dataset.utterances
      where count < limit && utterance.segment == nil && utterance.channel == .mean
        && seen.insert(utterance.audio.path).inserted
      {
        clips.append(
          Clip(
            path: utterance.audio.path, id: utterance.id, source: source, said: utterance.words))
        count += 1
      }
    }
    return clips
  }
}
