#include "viz/facts.h"

#include "sim/base/units.h"
#include "sim/study/pacelc.h"
#include "viz/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALE_BUCKETS = 800 };

static void *make(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- From a run ---- */

static void take_nodes(struct facts *facts, const struct run *run) {
    const struct scenario *scenario = run->scenario;
    facts->node_count = scenario->node_count;
    facts->nodes = make(facts->node_count, sizeof *facts->nodes);
    facts->system_count = scenario->system_count;
    facts->systems = make(scenario->system_count, sizeof *facts->systems);
    facts->has_leader = make(scenario->system_count, sizeof *facts->has_leader);
    for (uint32_t s = 0; s < scenario->system_count; s++) {
        facts->systems[s] = scenario->systems[s].name;
        facts->has_leader[s] = scenario->systems[s].model->has_leader;
    }
    for (node_id id = 0; id < facts->node_count; id++) {
        struct fact_node *node = &facts->nodes[id];
        node->name = cluster_name(run->cluster, id);
        node->system = cluster_system_of(run->cluster, id);
        node->region = cluster_region_of(run->cluster, id);
        node->queue = cluster_queue(run->cluster, id);
        node->has_queue = node->queue.utilisation > 0;
    }
    facts->regions = scenario->network.regions;
    facts->region_count = scenario->network.region_count;
    facts->client_count = scenario->endpoint_count - scenario->node_count;
    facts->client_regions = run->cluster_config.client_regions;
}

static void take_faults(struct facts *facts, const struct run *run) {
    facts->fault_count = cluster_occurrence_count(run->cluster);
    facts->faults = make(facts->fault_count, sizeof *facts->faults);
    for (uint32_t i = 0; i < facts->fault_count; i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
        sim_time end = occurrence->end < run->scenario->duration ? occurrence->end : run->scenario->duration;
        facts->faults[i] = (struct fact_fault){.name = fault->name,
                                               .kind = fault->kind,
                                               .from = occurrence->start,
                                               .until = end,
                                               .touched = fault_touched_total(fault, occurrence)};
        story_touched(fault, occurrence, facts->faults[i].what, sizeof facts->faults[i].what);
    }
}

static void take_stale_reads(struct facts *facts, const struct run *run) {
    sim_time width = 1; /* a power of ten, so that slices of round lengths are made of whole ones */
    while (width * 10 * STALE_BUCKETS <= facts->duration) {
        width *= 10;
    }
    uint32_t count = 0;
    struct series_bucket *buckets = measures_series(run->measures, width, &count);
    facts->stale = make(count, sizeof *facts->stale);
    facts->stale_count = count;
    for (uint32_t i = 0; i < count; i++) {
        facts->stale[i] = buckets[i].stale_reads;
    }
    free(buckets);
}

void facts_take_consistency(struct facts *facts, const struct scenario *scenario, fact_metric metric,
                            const void *context) {
    for (uint32_t w = 0; w < scenario->workload_count; w++) {
        const struct workload_config *workload = &scenario->workloads[w];
        if (workload->kind != WORKLOAD_STALENESS || facts->consistency != NULL) {
            continue;
        }
        facts->consistency = make(workload->after_count, sizeof *facts->consistency);
        for (uint32_t i = 0; i < workload->after_count; i++) {
            char name[128], offset[48];
            units_write_duration(offset, sizeof offset, workload->after[i]);
            snprintf(name, sizeof name, "%s%sconsistency.at.%s", workload->name, workload->name[0] != '\0' ? "/" : "",
                     offset);
            double share;
            if (metric(context, name, &share)) {
                facts->consistency[facts->consistency_count++] =
                    (struct fact_point){fact_seconds(workload->after[i]), share};
            }
        }
    }
}

void facts_take_staleness(struct facts *facts, fact_metric metric, const void *context) {
    facts->has_stale_share = metric(context, "read.stale.share", &facts->stale_share);
    facts->has_staleness = metric(context, "read.staleness.p99", &facts->staleness_p99_s) &&
                           metric(context, "read.staleness.max", &facts->staleness_most_s);
    if (!metric(context, "read.versions_behind.max", &facts->versions_most)) {
        facts->versions_most = 0;
    }
}

static bool metric_of_run(const void *context, const char *name, double *value) {
    const struct run *run = context;
    return measures_value(run->measures, name, measures_find_window(run->measures, "all"), value);
}

struct facts *facts_of_prepared(const struct run *run) {
    struct facts *facts = make(1, sizeof *facts);
    const struct scenario *scenario = run->scenario;
    facts->title = scenario->title;
    facts->question = scenario->question;
    facts->seed = run->seed;
    facts->duration = scenario->duration;
    facts->warmup = scenario->warmup;
    facts->verdict = run->verdict;
    take_nodes(facts, run);
    return facts;
}

/* The latency that most systems are asked about: of writes, else of reads, without a partition. */
static void take_latency(struct fact_pacelc *fact, const struct run *run) {
    static const char *const metrics[] = {"write.latency.p50", "append.latency.p50", "read.latency.p50"};
    static const char *const names[] = {"write p50", "append p50", "read p50"};
    const struct window *connected = measures_find_window(run->measures, "connected");
    fact->latency_s = (double)NAN;
    for (int i = 0; i < 3 && connected != NULL && isnan(fact->latency_s); i++) {
        if (measures_value(run->measures, metrics[i], connected, &fact->latency_s)) {
            fact->latency = names[i];
        } else {
            fact->latency_s = (double)NAN;
        }
    }
}

static void take_pacelc(struct facts *facts, struct run *run) {
    for (uint32_t i = 0; pacelc_system(run, i) != UINT32_MAX && facts->pacelc_count < FACT_MOST_PACELC; i++) {
        const struct pacelc *pacelc = pacelc_of_run(run, pacelc_system(run, i));
        const struct pacelc_window *connected = &pacelc->windows[PACELC_CONNECTED];
        if (!pacelc->has_partition || run->scenario->systems[pacelc->system].nodes < 2) {
            continue;
        }
        struct fact_pacelc *fact = &facts->pacelc[facts->pacelc_count++];
        snprintf(fact->system, sizeof fact->system, "%s", run->scenario->systems[pacelc->system].name);
        snprintf(fact->label, sizeof fact->label, "%s", pacelc->verdict.label);
        snprintf(fact->partition_why, sizeof fact->partition_why, "%s", pacelc->verdict.partition_why);
        snprintf(fact->else_why, sizeof fact->else_why, "%s", pacelc->verdict.else_why);
        fact->served = pacelc->verdict.sides_judged > 0 ? pacelc->verdict.worst_share : (double)NAN;
        fact->stale = connected->reads > 0 ? (double)connected->stale_reads / (double)connected->reads : (double)NAN;
        take_latency(fact, run);
    }
}

struct facts *facts_of_run(struct run *run) {
    struct facts *facts = facts_of_prepared(run);
    take_faults(facts, run);
    facts->reign_count = measures_leadership_count(run->measures);
    facts->reigns = make(facts->reign_count, sizeof *facts->reigns);
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        facts->reigns[i] = *measures_leadership(run->measures, i);
    }
    facts->operations = load_history(run->load)->operations;
    facts->operation_count = load_history(run->load)->count;
    take_stale_reads(facts, run);
    facts_take_staleness(facts, metric_of_run, run);
    facts_take_consistency(facts, run->scenario, metric_of_run, run);
    for (uint32_t i = 0; i < run->check_count; i++) {
        facts->has_violation = facts->has_violation || run->checks[i].result.verdict == VERDICT_VIOLATED;
    }
    take_pacelc(facts, run);
    story_tell(run, &facts->story);
    return facts;
}

void facts_free(struct facts *facts) {
    if (facts != NULL) {
        free(facts->systems);
        free(facts->has_leader);
        free(facts->nodes);
        free(facts->faults);
        free(facts->reigns);
        free(facts->stale);
        free(facts->consistency);
        free(facts);
    }
}

/* ---- What several charts ask ---- */

double fact_seconds(sim_time time) {
    return (double)time / 1e9;
}

enum fact_group fact_group_of(uint8_t kind) {
    return kind == OP_READ ? GROUP_READS : GROUP_WRITES;
}

enum ink fact_group_ink(enum fact_group group) {
    return group == GROUP_READS ? INK_BLUE : INK_ORANGE;
}

const char *fact_group_name(const struct facts *facts, enum fact_group group) {
    static const char *const names[OP_KIND_COUNT] = {
        [OP_READ] = "reads",           [OP_WRITE] = "writes",   [OP_CAS] = "compare-and-sets",
        [OP_INCREMENT] = "increments", [OP_APPEND] = "appends", [OP_REQUEST] = "requests"};
    bool seen[OP_KIND_COUNT] = {false};
    uint32_t kinds = 0;
    uint8_t last = OP_WRITE;
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        uint8_t kind = facts->operations[i].kind;
        if (fact_group_of(kind) == group && !seen[kind]) {
            seen[kind] = true;
            last = kind;
            kinds++;
        }
    }
    return kinds == 0 ? NULL : kinds == 1 ? names[last] : "writes";
}

struct sample *fact_latencies(const struct facts *facts, enum fact_group group, bool with_warmup, size_t *count) {
    struct sample *samples = make(facts->operation_count, sizeof *samples);
    *count = 0;
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        const struct operation *operation = &facts->operations[i];
        if (operation->outcome == OUTCOME_OK && fact_group_of(operation->kind) == group &&
            (with_warmup || operation->invoked >= facts->warmup)) {
            samples[(*count)++] = (struct sample){fact_seconds(operation->invoked),
                                                  fact_seconds(operation->completed - operation->invoked)};
        }
    }
    return samples;
}

struct fact_outcomes *fact_outcomes(const struct facts *facts, sim_time from, sim_time until, uint32_t columns) {
    struct fact_outcomes *outcomes = make(columns, sizeof *outcomes);
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        const struct operation *operation = &facts->operations[i];
        if (operation->invoked < from || operation->invoked >= until) {
            continue;
        }
        double place = (double)(operation->invoked - from) / (double)(until - from) * columns;
        struct fact_outcomes *at = &outcomes[place < columns ? (uint32_t)place : columns - 1];
        at->ok += operation->outcome == OUTCOME_OK;
        at->failed += operation->outcome == OUTCOME_FAIL;
        at->unknown += operation->outcome == OUTCOME_INFO;
    }
    return outcomes;
}

double *fact_stale_rates(const struct facts *facts, struct slices slices) {
    double *rates = make(slices.count, sizeof *rates), duration = fact_seconds(facts->duration);
    for (uint32_t i = 0; i < facts->stale_count; i++) {
        uint32_t slice = (uint32_t)((i + 0.5) / facts->stale_count * duration / slices.seconds);
        rates[slice < slices.count ? slice : slices.count - 1] += facts->stale[i];
    }
    for (uint32_t c = 0; c < slices.count; c++) { /* the last may be shorter than the others */
        rates[c] /= slice_length(slices, c, duration);
    }
    return rates;
}

const char *fact_verdict(const struct facts *facts, enum ink *ink) {
    static const char *const texts[] = {
        [VERDICT_HOLDS] = "HOLDS", [VERDICT_VIOLATED] = "VIOLATED", [VERDICT_INCONCLUSIVE] = "INCONCLUSIVE"};
    static const enum ink inks[] = {
        [VERDICT_HOLDS] = INK_GREEN, [VERDICT_VIOLATED] = INK_VERMILION, [VERDICT_INCONCLUSIVE] = INK_YELLOW};
    *ink = inks[facts->verdict];
    return texts[facts->verdict];
}

const char *fact_verdict_note(const struct facts *facts) {
    return facts->verdict == VERDICT_HOLDS && facts->has_violation ? "violated, as expected" : NULL;
}

struct fact_outcomes *fact_slice_outcomes(const struct facts *facts, struct slices slices) {
    return fact_outcomes(facts, 0, (sim_time)(slices.seconds * slices.count * 1e9 + 0.5), slices.count);
}

bool fact_is_moment(const struct fact_fault *fault) {
    return fault->until <= fault->from;
}
