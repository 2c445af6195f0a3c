/* The numbers of PACELC as a summary shows them. */
#include "sim/study/pacelc.h"

#include "sim/study/statistics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A key of the object that is being written, but for its first one. */
static void add_number(struct text *out, const char *key, double value) {
    text_add(out, ", \"%s\": ", key);
    text_add_json_number(out, value); /* NaN: null */
}

static void add_word(struct text *out, const char *key, const char *word) {
    text_add(out, ", \"%s\": ", key);
    text_add_json(out, word);
}

static double metric_in(const struct run *run, const char *metric, const struct window *window) {
    double value;
    return measures_value(run->measures, metric, window, &value) ? value : NAN;
}

/* ---- Sides ---- */

static void add_operations_of_side(struct text *out, const struct partition_side *side) {
    bool is_first = true;
    text_add(out, ", \"operations\": {");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (side->asked[kind] == 0) {
            continue;
        }
        struct estimate share = statistics_share_exact(side->served[kind], side->asked[kind], 0.95);
        text_add(out, "%s\"%s\": {\"asked\": %llu, \"served\": %llu", is_first ? "" : ", ",
                 operation_name((enum operation_kind)kind), (unsigned long long)side->asked[kind],
                 (unsigned long long)side->served[kind]);
        is_first = false;
        add_number(out, "availability", share.value);
        add_number(out, "availability_low", share.low);
        add_number(out, "availability_high", share.high);
        add_number(out, "latency_p50", side->latency_p50[kind] < 0 ? NAN : side->latency_p50[kind]);
        add_number(out, "latency_p99", side->latency_p99[kind] < 0 ? NAN : side->latency_p99[kind]);
        text_add(out, "}");
    }
    text_add(out, "}");
}

static void add_counts_of_side(struct text *out, const struct partition_side *side) {
    text_add(out, ", \"clients\": %u", side->clients);
    add_operations_of_side(out, side);
    text_add(out, ", \"reads\": %llu, \"stale_reads\": %llu", (unsigned long long)side->reads,
             (unsigned long long)side->stale_reads);
    add_number(out, "stale_share", side->reads > 0 ? (double)side->stale_reads / (double)side->reads : NAN);
}

static void add_sides(const struct run *run, const struct pacelc *pacelc, struct text *out) {
    bool is_first = true;
    text_add(out, ",\n    \"sides\": [");
    for (uint32_t i = 0; i < measures_side_count(run->measures); i++) {
        const struct partition_side *side = measures_side(run->measures, i);
        if (side->system != pacelc->system) {
            continue;
        }
        text_add(out, "%s\n      {\"nodes\": [", is_first ? "" : ",");
        is_first = false;
        for (uint32_t n = 0; n < side->node_count; n++) {
            text_add(out, "%s", n == 0 ? "" : ", ");
            text_add_json(out, cluster_name(run->cluster, side->nodes[n]));
        }
        text_add(out, "], \"lives\": %s", side->lives ? "true" : "false");
        add_counts_of_side(out, side);
        text_add(out, "}");
    }
    text_add(out, "%s],\n    \"on_no_side\": {\"lives\": false", is_first ? "" : "\n    ");
    add_counts_of_side(out, measures_side_other(run->measures));
    text_add(out, "}");
}

/* ---- Windows ---- */

static void add_level(const struct pacelc_window *of, struct text *out) {
    text_add(out, ", \"level\": ");
    if (of->is_judged && of->level.is_decided) {
        text_add_json(out, level_name(of->level.level));
    } else {
        text_add(out, "null");
    }
    add_word(out, "level_why", of->level.why);
    text_add(out, ", \"levels_judged\": [");
    bool is_first = true;
    for (int level = LEVEL_COUNT; of->is_judged && level-- > 0;) {
        if ((of->level.judged & 1u << level) != 0) {
            text_add(out, "%s\"%s\"", is_first ? "" : ", ", level_name((enum consistency_level)level));
            is_first = false;
        }
    }
    text_add(out, "], \"answers\": %llu, \"sessions\": {", (unsigned long long)of->level.answers);
    for (int i = 0; of->is_judged && i < SESSION_GUARANTEE_COUNT; i++) {
        text_add(out, "%s\"%s\": {\"verdict\": \"%s\", \"violations\": %llu}", i == 0 ? "" : ", ",
                 session_guarantee_name((enum session_guarantee)i), verdict_name(of->level.sessions[i]),
                 (unsigned long long)of->level.violations[i]);
    }
    text_add(out, "}");
}

static void add_operations_of_window(const struct run *run, const struct window *window, struct text *out) {
    bool is_first = true;
    text_add(out, ", \"operations\": {");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        static const char *const keys[] = {"availability", "latency_p50", "latency_p99", "latency_p999"};
        static const char *const metrics[] = {"availability", "latency.p50", "latency.p99", "latency.p999"};
        const char *operation = operation_name((enum operation_kind)kind);
        char name[64];
        snprintf(name, sizeof name, "%s.availability", operation);
        if (isnan(metric_in(run, name, window))) {
            continue;
        }
        text_add(out, "%s\"%s\": {", is_first ? "" : ", ", operation);
        is_first = false;
        for (int i = 0; i < 4; i++) {
            snprintf(name, sizeof name, "%s.%s", operation, metrics[i]);
            text_add(out, "%s\"%s\": ", i == 0 ? "" : ", ", keys[i]);
            text_add_json_number(out, metric_in(run, name, window));
        }
        text_add(out, "}");
    }
    text_add(out, "}");
}

static void add_window(const struct run *run, const struct pacelc *pacelc, int which, struct text *out) {
    static const struct {
        const char *key, *metric;
    } numbers[] = {{"read_availability", "read.availability"},
                   {"write_availability", "write.availability"},
                   {"read_latency_p50", "read.latency.p50"},
                   {"write_latency_p50", "write.latency.p50"},
                   {"read_stale_share", "read.stale.share"},
                   {"staleness_p99", "read.staleness.p99"},
                   {"staleness_max", "read.staleness.max"},
                   {"versions_behind_p99", "read.versions_behind.p99"},
                   {"versions_behind_max", "read.versions_behind.max"},
                   {"writes_lost", "write.lost"},
                   {"convergence", "convergence.time"},
                   {"messages_per_op", "messages_per_op"},
                   {"cross_region_bytes_per_op", "cross_region_bytes_per_op"}};
    const struct pacelc_window *of = &pacelc->windows[which];
    sim_time length = 0;
    for (uint32_t k = 0; k < of->window->count; k++) {
        length += of->window->intervals[k].until - of->window->intervals[k].from;
    }
    text_add(out, ",\n    \"%s\": {\"seconds\": ", pacelc_windows[which]);
    text_add_json_number(out, (double)length / 1e9);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (which == PACELC_HEALING || strcmp(numbers[i].key, "convergence") != 0) {
            add_number(out, numbers[i].key, metric_in(run, numbers[i].metric, of->window));
        }
    }
    text_add(out, ", \"reads\": %llu, \"stale_reads\": %llu", (unsigned long long)of->reads,
             (unsigned long long)of->stale_reads);
    add_number(out, "stale_low", of->reads > 0 ? of->stale_low : NAN);
    add_number(out, "stale_high", of->reads > 0 ? of->stale_high : NAN);
    add_operations_of_window(run, of->window, out);
    add_level(of, out);
    text_add(out, "}");
}

/* ---- The whole ---- */

static void add_system(struct run *run, uint32_t system, struct text *out) {
    const struct pacelc *pacelc = pacelc_of_run(run, system);
    const struct pacelc_verdict *verdict = &pacelc->verdict;
    text_add(out, "\n    \"system\": ");
    text_add_json(out, run->scenario->systems[system].name);
    add_word(out, "label", verdict->label);
    add_word(out, "under_partition", pacelc_partition_name(verdict->partition));
    add_word(out, "else", pacelc_else_name(verdict->otherwise));
    add_word(out, "under_partition_why", verdict->partition_why);
    add_word(out, "else_why", verdict->else_why);
    add_number(out, "available_at", pacelc->available_at);
    add_number(out, "worst_availability", verdict->sides_judged > 0 ? verdict->worst_share : NAN);
    text_add(out, ", \"sides_judged\": %u, \"messages_stopped\": %llu", verdict->sides_judged,
             (unsigned long long)pacelc->messages_stopped);
    add_sides(run, pacelc, out);
    for (int which = 0; which < PACELC_WINDOW_COUNT; which++) {
        add_window(run, pacelc, which, out);
    }
}

void pacelc_json(struct run *run, struct text *out) {
    text_add(out, "  \"pacelc\": {");
    if (pacelc_system(run, 0) == UINT32_MAX) {
        text_add(out, "\"label\": null}");
        return;
    }
    add_system(run, pacelc_system(run, 0), out);
    for (uint32_t i = 1; pacelc_system(run, i) != UINT32_MAX; i++) {
        text_add(out, "%s{", i == 1 ? ",\n    \"others\": [" : ", ");
        add_system(run, pacelc_system(run, i), out);
        text_add(out, "}");
    }
    text_add(out, "%s\n  }", pacelc_system(run, 1) != UINT32_MAX ? "]" : "");
}
