/* Samples that belong to operations: exact quantiles, means and counts over any choice of operations.
 *
 * The samples are sorted once; a choice of them then is a pass over them and no further sort. */
#ifndef SIM_MEASURE_QUANTILE_H
#define SIM_MEASURE_QUANTILE_H

#include "sim/measure/evidence.h"

/* The operation's window, kind and workload are copied beside the value: passes over many samples then read memory in
 * order, and not the history here and there. */
struct sample {
    int64_t value;
    sim_time invoked;
    uint32_t operation; /* index in the history */
    uint16_t workload;
    uint8_t kind;
};

struct samples {
    struct sample *items; /* from malloc; samples_free */
    uint32_t count, capacity;
};

void samples_add(struct samples *samples, const struct evidence *evidence, int64_t value, uint32_t operation);
void samples_sort(struct samples *samples); /* ascending; needed before samples_choose */
void samples_free(struct samples *samples);

static inline bool samples_is_chosen(const struct sample *sample, const struct filter *filter) {
    return filter_takes(filter, sample->invoked, sample->kind, sample->workload);
}

/* The values of the samples that a filter takes, ascending: all their quantiles come from one pass. */
struct chosen {
    int64_t *values; /* from malloc; chosen_free */
    uint32_t count;
};

struct chosen samples_choose(const struct samples *samples, const struct filter *filter);
void chosen_free(struct chosen *chosen);
bool chosen_mean(const struct chosen *chosen, double *mean);

/* The value at rank ceil(q n) of the n chosen samples, where q = permille / 1000; 1000 is the largest, and a rank is
 * at least 1. False if there are none. */
bool chosen_quantile(const struct chosen *chosen, uint32_t permille, int64_t *value);

/* Rank, from 1, of a quantile among `count` samples; in integers, because 0.07 * 100 is above 7 in floating point. */
uint64_t quantile_rank(uint64_t count, uint32_t permille);

/* The same of plain numbers, which are sorted by the call. `count` is not 0. */
int64_t quantile_of(int64_t *values, uint32_t count, uint32_t permille);

#endif
