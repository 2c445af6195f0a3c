/* What a checker says. */
#ifndef SIM_CHECK_VERDICT_H
#define SIM_CHECK_VERDICT_H

#include "sim/spacelike.h"

enum verdict { VERDICT_HOLDS, VERDICT_VIOLATED, VERDICT_INCONCLUSIVE };

enum { VERDICT_DETAIL_BYTES = 2048, VERDICT_TIME_BYTES = 40 };

struct check_result {
    enum verdict verdict;
    sim_time at;                       /* when the violation became certain; -1 if it holds */
    uint64_t looked_at;                /* facts or operations judged: a check that looked at nothing proves nothing */
    char detail[VERDICT_DETAIL_BYTES]; /* sentences for people; empty if it holds. Lines are separated by '\n' */
};

const char *verdict_name(enum verdict verdict); /* "holds", "violated", "inconclusive" */

/* A time for the details: "24.318 s", exact, with at least three decimals. Returns `text`. */
const char *verdict_time(char text[static VERDICT_TIME_BYTES], sim_time time);

#endif
