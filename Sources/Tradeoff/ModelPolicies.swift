// What the policies choose for one model.

import Backbones
import Base

/// Walks of every policy at every depth. What takes an atlas is worked out once.
package struct ModelPolicies: Sendable, Equatable {
  package let layerCount: Int
  /// What some choose by.
  package let atlas: MaskAtlas?
  /// Why no policy can choose by an atlas; nil where there is one.
  package let lack: PolicyRefusal?
  /// Of the atlas that some choose by; nil without one.
  package let digest: String?
  /// What the atlas is, in a few words; empty without one.
  package let source: String
  /// By policy and depth, from 0: of those that choose by the atlas.
  private let walks: [String: [Result<Walk, PolicyRefusal>]]
  /// Of policies that lack a walk of some depth.
  private let refusals: [String: PolicyRefusal]
  /// Of policies that have walks, but lack what would make better ones.
  private let shortfalls: [String: PolicyRefusal]

  /// - Parameters:
  ///   - atlas: of as many layers, and of the model's weights.
  ///   - split: what the walks are for; nil where it is no split of a data set.
  package init(
    layerCount: Int, atlas: Result<MaskAtlas, PolicyRefusal> = .failure(.noAtlas),
    split: TestedSplit? = nil
  ) {
    self.layerCount = layerCount
    let choosing = PolicyCatalog.all.filter { $0.needsAtlas }
    switch atlas {
    case .failure(let refusal):
      (self.atlas, lack, digest, source, walks) = (nil, refusal, nil, "", [:])
      refusals = Dictionary(uniqueKeysWithValues: choosing.map { ($0.name, refusal) })
      shortfalls = [:]
    case .success(let found):
      precondition(
        found.key.layers == layerCount, "\(layerCount) layers, an atlas of \(found.key.layers)")
      (self.atlas, lack) = (found, nil)
      source = "of \(found.points.count) masks on \(found.key.split)"
      let context = PolicyContext(layerCount: layerCount, atlas: atlas, split: split)
      digest = try? context.atlas.get().digest
      let results = choosing.map { policy in
        (0...layerCount).map { Self.result(policy, keeping: $0, in: context, seed: 1) }
      }
      walks = Dictionary(uniqueKeysWithValues: zip(choosing.map { $0.name }, results))
      refusals = walks.compactMapValues { results in
        for case .failure(let refusal) in results { return refusal }
        return nil
      }
      var shortfalls: [String: PolicyRefusal] = [:]
      if let ranked = try? context.atlas.get() {
        for policy in choosing where refusals[policy.name] == nil {
          shortfalls[policy.name] = policy.shortfall(by: ranked)
        }
      }
      self.shortfalls = shortfalls
    }
  }

  private static func result(
    _ policy: any LayerPolicy.Type, keeping count: Int, in context: PolicyContext, seed: UInt64
  ) -> Result<Walk, PolicyRefusal> {
    do throws(PolicyRefusal) {
      return .success(try policy.walk(keeping: count, in: context, seed: seed))
    } catch {
      return .failure(error)
    }
  }

  /// What a policy of the catalogue makes.
  private func result(
    _ name: String, seed: UInt64, keeping count: Int
  ) -> Result<Walk, PolicyRefusal> {
    guard let policy = PolicyCatalog.all.find(name) else {
      preconditionFailure("no policy named \(name)")
    }
    if policy.needsAtlas { return walks[name].map { $0[count] } ?? .failure(lack ?? .noAtlas) }
    return Self.result(
      policy, keeping: count, in: PolicyContext(layerCount: layerCount), seed: seed)
  }

  /// Why a policy has no walk of some depth; nil where it has all of them.
  package func refusal(_ name: String) -> PolicyRefusal? { refusals[name] }

  /// What a policy that has walks has to do without; nil where it lacks nothing.
  package func shortfall(_ name: String) -> PolicyRefusal? { shortfalls[name] }

  /// The policies that have a walk of every depth, in the catalogue's order.
  package var available: [String] { PolicyCatalog.names.filter { refusals[$0] == nil } }

  /// The walk of a policy that is `available`.
  package func walk(_ name: String, seed: UInt64, keeping count: Int) -> Walk {
    switch result(name, seed: seed, keeping: count) {
    case .success(let walk): walk
    case .failure(let refusal): preconditionFailure("policy \(name): \(refusal.reason)")
    }
  }

  /// The walk of any policy of the catalogue. Throws `InputError` where it has none of that depth.
  package func askedWalk(_ name: String, seed: UInt64, keeping count: Int) throws -> Walk {
    do {
      return try result(name, seed: seed, keeping: count).get()
    } catch {
      throw InputError("policy \(name): \(error.reason)")
    }
  }
}
