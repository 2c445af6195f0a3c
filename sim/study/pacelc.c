/* From a run to the label: collecting its evidence. */
#include "sim/study/pacelc.h"

#include "sim/study/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SHORT_HISTORY = 50000 };                                 /* operations: their levels are judged in any case */
static const uint64_t level_steps = UINT64_C(20) * 1000 * 1000; /* of a level of a window: a second or two */

const char *const pacelc_windows[] = {"partition", "healing", "connected", NULL};

uint32_t pacelc_system(const struct run *run, uint32_t index) {
    const struct scenario *scenario = run->scenario;
    for (uint32_t w = 0; w < scenario->workload_count; w++) {
        bool is_first = true;
        for (uint32_t before = 0; before < w; before++) {
            is_first = is_first && scenario->workloads[before].target != scenario->workloads[w].target;
        }
        if (is_first && index-- == 0) {
            return scenario->workloads[w].target;
        }
    }
    return UINT32_MAX;
}

/* ---- Evidence ---- */

static void see_partitions(const struct run *run, struct pacelc *pacelc) {
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        if (run->scenario->faults[occurrence->fault].kind == FAULT_PARTITION) {
            pacelc->has_partition = true;
            pacelc->messages_stopped += occurrence->messages_stopped;
        }
    }
}

static bool is_asked(const struct run *run) {
    for (uint32_t i = 0; i < run->scenario->expectation_count; i++) {
        const struct expectation *expectation = &run->scenario->expectations[i];
        if (expectation->kind == EXPECT_PACELC ||
            (expectation->kind == EXPECT_CHECK && strcmp(expectation->subject, "linearizable") == 0)) {
            return true;
        }
    }
    return false;
}

static void see_stale(const struct run *run, struct pacelc *pacelc, struct pacelc_window *of) {
    struct stale_reads stale = measures_stale_reads(run->measures, of->window, pacelc->system);
    struct estimate share = statistics_share_exact(stale.stale, stale.reads, 0.95);
    of->reads = stale.reads;
    of->stale_reads = stale.stale;
    of->stale_low = share.low;
    of->stale_high = share.high;
}

static void judge_levels(const struct run *run, struct pacelc *pacelc) {
    const struct scenario *scenario = run->scenario;
    bool *workloads = arena_alloc(world_state(run->world), (scenario->workload_count + (size_t)1) * sizeof *workloads);
    for (uint32_t w = 0; w < scenario->workload_count; w++) {
        workloads[w] = scenario->workloads[w].target == pacelc->system;
    }
    double divergent = 0;
    struct level_question question = {
        .history = load_history(run->load),
        .workloads = workloads,
        .workload_count = scenario->workload_count,
        .knows_end =
            measures_value(run->measures, "divergent.keys", measures_find_window(run->measures, "all"), &divergent),
        .max_steps = run->options.linear_steps != 0 ? run->options.linear_steps : level_steps,
    };
    question.agrees_at_end = question.knows_end && divergent <= 0;
    /* Levels of windows are compared, so what one of them cannot decide, none of them counts. */
    for (bool is_open = true; is_open;) {
        is_open = false;
        for (int w = 0; w < PACELC_WINDOW_COUNT; w++) {
            struct pacelc_window *of = &pacelc->windows[w];
            of->is_judged = of->window->count > 0;
            if (of->is_judged) {
                question.window = of->window;
                of->level = level_judge(&question);
                is_open = is_open || of->level.open != 0;
                question.left_out |= of->level.open;
            }
        }
    }
}

static struct pacelc *make(struct run *run, uint32_t system) {
    struct pacelc *pacelc = arena_alloc(world_state(run->world), sizeof *pacelc);
    *pacelc = (struct pacelc){.system = system, .available_at = run->scenario->pacelc_available};
    see_partitions(run, pacelc);
    for (int w = 0; w < PACELC_WINDOW_COUNT; w++) {
        pacelc->windows[w].window = measures_find_window(run->measures, pacelc_windows[w]);
        see_stale(run, pacelc, &pacelc->windows[w]);
        snprintf(pacelc->windows[w].level.why, sizeof pacelc->windows[w].level.why, "it was not looked for");
    }
    if (pacelc->has_partition || is_asked(run) || load_history(run->load)->count <= SHORT_HISTORY) {
        judge_levels(run, pacelc);
    }
    const struct pacelc_window *connected = &pacelc->windows[PACELC_CONNECTED];
    struct pacelc_evidence evidence = {
        .has_partition = pacelc->has_partition,
        .messages_stopped = pacelc->messages_stopped,
        .sides = measures_side(run->measures, 0),
        .side_count = measures_side_count(run->measures),
        .system = system,
        .available_at = pacelc->available_at,
        .partition_level = pacelc->windows[PACELC_PARTITION].level,
        .else_level = connected->level,
        .reads = connected->reads,
        .stale_reads = connected->stale_reads,
        .stale_low = connected->stale_low,
        .stale_high = connected->stale_high,
    };
    pacelc->verdict = pacelc_judge(&evidence);
    return pacelc;
}

const struct pacelc *pacelc_of_run(struct run *run, uint32_t system) {
    if (run->pacelc == NULL) {
        run->pacelc = arena_alloc(world_state(run->world), run->scenario->system_count * sizeof *run->pacelc);
    }
    if (run->pacelc[system] == NULL) {
        run->pacelc[system] = make(run, system);
    }
    return run->pacelc[system];
}

enum verdict pacelc_judge_expectation(struct run *run, const char *label, char *detail, size_t size) {
    uint32_t system = pacelc_system(run, 0);
    if (system == UINT32_MAX) {
        snprintf(detail, size, "there are no clients");
        return VERDICT_INCONCLUSIVE;
    }
    const struct pacelc_verdict *verdict = &pacelc_of_run(run, system)->verdict;
    bool is_open;
    if (pacelc_has_label(verdict, label, &is_open)) {
        return VERDICT_HOLDS;
    }
    bool is_partition_wrong = label[0] == 'P' && label[1] != verdict->label[1];
    snprintf(detail, size, "%s, since %s", verdict->label,
             is_partition_wrong ? verdict->partition_why : verdict->else_why);
    return is_open ? VERDICT_INCONCLUSIVE : VERDICT_VIOLATED;
}
