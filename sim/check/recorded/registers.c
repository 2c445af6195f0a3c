/* Registers and locks, as histories for the search of linear.h.
 *
 * A mutex is a register that is free or locked: to acquire it is to set it from free to locked, to release it the
 * reverse. Knossos's mutex asks no owner, and neither does this one. */
#include "sim/check/recorded/registers.h"
#include "sim/check/recorded/judge.h"

#include "sim/check/recorded/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lists of register operations -------------------------------------------------------------------------------- */

void register_list_add(struct register_list *list, const struct recorded *recorded, uint32_t index, uint32_t key,
                       enum operation_kind kind, int64_t value, int64_t expected) {
    const struct recorded_operation *recorded_operation = &recorded->operations[index];
    list->operations = memory_reserve(list->operations, list->count, &list->capacity, sizeof *list->operations);
    list->origins = memory_reserve(list->origins, list->count, &list->origin_capacity, sizeof *list->origins);
    list->origins[list->count] = index;
    list->operations[list->count++] = (struct operation){
        .invoked = recorded_operation->invoked,
        .completed = recorded_operation->outcome == OUTCOME_INFO ? SIM_NEVER : recorded_operation->completed,
        .key = key,
        .process = recorded_operation->process,
        .kind = (uint8_t)kind,
        .value = value,
        .expected = expected,
        .result = kind == OP_CAS ? 1 : value,
        .outcome = (uint8_t)recorded_operation->outcome,
        .served_by = NODE_NONE,
    };
}

void register_list_free(struct register_list *list) {
    free(list->operations);
    free(list->origins);
    memset(list, 0, sizeof *list);
}

static void rename_all(uint32_t *numbers, uint32_t count, const uint32_t *origins) {
    for (uint32_t i = 0; i < count; i++) {
        numbers[i] = origins[numbers[i]];
    }
}

void register_list_judge(struct register_list *list, struct recorded *recorded, int64_t initial, uint64_t max_steps,
                         struct judgement *judgement) {
    struct history history = {.operations = list->operations, .count = list->count, .capacity = list->count};
    struct linear_options options = {.max_steps = max_steps, .initial = initial};
    struct linear_witness witness = {0};
    struct check_result result = linear_check(&history, UINT16_MAX, &options, &witness);
    judgement->looked_at += result.looked_at;
    if (result.verdict == VERDICT_INCONCLUSIVE) {
        judgement_doubt(judgement, "The budget of steps or memory ran out before an order was found or refuted.");
    } else if (result.verdict == VERDICT_VIOLATED) {
        struct text *out = judgement_find(judgement, "not linearizable", NULL);
        if (out != NULL && witness.prefix_count > 0) {
            /* From numbers of the list to those of the recorded operations. */
            rename_all(witness.prefix, witness.prefix_count, list->origins);
            rename_all(witness.path, witness.path_count, list->origins);
            rename_all(witness.conflict, witness.conflict_count, list->origins);
            struct order_failure failure = {.culprit = list->origins[witness.culprit],
                                            .others = witness.prefix,
                                            .other_count = witness.prefix_count,
                                            .path = witness.path,
                                            .path_count = witness.path_count,
                                            .conflict = witness.conflict,
                                            .conflict_count = witness.conflict_count,
                                            .path_value = list->has_own_values ? -1 : witness.path_value};
            judge_explain_order(recorded, judgement, out, &failure);
        }
    }
    linear_witness_free(&witness);
}

/* ---- Registers ------------------------------------------------------------------------------------------------------
 */

static bool is_one_of(const char *name, const char *a, const char *b) {
    return strcmp(name, a) == 0 || strcmp(name, b) == 0;
}

static bool is_strict(const struct recorded *recorded, const struct judge_options *options) {
    return options->is_strict || recorded->is_log;
}

/* A cas that says that it failed because the value was another one: it names its own values, and no other reason. */
static bool is_refused_cas(struct recorded *recorded, const struct recorded_operation *operation) {
    return strcmp(recorded_function(recorded, operation), "cas") == 0 && !datum_is_nil(operation->result) &&
           datum_value(&recorded->document, operation->result) == datum_value(&recorded->document, operation->argument);
}

/* Where nothing is said about it: 0, or nil if a cas from nil succeeded, which nothing else can explain. */
static const char *initial_value(struct recorded *recorded, const struct judge_options *options) {
    if (options->initial != NULL) {
        return options->initial;
    }
    bool is_nil = is_strict(recorded, options);
    for (uint32_t i = 0; i < recorded->count && !is_nil; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const struct datum *value = recorded_value(operation);
        is_nil = operation->outcome == OUTCOME_OK && strcmp(recorded_function(recorded, operation), "cas") == 0 &&
                 value != NULL && value->kind == DATUM_LIST && value->count == 2 &&
                 datum_is_nil(datum_at(&recorded->document, value, 0));
    }
    return is_nil ? "nil" : "0";
}

static bool add_register_operation(struct recorded *recorded, const struct judge_options *options, uint32_t index,
                                   struct register_list *list, struct read_error *error) {
    const struct recorded_operation *operation = &recorded->operations[index];
    struct document *document = &recorded->document;
    const char *name = recorded_function(recorded, operation);
    const struct datum *value = recorded_value(operation);
    value_id key = operation->key != NULL ? datum_value(document, operation->key) : VALUE_NIL;
    if (is_one_of(name, "read", "r") || strcmp(name, "get") == 0) {
        const struct datum *found = operation->result;
        if ((!datum_is_nil(found) || is_strict(recorded, options)) && operation->outcome == OUTCOME_OK) {
            register_list_add(list, recorded, index, key, OP_READ, datum_value(document, found), 0);
        }
        return true;
    }
    if (is_one_of(name, "write", "w") || strcmp(name, "put") == 0) {
        register_list_add(list, recorded, index, key, OP_WRITE, datum_value(document, value), 0);
        return true;
    }
    if (strcmp(name, "cas") == 0 && options->model != JUDGE_REGISTER) {
        if (value == NULL || value->kind != DATUM_LIST || value->count != 2) {
            return read_fail(error, value != NULL ? value : operation->event,
                             "the value of a cas is a pair [EXPECTED NEW]");
        }
        register_list_add(list, recorded, index, key, OP_CAS, datum_value(document, datum_at(document, value, 1)),
                          datum_value(document, datum_at(document, value, 0)));
        if (operation->outcome == OUTCOME_FAIL) { /* it took place, and met another value */
            list->operations[list->count - 1].outcome = OUTCOME_OK;
            list->operations[list->count - 1].result = 0;
        }
        return true;
    }
    return judge_fail_function(
        recorded, index,
        options->model == JUDGE_REGISTER ? "read or write (cas: --model cas-register)" : "read, write or cas", error);
}

/* A run of our own, with Spacelike's meaning of its operations. */
static void judge_history(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement) {
    struct linear_options linear = {.max_steps = options->max_steps};
    if (options->initial != NULL) {
        linear.initial = strtoll(options->initial, NULL, 10);
    }
    if (options->register_level != JUDGE_LINEARIZABLE) {
        judge_level(recorded->history, NULL, recorded, options, linear.initial, judgement);
        return;
    }
    struct linear_witness found;
    struct check_result result = linear_check(recorded->history, UINT16_MAX, &linear, &found);
    judgement->looked_at = result.looked_at;
    if (result.verdict == VERDICT_INCONCLUSIVE) {
        judgement_doubt(judgement, "%s", result.detail);
    } else if (result.verdict == VERDICT_VIOLATED) {
        text_add(judgement_find(judgement, "not linearizable", NULL), "%s", result.detail);
        witness_of_history(&judgement->witness, recorded->history, &found);
    }
    linear_witness_free(&found);
}

/* Without a :process nobody knows which operations are of the same client. */
static bool list_has_processes(const struct register_list *list, const struct recorded *recorded,
                               struct read_error *error) {
    for (uint32_t i = 0; i < list->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[list->origins[i]];
        if (operation->process == VALUE_NIL) {
            return read_fail(error, operation->event, "this level needs the :process of every operation");
        }
    }
    return true;
}

bool judge_registers(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                     struct read_error *error) {
    if (recorded->history != NULL) {
        judge_history(recorded, options, judgement);
        return true;
    }
    value_id initial;
    struct register_list list = {0};
    bool is_read = judge_read_scalar(recorded, initial_value(recorded, options), &initial, error);
    bool counts_refusals = is_strict(recorded, options) && options->register_level == JUDGE_LINEARIZABLE;
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        if (operation->outcome != OUTCOME_FAIL || (counts_refusals && is_refused_cas(recorded, operation))) {
            is_read = add_register_operation(recorded, options, i, &list, error);
        }
    }
    if (is_read && options->register_level != JUDGE_LINEARIZABLE) {
        const struct history history = {.operations = list.operations, .count = list.count, .capacity = list.count};
        is_read = list_has_processes(&list, recorded, error);
        if (is_read) {
            judge_level(&history, list.origins, recorded, options, initial, judgement);
        }
    } else if (is_read) {
        register_list_judge(&list, recorded, initial, options->max_steps, judgement);
    }
    register_list_free(&list);
    return is_read;
}

/* ---- Locks ----------------------------------------------------------------------------------------------------------
 */

bool judge_mutex(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                 struct read_error *error) {
    enum { FREE, LOCKED };
    struct register_list list = {.has_own_values = true};
    bool is_read = true;
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const char *name = recorded_function(recorded, operation);
        value_id key = operation->key != NULL ? datum_value(&recorded->document, operation->key) : VALUE_NIL;
        if (operation->outcome == OUTCOME_FAIL) {
            continue;
        }
        if (is_one_of(name, "acquire", "lock")) {
            register_list_add(&list, recorded, i, key, OP_CAS, LOCKED, FREE);
        } else if (is_one_of(name, "release", "unlock")) {
            register_list_add(&list, recorded, i, key, OP_CAS, FREE, LOCKED);
        } else {
            is_read = judge_fail_function(recorded, i, "acquire or release", error);
        }
    }
    if (is_read) {
        register_list_judge(&list, recorded, FREE, options->max_steps, judgement);
    }
    register_list_free(&list);
    return is_read;
}
