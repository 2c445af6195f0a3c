/* The names of verdicts. */
#include "sim/check/verdict.h"

const char *verdict_name(enum verdict verdict) {
    static const char *const names[] = {"holds", "violated", "inconclusive"};
    return verdict <= VERDICT_INCONCLUSIVE ? names[verdict] : "unknown";
}
