/* Shows each probe to the judges, then lets the mirrors follow it. */
#include "sim/check/invariant.h"

#include "sim/check/invariant_state.h"

static const struct judge {
    const char *name;
    void (*judge)(struct invariants *invariants, const struct probe *probe);
} judges[INVARIANT_COUNT] = {
    [INVARIANT_ELECTION_SAFETY] = {"election-safety", judge_election_safety},
    [INVARIANT_LEADER_APPEND_ONLY] = {"leader-append-only", judge_leader_append_only},
    [INVARIANT_LOG_MATCHING] = {"log-matching", judge_log_matching},
    [INVARIANT_LEADER_COMPLETENESS] = {"leader-completeness", judge_leader_completeness},
    [INVARIANT_STATE_MACHINE_SAFETY] = {"state-machine-safety", judge_state_machine_safety},
};

const char *invariant_name(enum invariant_kind kind) {
    return kind < INVARIANT_COUNT ? judges[kind].name : "unknown";
}

struct invariants *invariants_new(struct arena *arena, node_id first, uint32_t count,
                                  const char *(*name_of)(const void *context, node_id node), const void *context) {
    struct invariants *invariants = arena_alloc(arena, sizeof *invariants);
    invariants->arena = arena;
    invariants->first = first;
    invariants->count = count;
    invariants->name_of = name_of;
    invariants->context = context;
    invariants->mirrors = arena_alloc(arena, count * sizeof *invariants->mirrors);
    invariants->leaders = arena_alloc(arena, count * sizeof *invariants->leaders);
    for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
        invariants->results[kind].at = -1;
    }
    return invariants;
}

/* A commit index that goes beyond what was known makes these entries known. The first to know is nearly always the
 * leader, whose term is the term of the commit; were it another, of a later term, less would be asked of leaders. If a
 * later report names a smaller term, that holds for all entries before too: terms of the runs keep growing, and each
 * run is removed once, so that this costs O(1) amortised. */
static void follow_commit(struct invariants *invariants, const struct log_mirror *mirror, const struct probe *probe) {
    uint32_t end = probe->a < mirror->length ? (uint32_t)probe->a : mirror->length;
    uint32_t known = invariants->committed_count;
    if (end < known || end == 0 ||
        (known > 0 && mirror_entry(invariants, mirror, known)->chain != invariants->committed[known - 1].entry.chain)) {
        return;
    }
    for (; invariants->committed_count < end; invariants->committed_count++) {
        invariants->committed =
            arena_array_reserve(invariants->arena, invariants->committed, invariants->committed_count,
                                &invariants->committed_capacity, sizeof *invariants->committed);
        invariants->committed[invariants->committed_count] = (struct committed_entry){
            *mirror_entry(invariants, mirror, invariants->committed_count + 1), probe->node, probe->at};
    }
    uint64_t term = probe->b;
    if (end == known && invariants->runs[invariants->run_count - 1].term <= term) {
        return;
    }
    while (invariants->run_count > 0 && invariants->runs[invariants->run_count - 1].term >= term) {
        invariants->run_count--;
    }
    invariants->runs = arena_array_reserve(invariants->arena, invariants->runs, invariants->run_count,
                                           &invariants->run_capacity, sizeof *invariants->runs);
    invariants->runs[invariants->run_count++] = (struct commit_run){end, term};
}

static void follow_apply(struct invariants *invariants, struct log_mirror *mirror, const struct probe *probe) {
    mirror->applied = (uint32_t)probe->a;
    if (probe->a == (uint64_t)invariants->applied_count + 1) {
        invariants->applied = arena_array_reserve(invariants->arena, invariants->applied, invariants->applied_count,
                                                  &invariants->applied_capacity, sizeof *invariants->applied);
        invariants->applied[invariants->applied_count++] = (struct applied_entry){probe->c, probe->node, probe->at};
    }
}

/* One that is wrong was judged; it is followed as if it were right, so that one mistake is told once. */
static void follow_snapshot(struct invariants *invariants, struct log_mirror *mirror, const struct probe *probe) {
    uint32_t known = invariants->committed_count;
    mirror_rebase(invariants, mirror, probe->a < known ? (uint32_t)probe->a : known);
    if (mirror->applied < probe->a && probe->a <= UINT32_MAX) {
        mirror->applied = (uint32_t)probe->a;
    }
}

static void follow(struct invariants *invariants, const struct probe *probe) {
    struct log_mirror *mirror = mirror_of(invariants, probe->node);
    switch (probe->kind) {
    case PROBE_ROLE:
        if (probe->a == ROLE_LEADER) {
            mirror_lead(invariants, mirror, probe->b, probe->at);
        } else {
            mirror_stop_leading(invariants, mirror);
        }
        break;
    case PROBE_LOG_RESET: /* a boot */
        mirror_stop_leading(invariants, mirror);
        mirror_empty(mirror);
        break;
    case PROBE_APPEND:
        if (probe->a > mirror->base &&
            probe->a <= (uint64_t)mirror->length + 1) { /* one with a gap was judged, and is not followed */
            mirror_cut(mirror, probe->a - 1);
            mirror_append(invariants, mirror, probe->b, probe->c);
        }
        break;
    case PROBE_TRUNCATE:
        mirror_cut(mirror, probe->a > 0 ? probe->a - 1 : 0);
        break;
    case PROBE_COMMIT:
        follow_commit(invariants, mirror, probe);
        break;
    case PROBE_APPLY:
        follow_apply(invariants, mirror, probe);
        break;
    case PROBE_SNAPSHOT:
        follow_snapshot(invariants, mirror, probe);
        break;
    case PROBE_VOTE:
    case PROBE_MEASURE:
    case PROBE_SUSPECT:
    case PROBE_KIND_COUNT:
        break;
    }
}

uint32_t invariants_judge(struct invariants *invariants, const struct probe *probe) {
    if (probe->node < invariants->first || probe->node - invariants->first >= invariants->count) {
        return 0;
    }
    invariants->broke = 0;
    for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
        judges[kind].judge(invariants, probe);
    }
    follow(invariants, probe);
    return invariants->broke;
}

void invariants_crashed(struct invariants *invariants, node_id node) {
    if (node < invariants->first || node - invariants->first >= invariants->count) {
        return;
    }
    struct log_mirror *mirror = mirror_of(invariants, node);
    mirror_stop_leading(invariants, mirror);
    mirror_empty(mirror);
}

struct check_result invariants_result(const struct invariants *invariants, enum invariant_kind kind) {
    return invariants->results[kind];
}
