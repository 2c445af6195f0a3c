/* What a checker says. */
#ifndef SIM_CHECK_VERDICT_H
#define SIM_CHECK_VERDICT_H

#include "sim/spacelike.h"

enum verdict { VERDICT_HOLDS, VERDICT_VIOLATED, VERDICT_INCONCLUSIVE };

enum { VERDICT_DETAIL_BYTES = 2048 };

struct check_result {
    enum verdict verdict;
    sim_time at;                       /* when the violation became certain; -1 if it holds */
    uint64_t looked_at;                /* facts or operations judged: a check that looked at nothing proves nothing */
    char detail[VERDICT_DETAIL_BYTES]; /* sentences for people; empty if it holds. Lines are separated by '\n' */
};

const char *verdict_name(enum verdict verdict); /* "holds", "violated", "inconclusive" */

#endif
