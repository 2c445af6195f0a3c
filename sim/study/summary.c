#include "sim/study/summary.h"

#include "sim/study/pacelc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double seconds(sim_time time) {
    return (double)time / 1e9;
}

static bool needs_quotes(const char *word) {
    return word[strcspn(word, " \t\n\r\"'$&|;<>()*?[]{}\\`!#~")] != '\0' || word[0] == '\0';
}

/* A word as a POSIX shell reads it back. */
static void add_shell_word(struct text *out, const char *word) {
    if (!needs_quotes(word)) {
        text_add(out, "%s", word);
        return;
    }
    text_add(out, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            text_add(out, "'\\''");
        } else {
            text_add_bytes(out, word, 1);
        }
    }
    text_add(out, "'");
}

void summary_add_option(struct text *out, const char *option, const char *value) {
    text_add(out, " %s ", option);
    add_shell_word(out, value);
}

/* Of the command line, and so of the whole process. */
static struct text plugins;

void summary_add_plugin(const char *path) {
    text_add(&plugins, " --plugin ");
    add_shell_word(&plugins, path);
}

const char *summary_plugins(void) {
    return plugins.bytes != NULL ? plugins.bytes : "";
}

void summary_replay_of(const char *path, uint64_t seed, const char *const *sets, uint32_t set_count, struct text *out) {
    text_add(out, "spacelike run %s", path[0] == '-' ? "./" : ""); /* not to be taken for an option */
    add_shell_word(out, path);
    text_add(out, " --seed %llu", (unsigned long long)seed);
    for (uint32_t i = 0; i < set_count; i++) {
        text_add(out, " --set ");
        add_shell_word(out, sets[i]);
    }
    text_add(out, "%s", summary_plugins());
}

void summary_replay(const struct scenario *scenario, const char *const *sets, uint32_t set_count,
                    const struct run_options *options, struct text *out) {
    summary_replay_of(scenario->path, scenario->seed, sets, set_count, out);
    if (options->tie_salt != 0) {
        text_add(out, " --tie-salt %llu", (unsigned long long)options->tie_salt);
    }
    if (options->linear_steps != 0) {
        text_add(out, " --checker-steps %llu", (unsigned long long)options->linear_steps);
    }
}

/* ---- JSON ---- */

static void add_metrics(const struct run *run, struct text *out) {
    text_add(out, "  \"metrics\": {");
    for (uint32_t m = 0; m < measures_metric_count(run->measures); m++) {
        const char *name = measures_metric_name(run->measures, m);
        text_add(out, "%s\n    ", m == 0 ? "" : ",");
        text_add_json(out, name);
        text_add(out, ": {");
        bool is_first = true;
        for (uint32_t w = 0; w < measures_window_count(run->measures); w++) {
            const struct window *window = measures_window(run->measures, w);
            double value;
            bool has_value = measures_value(run->measures, name, window, &value);
            if (!has_value && strcmp(window->name, "all") != 0) {
                continue;
            }
            text_add(out, "%s", is_first ? "" : ", ");
            is_first = false;
            text_add_json(out, window->name);
            text_add(out, ": ");
            if (has_value) {
                text_add_json_number(out, value);
            } else {
                text_add(out, "null");
            }
        }
        text_add(out, "}");
    }
    text_add(out, "\n  },\n");
}

static void add_checks(const struct run *run, struct text *out) {
    text_add(out, "  \"checks\": [");
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        text_add(out, "%s\n    {\"name\": ", i == 0 ? "" : ",");
        text_add_json(out, check->name);
        if (check->system != UINT32_MAX && run->scenario->system_count > 1) {
            text_add(out, ", \"system\": ");
            text_add_json(out, run->scenario->systems[check->system].name);
        }
        if (check->workload != UINT16_MAX && run->scenario->workload_count > 1) {
            text_add(out, ", \"workload\": ");
            text_add_json(out, run->scenario->workloads[check->workload].name);
        }
        text_add(out, ", \"verdict\": \"%s\", \"looked_at\": %llu, \"detail\": ", verdict_name(check->result.verdict),
                 (unsigned long long)check->result.looked_at);
        text_add_json(out, check->result.detail);
        text_add(out, ", \"at_s\": ");
        text_add_json_number(out, check->result.at < 0 ? NAN : seconds(check->result.at));
        text_add(out, "}");
    }
    text_add(out, "%s],\n", run->check_count == 0 ? "" : "\n  ");
}

static void add_bounds(struct text *out, const struct expectation *expectation) {
    const struct {
        const char *key;
        bool is_given;
        double value;
    } bounds[] = {{"at_least", expectation->has_low, expectation->low},
                  {"at_most", expectation->has_high, expectation->high},
                  {"equals", expectation->has_equal, expectation->equal}};
    for (int i = 0; i < 3; i++) {
        if (bounds[i].is_given) {
            text_add(out, ", \"%s\": ", bounds[i].key);
            text_add_json_number(out, bounds[i].value);
        }
    }
}

static void add_expectations(const struct run *run, struct text *out) {
    static const char *const kinds[] = {
        [EXPECT_CHECK] = "check", [EXPECT_METRIC] = "metric", [EXPECT_FAULT] = "fault", [EXPECT_PACELC] = "pacelc"};
    text_add(out, "  \"expectations\": [");
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        const struct run_expectation *judged = &run->expectations[i];
        const struct expectation *expectation = judged->expectation;
        text_add(out, "%s\n    {\"%s\": ", i == 0 ? "" : ",", kinds[expectation->kind]);
        text_add_json(out, expectation->subject);
        if (expectation->is_violated) {
            text_add(out, ", \"is\": \"violated\"");
        }
        if (expectation->window != NULL) {
            text_add(out, ", \"window\": ");
            text_add_json(out, expectation->window);
        }
        add_bounds(out, expectation);
        if (expectation->kind == EXPECT_METRIC || expectation->kind == EXPECT_FAULT) {
            text_add(out, ", \"value\": ");
            text_add_json_number(out, judged->has_value ? judged->value : NAN);
        }
        text_add(out, ", \"verdict\": \"%s\"", verdict_name(judged->verdict));
        if (judged->detail[0] != '\0') {
            text_add(out, ", \"detail\": ");
            text_add_json(out, judged->detail);
        }
        text_add(out, "}");
    }
    text_add(out, "%s],\n", run->expectation_count == 0 ? "" : "\n  ");
}

static void add_faults(const struct run *run, struct text *out) {
    uint32_t count = cluster_occurrence_count(run->cluster);
    text_add(out, "  \"faults\": [");
    for (uint32_t i = 0; i < count; i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
        text_add(out, "%s\n    {\"name\": ", i == 0 ? "" : ",");
        text_add_json(out, fault->name);
        text_add(out, ", \"kind\": \"%s\", \"at_s\": ", fault_kind_name(fault->kind));
        text_add_json_number(out, seconds(occurrence->start));
        text_add(out, ", \"until_s\": ");
        text_add_json_number(out, occurrence->end == SIM_NEVER ? NAN : seconds(occurrence->end));
        text_add(out, ", \"targets\": [");
        for (uint32_t t = 0; t < occurrence->target_count; t++) {
            text_add(out, "%s", t == 0 ? "" : ", ");
            text_add_json(out, cluster_name(run->cluster, occurrence->targets[t]));
        }
        text_add(out,
                 "], \"touched\": {\"total\": %llu, \"messages_stopped\": %llu, \"messages_changed\": %llu, "
                 "\"nodes\": %llu, \"disk_writes\": %llu}}",
                 (unsigned long long)fault_touched_total(fault, occurrence),
                 (unsigned long long)occurrence->messages_stopped, (unsigned long long)occurrence->messages_changed,
                 (unsigned long long)occurrence->nodes, (unsigned long long)occurrence->disk_writes);
    }
    text_add(out, "%s],\n", count == 0 ? "" : "\n  ");
}

void summary_json(struct run *run, const char *replay, const struct summary_host *host, struct text *out) {
    text_add(out, "{\n  \"schema\": 1,\n  \"scenario\": ");
    text_add_json(out, run->scenario->path);
    text_add(out, ",\n  \"title\": ");
    text_add_json(out, run->scenario->title);
    /* A seed may need all 64 bits, which a number of JSON does not keep. */
    text_add(out, run->seed < UINT64_C(1) << 53 ? ",\n  \"seed\": %llu,\n" : ",\n  \"seed\": \"%llu\",\n",
             (unsigned long long)run->seed);
    text_add(out, "  \"trace_hash\": \"%016llx\",\n  \"verdict\": \"%s\",\n  \"simulated_s\": ",
             (unsigned long long)run->trace_hash, verdict_name(run->verdict));
    text_add_json_number(out, seconds(run->ended));
    text_add(out, ",\n  \"events\": %llu,\n", (unsigned long long)run->events);
    add_metrics(run, out);
    pacelc_json(run, out);
    text_add(out, ",\n");
    add_checks(run, out);
    add_expectations(run, out);
    add_faults(run, out);
    text_add(out, "  \"replay\": ");
    text_add_json(out, replay);
    if (host->is_deterministic >= 0) {
        text_add(out, ",\n  \"deterministic\": %s", host->is_deterministic ? "true" : "false");
    }
    text_add(out, ",\n  \"host\": {\"wall_s\": ");
    text_add_json_number(out, host->wall_s);
    text_add(out, ", \"version\": ");
    text_add_json(out, host->version);
    text_add(out, ", \"build\": ");
    text_add_json(out, host->build);
    text_add(out, "}\n}\n");
}

/* ---- CSV ---- */

void summary_operations(const struct run *run, struct text *out) {
    const struct history *history = load_history(run->load);
    text_add(
        out,
        "index,process,kind,key,value,expected,result,invoked_ns,completed_ns,outcome,attempts,served_by,workload\n");
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        text_add(out, "%u,%u,%s,%llu,%lld,%lld,%lld,%lld,", i, operation->process,
                 operation_name((enum operation_kind)operation->kind), (unsigned long long)operation->key,
                 (long long)operation->value, (long long)operation->expected, (long long)operation->result,
                 (long long)operation->invoked);
        if (operation->completed != SIM_NEVER) {
            text_add(out, "%lld", (long long)operation->completed);
        }
        text_add(out, ",%s,%u,%s,%s\n", outcome_name((enum outcome)operation->outcome), operation->attempts,
                 operation->served_by == NODE_NONE ? "" : cluster_name(run->cluster, operation->served_by),
                 run->scenario->workloads[operation->workload].name);
    }
}

void summary_series(const struct run *run, struct text *out) {
    bool occurs[OP_KIND_COUNT] = {false};
    const struct history *history = load_history(run->load);
    for (uint32_t i = 0; i < history->count; i++) {
        occurs[history->operations[i].kind] = true;
    }
    sim_time width = run->scenario->duration / 200 > 0 ? run->scenario->duration / 200 : 1;
    uint32_t count = 0;
    struct series_bucket *buckets = measures_series(run->measures, width, &count);
    text_add(out, "from_s");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        const char *name = operation_name((enum operation_kind)kind);
        if (occurs[kind]) {
            text_add(out, ",%s_ok,%s_failed,%s_unknown,%s_p50_s,%s_p99_s", name, name, name, name, name);
        }
    }
    text_add(out, ",stale_reads\n");
    for (uint32_t i = 0; i < count; i++) {
        text_add_json_number(out, seconds(buckets[i].from));
        for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
            if (!occurs[kind]) {
                continue;
            }
            text_add(out, ",%u,%u,%u,", buckets[i].ok[kind], buckets[i].failed[kind], buckets[i].unknown[kind]);
            if (buckets[i].latency_p50[kind] >= 0) {
                text_add_json_number(out, buckets[i].latency_p50[kind]);
            }
            text_add(out, ",");
            if (buckets[i].latency_p99[kind] >= 0) {
                text_add_json_number(out, buckets[i].latency_p99[kind]);
            }
        }
        text_add(out, ",%u\n", buckets[i].stale_reads);
    }
    free(buckets);
}
