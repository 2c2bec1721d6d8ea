// The only door to OpenBLAS.
#include <cblas.h>

// LAPACK's symmetric eigenvalue solver, which libopenblas contains and its headers do not declare.
extern void ssyev_(const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w,
                   float *work, const int *lwork, int *info);

// Eigenvectors and eigenvalues of the n x n matrix at a, whose columns become the vectors.
static inline void dropscope_ssyev(const int *n, float *a, float *w, float *work, const int *lwork,
                                   int *info) {
  ssyev_("V", "U", n, a, n, w, work, lwork, info);
}
