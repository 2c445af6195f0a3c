/* A model's description for people: parameters, messages, timers, claims and operations, in aligned columns. */
#include "sim/base/units.h"
#include "sim/scenario/reader.h"

#include <stdio.h>
#include <string.h>

enum { MOST_COLUMNS = 5, CELL_BYTES = 512 };

struct table {
    uint32_t columns, rows, capacity;
    char (*cells)[CELL_BYTES]; /* row by row */
    struct arena arena;
};

static void table_open(struct table *table, uint32_t columns) {
    *table = (struct table){.columns = columns};
    arena_init(&table->arena, "a table", (size_t)1 << 28);
}

static void table_add(struct table *table, const char *const cells[]) {
    for (uint32_t i = 0; i < table->columns; i++) {
        uint32_t at = table->rows * table->columns + i;
        table->cells = arena_array_reserve(&table->arena, table->cells, at, &table->capacity, CELL_BYTES);
        snprintf(table->cells[at], CELL_BYTES, "%s", cells[i] == NULL ? "" : cells[i]);
    }
    table->rows++;
}

static void table_print(struct table *table, struct text *out) {
    size_t widths[MOST_COLUMNS] = {0};
    for (uint32_t i = 0; i < table->rows * table->columns; i++) {
        size_t length = strlen(table->cells[i]);
        widths[i % table->columns] = length > widths[i % table->columns] ? length : widths[i % table->columns];
    }
    for (uint32_t row = 0; row < table->rows; row++) {
        size_t line = out->length;
        for (uint32_t i = 0; i < table->columns; i++) {
            const char *cell = table->cells[row * table->columns + i];
            text_add(out, i + 1 < table->columns ? "  %-*s" : "  %*s", i + 1 < table->columns ? (int)widths[i] : 0,
                     cell);
        }
        while (out->length > line && out->bytes[out->length - 1] == ' ') { /* an empty last column leaves no blanks */
            out->bytes[--out->length] = '\0';
        }
        text_add(out, "\n");
    }
    arena_free_all(&table->arena);
}

static const char *type_name(enum parameter_type type) {
    switch (type) {
    case PARAM_COUNT:
        return "whole number";
    case PARAM_REAL:
        return "number";
    case PARAM_SHARE:
        return "share";
    case PARAM_FLAG:
        return "true or false";
    case PARAM_CHOICE:
        return "choice";
    case PARAM_DURATION:
        return "duration";
    case PARAM_DURATION_RANGE:
        return "two durations";
    case PARAM_BYTES:
        return "size";
    }
    return "";
}

static const char *range_end(const struct parameter *parameter, double value, char *text, size_t size) {
    if ((parameter->type == PARAM_DURATION || parameter->type == PARAM_DURATION_RANGE) && value * 1e9 < 9e18) {
        return units_write_duration(text, size, (int64_t)(value * 1e9 + 0.5));
    }
    snprintf(text, size, "%.15g%s", value, parameter->type == PARAM_BYTES ? "B" : "");
    return text;
}

static const char *range_of(const struct parameter *parameter, char *text, size_t size) {
    char low[64], high[64];
    text[0] = '\0';
    if (parameter->type == PARAM_CHOICE) {
        size_t length = 0;
        for (size_t i = 0; parameter->choices[i] != NULL && length < size; i++) {
            length += (size_t)snprintf(text + length, size - length, "%s%s", i > 0 ? ", " : "", parameter->choices[i]);
        }
    } else if (parameter->low == 0 && parameter->high == 0) {
        snprintf(text, size, "%s", parameter->type == PARAM_SHARE ? "0 to 1" : "");
    } else if (parameter->high < parameter->low) {
        snprintf(text, size, "from %s", range_end(parameter, parameter->low, low, sizeof low));
    } else {
        snprintf(text, size, "%s to %s", range_end(parameter, parameter->low, low, sizeof low),
                 range_end(parameter, parameter->high, high, sizeof high));
    }
    return text;
}

static void explain_parameters(const struct model *model, struct text *out) {
    if (model->parameters == NULL || model->parameters[0].name == NULL) {
        text_add(out, "\nNo parameters.\n");
        return;
    }
    struct table table;
    char range[CELL_BYTES];
    table_open(&table, 5);
    table_add(&table, (const char *const[]){"name", "type", "default", "range", "meaning"});
    for (const struct parameter *parameter = model->parameters; parameter->name != NULL; parameter++) {
        table_add(&table, (const char *const[]){parameter->name, type_name(parameter->type),
                                                parameter->preset == NULL ? "" : parameter->preset,
                                                range_of(parameter, range, sizeof range), parameter->meaning});
        for (size_t i = 0;
             parameter->type == PARAM_CHOICE && parameter->choice_meanings != NULL && parameter->choices[i] != NULL;
             i++) {
            char meaning[CELL_BYTES];
            snprintf(meaning, sizeof meaning, "  %s: %s", parameter->choices[i], parameter->choice_meanings[i]);
            table_add(&table, (const char *const[]){"", "", "", "", meaning});
        }
    }
    text_add(out, "\nParameters\n");
    table_print(&table, out);
}

static void explain_names(const char *title, const char *const *names, struct text *out) {
    if (names == NULL || names[0] == NULL) {
        return;
    }
    text_add(out, "\n%s\n  ", title);
    for (size_t i = 0; names[i] != NULL; i++) {
        text_add(out, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    text_add(out, "\n");
}

static void explain_messages(const struct model *model, struct text *out) {
    if (model->messages == NULL || model->messages[0].name == NULL) {
        return;
    }
    struct table table;
    table_open(&table, 2);
    for (const struct message_type *type = model->messages; type->name != NULL; type++) {
        table_add(&table, (const char *const[]){type->name, type->meaning});
    }
    text_add(out, "\nMessages\n");
    table_print(&table, out);
}

static void explain_metrics(const struct model *model, struct text *out) {
    if (model->metrics == NULL || model->metrics[0].name == NULL) {
        return;
    }
    struct table table;
    table_open(&table, 2);
    for (const struct model_metric *metric = model->metrics; metric->name != NULL; metric++) {
        char name[128];
        snprintf(name, sizeof name, "%s.%s", model->name, metric->name);
        table_add(&table, (const char *const[]){name, metric->meaning});
    }
    text_add(out, "\nMetrics of its own, each with .count, .sum, .mean, .min, .p50, .p99, .max and .variation (over "
                  "the nodes)\n");
    table_print(&table, out);
}

/* ---- Claims ---- */

enum { LINE_WIDTH = 100 };

/* Words, a few lines of them, each begun with `indent` blanks. */
static void add_wrapped(struct text *out, int indent, const char *words) {
    size_t line = 0;
    for (const char *at = words; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (line == 0 || line + 1 + length > LINE_WIDTH) {
            text_add(out, "%s%*s", line == 0 ? "" : "\n", indent, "");
            line = (size_t)indent;
        } else {
            text_add(out, " ");
            line++;
        }
        text_add(out, "%.*s", (int)length, at);
        line += length;
        at += length + strspn(at + length, " ");
    }
    text_add(out, "\n");
}

static bool is_same_text(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *faults_of(const struct claim *claim) {
    return claim->faults == NULL || claim->faults[0] == '\0' ? "none" : claim->faults;
}

/* True if a claim before `claims[at]` says the same of other checks: it has been listed with that. */
static bool is_listed(const struct claim *claims, size_t at, bool compares_unless) {
    for (size_t i = 0; i < at; i++) {
        bool is_same = is_same_text(claims[i].faults, claims[at].faults);
        if (is_same && (!compares_unless || is_same_text(claims[i].unless, claims[at].unless))) {
            return true;
        }
    }
    return false;
}

/* The checks that are claimed under the same faults and the same condition. */
static void explain_checks(const struct claim *claims, size_t first, struct text *out) {
    struct text line = {0};
    for (size_t i = first; claims[i].check != NULL; i++) {
        if (is_same_text(claims[i].faults, claims[first].faults) &&
            is_same_text(claims[i].unless, claims[first].unless)) {
            text_add(&line, "%s%s", line.length > 0 ? ", " : "", claims[i].check);
        }
    }
    add_wrapped(out, 4, line.bytes);
    text_free(&line);
    if (claims[first].unless != NULL) {
        text_add(&line, "unless %s", claims[first].unless);
        add_wrapped(out, 6, line.bytes);
        text_free(&line);
    }
}

static void explain_claims(const struct model *model, struct text *out) {
    const struct claim *claims = model->claims;
    if (claims == NULL || claims[0].check == NULL) {
        text_add(out, "\nIt claims nothing.\n");
        return;
    }
    text_add(out, "\nClaims\n");
    for (size_t i = 0; claims[i].check != NULL; i++) {
        if (is_listed(claims, i, false)) {
            continue;
        }
        bool is_all = strcmp(faults_of(&claims[i]), "*") == 0;
        text_add(out, "  under %s\n", is_all ? "all faults" : "these faults:");
        if (!is_all) {
            add_wrapped(out, 6, faults_of(&claims[i]));
        }
        text_add(out, "  these hold:\n");
        for (size_t k = i; claims[k].check != NULL; k++) {
            if (is_same_text(claims[k].faults, claims[i].faults) && !is_listed(claims, k, true)) {
                explain_checks(claims, k, out);
            }
        }
    }
}

static void explain_boundaries(const struct model *model, struct text *out) {
    if (model->boundaries == NULL || model->boundaries[0].check == NULL) {
        return;
    }
    text_add(out, "\nWhere the claims end\n");
    for (const struct boundary *boundary = model->boundaries; boundary->check != NULL; boundary++) {
        const char *faults = boundary->faults, *params = boundary->params;
        text_add(out, "  %s breaks with %s%s%s\n", boundary->check, faults != NULL ? faults : "",
                 faults != NULL && params != NULL ? " and " : "", params != NULL ? params : "");
        add_wrapped(out, 6, boundary->why);
    }
}

void scenario_explain(const struct model *model, struct text *out) {
    text_add(out, "%s: %s\n", model->name, model->summary == NULL ? "" : model->summary);
    if (model->source != NULL) {
        text_add(out, "Source: %s\n", model->source);
    }
    explain_parameters(model, out);
    explain_messages(model, out);
    explain_names("Timers", model->timers, out);
    explain_names("Records on disk", model->records, out);
    explain_metrics(model, out);
    explain_claims(model, out);
    explain_boundaries(model, out);
    const char *operations[OP_KIND_COUNT + 1] = {NULL};
    size_t count = 0;
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if ((model->operations & 1u << kind) != 0) {
            operations[count++] = mix_type.fields[kind].name;
        }
    }
    explain_names("Operations", operations, out);
    text_add(out, "\n%s\n",
             model->has_leader ? "It has a leader, which clients may ask for by \"route\": \"leader\"."
                               : "It has no leader.");
}
