// What the words on the screen mean, a line each, for the help.

import Tradeoff

enum Glossary {
  static let entries = measures + policies + terms

  private static let policies: [(word: String, meaning: String)] = PolicyCatalog.all.map {
    ($0.name, "policy: \($0.summary)")
  }

  private static let measures: [(word: String, meaning: String)] = [
    ("WER", "word error rate: wrong, missed and added words per word said"),
    ("S, D, I", "substituted (wrong), deleted (missed), inserted (added) words"),
    ("mask", "a digit for each layer, from the audio on: 1 runs, 0 is skipped"),
    ("drop ratio", "the share of the layers that is skipped"),
    ("policy", "the rule that chooses which layers run"),
  ]

  private static let terms: [(word: String, meaning: String)] = [
    ("manual", "layers were switched by hand since the policy chose"),
    ("atlas", "what every mask of a model does to one split, measured beforehand"),
    ("front", "masks that no other beats without costing more"),
    ("neighbour", "a mask with one layer more, one less, or one in place of another"),
    ("Shapley value", "what a layer brings, averaged over all orders of putting layers in"),
    ("pin", "a setting kept to compare others with"),
    ("reference", "a model trained without skipping, at full depth"),
    ("frame", "a moment of the audio, some hundredths of a second"),
    ("token", "a piece of a word, or a blank for no new one"),
    ("head", "the part that turns each frame into tokens, after the last layer"),
    ("posterior", "how probable the model thinks a token is in a frame"),
    ("cosine", "how alike a layer's input and output point; 1: the same way"),
    ("norm", "length of a layer's output, divided by that of its input"),
    ("KL", "how far one distribution is from another (Kullback-Leibler)"),
    ("nat", "unit of KL, as bits are but to base e"),
    ("components", "principal components: where the outputs differ most"),
    ("GFLOP", "a thousand million multiplications and additions"),
    ("RTF", "real-time factor: computing time over the audio's length"),
    ("95 % interval", "where the rate would lie with other speakers, 95 times of 100"),
    ("P", "how often one beats the other when utterances are drawn anew"),
  ]
}
