// Element types of the safetensors format.

/// Floating point types on disk; in memory everything is Float32.
package enum ElementType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
}
