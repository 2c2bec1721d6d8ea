// Sums of products of whole numbers, by instructions that Swift has no name for. Each is compiled for processors
// that have them, whatever the binary is built for, and called where the processor says that it does.
#pragma once
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// A tile is some rows of numbers times a panel of weights: sums[row][channel] = sum over g and i of
// a[g][row][i] w[g][channel][i]. All of it is contiguous; sums and w lie at multiples of 64 bytes.

// Of a tile by bytes: 8 rows, 32 channels, 4 numbers a group.
enum { dropscope_quad_rows = 8, dropscope_quad_channels = 32, dropscope_quad_depth = 4 };
// Of one by 16 bits: 6 rows, 16 channels, 2 numbers a group.
enum { dropscope_pair_rows = 6, dropscope_pair_channels = 16, dropscope_pair_depth = 2 };

// Whether the processor has AVX-512 VNNI.
static inline int dropscope_has_quads(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vnni");
#else
  return 0;
#endif
}

// Whether it has AVX2.
static inline int dropscope_has_pairs(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
#else
  return 0;
#endif
}

#if defined(__x86_64__)

// vpdpbusd: four unsigned times four signed bytes, added up in 32 bits without saturating.
__attribute__((noinline, unused, target("avx512f,avx512vnni"))) static void dropscope_quad_tile(
    const uint8_t *a, const int8_t *w, long groups, int32_t *sums) {
  __m512i s[dropscope_quad_rows][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < dropscope_quad_rows; r++) s[r][0] = s[r][1] = _mm512_setzero_si512();
  for (long g = 0; g < groups; g++) {
    const __m512i first = _mm512_loadu_si512(w), second = _mm512_loadu_si512(w + 64);
#pragma clang loop unroll(full)
    for (int r = 0; r < dropscope_quad_rows; r++) {
      int32_t four;
      __builtin_memcpy(&four, a + 4 * r, sizeof four);
      const __m512i x = _mm512_set1_epi32(four);
      s[r][0] = _mm512_dpbusd_epi32(s[r][0], x, first);
      s[r][1] = _mm512_dpbusd_epi32(s[r][1], x, second);
    }
    a += dropscope_quad_rows * dropscope_quad_depth;
    w += dropscope_quad_channels * dropscope_quad_depth;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < dropscope_quad_rows; r++) {
    _mm512_storeu_si512(sums + dropscope_quad_channels * r, s[r][0]);
    _mm512_storeu_si512(sums + dropscope_quad_channels * r + 16, s[r][1]);
  }
}

// vpmaddwd: two times two numbers of 16 bits, which no sum of two such products leaves 32 bits with.
__attribute__((noinline, unused, target("avx2"))) static void dropscope_pair_tile(
    const int16_t *a, const int16_t *w, long groups, int32_t *sums) {
  __m256i s[dropscope_pair_rows][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < dropscope_pair_rows; r++) s[r][0] = s[r][1] = _mm256_setzero_si256();
  for (long g = 0; g < groups; g++) {
    const __m256i first = _mm256_loadu_si256((const __m256i *)w);
    const __m256i second = _mm256_loadu_si256((const __m256i *)(w + 16));
#pragma clang loop unroll(full)
    for (int r = 0; r < dropscope_pair_rows; r++) {
      int32_t two;
      __builtin_memcpy(&two, a + 2 * r, sizeof two);
      const __m256i x = _mm256_set1_epi32(two);
      s[r][0] = _mm256_add_epi32(s[r][0], _mm256_madd_epi16(x, first));
      s[r][1] = _mm256_add_epi32(s[r][1], _mm256_madd_epi16(x, second));
    }
    a += dropscope_pair_rows * dropscope_pair_depth;
    w += dropscope_pair_channels * dropscope_pair_depth;
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < dropscope_pair_rows; r++) {
    __m256i *row = (__m256i *)(sums + dropscope_pair_channels * r);
    _mm256_storeu_si256(row, s[r][0]);
    _mm256_storeu_si256(row + 1, s[r][1]);
  }
}

#else

// Never called: no processor of another kind has them.
static inline void dropscope_quad_tile(const uint8_t *a, const int8_t *w, long groups, int32_t *sums) {}
static inline void dropscope_pair_tile(const int16_t *a, const int16_t *w, long groups, int32_t *sums) {}

#endif
