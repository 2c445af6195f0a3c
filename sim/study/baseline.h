/* The metrics of scenarios as they were, to be compared with what they are now.
 *
 * A baseline keeps, for each scenario, the trace hashes and all metrics of a few seeds. Results of the same version and
 * commit must be the same to the bit. Between different ones, a change of a protocol shuffles its luck too: a metric
 * has changed when its mean over the seeds moved by more than the band, and by more than luck explains (Welch's t test
 * at 0.001). */
#ifndef SIM_STUDY_BASELINE_H
#define SIM_STUDY_BASELINE_H

#include "sim/study/store.h"

#define BASELINE_BAND 0.1        /* of the value; durations, counts, rates */
#define BASELINE_SHARE_BAND 0.01 /* of shares: absolute */

enum baseline_change { BASELINE_DIFFERS, BASELINE_WORSE, BASELINE_BETTER, BASELINE_GONE };

struct baseline_finding {
    enum baseline_change change;
    char *metric, *window; /* of BASELINE_DIFFERS: "trace" when the traces differ */
    double was, is;        /* means over the seeds */
};

struct baseline_result {
    struct baseline_finding *findings;
    uint32_t finding_count;
    uint64_t compared; /* values */
    bool is_exact;     /* same version and commit: all had to be the same */
    bool is_known;     /* the baseline has this scenario */
    bool is_changed;   /* the scenario itself is another now: nothing was compared */
};

/* A baseline as it was read; opaque JSON. */
struct baseline;
struct baseline *baseline_read(const char *path, struct text *error);
void baseline_free(struct baseline *baseline);
void baseline_seeds(const struct baseline *baseline, uint64_t *first, uint64_t *last);

/* Writing: the beginning, then the results of each scenario (point 0 of its store), then the end. */
void baseline_begin(struct text *out, const char *version, const char *commit, uint64_t first, uint64_t last);
bool baseline_add(struct text *out, struct store *store, bool is_first, struct text *error);
void baseline_end(struct text *out);

/* Compares the results of a scenario, of this version and commit, with the baseline. Free with baseline_free_result. */
bool baseline_compare(const struct baseline *baseline, struct store *store, double band, struct baseline_result *result,
                      struct text *error);
void baseline_free_result(struct baseline_result *result);

#endif
