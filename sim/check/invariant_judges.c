/* The five invariants of figure 3 of the Raft paper (Ongaro and Ousterhout 2014), each judging the probes it looks at.
 */
#include "sim/check/invariant_state.h"

#include <inttypes.h>

static void count(struct invariants *invariants, enum invariant_kind kind) {
    invariants->results[kind].looked_at++;
}

void judge_election_safety(struct invariants *invariants, const struct probe *probe) {
    if (probe->kind != PROBE_ROLE) {
        return;
    }
    count(invariants, INVARIANT_ELECTION_SAFETY);
    if (probe->a != ROLE_LEADER) {
        return;
    }
    bool is_new;
    struct fact *first = fact_of(invariants->arena, &invariants->leader_of, probe->b, 0, &is_new);
    if (is_new) {
        first->node = probe->node;
        first->at = probe->at;
    } else if (first->node != probe->node) {
        char since[VERDICT_TIME_BYTES], now[VERDICT_TIME_BYTES];
        invariants_break(invariants, INVARIANT_ELECTION_SAFETY, probe->at,
                         "%s (since %s) and %s (since %s) are both leader of term %" PRIu64 ".",
                         invariants_node_name(invariants, first->node), verdict_time(since, first->at),
                         invariants_node_name(invariants, probe->node), verdict_time(now, probe->at), probe->b);
    }
}

void judge_leader_append_only(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    if (!mirror->leads || (probe->kind != PROBE_APPEND && probe->kind != PROBE_TRUNCATE)) {
        return;
    }
    count(invariants, INVARIANT_LEADER_APPEND_ONLY);
    if (probe->a <= mirror->length) {
        invariants_break(
            invariants, INVARIANT_LEADER_APPEND_ONLY, probe->at,
            "%s, leader of term %" PRIu64 ", %s at index %" PRIu64 " of its own log, which has %" PRIu32 " entries.",
            invariants_node_name(invariants, probe->node), mirror->term,
            probe->kind == PROBE_APPEND ? "overwrites the entry" : "removes entries", probe->a, mirror->length);
    }
}

/* ---- Log matching ------------------------------------------------------------------------------------------------ */

/* The first index at which the logs differ, or 0 if one is the beginning of the other. */
static uint32_t first_difference(const struct invariants *invariants, const struct log_mirror *a,
                                 const struct log_mirror *b) {
    uint32_t low = 0, high = a->length < b->length ? a->length : b->length;
    if (high == 0 || mirror_entry(invariants, a, high)->chain == mirror_entry(invariants, b, high)->chain) {
        return 0;
    }
    while (low < high) { /* chains are equal before it, and differ from it on */
        uint32_t middle = low + (high - low) / 2;
        if (mirror_entry(invariants, a, middle + 1)->chain == mirror_entry(invariants, b, middle + 1)->chain) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low + 1;
}

static void break_log_matching(struct invariants *invariants, const struct probe *probe, const struct fact *first) {
    const char *name = invariants_node_name(invariants, probe->node);
    const char *other = invariants_node_name(invariants, first->node);
    uint32_t index =
        first_difference(invariants, mirror_of(invariants, probe->node), mirror_of(invariants, first->node));
    if (index > 0) {
        invariants_break(invariants, INVARIANT_LOG_MATCHING, probe->at,
                         "%s and %s both have an entry of term %" PRIu64 " at index %" PRIu64
                         ", but their logs differ from index %" PRIu32 " on.",
                         other, name, probe->b, probe->a, index);
    } else {
        invariants_break(invariants, INVARIANT_LOG_MATCHING, probe->at,
                         "%s and %s both had an entry of term %" PRIu64 " at index %" PRIu64
                         ", but not the same one, or not behind the same log.",
                         other, name, probe->b, probe->a);
    }
}

/* What stays behind a snapshot must have followed the log that the snapshot is of. */
static void judge_snapshot_matching(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    if (probe->a == 0 || mirror->length <= probe->a) {
        return;
    }
    count(invariants, INVARIANT_LOG_MATCHING);
    if (mirror_entry(invariants, mirror, probe->a)->chain != probe->b) {
        invariants_break(invariants, INVARIANT_LOG_MATCHING, probe->at,
                         "%s keeps its log from index %" PRIu64 " on behind a snapshot of another log up to there.",
                         invariants_node_name(invariants, probe->node), probe->a + 1);
    }
}

void judge_log_matching(struct invariants *invariants, const struct probe *probe) {
    if (probe->kind == PROBE_SNAPSHOT) {
        judge_snapshot_matching(invariants, probe);
    }
    if (probe->kind != PROBE_APPEND) {
        return;
    }
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    count(invariants, INVARIANT_LOG_MATCHING);
    if (probe->a != (uint64_t)mirror->length + 1) {
        if (!mirror->leads || probe->a > mirror->length) { /* a leader's overwriting is leader-append-only's affair */
            invariants_break(invariants, INVARIANT_LOG_MATCHING, probe->at,
                             "%s appends an entry at index %" PRIu64 ", but its log has %" PRIu32 " entries.",
                             invariants_node_name(invariants, probe->node), probe->a, mirror->length);
        }
        return;
    }
    uint64_t chain = log_chain(invariants, mirror, mirror->length, probe->b, probe->c);
    bool is_new;
    struct fact *first = fact_of(invariants->arena, &invariants->chain_of, probe->a, probe->b, &is_new);
    if (is_new) {
        first->value = chain;
        first->node = probe->node;
        first->at = probe->at;
    } else if (first->value != chain) {
        break_log_matching(invariants, probe, first);
    }
}

/* ---- Leader completeness ----------------------------------------------------------------------------------------- */

/* The first index at which the log lacks what is committed; it lacks something up to index `end`. */
static uint32_t first_missing(const struct invariants *invariants, const struct log_mirror *mirror, uint32_t end) {
    const struct committed_entry *committed = invariants->committed;
    uint32_t low = 0, high = end < mirror->length ? end : mirror->length;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (mirror_entry(invariants, mirror, middle + 1)->chain == committed[middle].entry.chain) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low + 1;
}

static bool has_prefix(const struct invariants *invariants, const struct log_mirror *mirror, uint32_t length,
                       uint64_t chain) {
    return length == 0 || (mirror->length >= length && mirror_entry(invariants, mirror, length)->chain == chain);
}

/* Entries known to be committed in a term before `term`. */
static uint32_t committed_before(const struct invariants *invariants, uint64_t term) {
    uint32_t low = 0, high = invariants->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (invariants->runs[middle].term < term) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low == 0 ? 0 : invariants->runs[low - 1].last;
}

static void judge_new_leader(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    uint32_t owed = committed_before(invariants, probe->b);
    if (owed == 0 || has_prefix(invariants, mirror, owed, invariants->committed[owed - 1].entry.chain)) {
        return;
    }
    uint32_t index = first_missing(invariants, mirror, owed);
    const struct committed_entry *missing = &invariants->committed[index - 1];
    char since[VERDICT_TIME_BYTES];
    invariants_break(invariants, INVARIANT_LEADER_COMPLETENESS, probe->at,
                     "%s became leader of term %" PRIu64 " without the entry of term %" PRIu64 " at index %" PRIu32
                     ", which %s knew to be committed at %s.",
                     invariants_node_name(invariants, probe->node), probe->b, missing->entry.term, index,
                     invariants_node_name(invariants, missing->node), verdict_time(since, missing->at));
}

static void judge_leaders_at_commit(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    uint32_t end = probe->a < mirror->length ? (uint32_t)probe->a : mirror->length;
    for (uint32_t i = 0; i < invariants->leader_count && end > 0; i++) {
        const struct log_mirror *leader = &invariants->mirrors[invariants->leaders[i]];
        if (leader->term > probe->b &&
            !has_prefix(invariants, leader, end, mirror_entry(invariants, mirror, end)->chain)) {
            invariants_break(
                invariants, INVARIANT_LEADER_COMPLETENESS, probe->at,
                "%s commits the entry of term %" PRIu64 " at index %" PRIu32 " in term %" PRIu64
                ", but %s, leader of term %" PRIu64 ", does not have it.",
                invariants_node_name(invariants, probe->node), mirror_entry(invariants, mirror, end)->term, end,
                probe->b, invariants_node_name(invariants, invariants->first + invariants->leaders[i]), leader->term);
        }
    }
}

void judge_leader_completeness(struct invariants *invariants, const struct probe *probe) {
    if (probe->kind == PROBE_ROLE && probe->a == ROLE_LEADER) {
        count(invariants, INVARIANT_LEADER_COMPLETENESS);
        judge_new_leader(invariants, probe);
    } else if (probe->kind == PROBE_COMMIT) {
        count(invariants, INVARIANT_LEADER_COMPLETENESS);
        judge_leaders_at_commit(invariants, probe);
    }
}

/* ---- State machine safety ---------------------------------------------------------------------------------------- */

static void judge_commit(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    const char *name = invariants_node_name(invariants, probe->node);
    if (probe->a > mirror->length) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s has committed index %" PRIu64 ", beyond its log of %" PRIu32 " entries.", name, probe->a,
                         mirror->length);
        return;
    }
    uint32_t common = probe->a < invariants->committed_count ? (uint32_t)probe->a : invariants->committed_count;
    if (common > 0 && !has_prefix(invariants, mirror, common, invariants->committed[common - 1].entry.chain)) {
        uint32_t index = first_missing(invariants, mirror, common);
        const struct committed_entry *first = &invariants->committed[index - 1];
        char since[VERDICT_TIME_BYTES];
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s has committed an entry of term %" PRIu64 " at index %" PRIu32
                         ", but %s another one, of term %" PRIu64 ", at %s.",
                         name, mirror_entry(invariants, mirror, index)->term, index,
                         invariants_node_name(invariants, first->node), first->entry.term,
                         verdict_time(since, first->at));
    }
}

static void judge_apply(struct invariants *invariants, const struct probe *probe) {
    const struct log_mirror *mirror = mirror_of(invariants, probe->node);
    const char *name = invariants_node_name(invariants, probe->node);
    char since[VERDICT_TIME_BYTES];
    if (probe->a != (uint64_t)mirror->applied + 1) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s applies index %" PRIu64 " after index %" PRIu32 ".", name, probe->a, mirror->applied);
    } else if (probe->a > mirror->length) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s applies index %" PRIu64 ", beyond its log of %" PRIu32 " entries.", name, probe->a,
                         mirror->length);
    } else if (mirror_entry(invariants, mirror, probe->a)->content != probe->c) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s applies something else at index %" PRIu64 " than the entry of term %" PRIu64
                         " in its log.",
                         name, probe->a, mirror_entry(invariants, mirror, probe->a)->term);
    } else if (probe->a <= invariants->applied_count && invariants->applied[probe->a - 1].content != probe->c) {
        const struct applied_entry *first = &invariants->applied[probe->a - 1];
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s applies another entry at index %" PRIu64 " than %s did at %s.", name, probe->a,
                         invariants_node_name(invariants, first->node), verdict_time(since, first->at));
    }
}

/* A snapshot holds what is committed, and the state that all nodes have there. */
static void judge_snapshot(struct invariants *invariants, const struct probe *probe) {
    const char *name = invariants_node_name(invariants, probe->node);
    if (probe->a == 0 || probe->a > invariants->committed_count) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s has a snapshot up to index %" PRIu64 ", but only %" PRIu32
                         " entries are known to be committed.",
                         name, probe->a, invariants->committed_count);
        return;
    }
    const struct committed_entry *last = &invariants->committed[probe->a - 1];
    char since[VERDICT_TIME_BYTES];
    if (last->entry.chain != probe->b) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s has a snapshot up to index %" PRIu64 " of another log than the one that %s knew to be "
                         "committed at %s.",
                         name, probe->a, invariants_node_name(invariants, last->node), verdict_time(since, last->at));
        return;
    }
    bool is_new;
    struct fact *first = fact_of(invariants->arena, &invariants->state_of, probe->a, 0, &is_new);
    if (is_new) {
        first->value = probe->c;
        first->node = probe->node;
        first->at = probe->at;
    } else if (first->value != probe->c) {
        invariants_break(invariants, INVARIANT_STATE_MACHINE_SAFETY, probe->at,
                         "%s has another state at index %" PRIu64 " than %s had at %s.", name, probe->a,
                         invariants_node_name(invariants, first->node), verdict_time(since, first->at));
    }
}

void judge_state_machine_safety(struct invariants *invariants, const struct probe *probe) {
    if (probe->kind == PROBE_COMMIT) {
        count(invariants, INVARIANT_STATE_MACHINE_SAFETY);
        judge_commit(invariants, probe);
    } else if (probe->kind == PROBE_APPLY) {
        count(invariants, INVARIANT_STATE_MACHINE_SAFETY);
        judge_apply(invariants, probe);
    } else if (probe->kind == PROBE_SNAPSHOT) {
        count(invariants, INVARIANT_STATE_MACHINE_SAFETY);
        judge_snapshot(invariants, probe);
    }
}
