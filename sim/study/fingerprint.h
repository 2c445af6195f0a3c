/* What kind of failure a run ended in: two runs with the same fingerprint failed in the same way.
 *
 * It is the check that broke and the shape of what broke it: the sentence that explains the violation, without the
 * names, numbers and times in it. Of several broken checks the invariant that broke first counts, for what breaks
 * later is its consequence; then linearizability, then the others in their order. */
#ifndef SIM_STUDY_FINGERPRINT_H
#define SIM_STUDY_FINGERPRINT_H

#include "sim/study/run.h"

enum { FINGERPRINT_BYTES = 240 };

struct fingerprint {
    char text[FINGERPRINT_BYTES]; /* "election-safety: store/# and store/# both lead term #"; empty: no failure */
};

/* The check whose violation is the run's failure; NULL if none broke. Expected violations do not count. */
const struct run_check *fingerprint_check(const struct run *run);

struct fingerprint fingerprint_of(const struct run *run);

/* Of a run that took its process down; `note` says what its code was doing, or is empty. */
struct fingerprint fingerprint_of_crash(int signal, const char *note);

bool fingerprint_is_same(const struct fingerprint *a, const struct fingerprint *b);

/* The name of the check alone: "election-safety". Returns `name`. */
const char *fingerprint_check_name(const struct fingerprint *fingerprint, char *name, size_t size);

#endif
