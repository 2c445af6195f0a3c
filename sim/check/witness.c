#include "sim/check/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool witness_begin(struct witness *witness, uint32_t room) {
    *witness = (struct witness){.bars = calloc((size_t)room + 1, sizeof *witness->bars)};
    return witness->bars != NULL;
}

void witness_free(struct witness *witness) {
    free(witness->bars);
    memset(witness, 0, sizeof *witness);
}

/* ---- What to show --------------------------------------------------------------------------------------------------
 */

/* Small ranks are shown first; among equals the later place in the order, or the later beginning. */
struct rank {
    uint32_t class, bar;
    uint32_t place;
    sim_time from;
};

static int compare_ranks(const void *left, const void *right) {
    const struct rank *a = left, *b = right;
    if (a->class != b->class) {
        return a->class < b->class ? -1 : 1;
    }
    if (a->place != b->place) {
        return a->place > b->place ? -1 : 1;
    }
    if (a->from != b->from) {
        return a->from > b->from ? -1 : 1;
    }
    return (a->bar > b->bar) - (a->bar < b->bar);
}

static int compare_bars(const void *left, const void *right) {
    const struct witness_bar *a = left, *b = right;
    if (a->from != b->from) {
        return a->from < b->from ? -1 : 1;
    }
    return strcmp(a->client, b->client);
}

void witness_choose(struct witness *witness, uint32_t most) {
    struct rank *ranks = malloc(((size_t)witness->count + 1) * sizeof *ranks);
    struct witness_bar *kept = malloc(((size_t)most + 1) * sizeof *kept);
    const struct witness_bar *culprit = NULL;
    if (ranks == NULL || kept == NULL) {
        goto end;
    }
    for (uint32_t i = 0; i < witness->count; i++) {
        culprit = witness->bars[i].is_culprit ? &witness->bars[i] : culprit;
    }
    for (uint32_t i = 0; i < witness->count; i++) {
        const struct witness_bar *bar = &witness->bars[i];
        bool is_beside = culprit != NULL && bar->to > culprit->from && bar->from < culprit->to;
        uint32_t class = bar->is_culprit ? 0 : bar->is_in_conflict ? 1 : is_beside ? 2 : bar->place > 0 ? 3 : 4;
        ranks[i] = (struct rank){class, i, bar->place, bar->from};
    }
    qsort(ranks, witness->count, sizeof *ranks, compare_ranks);
    uint32_t count = witness->count < most ? witness->count : most;
    while (count > 1 && ranks[count - 1].class == 4) {
        count--; /* never answered, in no conflict: of no interest */
    }
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = witness->bars[ranks[i].bar];
    }
    memcpy(witness->bars, kept, count * sizeof *kept);
    witness->left_out += witness->count - count;
    witness->count = count;
    qsort(witness->bars, witness->count, sizeof *witness->bars, compare_bars);
end:
    free(ranks);
    free(kept);
}

/* ---- Of a history --------------------------------------------------------------------------------------------------
 */

static void label(const struct operation *operation, char text[static WITNESS_LABEL_BYTES]) {
    bool has_result = operation->outcome == OUTCOME_OK;
    const char *name = operation_name((enum operation_kind)operation->kind);
    switch ((enum operation_kind)operation->kind) {
    case OP_READ:
        snprintf(text, WITNESS_LABEL_BYTES, "read %" PRId64, operation->result);
        break;
    case OP_CAS:
        snprintf(text, WITNESS_LABEL_BYTES, "cas %" PRId64 " to %" PRId64 "%s", operation->expected, operation->value,
                 has_result && operation->result == 0 ? ": refused" : "");
        break;
    case OP_INCREMENT:
    case OP_APPEND:
        if (has_result) {
            snprintf(text, WITNESS_LABEL_BYTES, "%s %" PRId64 ": %" PRId64, name, operation->value, operation->result);
            break;
        }
        snprintf(text, WITNESS_LABEL_BYTES, "%s %" PRId64, name, operation->value);
        break;
    default:
        snprintf(text, WITNESS_LABEL_BYTES, "%s %" PRId64, name, operation->value);
    }
}

static int compare_pairs(const void *left, const void *right) {
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Whether the sorted numbers hold one. */
static bool holds(const uint32_t *numbers, uint32_t count, uint32_t number) {
    return count > 0 && bsearch(&number, numbers, count, sizeof *numbers, compare_pairs) != NULL;
}

bool witness_of_history(struct witness *witness, const struct history *history, const struct linear_witness *found) {
    uint32_t *places = calloc((size_t)history->count + 1, sizeof *places);
    if (!witness_begin(witness, found->prefix_count) || places == NULL) {
        free(places);
        return false;
    }
    for (uint32_t i = 0; i < found->path_count; i++) {
        places[found->path[i]] = i + 1;
    }
    for (uint32_t i = 0; i < found->prefix_count; i++) {
        uint32_t index = found->prefix[i];
        const struct operation *operation = &history->operations[index];
        struct witness_bar *bar = &witness->bars[witness->count];
        if (operation->kind == OP_READ && operation->outcome != OUTCOME_OK) {
            continue; /* it says nothing */
        }
        *bar = (struct witness_bar){.from = operation->invoked,
                                    .to = operation->outcome == OUTCOME_OK ? operation->completed : SIM_NEVER,
                                    .place = places[index],
                                    .kind = operation->kind == OP_READ    ? WITNESS_READ
                                            : operation->kind == OP_WRITE ? WITNESS_WRITE
                                                                          : WITNESS_BOTH,
                                    .is_culprit = index == found->culprit,
                                    .is_in_conflict = holds(found->conflict, found->conflict_count, index)};
        label(operation, bar->label);
        snprintf(bar->client, sizeof bar->client, "client %" PRIu32, operation->process + 1);
        witness->count++;
    }
    witness->has_times = true;
    witness->path_count = found->path_count;
    const struct operation *culprit = &history->operations[found->culprit];
    char labelled[WITNESS_LABEL_BYTES];
    label(culprit, labelled);
    snprintf(witness->what, sizeof witness->what, "key %" PRIu64 ", client %" PRIu32 ": %s", found->key,
             culprit->process + 1, labelled);
    snprintf(witness->after, sizeof witness->after, "leaves the value %" PRId64, found->path_value);
    witness_choose(witness, WITNESS_MOST_BARS);
    free(places);
    return true;
}
