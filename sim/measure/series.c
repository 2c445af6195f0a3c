/* Counts and exact quantiles per bucket. The latencies come in ascending order, so that a bucket's quantile is the
 * sample at which its own counter reaches the rank: one pass serves all buckets. */
#include "sim/measure/series.h"

#include "sim/measure/heap.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t bucket_of(const struct evidence *evidence, uint32_t operation, sim_time width, uint32_t count) {
    uint32_t bucket = (uint32_t)(evidence->history->operations[operation].invoked / width);
    return bucket < count ? bucket : count - 1; /* invoked at the very end */
}

static void count_outcomes(const struct evidence *evidence, struct series_bucket *buckets, sim_time width,
                           uint32_t count) {
    for (uint32_t i = 0; i < evidence->history->count; i++) {
        const struct operation *it = &evidence->history->operations[i];
        struct series_bucket *bucket = &buckets[bucket_of(evidence, i, width, count)];
        if (it->outcome == OUTCOME_OK) {
            bucket->ok[it->kind]++;
        } else if (it->outcome == OUTCOME_FAIL) {
            bucket->failed[it->kind]++;
        } else {
            bucket->unknown[it->kind]++;
        }
    }
}

static void take_quantiles(const struct evidence *evidence, const struct samples *latency,
                           struct series_bucket *buckets, sim_time width, uint32_t count) {
    uint32_t(*seen)[OP_KIND_COUNT] = heap_alloc(count, sizeof *seen);
    for (uint32_t i = 0; i < latency->count; i++) {
        const struct sample *sample = &latency->items[i];
        uint32_t at = bucket_of(evidence, sample->operation, width, count);
        uint8_t kind = evidence->history->operations[sample->operation].kind;
        uint32_t rank = ++seen[at][kind];
        if (rank == quantile_rank(buckets[at].ok[kind], 500)) {
            buckets[at].latency_p50[kind] = (double)sample->value / 1e9;
        }
        if (rank == quantile_rank(buckets[at].ok[kind], 990)) {
            buckets[at].latency_p99[kind] = (double)sample->value / 1e9;
        }
    }
    free(seen);
}

struct series_bucket *series_make(const struct evidence *evidence, const struct samples *latency,
                                  const struct staleness *staleness, sim_time width, uint32_t *count) {
    assert(width > 0 && evidence->ended / width < UINT32_MAX);
    *count = (uint32_t)(evidence->ended / width + (evidence->ended % width != 0 || evidence->ended == 0));
    struct series_bucket *buckets = heap_alloc(*count, sizeof *buckets);
    for (uint32_t i = 0; i < *count; i++) {
        buckets[i].from = i * width;
        for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
            buckets[i].latency_p50[kind] = buckets[i].latency_p99[kind] = -1;
        }
    }
    count_outcomes(evidence, buckets, width, *count);
    take_quantiles(evidence, latency, buckets, width, *count);
    for (uint32_t i = 0; i < staleness->versions.count; i++) {
        const struct sample *sample = &staleness->versions.items[i];
        buckets[bucket_of(evidence, sample->operation, width, *count)].stale_reads += sample->value > 0;
    }
    return buckets;
}
