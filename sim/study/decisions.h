/* The decisions of a failing run, kept beside its scenario: who led, voted, wrote and committed what and when, up to
 * the failure. If the scenario no longer fails after a change elsewhere, the first decision that differs says why. */
#ifndef SIM_STUDY_DECISIONS_H
#define SIM_STUDY_DECISIONS_H

#include "sim/study/fingerprint.h"

/* Runs the scenario in this process. The text has a line with the fingerprint, then one a probe. False if the
 * scenario cannot be read. */
bool decisions_of_text(const char *text, size_t length, const struct model_list *models,
                       const struct fingerprint *fingerprint, struct text *out);

/* Where they are kept: "x.json" has "x.decisions". */
void decisions_path(const char *scenario, struct text *out);

struct decisions_difference {
    bool is_kept;                   /* there is a record, and it could be read */
    bool is_same;                   /* the run made the same decisions up to the recorded failure */
    uint64_t line;                  /* the first that differs, from 1; the fingerprint's line not counted */
    char was[200], is[200];         /* empty: nothing more was decided */
    struct fingerprint fingerprint; /* recorded */
};

/* Compares a run of the scenario with what is kept beside it. */
void decisions_compare(const struct scenario *scenario, struct decisions_difference *difference);

#endif
