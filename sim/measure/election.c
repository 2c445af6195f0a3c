/* From the loss of one leader to the first commit of the next. */
#include "sim/measure/election.h"

#include "sim/measure/heap.h"

static bool has_committed(const struct tenure *tenure) {
    return tenure->first_commit != SIM_NEVER;
}

/* The next leader of the system, in a higher term; with `working`, one that came to commit. tenure_count: none. */
static uint32_t find_next(const struct tenure *tenures, uint32_t tenure_count, uint32_t index, bool working) {
    uint32_t next = index + 1;
    while (next < tenure_count &&
           (tenures[next].system != tenures[index].system || tenures[next].seen.term <= tenures[index].seen.term ||
            (working && !has_committed(&tenures[next])))) {
        next++;
    }
    return next;
}

static bool is_target(const struct fault_occurrence *occurrence, node_id node) {
    for (uint32_t i = 0; i < occurrence->target_count; i++) {
        if (occurrence->targets[i] == node) {
            return true;
        }
    }
    return false;
}

/* The start of the first fault that cut this leader off and still held at `until`; SIM_NEVER if there was none. */
static sim_time cut_off_at(const struct evidence *evidence, const struct tenure *tenure, sim_time until) {
    sim_time first = SIM_NEVER;
    for (uint32_t i = 0; i < evidence->occurrence_count; i++) {
        const struct fault_occurrence *it = &evidence->occurrences[i];
        enum fault_kind kind = evidence->config->faults[it->fault].kind;
        if ((kind == FAULT_PARTITION || kind == FAULT_PAUSE) && it->start >= tenure->seen.from && it->start <= until &&
            it->end >= until && is_target(it, tenure->seen.leader)) {
            first = it->start < first ? it->start : first;
        }
    }
    return first;
}

/* When the leader was lost, given the next one; SIM_NEVER: it was not. */
static sim_time lost_at(const struct evidence *evidence, const struct tenure *tenure, const struct tenure *next) {
    bool is_replaced = next->seen.from < tenure->seen.until;
    if (tenure->has_crashed && !is_replaced) {
        return tenure->seen.until;
    }
    sim_time moment = is_replaced ? next->seen.from : tenure->seen.until;
    sim_time cut = cut_off_at(evidence, tenure, moment);
    if (cut == SIM_NEVER) {
        return is_replaced ? SIM_NEVER : moment;
    }
    sim_time commit = tenure->last_commit < moment ? tenure->last_commit : moment;
    return cut > commit ? cut : commit;
}

struct succession *elections_measure(const struct evidence *evidence, const struct tenure *tenures,
                                     uint32_t tenure_count, uint32_t *count) {
    struct succession *successions = heap_alloc(tenure_count, sizeof *successions);
    *count = 0;
    for (uint32_t i = 0; i < tenure_count; i++) {
        uint32_t next = find_next(tenures, tenure_count, i, false);
        uint32_t working = find_next(tenures, tenure_count, i, true);
        if (!has_committed(&tenures[i]) || working == tenure_count) {
            continue;
        }
        sim_time lost = lost_at(evidence, &tenures[i], &tenures[next]);
        if (lost != SIM_NEVER) {
            sim_time elected = tenures[next].seen.from;
            successions[(*count)++] = (struct succession){.lost = lost,
                                                          .time = tenures[working].first_commit - lost,
                                                          .leaderless = elected > lost ? elected - lost : 0,
                                                          .system = tenures[i].system};
        }
    }
    return successions;
}
