#include "viz/stored.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cJSON *member(const cJSON *object, const char *key) {
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static double number(const cJSON *item) {
    return cJSON_IsNumber(item) ? item->valuedouble : (double)NAN;
}

static void path_of(const struct stored *stored, const char *name, struct text *path) {
    text_add(path, "%s/%s", stored->folder, name);
}

/* The whole file with a NUL behind it. */
static bool read_file(const struct stored *stored, const char *name, struct text *bytes, struct text *error) {
    struct text path = {0};
    char part[65536];
    size_t got;
    path_of(stored, name, &path);
    FILE *file = fopen(path.bytes, "rb");
    while (file != NULL && (got = fread(part, 1, sizeof part, file)) > 0) {
        text_add_bytes(bytes, part, got);
    }
    bool is_good = file != NULL && !ferror(file);
    if (!is_good) {
        text_add(error, "%s: %s; expected what spacelike run --out writes\n", path.bytes, strerror(errno));
    }
    if (file != NULL) {
        fclose(file);
    }
    text_add_bytes(bytes, "", 0);
    text_free(&path);
    return is_good;
}

/* ---- Which run it was ---- */

/* The next word of a command as a POSIX shell reads it; what the summary writes has no double quotes. */
static const char *next_word(const char *at, struct text *word) {
    bool in_quotes = false;
    word->length = 0;
    text_add_bytes(word, "", 0);
    at += strspn(at, " ");
    if (*at == '\0') {
        return NULL;
    }
    for (; *at != '\0' && (in_quotes || *at != ' '); at++) {
        if (*at == '\'') {
            in_quotes = !in_quotes;
        } else {
            at += !in_quotes && *at == '\\' && at[1] != '\0';
            text_add_bytes(word, at, 1);
        }
    }
    return at;
}

static void take_replay(struct stored *stored, const char *replay) {
    struct text word = {0};
    stored->sets = calloc(strlen(replay) / 6 + 1, sizeof *stored->sets); /* " --set" takes 6 */
    if (stored->sets == NULL) {
        abort();
    }
    for (const char *at = replay; (at = next_word(at, &word)) != NULL;) {
        bool is_set = strcmp(word.bytes, "--set") == 0, is_salt = strcmp(word.bytes, "--tie-salt") == 0;
        if (is_set || is_salt) {
            at = next_word(at, &word);
            if (at == NULL) {
                break;
            }
        }
        if (is_set) {
            stored->sets[stored->set_count++] = strdup(word.bytes);
        } else if (is_salt) {
            stored->tie_salt = strtoull(word.bytes, NULL, 10);
        }
    }
    text_free(&word);
}

struct stored *stored_read(const char *folder, struct text *error) {
    struct stored *stored = calloc(1, sizeof *stored);
    struct text bytes = {0};
    if (stored == NULL || (stored->folder = strdup(folder)) == NULL) {
        abort();
    }
    if (!read_file(stored, "summary.json", &bytes, error)) {
        text_free(&bytes);
        stored_free(stored);
        return NULL;
    }
    stored->summary = cJSON_Parse(bytes.bytes);
    text_free(&bytes);
    const char *scenario = cJSON_GetStringValue(member(stored->summary, "scenario"));
    const char *trace = cJSON_GetStringValue(member(stored->summary, "trace_hash"));
    const char *replay = cJSON_GetStringValue(member(stored->summary, "replay"));
    const cJSON *seed = member(stored->summary, "seed");
    if (scenario == NULL || trace == NULL || replay == NULL || seed == NULL) {
        text_add(error, "%s/summary.json: expected a summary of a run, with scenario, seed, trace_hash and replay\n",
                 folder);
        stored_free(stored);
        return NULL;
    }
    stored->scenario = strdup(scenario);
    stored->trace_hash = strtoull(trace, NULL, 16);
    stored->seed = cJSON_IsString(seed) ? strtoull(seed->valuestring, NULL, 10) : (uint64_t)fmax(number(seed), 0);
    take_replay(stored, replay);
    return stored;
}

void stored_free(struct stored *stored) {
    if (stored != NULL) {
        for (uint32_t i = 0; i < stored->set_count; i++) {
            free(stored->sets[i]);
        }
        free(stored->sets);
        free(stored->operations);
        free(stored->scenario);
        free(stored->folder);
        cJSON_Delete(stored->summary);
        free(stored);
    }
}

/* ---- Operations ---- */

enum { COLUMNS = 13, OF_KIND = 2, OF_INVOKED = 7, OF_COMPLETED = 8, OF_OUTCOME = 9, OF_SERVED_BY = 11 };

/* Cuts a line at its commas; false if there are not as many fields as there should be. */
static bool cut(char *line, char *fields[COLUMNS]) {
    uint32_t count = 0;
    for (char *at = line; at != NULL; count++) {
        char *comma = strchr(at, ',');
        if (count == COLUMNS) {
            return false;
        }
        fields[count] = at;
        if (comma != NULL) {
            *comma++ = '\0';
        }
        at = comma;
    }
    return count == COLUMNS;
}

static bool take_operation(char *line, const struct facts *facts, struct operation *operation) {
    char *fields[COLUMNS];
    bool has_kind = false, has_outcome = false;
    if (!cut(line, fields)) {
        return false;
    }
    for (int kind = 0; kind < OP_KIND_COUNT && !has_kind; kind++) {
        has_kind = strcmp(operation_name((enum operation_kind)kind), fields[OF_KIND]) == 0;
        operation->kind = (uint8_t)kind;
    }
    for (int outcome = OUTCOME_OK; outcome <= OUTCOME_INFO && !has_outcome; outcome++) {
        has_outcome = strcmp(outcome_name((enum outcome)outcome), fields[OF_OUTCOME]) == 0;
        operation->outcome = (uint8_t)outcome;
    }
    operation->process = (uint32_t)strtoul(fields[1], NULL, 10);
    operation->invoked = strtoll(fields[OF_INVOKED], NULL, 10);
    operation->completed =
        fields[OF_COMPLETED][0] == '\0' ? SIM_NEVER : (sim_time)strtoll(fields[OF_COMPLETED], NULL, 10);
    operation->served_by = NODE_NONE;
    for (node_id id = 0; id < facts->node_count && fields[OF_SERVED_BY][0] != '\0'; id++) {
        if (strcmp(facts->nodes[id].name, fields[OF_SERVED_BY]) == 0) {
            operation->served_by = id;
            break;
        }
    }
    return has_kind && has_outcome;
}

static bool take_operations(struct stored *stored, struct facts *facts, struct text *error) {
    struct text bytes = {0};
    uint32_t number_of_line = 1, capacity = 0;
    bool is_good = read_file(stored, "ops.csv", &bytes, error);
    char *line = is_good ? bytes.bytes + strcspn(bytes.bytes, "\n") : NULL;
    while (is_good && *line != '\0' && line[1] != '\0') {
        char *start = line + 1;
        line = start + strcspn(start, "\n");
        bool is_last = *line == '\0';
        *line = '\0';
        number_of_line++;
        if (facts->operation_count == capacity) {
            capacity = capacity == 0 ? 1024 : 2 * capacity;
            stored->operations = realloc(stored->operations, capacity * sizeof *stored->operations);
            if (stored->operations == NULL) {
                abort();
            }
        }
        struct operation *operation = &stored->operations[facts->operation_count++];
        memset(operation, 0, sizeof *operation);
        if (!take_operation(start, facts, operation)) {
            text_add(error, "%s/ops.csv:%u:1: expected an operation, with %d fields\n", stored->folder, number_of_line,
                     COLUMNS);
            is_good = false;
        }
        *line = is_last ? '\0' : '\n';
    }
    facts->operations = stored->operations;
    text_free(&bytes);
    return is_good;
}

/* ---- The rest ---- */

static sim_time nanoseconds(double seconds, sim_time otherwise) {
    return seconds >= 0 && seconds < 9e9 ? (sim_time)llround(seconds * 1e9) : otherwise;
}

/* Stale reads are the last column of the series. */
static bool take_series(const struct stored *stored, struct facts *facts, struct text *error) {
    struct text bytes = {0};
    bool is_good = read_file(stored, "series.csv", &bytes, error);
    uint32_t lines = 0;
    for (const char *at = bytes.bytes; is_good && *at != '\0'; at++) {
        lines += *at == '\n';
    }
    facts->stale = calloc(lines + 1, sizeof *facts->stale);
    if (facts->stale == NULL) {
        abort();
    }
    char *save = NULL, *line = is_good ? strtok_r(bytes.bytes, "\n", &save) : NULL;
    while (line != NULL && (line = strtok_r(NULL, "\n", &save)) != NULL) {
        const char *last = strrchr(line, ',');
        facts->stale[facts->stale_count++] = last != NULL ? (uint32_t)strtoul(last + 1, NULL, 10) : 0;
    }
    text_free(&bytes);
    return is_good;
}

static void take_faults(const struct stored *stored, struct facts *facts) {
    const cJSON *list = member(stored->summary, "faults"), *fault;
    facts->faults = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *facts->faults);
    if (facts->faults == NULL) {
        abort();
    }
    cJSON_ArrayForEach(fault, list) {
        const char *name = cJSON_GetStringValue(member(fault, "name"));
        sim_time until = nanoseconds(number(member(fault, "until_s")), facts->duration);
        facts->faults[facts->fault_count++] =
            (struct fact_fault){.name = name != NULL ? name : "?",
                                .from = nanoseconds(number(member(fault, "at_s")), 0),
                                .until = until < facts->duration ? until : facts->duration,
                                .touched = (uint64_t)fmax(number(member(member(fault, "touched"), "total")), 0)};
    }
}

static bool stored_metric(const void *context, const char *name, double *value) {
    const struct stored *stored = context;
    *value = number(member(member(member(stored->summary, "metrics"), name), "all"));
    return !isnan(*value);
}

struct facts *stored_facts(struct stored *stored, const struct run *run, struct text *error) {
    struct facts *facts = facts_of_prepared(run);
    const char *verdict = cJSON_GetStringValue(member(stored->summary, "verdict"));
    facts->seed = stored->seed;
    for (int v = 0; v <= VERDICT_INCONCLUSIVE && verdict != NULL; v++) {
        if (strcmp(verdict_name((enum verdict)v), verdict) == 0) {
            facts->verdict = (enum verdict)v;
        }
    }
    take_faults(stored, facts);
    facts_take_staleness(facts, stored_metric, stored);
    const cJSON *check;
    cJSON_ArrayForEach(check, member(stored->summary, "checks")) {
        const char *found = cJSON_GetStringValue(member(check, "verdict"));
        facts->has_violation = facts->has_violation || (found != NULL && strcmp(found, "violated") == 0);
    }
    if (!take_operations(stored, facts, error) || !take_series(stored, facts, error)) {
        facts_free(facts);
        return NULL;
    }
    facts_take_consistency(facts, run->scenario, stored_metric, stored);
    return facts;
}
