/* The causal past of an event, from the messages of a stretch alone (Lamport 1978: happened before). */
#include "viz/tracer.h"

#include <stdlib.h>
#include <string.h>

static int later_arrival_first(const void *a, const void *b) {
    const struct voyage *one = *(const struct voyage *const *)a, *other = *(const struct voyage *const *)b;
    if (one->ends != other->ends) {
        return one->ends > other->ends ? -1 : 1;
    }
    return one->sent > other->sent ? -1 : one->sent < other->sent;
}

static uint32_t count_endpoints(const struct stretch *stretch) {
    uint32_t most = stretch->node_count > stretch->chosen_node + 1 ? stretch->node_count : stretch->chosen_node + 1;
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        const struct voyage *voyage = &stretch->voyages[i];
        most = voyage->from >= most ? voyage->from + 1 : most;
        most = voyage->to >= most ? voyage->to + 1 : most;
    }
    return most;
}

void stretch_past(const struct stretch *stretch, sim_time *horizons, bool *has_effect) {
    for (uint32_t i = 0; i < stretch->node_count; i++) {
        horizons[i] = -1;
    }
    memset(has_effect, 0, stretch->voyage_count * sizeof *has_effect);
    if (!stretch->has_chosen) {
        return;
    }
    uint32_t endpoints = count_endpoints(stretch);
    sim_time *known = malloc(endpoints * sizeof *known);
    const struct voyage **sorted = malloc((stretch->voyage_count + 1) * sizeof *sorted);
    if (known == NULL || sorted == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < endpoints; i++) {
        known[i] = i == stretch->chosen_node ? stretch->chosen_at : -1;
    }
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        sorted[i] = &stretch->voyages[i];
    }
    qsort(sorted, stretch->voyage_count, sizeof *sorted, later_arrival_first);
    /* From the latest arrival back: an arrival in the past brings all that its sender did before the sending. */
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        const struct voyage *voyage = sorted[i];
        if (voyage->fate == FATE_ARRIVES && voyage->ends <= known[voyage->to]) {
            has_effect[voyage - stretch->voyages] = true;
            known[voyage->from] = voyage->sent > known[voyage->from] ? voyage->sent : known[voyage->from];
        }
    }
    memcpy(horizons, known, stretch->node_count * sizeof *horizons);
    free(sorted);
    free(known);
}
