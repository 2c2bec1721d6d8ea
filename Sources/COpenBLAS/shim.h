// The only door to OpenBLAS.
#include <cblas.h>

// LAPACK's solvers for symmetric eigenvalues and for singular values, which libopenblas contains and its
// headers do not declare.
extern void ssyev_(const char *jobz, const char *uplo, const int *n, float *a, const int *lda, float *w,
                   float *work, const int *lwork, int *info);
extern void sgesdd_(const char *jobz, const int *m, const int *n, float *a, const int *lda, float *s,
                    float *u, const int *ldu, float *vt, const int *ldvt, float *work,
                    const int *lwork, int *iwork, int *info);

// Eigenvectors and eigenvalues of the n x n matrix at a, whose columns become the vectors.
static inline void dropscope_ssyev(const int *n, float *a, float *w, float *work, const int *lwork,
                                   int *info) {
  ssyev_("V", "U", n, a, n, w, work, lwork, info);
}

// The min(m, n) singular values and vectors of the column-major m x n matrix at a, which is lost: u is
// m x min(m, n), vt min(m, n) x n.
static inline void dropscope_sgesdd(const int *m, const int *n, float *a, float *s, float *u, float *vt,
                                    float *work, const int *lwork, int *iwork, int *info) {
  const int *k = *m < *n ? m : n;
  sgesdd_("S", m, n, a, m, s, u, m, vt, k, work, lwork, iwork, info);
}
