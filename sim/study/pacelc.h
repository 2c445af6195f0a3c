/* PACELC of a run: its numbers by window and by side, the label that they support, and that label over many runs. */
#ifndef SIM_STUDY_PACELC_H
#define SIM_STUDY_PACELC_H

#include "sim/check/pacelc.h"
#include "sim/study/run.h"

enum { PACELC_PARTITION, PACELC_HEALING, PACELC_CONNECTED, PACELC_WINDOW_COUNT }; /* P, H, E */
extern const char *const pacelc_windows[];                                        /* their names; ends with NULL */

struct pacelc_window {
    const struct window *window;
    struct level_result level;
    bool is_judged; /* its level was looked for */
    uint64_t reads, stale_reads;
    double stale_low, stale_high; /* 95 %: Clopper and Pearson; without stale reads, the one-sided bound */
};

struct pacelc {
    uint32_t system;
    struct pacelc_window windows[PACELC_WINDOW_COUNT];
    struct pacelc_verdict verdict;
    double available_at;
    bool has_partition;
    uint64_t messages_stopped;
};

/* Of a system that clients ask; computed when it is asked for first. Consistency levels are judged when a partition
 * took place, when an expectation needs them, or when the history is short. */
const struct pacelc *pacelc_of_run(struct run *run, uint32_t system);

/* The systems that clients ask, in order; the first one's is the run's. UINT32_MAX: no more. */
uint32_t pacelc_system(const struct run *run, uint32_t index);

/* Judges an expectation of a label against the first system. */
enum verdict pacelc_judge_expectation(struct run *run, const char *label, char *detail, size_t size);

/* "\"pacelc\": {...}" of a summary, without a comma behind. */
void pacelc_json(struct run *run, struct text *out);

#endif
