/* Counters and banks: sums that reads must agree with. */
#include "sim/check/recorded/judge.h"
#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int64_t sum(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* ---- Counters -------------------------------------------------------------------------------------------------------
 * What a read may return: at least all that was surely added before it began, at most all whose addition had begun
 * before it ended. What is subtracted counts the other way round. (Jepsen's counter, which knows no subtraction.) */

enum counter_change { CHANGE_NONE, CHANGE_READ_BEGINS, CHANGE_READ_ENDS, CHANGE_ADD_BEGINS, CHANGE_ADD_ENDS };

struct counter_event {
    uint32_t operation;
    enum counter_change change;
};

static bool read_counter(struct recorded *recorded, int64_t *amounts, struct counter_event *events,
                         struct read_error *error) {
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const char *name = recorded_function(recorded, operation);
        const struct datum *value = recorded_value(operation);
        bool is_decrement = strcmp(name, "decrement") == 0 || strcmp(name, "dec") == 0;
        if (operation->outcome == OUTCOME_FAIL) {
            continue;
        }
        if (strcmp(name, "read") == 0) {
            if (operation->outcome != OUTCOME_OK || datum_is_nil(operation->result)) {
                continue;
            }
            if (!datum_integer(&recorded->document, operation->result, &amounts[i])) {
                return read_fail(error, operation->result, "a read of a counter returns a whole number");
            }
            events[operation->invoked] = (struct counter_event){i, CHANGE_READ_BEGINS};
            events[operation->completed] = (struct counter_event){i, CHANGE_READ_ENDS};
            continue;
        }
        if (strcmp(name, "add") != 0 && strcmp(name, "increment") != 0 && strcmp(name, "inc") != 0 && !is_decrement) {
            return judge_fail_function(recorded, i, "add or read", error);
        }
        amounts[i] = 1; /* of an increment that names no amount */
        if (!datum_is_nil(value) && !datum_integer(&recorded->document, value, &amounts[i])) {
            return read_fail(error, value, "what is added to a counter is a whole number");
        }
        amounts[i] = is_decrement ? (int64_t) - (uint64_t)amounts[i] : amounts[i];
        events[operation->invoked] = (struct counter_event){i, CHANGE_ADD_BEGINS};
        if (operation->outcome == OUTCOME_OK) {
            events[operation->completed] = (struct counter_event){i, CHANGE_ADD_ENDS};
        }
    }
    return true;
}

/* Additions whose invocations are not in the file began before it did. */
static int64_t begun_before(const struct recorded *recorded, const int64_t *amounts, bool is_negative) {
    int64_t total = 0;
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        bool is_add = strcmp(recorded_function(recorded, operation), "read") != 0;
        if (operation->invoked == POSITION_BEFORE && operation->outcome != OUTCOME_FAIL && is_add &&
            (amounts[i] < 0) == is_negative) {
            total = sum(total, amounts[i]);
        }
    }
    return total;
}

static void look_at_reads(struct recorded *recorded, const int64_t *amounts, const struct counter_event *events,
                          int64_t initial, struct judgement *judgement) {
    int64_t lower = sum(initial, begun_before(recorded, amounts, true));
    int64_t upper = sum(initial, begun_before(recorded, amounts, false));
    int64_t *lower_of = memory_alloc(recorded->count, sizeof *lower_of);
    for (uint32_t i = 0; i < recorded->count; i++) {
        lower_of[i] = lower;
    }
    for (uint32_t position = 1; position <= recorded->event_count; position++) {
        uint32_t i = events[position].operation;
        int64_t amount = amounts[i];
        switch (events[position].change) {
        case CHANGE_READ_BEGINS:
            lower_of[i] = lower;
            break;
        case CHANGE_READ_ENDS:
            if (amount < lower_of[i] || amount > upper) {
                struct text *out = judgement_find(judgement, "out of bounds", NULL);
                char line[RECORDED_LINE_BYTES];
                if (out != NULL) {
                    text_add(out, "%s\nThe counter was between %" PRId64 " and %" PRId64 " then.\n",
                             recorded_describe(recorded, i, line), lower_of[i], upper);
                }
            }
            judgement->looked_at++;
            break;
        case CHANGE_ADD_BEGINS:
            *(amount < 0 ? &lower : &upper) = sum(amount < 0 ? lower : upper, amount);
            break;
        case CHANGE_ADD_ENDS:
            *(amount < 0 ? &upper : &lower) = sum(amount < 0 ? upper : lower, amount);
            break;
        case CHANGE_NONE:
            break;
        }
    }
    free(lower_of);
}

bool judge_counter(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                   struct read_error *error) {
    int64_t *amounts = memory_alloc(recorded->count, sizeof *amounts);
    struct counter_event *events = memory_alloc((size_t)recorded->event_count + 1, sizeof *events);
    int64_t initial = options->initial != NULL ? strtoll(options->initial, NULL, 10) : 0;
    bool is_read = read_counter(recorded, amounts, events, error);
    if (is_read) {
        look_at_reads(recorded, amounts, events, initial, judgement);
    }
    free(amounts);
    free(events);
    return is_read;
}

/* ---- Banks ----------------------------------------------------------------------------------------------------------
 * Transfers leave the total as it is. Accounts and total are those of the first read, unless the total is given. */

struct bank {
    struct recorded *recorded;
    const struct judge_options *options;
    struct judgement *judgement;
    bool *is_account; /* by value */
    bool has_first;
    int64_t total;
};

/* The balances of a read: a map by account, or a list. */
struct balances {
    int64_t total;
    bool has_nil, has_negative, has_unexpected;
    value_id unexpected;
};

static bool add_balances(struct bank *bank, const struct datum *read, struct balances *balances,
                         struct read_error *error) {
    struct document *document = &bank->recorded->document;
    uint32_t stride = read->kind == DATUM_MAP ? 2 : 1;
    for (uint32_t i = 0; i < read->count; i += stride) {
        value_id account =
            stride == 2 ? datum_value(document, datum_at(document, read, i)) : values_add_integer(&document->values, i);
        const struct datum *balance = datum_at(document, read, i + stride - 1);
        int64_t amount = 0;
        if (datum_is_nil(balance)) {
            balances->has_nil = true;
        } else if (!datum_integer(document, balance, &amount)) {
            return read_fail(error, balance, "a balance is a whole number");
        }
        balances->total = sum(balances->total, amount);
        balances->has_negative = balances->has_negative || amount < 0;
        if (!bank->has_first) {
            bank->is_account[account] = true;
        } else if (!bank->is_account[account]) {
            balances->has_unexpected = true;
            balances->unexpected = account;
        }
    }
    return true;
}

static void judge_balances(struct bank *bank, uint32_t index, const struct balances *balances) {
    const char *name = balances->has_unexpected                                             ? "unexpected account"
                       : balances->has_nil                                                  ? "nil balance"
                       : balances->total != bank->total                                     ? "wrong total"
                       : balances->has_negative && !bank->options->allows_negative_balances ? "negative balance"
                                                                                            : NULL;
    struct text *out = name != NULL ? judgement_find(bank->judgement, name, NULL) : NULL;
    if (out == NULL) {
        return;
    }
    char line[RECORDED_LINE_BYTES], account[48];
    text_add(out, "%s\n", recorded_describe(bank->recorded, index, line));
    if (balances->has_unexpected) {
        text_add(out, "The first read has no account %s.\n",
                 values_show(&bank->recorded->document.values, balances->unexpected, account, sizeof account));
    } else if (!balances->has_nil && balances->total != bank->total) {
        text_add(out, "Its total is %" PRId64 ", not %" PRId64 ".\n", balances->total, bank->total);
    }
}

/* Every account of the history has its number before the table of accounts is made. */
static bool number_accounts(struct recorded *recorded, struct read_error *error) {
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const char *name = recorded_function(recorded, operation);
        bool is_read = strcmp(name, "read") == 0;
        if (!is_read && strcmp(name, "transfer") != 0) {
            return judge_fail_function(recorded, i, "read or transfer", error);
        }
        const struct datum *read = operation->result;
        if (!is_read || operation->outcome != OUTCOME_OK || datum_is_nil(read)) {
            continue;
        }
        if (read->kind != DATUM_MAP && read->kind != DATUM_LIST) {
            return read_fail(error, read, "a read of a bank returns a map from accounts to balances");
        }
        for (uint32_t b = 0; b < read->count; b++) {
            values_add_integer(&recorded->document.values, b);
            datum_value(&recorded->document, datum_at(&recorded->document, read, b));
        }
    }
    return true;
}

/* Completed reads in order of completion: the first of them sets the accounts, as in Jepsen. */
static uint32_t *reads_by_completion(const struct recorded *recorded) {
    uint32_t *read_at = memory_alloc((size_t)recorded->event_count + 1, sizeof *read_at);
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        if (operation->outcome == OUTCOME_OK && !datum_is_nil(operation->result) &&
            strcmp(recorded_function(recorded, operation), "read") == 0) {
            read_at[operation->completed] = i + 1;
        }
    }
    return read_at;
}

bool judge_bank(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                struct read_error *error) {
    if (!number_accounts(recorded, error)) {
        return false;
    }
    struct bank bank = {.recorded = recorded,
                        .options = options,
                        .judgement = judgement,
                        .is_account = memory_alloc(recorded->document.values.count, sizeof *bank.is_account),
                        .total = options->total};
    uint32_t *read_at = reads_by_completion(recorded);
    bool is_read = true;
    for (uint32_t position = 1; position <= recorded->event_count && is_read; position++) {
        if (read_at[position] == 0) {
            continue;
        }
        struct balances balances = {0};
        is_read = add_balances(&bank, recorded->operations[read_at[position] - 1].result, &balances, error);
        if (!bank.has_first && !options->has_total) {
            bank.total = balances.total;
        }
        bank.has_first = true;
        if (is_read) {
            judge_balances(&bank, read_at[position] - 1, &balances);
        }
        judgement->looked_at++;
    }
    free(read_at);
    free(bank.is_account);
    return is_read;
}
