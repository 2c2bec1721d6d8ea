// What the words on the screen mean, a line each, for the help.

import Tradeoff

enum Glossary {
  static let entries =
    measures + policies + models.map { ($0.name, "model: \($0.meaning)") } + terms

  /// The models that come with the program; one that goes by the name of its recipe is no other. In
  /// short where they are chosen.
  private static let models: [(name: String, short: String, meaning: String)] = [
    (
      "reference", "trained with every layer, at full depth",
      "every layer in every step of its training: the teacher, and what skipping does to who never "
        + "learnt it"
    ),
    (
      "random-drop", "trained with random layers skipped (LDASR)",
      "random layers skipped in each step, learning from the right words alone (LDASR)"
    ),
    (
      "dld", "random-drop, taught by reference (the paper)",
      "as random-drop, and taught by reference how probable each token is: distillation, as in the "
        + "paper"
    ),
    (
      "dld-plus", "dld, in each step at full depth too",
      "as dld, and each step goes through all layers as well as through some of them"
    ),
  ]

  /// A model in a few words, for menus; nil for one that did not come with the program.
  static func model(_ name: String) -> String? { models.first { $0.name == name }?.short }

  private static let policies: [(word: String, meaning: String)] = PolicyCatalog.all.map {
    ($0.name, "policy: \($0.summary)")
  }

  private static let measures: [(word: String, meaning: String)] = [
    (
      "WER",
      "word error rate: wrong, missed and added words per word said; added ones can lift it above 100 %"
    ),
    ("S, D, I", "substituted (wrong), deleted (missed), inserted (added) words"),
    ("mask", "a digit for each layer, from the audio on: 1 runs, 0 is skipped"),
    ("drop ratio", "the share of the layers that is skipped"),
    ("policy", "the rule that chooses which layers run"),
  ]

  private static let terms: [(word: String, meaning: String)] = [
    ("manual", "layers were switched by hand since the policy chose"),
    ("atlas", "what every mask of a model does to one split, measured beforehand"),
    ("front", "masks, or ways of spending less, that no other beats without costing more"),
    ("neighbour", "a mask with one layer more, one less, or one in place of another"),
    ("Shapley value", "what a layer brings, averaged over all orders of putting layers in"),
    ("rank", "how many singular values of feed-forward weights are kept, by the share of the cost"),
    ("width", "how many hidden units of feed-forward parts are kept, the most important ones"),
    (
      "precision",
      "the numbers of linear layers: float32, bfloat16 or int8, whole numbers of 8 bits"
    ),
    ("full model", "all layers at full rank and width, in float32"),
    ("pin", "a setting kept to compare others with"),
    ("frame", "a moment of the audio, some hundredths of a second"),
    ("token", "a piece of a word, or a blank for no new one"),
    ("head", "the part that turns each frame into tokens, after the last layer"),
    ("posterior", "how probable the model thinks a token is in a frame"),
    ("cosine", "how alike a layer's input and output point; 1: the same way"),
    ("norm", "length of a layer's output, divided by that of its input"),
    ("teacher", "a network whose probabilities another one, the student, learns to give"),
    ("distillation", "learning from a teacher's probabilities beside the right words"),
    ("KL", "how far one distribution is from another (Kullback-Leibler); 0: they are the same"),
    ("self-KL", "KL from the same model at full depth"),
    ("reference KL", "KL from the model called reference at full depth"),
    ("nat", "unit of KL, as bits are but to base e"),
    ("circle", "the tokens' places; a frame lies where its likely ones pull it"),
    ("GFLOP", "a thousand million multiplications and additions"),
    ("RTF", "RT factor, real-time factor: computing time over the audio's length"),
    ("95 % interval", "where the rate would lie with other speakers, 95 times of 100"),
    (
      "P",
      "how often one beats the other when utterances are drawn anew: 1.00 always, 0.50 a tie"
    ),
  ]
}
