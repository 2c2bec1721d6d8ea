// `dropscope prune`: a choice of layers and hidden units as a model of its own.

import Backbones
import Base
import Foundation

enum PruneCommand: Command {
  static let name = "prune"
  static let summary = "write a model that has only the layers of a mask, or narrower ones"
  static let usage =
    "\(name) --keep N|--drop RATIO|--mask BITS|--width SHARE --output DIR [OPTION]..."
  static let explanation = """
    Writes a model folder without the layers that a mask skips, and without the hidden units that
    --width leaves out: it says the same as the model does with that mask and width, from a smaller
    file, here and, where the model is Hugging Face's, in transformers. Layers are numbered anew, what
    stays of tensors is copied bit by bit into model.safetensors; tokens and settings are those of the
    model, README.md says what was done. The new folder is loaded and compared with the model on a
    second of noise before it appears.
    """
  static let remark = """
    A Conformer whose skip_rule is "normalized" keeps a norm of every skipped layer, which no model
    without the layer can have: it is refused unless every layer stays.
    """

  struct Settings: CommandSettings {
    var model = ModelOptions()
    var layers = LayerOptions()
    var compute = ComputeOptions()
    var output = URL(fileURLWithPath: "")

    static var groups: [OptionGroup<Self>] {
      [
        ModelOptions.group().at(\.model),
        LayerOptions.group(isRequiredWithout: ComputeOptions.width).at(\.layers),
        ComputeOptions.group(isWritten: true).at(\.compute),
        OptionGroup("Run") {
          Option.output("DIR", \.output, "where to write; a new or an empty folder")
        },
      ]
    }
  }

  static func run(_ settings: Settings, _ arguments: Arguments) throws -> Int32 {
    let folder = try settings.model.model()
    let output = settings.output.standardizedFileURL
    Interruption.install()
    let sizes = try StagedFolder.fill(output, force: nil) {
      work, publish -> (before: PrunedModel.Sizes, after: PrunedModel.Sizes)? in
      let recognizer = try ModelOptions.recognizer(folder)
      let choice = try settings.layers.choice(
        by: settings.layers.policies(of: recognizer, on: nil))
      guard let mask = choice.walk.mask else {
        throw InputError(
          "policy \(choice.policy ?? "")", expected: "one mask for all utterances, as a model has",
          found: "masks that depend on the utterance")
      }
      let seed = choice.seed.map { ", seed \($0)" } ?? ""
      let pruned = try PrunedModel(
        recognizer, keeping: mask, width: settings.compute.compute.width)
      let sizes = try pruned.write(
        to: work, name: output.lastPathComponent,
        origin: PrunedModel.Origin(
          chosenBy: choice.policy.map { "the policy \($0)\(seed)" } ?? "hand",
          command: arguments.line(of: name)))
      guard !Interruption.isRequested else { return nil }
      // Without its configuration a folder is no model.
      let names = try FileManager.default.contentsOfDirectory(atPath: work.path)
      let last = ModelFolder.configurationName
      for name in names.filter({ $0 != last }).sorted() + [last] { try publish(name) }
      return sizes
    }
    guard let (before, after) = sizes else {
      Dropscope.complain("dropscope \(name): interrupted; nothing was written")
      return Interruption.exitStatus
    }
    func megabytes(_ sizes: PrunedModel.Sizes) -> String {
      String(format: "%.2f", Double(sizes.weightBytes) / 1e6)
    }
    let units = [before.hiddenUnits, after.hiddenUnits].compactMap { $0 }
    let narrowing =
      Set(units).count > 1 ? ", hidden units \(units[0]) -> \(units[1])" : ""
    try StandardOutput.show(
      """
      \(settings.output.relativePath): layers \(before.layers) -> \(after.layers)\(narrowing), \
      parameters \(before.parameters) -> \(after.parameters), \
      MB of weights \(megabytes(before)) -> \(megabytes(after))
      """)
    return 0
  }
}
