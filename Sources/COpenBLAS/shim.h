// The only door to OpenBLAS.
#include <cblas.h>
