#include "sim/check/recorded/judge.h"

#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const judge_model_names[JUDGE_MODEL_COUNT] = {
    "register", "cas-register", "multi-register", "kv",          "mutex", "queue",     "set",
    "set-full", "counter",      "list-append",    "rw-register", "bank",  "long-fork", "unique-ids"};

const char *const judge_level_names[LEVEL_COUNT] = {"read-uncommitted", "read-committed", "snapshot-isolation",
                                                    "serializable", "strict-serializable"};

struct rule {
    bool (*judge)(struct recorded *, const struct judge_options *, struct judgement *, struct read_error *);
    bool knows_keys; /* it looks at the keys of operations itself */
};

static const struct rule rules[JUDGE_MODEL_COUNT] = {
    [JUDGE_REGISTER] = {judge_registers, true},
    [JUDGE_CAS_REGISTER] = {judge_registers, true},
    [JUDGE_MULTI_REGISTER] = {judge_multi_register, false},
    [JUDGE_KV] = {judge_kv, true},
    [JUDGE_MUTEX] = {judge_mutex, true},
    [JUDGE_QUEUE] = {judge_queue, false},
    [JUDGE_SET] = {judge_set, false},
    [JUDGE_SET_FULL] = {judge_set_full, false},
    [JUDGE_COUNTER] = {judge_counter, false},
    [JUDGE_LIST_APPEND] = {judge_transactions, false},
    [JUDGE_RW_REGISTER] = {judge_transactions, false},
    [JUDGE_BANK] = {judge_bank, false},
    [JUDGE_LONG_FORK] = {judge_long_fork, false},
    [JUDGE_UNIQUE_IDS] = {judge_unique_ids, false},
};

static bool is_pair(const struct datum *value) {
    return value != NULL && value->kind == DATUM_LIST && value->count == 2;
}

/* Takes the pair [KEY VALUE] apart. */
static bool unpack(const struct document *document, const struct datum **key, const struct datum **value,
                   struct read_error *error) {
    const struct datum *pair = *value;
    if (datum_is_nil(pair)) {
        return true;
    }
    if (!is_pair(pair)) {
        return read_fail(error, pair, "in a history of several keys, the value of an operation is a pair [KEY VALUE]");
    }
    *key = datum_at(document, pair, 0);
    *value = datum_at(document, pair, 1);
    return true;
}

/* An operation that takes a value along, which may well be a pair. */
static bool is_giver(const char *name) {
    static const char *const givers[] = {"write", "w",       "put",   "cas",  "append", "add",
                                         "txn",   "enqueue", "offer", "push", "send",   "transfer"};
    for (size_t i = 0; i < sizeof givers / sizeof givers[0]; i++) {
        if (strcmp(name, givers[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Pairs tell themselves by their tag; or, where the tags are lost, by operations that take no value along and still
 * have a key and nil (reads, dequeues), if every value is a pair. */
static bool is_keyed(const struct recorded *recorded) {
    bool has_keyed_read = false, has_other = false;
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const struct datum *argument = operation->argument;
        if ((argument != NULL && argument->is_tuple) || (operation->result != NULL && operation->result->is_tuple)) {
            return true;
        }
        bool reads = !is_giver(recorded_function(recorded, operation));
        bool is_ok = operation->outcome == OUTCOME_OK;
        has_other |= operation->key != NULL || (!is_pair(argument) && (reads || !datum_is_nil(argument))) ||
                     (is_ok && !is_pair(operation->result));
        has_keyed_read |= reads && is_pair(argument) && datum_is_nil(datum_at(&recorded->document, argument, 1));
    }
    return has_keyed_read && !has_other;
}

static bool unpack_keys(struct recorded *recorded, struct read_error *error) {
    for (uint32_t i = 0; i < recorded->count; i++) {
        struct recorded_operation *operation = &recorded->operations[i];
        if (operation->outcome != OUTCOME_OK && !is_pair(operation->result)) {
            operation->result = NULL; /* of another operation it may be anything: `:timed-out` */
        }
        if (!unpack(&recorded->document, &operation->key, &operation->result, error) ||
            !unpack(&recorded->document, &operation->key, &operation->argument, error)) {
            return false;
        }
    }
    return true;
}

struct place {
    uint32_t *position; /* of an operation: where it was invoked or completed */
};

static int compare_places(const void *left, const void *right) {
    uint32_t a = *((const struct place *)left)->position, b = *((const struct place *)right)->position;
    return (a > b) - (a < b);
}

/* Gives the events of some operations positions from 1, in the order that they had: what a judge does by position then
 * takes as long as the key is long, not the file. `places` has room for two an operation. */
static void renumber(struct recorded *recorded, struct place *places) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < recorded->count; i++) {
        struct recorded_operation *operation = &recorded->operations[i];
        if (operation->invoked != POSITION_BEFORE) {
            places[count++].position = &operation->invoked;
        }
        if (operation->completed != POSITION_NEVER) {
            places[count++].position = &operation->completed;
        }
    }
    qsort(places, count, sizeof *places, compare_places);
    for (uint32_t i = 0; i < count; i++) {
        *places[i].position = i + 1;
    }
    recorded->event_count = count;
}

/* What was noted of single keys. That of the first keys is kept, and the first doubt. */
struct key_notes {
    struct text text;
    uint32_t kept, dropped;
    bool has_doubt;
};

static void note_key(struct recorded *recorded, const struct datum *key, struct key_notes *notes,
                     struct judgement *judgement) {
    enum { MOST_KEPT = 4 };
    bool is_doubt = judgement->verdict == VERDICT_INCONCLUSIVE && !notes->has_doubt;
    if (judgement->note.length > 0 && (notes->kept < MOST_KEPT || is_doubt)) {
        char shown[48];
        text_add(&notes->text, "%skey %s: %s", notes->kept++ > 0 ? "\n" : "",
                 values_show(&recorded->document.values, datum_value(&recorded->document, key), shown, sizeof shown),
                 judgement->note.bytes);
    } else {
        notes->dropped += judgement->note.length > 0;
    }
    notes->has_doubt |= is_doubt;
    judgement->note.length = 0;
}

/* Each key's operations as if they were the whole history. */
static bool judge_by_key(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                         struct read_error *error) {
    struct recorded_operation *all = recorded->operations;
    uint32_t count = recorded->count, event_count = recorded->event_count;
    uint32_t *keys = memory_alloc(count, sizeof *keys);
    struct recorded_operation *some = memory_alloc(count, sizeof *some);
    struct place *places = memory_alloc((size_t)count * 2, sizeof *places);
    struct key_notes notes = {0};
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = datum_value(&recorded->document, all[i].key);
    }
    uint32_t key_count = groups_number(keys, count);
    struct groups groups = groups_make(keys, count, key_count);
    bool is_judged = true;
    recorded->operations = some;
    for (uint32_t g = 0; g < key_count && is_judged; g++) {
        recorded->count = 0;
        for (uint32_t i = groups.first[g]; i < groups.first[g + 1]; i++) {
            some[recorded->count++] = all[groups.members[i]];
        }
        renumber(recorded, places);
        is_judged = rules[options->model].judge(recorded, options, judgement, error);
        note_key(recorded, some[0].key, &notes, judgement);
    }
    if (notes.dropped > 0) {
        text_add(&notes.text, "\nand the like of %u other keys", notes.dropped);
    }
    text_free(&judgement->note);
    judgement->note = notes.text;
    recorded->operations = all;
    recorded->count = count;
    recorded->event_count = event_count;
    groups_free(&groups);
    free(places);
    free(some);
    free(keys);
    return is_judged;
}

static bool has_keys(const struct recorded *recorded) {
    for (uint32_t i = 0; i < recorded->count; i++) {
        if (recorded->operations[i].key != NULL) {
            return true;
        }
    }
    return false;
}

/* What a reader should know who sees no more than the verdict. */
static void note_odd_history(const struct recorded *recorded, struct judgement *judgement) {
    uint32_t strays = 0;
    for (uint32_t i = 0; i < recorded->count; i++) {
        strays += recorded->operations[i].invoked == POSITION_BEFORE;
    }
    const char *separator = judgement->note.length > 0 ? "\n" : "";
    if (strays > 0) {
        text_add(
            &judgement->note,
            "%s%u completion%s no invocation in the file: what began before the recording did began before all else.",
            separator, strays, strays == 1 ? " has" : "s have");
    } else if (recorded->count == 0 && recorded->history == NULL) {
        text_add(&judgement->note, "%sThe history has no operations.", separator);
    }
}

bool judge(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
           struct read_error *error) {
    const struct rule *rule = &rules[options->model];
    memset(judgement, 0, sizeof *judgement);
    if ((options->is_keyed || is_keyed(recorded)) && !unpack_keys(recorded, error)) {
        return false;
    }
    bool is_judged = !rule->knows_keys && has_keys(recorded) ? judge_by_key(recorded, options, judgement, error)
                                                             : rule->judge(recorded, options, judgement, error);
    note_odd_history(recorded, judgement);
    if (judgement->finding_count > 0) {
        judgement->verdict = VERDICT_VIOLATED;
    }
    return is_judged;
}

void judgement_free(struct judgement *judgement) {
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        text_free(&judgement->findings[i].example);
    }
    free(judgement->findings);
    text_free(&judgement->note);
    witness_free(&judgement->witness);
    memset(judgement, 0, sizeof *judgement);
}

struct text *judgement_find(struct judgement *judgement, const char *name, const char *breaks) {
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        if (strcmp(judgement->findings[i].name, name) == 0) {
            judgement->findings[i].count++;
            return NULL;
        }
    }
    judgement->findings = memory_reserve(judgement->findings, judgement->finding_count, &judgement->finding_capacity,
                                         sizeof *judgement->findings);
    struct finding *finding = &judgement->findings[judgement->finding_count++];
    *finding = (struct finding){.name = name, .breaks = breaks, .count = 1};
    return &finding->example;
}

void judgement_doubt(struct judgement *judgement, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    judgement->verdict = VERDICT_INCONCLUSIVE;
    text_add(&judgement->note, "%s%s", judgement->note.length > 0 ? "\n" : "", text);
}

bool judge_read_scalar(struct recorded *recorded, const char *text, value_id *value, struct read_error *error) {
    struct document document;
    bool is_read = document_read(&document, text, strlen(text), SYNTAX_EDN, error) && document.root_count == 1 &&
                   document.data[document.first].kind == DATUM_SCALAR;
    if (is_read) {
        const struct value *scalar = &document.values.items[document.data[document.first].value];
        const char *bytes = values_text(&document.values, document.data[document.first].value);
        *value = values_add(&recorded->document.values, scalar->kind, bytes, scalar->length);
    } else {
        read_fail(error, NULL, "the initial value \"%.60s\" is none; expected one such as 0, nil, :a or \"text\"",
                  text);
    }
    document_free(&document);
    return is_read;
}

bool judge_fail_function(struct recorded *recorded, uint32_t index, const char *expected, struct read_error *error) {
    const struct recorded_operation *operation = &recorded->operations[index];
    const struct datum *where = operation->function != NULL ? operation->function : operation->event;
    const char *name = recorded_function(recorded, operation);
    if (name[0] == '\0') {
        return read_fail(error, where, "an operation of this model needs an :f: %s", expected);
    }
    return read_fail(error, where, "this model has no :f \"%.40s\"; expected %s", name, expected);
}
