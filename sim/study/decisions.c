#include "sim/study/decisions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const role_names[ROLE_COUNT] = {"no role", "follower", "candidate", "leader", "learner"};

static void add_probe(const struct run *run, const struct probe *probe, struct text *out) {
    const char *name = cluster_name(run->cluster, probe->node);
    char time[VERDICT_TIME_BYTES];
    text_add(out, "%s  %s ", verdict_time(time, probe->at), name);
    switch (probe->kind) {
    case PROBE_ROLE:
        text_add(out, "becomes %s in term %" PRIu64 "\n", probe->a < ROLE_COUNT ? role_names[probe->a] : "?", probe->b);
        break;
    case PROBE_LOG_RESET:
        text_add(out, "boots with an empty log\n");
        break;
    case PROBE_APPEND:
        text_add(out, "appends entry %" PRIu64 " of term %" PRIu64 " (%016" PRIx64 ")\n", probe->a, probe->b, probe->c);
        break;
    case PROBE_TRUNCATE:
        text_add(out, "drops the entries from %" PRIu64 " on\n", probe->a);
        break;
    case PROBE_COMMIT:
        text_add(out, "commits up to entry %" PRIu64 " in term %" PRIu64 "\n", probe->a, probe->b);
        break;
    case PROBE_APPLY:
        text_add(out, "applies entry %" PRIu64 " (%016" PRIx64 ")\n", probe->a, probe->c);
        break;
    case PROBE_VOTE:
        text_add(out, "votes for %s in term %" PRIu64 "\n", cluster_name(run->cluster, (node_id)probe->a), probe->b);
        break;
    default:
        text_add(out, "publishes fact %d: %" PRIu64 ", %" PRIu64 "\n", (int)probe->kind, probe->a, probe->b);
        break;
    }
}

/* A run up to the failure, its decisions a line each. */
static void decide(const struct scenario *scenario, struct text *out) {
    struct run_options options = {.keep_probes = true, .stop_at_violation = true, .linear_steps = 1};
    struct run *run = run_execute(scenario, &options);
    for (uint32_t i = 0; i < run->probe_count; i++) {
        add_probe(run, &run->probes[i], out);
    }
    run_free(run);
}

bool decisions_of_text(const char *text, size_t length, const struct model_list *models,
                       const struct fingerprint *fingerprint, struct text *out) {
    struct text errors = {0};
    struct scenario_options options = {.models = models};
    struct scenario *scenario = scenario_parse(text, length, "kept.json", &options, &errors);
    text_free(&errors);
    if (scenario == NULL) {
        return false;
    }
    text_add(out, "%s\n", fingerprint->text);
    decide(scenario, out);
    scenario_free(scenario);
    return true;
}

void decisions_path(const char *scenario, struct text *out) {
    size_t length = strlen(scenario);
    bool has_ending = length > 5 && strcmp(scenario + length - 5, ".json") == 0;
    text_add(out, "%.*s.decisions", (int)(has_ending ? length - 5 : length), scenario);
}

static char *read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    struct text text = {0};
    char buffer[65536];
    if (file == NULL) {
        return NULL;
    }
    text_add(&text, "%s", "");
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, file)) > 0;) {
        text_add_bytes(&text, buffer, got);
    }
    fclose(file);
    return text.bytes;
}

void decisions_compare(const struct scenario *scenario, struct decisions_difference *difference) {
    struct text path = {0}, present = {0};
    *difference = (struct decisions_difference){.is_kept = false};
    decisions_path(scenario->path, &path);
    char *kept = read_all(path.bytes);
    text_free(&path);
    if (kept == NULL || strchr(kept, '\n') == NULL) {
        free(kept);
        return;
    }
    decide(scenario, &present);
    difference->is_kept = true;
    const char *was = kept, *is = present.bytes != NULL ? present.bytes : "";
    snprintf(difference->fingerprint.text, FINGERPRINT_BYTES, "%.*s", (int)strcspn(was, "\n"), was);
    was += strcspn(was, "\n") + 1;
    for (difference->line = 1;; difference->line++) {
        size_t old = strcspn(was, "\n"), new = strcspn(is, "\n");
        if (*was == '\0' && *is == '\0') {
            difference->is_same = true;
            break;
        }
        if (old != new || memcmp(was, is, old) != 0) {
            snprintf(difference->was, sizeof difference->was, "%.*s", (int)old, was);
            snprintf(difference->is, sizeof difference->is, "%.*s", (int)new, is);
            break;
        }
        was += old + (was[old] == '\n');
        is += new + (is[new] == '\n');
    }
    free(kept);
    text_free(&present);
}
