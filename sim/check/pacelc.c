#include "sim/check/pacelc.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *pacelc_partition_name(enum pacelc_partition label) {
    static const char *const names[] = {"undecided", "A", "C", "neither"};
    return names[label];
}

const char *pacelc_else_name(enum pacelc_else label) {
    static const char *const names[] = {"undecided", "L", "C"};
    return names[label];
}

/* ---- Under a partition ---- */

static uint64_t asked_of(const struct partition_side *side) {
    uint64_t asked = 0;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        asked += side->asked[kind];
    }
    return asked;
}

/* The side and kind of operation with the lowest share, the first of equals. */
static void find_worst(const struct pacelc_evidence *evidence, struct pacelc_verdict *verdict) {
    verdict->worst_side = UINT32_MAX;
    verdict->worst_share = 1;
    for (uint32_t i = 0; i < evidence->side_count; i++) {
        const struct partition_side *side = &evidence->sides[i];
        if (side->system != evidence->system || !side->lives || asked_of(side) == 0) {
            continue;
        }
        verdict->sides_judged++;
        for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
            double share = side->asked[kind] > 0 ? (double)side->served[kind] / (double)side->asked[kind] : 2;
            if (share < verdict->worst_share || (share <= 1 && verdict->worst_side == UINT32_MAX)) {
                verdict->worst_side = i;
                verdict->worst_kind = kind;
                verdict->worst_share = share;
            }
        }
    }
}

static void judge_short_side(const struct pacelc_evidence *evidence, struct pacelc_verdict *verdict) {
    const struct level_result *during = &evidence->partition_level, *without = &evidence->else_level;
    const struct partition_side *side = &evidence->sides[verdict->worst_side];
    char *why = verdict->partition_why;
    size_t size = sizeof verdict->partition_why;
    snprintf(why, size, "a side serves %" PRIu64 " of %" PRIu64 " %ss", side->served[verdict->worst_kind],
             side->asked[verdict->worst_kind], operation_name((enum operation_kind)verdict->worst_kind));
    why += strlen(why);
    size = (size_t)(verdict->partition_why + sizeof verdict->partition_why - why);
    bool is_top = during->is_decided && during->level == LEVEL_LINEARIZABLE;
    if (during->answers == 0) {
        verdict->partition = PACELC_CONSISTENT;
        snprintf(why, size, "; nobody was given an answer that could be wrong");
    } else if (is_top || (during->is_decided && without->is_decided && during->level >= without->level)) {
        verdict->partition = PACELC_CONSISTENT;
        snprintf(why, size, "; what is answered stays %s", level_name(during->level));
    } else if (during->is_decided && without->is_decided) {
        verdict->partition = PACELC_NEITHER;
        snprintf(why, size, "; and what is answered is only %s, against %s without a partition (%s)",
                 level_name(during->level), level_name(without->level), during->why);
    } else {
        snprintf(why, size, "; but the consistency levels could not be compared (%s)",
                 during->is_decided ? without->why : during->why);
    }
}

static void judge_partition(const struct pacelc_evidence *evidence, struct pacelc_verdict *verdict) {
    char *why = verdict->partition_why;
    const size_t size = sizeof verdict->partition_why;
    find_worst(evidence, verdict);
    if (!evidence->has_partition) {
        snprintf(why, size, "no partition took place");
    } else if (evidence->messages_stopped == 0) {
        snprintf(why, size, "the partition stopped no message");
    } else if (verdict->sides_judged == 0) {
        snprintf(why, size, "no client was on one side: place them in regions, or name them in the partition's groups");
    } else if (verdict->worst_share >= evidence->available_at) {
        verdict->partition = PACELC_AVAILABLE;
        snprintf(why, size, "%s serves at least %.4g %% of every kind of operation (%" PRIu64 " of %" PRIu64 " %ss)",
                 verdict->sides_judged == 1 ? "the only side with clients" : "every side with clients",
                 evidence->available_at * 100, evidence->sides[verdict->worst_side].served[verdict->worst_kind],
                 evidence->sides[verdict->worst_side].asked[verdict->worst_kind],
                 operation_name((enum operation_kind)verdict->worst_kind));
    } else {
        judge_short_side(evidence, verdict);
    }
}

/* ---- Else ---- */

static void judge_else(const struct pacelc_evidence *evidence, struct pacelc_verdict *verdict) {
    const struct level_result *level = &evidence->else_level;
    char *why = verdict->else_why;
    const size_t size = sizeof verdict->else_why;
    if (evidence->reads == 0) {
        snprintf(why, size, "no read could be judged");
    } else if (evidence->stale_reads > 0 && evidence->stale_low > 0) {
        verdict->otherwise = PACELC_ELSE_LATENCY;
        snprintf(why, size, "%" PRIu64 " of %" PRIu64 " reads were stale: %.3g %% (95 %%: %.3g to %.3g)",
                 evidence->stale_reads, evidence->reads, (double)evidence->stale_reads / (double)evidence->reads * 100,
                 evidence->stale_low * 100, evidence->stale_high * 100);
    } else if (evidence->stale_reads > 0) {
        snprintf(why, size, "%" PRIu64 " of %" PRIu64 " reads were stale, too few to say so", evidence->stale_reads,
                 evidence->reads);
    } else if (level->is_decided && level->level == LEVEL_LINEARIZABLE) {
        verdict->otherwise = PACELC_ELSE_CONSISTENT;
        snprintf(why, size, "linearizable, and none of %" PRIu64 " reads was stale: at most %.2g %% are (95 %%)",
                 evidence->reads, evidence->stale_high * 100);
    } else {
        snprintf(why, size, "none of %" PRIu64 " reads was stale, but %s (%s)", evidence->reads,
                 level->is_decided ? "it is not linearizable" : "the consistency level is not known", level->why);
    }
}

struct pacelc_verdict pacelc_judge(const struct pacelc_evidence *evidence) {
    struct pacelc_verdict verdict = {0};
    judge_partition(evidence, &verdict);
    judge_else(evidence, &verdict);
    snprintf(verdict.label, sizeof verdict.label, "P%c/E%c", "?AC-"[verdict.partition], "?LC"[verdict.otherwise]);
    return verdict;
}

/* ---- Labels that are expected ---- */

static bool is_half(const char *text, char side, const char *values) {
    return text[0] == side && text[1] != '\0' && strchr(values, text[1]) != NULL;
}

bool pacelc_is_label(const char *text) {
    bool has_partition = is_half(text, 'P', "AC-?");
    if (has_partition && text[2] == '\0') {
        return true;
    }
    if (has_partition && text[2] != '/') {
        return false;
    }
    text += has_partition ? 3 : 0;
    return is_half(text, 'E', "LC?") && text[2] == '\0';
}

bool pacelc_has_label(const struct pacelc_verdict *verdict, const char *wanted, bool *is_open) {
    const char *partition = wanted[0] == 'P' ? wanted : NULL, *otherwise = strchr(wanted, 'E');
    bool is_partition = partition == NULL || partition[1] == verdict->label[1];
    bool is_else = otherwise == NULL || otherwise[1] == verdict->label[4];
    *is_open = (!is_partition && verdict->partition == PACELC_PARTITION_UNDECIDED && is_else) ||
               (!is_else && verdict->otherwise == PACELC_ELSE_UNDECIDED && is_partition) ||
               (!is_else && !is_partition && verdict->otherwise == PACELC_ELSE_UNDECIDED &&
                verdict->partition == PACELC_PARTITION_UNDECIDED);
    return is_partition && is_else;
}
