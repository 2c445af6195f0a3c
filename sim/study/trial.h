/* One run of a scenario's text in a process of its own, to see whether and how it fails. */
#ifndef SIM_STUDY_TRIAL_H
#define SIM_STUDY_TRIAL_H

#include "sim/study/fingerprint.h"

enum { TRIAL_DETAIL_BYTES = 400, TRIAL_SECONDS = 120, TRIAL_CHECKER_STEPS = 400000 };

struct trial {
    bool is_readable; /* the text is a good scenario; else nothing ran */
    bool is_inconclusive;
    struct fingerprint fingerprint; /* empty: it did not fail */
    sim_time failed_at;             /* -1: unknown */
    sim_time ended;
    uint64_t events;
    uint64_t seed;                   /* of the run that this tells of */
    uint64_t runs;                   /* that it took */
    char detail[TRIAL_DETAIL_BYTES]; /* first line of what the check says, or an inconclusive one */
    char open_check[40];             /* the first that is inconclusive; empty: none */
};

/* In this process. */
struct trial trial_of(const struct scenario *scenario);

/* In a process of its own, which a hang or a crash of a model cannot outlive. */
struct trial trial_run(const char *text, size_t length, const struct model_list *models);

/* With the scenario's own seed and then, until a run fails in the wanted way, with the seeds 1 to `more`. Tells of the
 * run that did, or of the last. */
struct trial trial_run_seeds(const char *text, size_t length, const struct model_list *models,
                             const struct fingerprint *wanted, uint64_t more);

/* For worker processes: ends this process by a signal if it works on one run for more than TRIAL_SECONDS. */
void trial_watch(void);

#endif
