/* Why no order of recorded operations explains them, in words and for a picture. */
#include "sim/check/recorded/judge.h"

#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LISTED = 6 };

/* ---- For a picture -------------------------------------------------------------------------------------------------
 */

static enum witness_kind kind_of(const char *function) {
    static const char *const reads[] = {"read", "r", "get"}, *const writes[] = {"write", "w", "put"};
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(function, reads[i]) == 0) {
            return WITNESS_READ;
        }
        if (strcmp(function, writes[i]) == 0) {
            return WITNESS_WRITE;
        }
    }
    return WITNESS_BOTH;
}

static struct witness_bar bar_of(struct recorded *recorded, uint32_t index) {
    const struct recorded_operation *operation = &recorded->operations[index];
    struct values *values = &recorded->document.values;
    const char *function = recorded_function(recorded, operation);
    const struct datum *value = recorded_value(operation);
    struct witness_bar bar = {.from = operation->invoked,
                              .to = operation->outcome != OUTCOME_INFO ? (sim_time)operation->completed : SIM_NEVER,
                              .kind = kind_of(function)};
    char shown[40] = "", process[20] = "";
    if (value != NULL) {
        values_show(values, datum_value(&recorded->document, value), shown, sizeof shown);
    }
    snprintf(bar.label, sizeof bar.label, "%.18s%s%s%s", function, shown[0] != '\0' ? " " : "", shown,
             operation->outcome == OUTCOME_FAIL ? " failed" : "");
    if (operation->process != VALUE_NIL) {
        values_show(values, operation->process, process, sizeof process);
    }
    snprintf(bar.client, sizeof bar.client, "process %s", process[0] != '\0' ? process : "?");
    return bar;
}

static void keep_witness(struct recorded *recorded, struct judgement *judgement, const struct order_failure *failure) {
    struct witness *witness = &judgement->witness;
    if (witness->count > 0 || !witness_begin(witness, failure->other_count)) {
        return;
    }
    uint32_t *places = memory_alloc(recorded->count, sizeof *places);
    bool *is_in_conflict = memory_alloc(recorded->count, sizeof *is_in_conflict);
    for (uint32_t i = 0; i < failure->path_count; i++) {
        places[failure->path[i]] = i + 1;
    }
    for (uint32_t i = 0; i < failure->conflict_count; i++) {
        is_in_conflict[failure->conflict[i]] = true;
    }
    const struct recorded_operation *culprit = &recorded->operations[failure->culprit];
    for (uint32_t i = 0; i < failure->other_count; i++) {
        uint32_t index = failure->others[i];
        if (recorded->operations[index].invoked > culprit->completed) {
            continue;
        }
        struct witness_bar *bar = &witness->bars[witness->count++];
        *bar = bar_of(recorded, index);
        bar->place = places[index];
        bar->is_culprit = index == failure->culprit;
        bar->is_in_conflict = is_in_conflict[index];
    }
    witness->path_count = failure->path_count;
    char line[RECORDED_LINE_BYTES];
    snprintf(witness->what, sizeof witness->what, "%s", recorded_describe(recorded, failure->culprit, line));
    if (failure->path_value >= 0) {
        char value[48];
        values_show(&recorded->document.values, (value_id)failure->path_value, value, sizeof value);
        snprintf(witness->after, sizeof witness->after, "leaves the value %s", value);
    }
    witness_choose(witness, WITNESS_MOST_BARS);
    free(places);
    free(is_in_conflict);
}

/* ---- In words ------------------------------------------------------------------------------------------------------
 */

void judge_explain_order(struct recorded *recorded, struct judgement *judgement, struct text *out,
                         const struct order_failure *failure) {
    char line[RECORDED_LINE_BYTES];
    uint32_t culprit = failure->culprit, listed = 0, concurrent = 0, last = UINT32_MAX;
    const struct recorded_operation *blamed = &recorded->operations[culprit];
    text_add(out, "No order of the operations explains what they returned. None gets past\n  %s\n",
             recorded_describe(recorded, culprit, line));
    uint32_t prefix_count = 0;
    for (uint32_t i = 0; i < failure->other_count; i++) {
        prefix_count += recorded->operations[failure->others[i]].invoked < blamed->completed;
    }
    if (prefix_count > 1) {
        text_add(out,
                 "What was invoked until it completed, %" PRIu32 " operations, is the smallest prefix that fails.\n",
                 prefix_count);
    }
    for (uint32_t i = 0; i < failure->other_count; i++) {
        uint32_t index = failure->others[i];
        const struct recorded_operation *other = &recorded->operations[index];
        bool overlaps = index != culprit && other->invoked < blamed->completed && other->completed > blamed->invoked;
        if (!overlaps || ++concurrent > MOST_LISTED) {
            continue;
        }
        text_add(out, "%s  %s\n", listed++ == 0 ? "Concurrent with it:\n" : "",
                 recorded_describe(recorded, index, line));
    }
    if (concurrent > MOST_LISTED) {
        text_add(out, "  and %u more\n", concurrent - MOST_LISTED);
    }
    for (uint32_t i = 0; i < failure->other_count; i++) {
        const struct recorded_operation *other = &recorded->operations[failure->others[i]];
        if (other->outcome != OUTCOME_INFO && other->completed < blamed->invoked &&
            (last == UINT32_MAX || other->completed > recorded->operations[last].completed)) {
            last = failure->others[i];
        }
    }
    if (last != UINT32_MAX) {
        text_add(out, "Last to complete before it:\n  %s\n", recorded_describe(recorded, last, line));
    }
    listed = 0;
    for (uint32_t i = 0; i < failure->conflict_count && listed < MOST_LISTED; i++) {
        if (failure->conflict[i] != culprit) {
            text_add(out, "%s  %s\n", listed++ == 0 ? "It contradicts, together:\n" : "",
                     recorded_describe(recorded, failure->conflict[i], line));
        }
    }
    if (failure->path_count > 0) {
        text_add(out, "The longest order that fits has %" PRIu32 " operation%s; the last of them:\n  %s\n",
                 failure->path_count, failure->path_count == 1 ? "" : "s",
                 recorded_describe(recorded, failure->path[failure->path_count - 1], line));
    }
    keep_witness(recorded, judgement, failure);
}
