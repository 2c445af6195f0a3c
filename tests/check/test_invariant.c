/* The invariants on sequences of probes written by hand: each violation must be seen by its own invariant and by no
 * other, and what Raft does in the worst of weather must not be accused. */
#include "sim/base/draw.h"
#include "sim/base/hash.h"
#include "sim/check/invariant.h"

#include <stdio.h>
#include <string.h>

#include "tests/check_main.h"

enum { FIRST_NODE = 10, NODES = 5 };

static struct arena arena;
static struct invariants *invariants;
static sim_time now;
static uint32_t broken; /* by all probes so far */

static const char *name_of(const void *context, node_id node) {
    static const char *const names[] = {"store/1", "store/2", "store/3", "store/4", "store/5"};
    ck_assert_ptr_eq(context, &arena);
    return names[node - FIRST_NODE];
}

static void open_invariants(void) {
    arena_init(&arena, "invariants", (size_t)64 << 20);
    invariants = invariants_new(&arena, FIRST_NODE, NODES, name_of, &arena);
    now = 0;
    broken = 0;
}

static void close_invariants(void) {
    arena_free_all(&arena);
}

/* Nodes are counted from 1, as in their names. Returns the set of invariants that broke with the probe. */
static uint32_t probe(uint32_t node, enum probe_kind kind, uint64_t a, uint64_t b, uint64_t c) {
    now += 100 * SIM_MILLISECOND;
    struct probe fact = {.at = now, .node = FIRST_NODE + node - 1, .kind = kind, .a = a, .b = b, .c = c};
    uint32_t broke = invariants_judge(invariants, &fact);
    broken |= broke;
    return broke;
}

static uint32_t leads(uint32_t node, uint64_t term) {
    return probe(node, PROBE_ROLE, ROLE_LEADER, term, 0);
}
static uint32_t follows(uint32_t node, uint64_t term) {
    return probe(node, PROBE_ROLE, ROLE_FOLLOWER, term, 0);
}
static uint32_t append(uint32_t node, uint64_t index, uint64_t term, uint64_t content) {
    return probe(node, PROBE_APPEND, index, term, content);
}
static uint32_t truncates(uint32_t node, uint64_t index) {
    return probe(node, PROBE_TRUNCATE, index, 0, 0);
}
static uint32_t commits(uint32_t node, uint64_t index, uint64_t term) {
    return probe(node, PROBE_COMMIT, index, term, 0);
}
static uint32_t applies(uint32_t node, uint64_t index, uint64_t content) {
    return probe(node, PROBE_APPLY, index, 0, content);
}
/* The hash that a snapshot of these entries has to name. */
static uint64_t chain_of(const uint64_t (*entries)[2], uint32_t count) {
    uint64_t chain = 0;
    for (uint32_t i = 0; i < count; i++) {
        chain = hash_add(hash_add(chain, entries[i][0]), entries[i][1]);
    }
    return chain;
}
static uint32_t snapshot(uint32_t node, uint64_t index, uint64_t chain, uint64_t state) {
    return probe(node, PROBE_SNAPSHOT, index, chain, state);
}
static void restarts(uint32_t node) {
    invariants_crashed(invariants, FIRST_NODE + node - 1);
    probe(node, PROBE_LOG_RESET, 0, 0, 0);
}

static const char *detail(enum invariant_kind kind) {
    static struct check_result result;
    result = invariants_result(invariants, kind);
    return result.detail;
}

#define ONLY(kind) (UINT32_C(1) << (kind))
#define ASSERT_BROKE_ONLY(broke, kind)                                                                                 \
    do {                                                                                                               \
        ck_assert_uint_eq(broke, ONLY(kind));                                                                          \
        ck_assert_uint_eq(broken, ONLY(kind));                                                                         \
        ck_assert_int_eq(invariants_result(invariants, kind).verdict, VERDICT_VIOLATED);                               \
        ck_assert_int_eq(invariants_result(invariants, kind).at, now);                                                 \
    } while (0)

/* ---- Election safety ----------------------------------------------------------------------------------------------
 */

START_TEST(two_leaders_of_a_term_break_election_safety) {
    leads(2, 7);
    leads(4, 8);
    uint32_t broke = leads(4, 7);
    ASSERT_BROKE_ONLY(broke, INVARIANT_ELECTION_SAFETY);
    ck_assert_str_eq(detail(INVARIANT_ELECTION_SAFETY),
                     "store/2 (since 0.100 s) and store/4 (since 0.300 s) are both leader of term 7.");
}
END_TEST

START_TEST(second_leader_is_seen_after_the_first_has_crashed) {
    leads(2, 7);
    invariants_crashed(invariants, FIRST_NODE + 1);
    uint32_t broke = leads(4, 7);
    ASSERT_BROKE_ONLY(broke, INVARIANT_ELECTION_SAFETY);
}
END_TEST

START_TEST(leader_may_say_so_twice_and_others_lead_other_terms) {
    leads(1, 1);
    leads(1, 1);
    follows(1, 2);
    for (uint32_t term = 2; term < 500; term++) {
        leads(term % NODES + 1, term);
    }
    ck_assert_uint_eq(broken, 0);
    ck_assert_uint_eq(invariants_result(invariants, INVARIANT_ELECTION_SAFETY).looked_at, 501);
}
END_TEST

START_TEST(each_invariant_breaks_once) {
    leads(1, 1);
    leads(2, 1);
    ck_assert_uint_eq(leads(3, 1), 0);
    ck_assert_ptr_nonnull(strstr(detail(INVARIANT_ELECTION_SAFETY), "store/2"));
}
END_TEST

/* ---- Leader append-only -------------------------------------------------------------------------------------------
 */

START_TEST(leader_that_removes_entries_breaks_append_only) {
    append(1, 1, 1, 100);
    leads(1, 2);
    uint32_t broke = truncates(1, 1);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LEADER_APPEND_ONLY);
    ck_assert_str_eq(detail(INVARIANT_LEADER_APPEND_ONLY),
                     "store/1, leader of term 2, removes entries at index 1 of its own log, which has 1 entries.");
}
END_TEST

START_TEST(leader_that_overwrites_an_entry_breaks_append_only) {
    append(1, 1, 1, 100);
    leads(1, 2);
    uint32_t broke = append(1, 1, 2, 101);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LEADER_APPEND_ONLY);
}
END_TEST

START_TEST(follower_may_remove_entries_and_so_may_a_former_leader) {
    append(2, 1, 1, 100);
    leads(2, 2);
    append(2, 2, 2, 101);
    follows(2, 3);
    truncates(2, 2);
    append(2, 2, 3, 102);
    leads(2, 4);
    truncates(2, 3); /* nothing is there */
    ck_assert_uint_eq(broken, 0);
}
END_TEST

/* ---- Log matching -------------------------------------------------------------------------------------------------
 */

START_TEST(other_content_at_the_same_index_and_term_breaks_log_matching) {
    append(1, 1, 1, 100);
    uint32_t broke = append(2, 1, 1, 101);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
}
END_TEST

START_TEST(same_entry_behind_other_logs_breaks_log_matching) {
    append(1, 1, 1, 100);
    append(1, 2, 1, 101);
    append(1, 3, 3, 103);
    append(2, 1, 1, 100);
    append(2, 2, 2, 102);
    uint32_t broke = append(2, 3, 3, 103);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
    ck_assert_str_eq(detail(INVARIANT_LOG_MATCHING), "store/1 and store/2 both have an entry of term 3 at index 3, but "
                                                     "their logs differ from index 2 on.");
}
END_TEST

START_TEST(append_with_a_gap_breaks_log_matching) {
    append(1, 1, 1, 100);
    uint32_t broke = append(1, 3, 1, 102);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
    ck_assert_str_eq(detail(INVARIANT_LOG_MATCHING), "store/1 appends an entry at index 3, but its log has 1 entries.");
}
END_TEST

START_TEST(follower_that_overwrites_without_removing_breaks_log_matching) {
    append(1, 1, 1, 100);
    uint32_t broke = append(1, 1, 2, 101);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
}
END_TEST

START_TEST(logs_that_part_and_meet_again_match) {
    append(1, 1, 1, 100);
    append(2, 1, 1, 100);
    append(2, 2, 2, 101);
    append(1, 2, 3, 102);
    truncates(2, 2);
    append(2, 2, 3, 102);
    restarts(1);
    append(1, 1, 1, 100);
    append(1, 2, 3, 102);
    ck_assert_uint_eq(broken, 0);
}
END_TEST

/* ---- Leader completeness ------------------------------------------------------------------------------------------
 */

START_TEST(leader_without_a_committed_entry_breaks_completeness) {
    append(1, 1, 1, 100);
    append(1, 2, 1, 101);
    append(2, 1, 1, 100);
    leads(1, 1);
    commits(1, 2, 1);
    uint32_t broke = leads(2, 2);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LEADER_COMPLETENESS);
    ck_assert_str_eq(detail(INVARIANT_LEADER_COMPLETENESS),
                     "store/2 became leader of term 2 without the entry of term 1 at index 2, which store/1 knew to be "
                     "committed at 0.500 s.");
}
END_TEST

START_TEST(commit_that_a_later_leader_lacks_breaks_completeness) {
    append(1, 1, 1, 100);
    leads(1, 1);
    leads(2, 2);
    uint32_t broke = commits(1, 1, 1);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LEADER_COMPLETENESS);
}
END_TEST

START_TEST(entries_committed_in_a_later_term_are_not_owed_to_an_earlier_leader) {
    append(1, 1, 1, 100);
    append(1, 2, 5, 105);
    leads(1, 5);
    commits(1, 2, 5);
    append(2, 1, 1, 100);
    leads(2, 3); /* a late probe of a stale leader */
    ck_assert_uint_eq(broken, 0);
    ck_assert_uint_eq(leads(2, 6), ONLY(INVARIANT_LEADER_COMPLETENESS));
}
END_TEST

/* Figure 8 of the Raft paper. In (a) and (b) the entry of term 2 is on two servers; S5 leads term 3 with another
 * entry at index 2; in (c) S1 leads term 4, brings the entry of term 2 to a majority, and, wrongly, counts it as
 * committed; in (d) S5 leads term 5 and overwrites it. */
static void figure_8_up_to_c(void) {
    for (uint32_t node = 1; node <= NODES; node++) {
        append(node, 1, 1, 101);
    }
    leads(1, 2);
    append(1, 2, 2, 202);
    append(2, 2, 2, 202);
    invariants_crashed(invariants, FIRST_NODE);
    leads(5, 3);
    append(5, 2, 3, 303);
    invariants_crashed(invariants, FIRST_NODE + 4);
    probe(1, PROBE_LOG_RESET, 0, 0, 0);
    append(1, 1, 1, 101);
    append(1, 2, 2, 202);
    leads(1, 4);
    append(3, 2, 2, 202);
    ck_assert_uint_eq(broken, 0);
}

static uint32_t figure_8_d(void) {
    probe(5, PROBE_LOG_RESET, 0, 0, 0);
    append(5, 1, 1, 101);
    append(5, 2, 3, 303);
    return leads(5, 5);
}

START_TEST(figure_8_with_a_commit_by_counting_breaks_completeness) {
    figure_8_up_to_c();
    commits(1, 2, 4);
    uint32_t broke = figure_8_d();
    ASSERT_BROKE_ONLY(broke, INVARIANT_LEADER_COMPLETENESS);
    ck_assert_str_eq(detail(INVARIANT_LEADER_COMPLETENESS),
                     "store/5 became leader of term 5 without the entry of term 2 at index 2, which store/1 knew to be "
                     "committed at 1.600 s.");
}
END_TEST

START_TEST(figure_8_as_raft_has_it_holds) {
    figure_8_up_to_c();
    commits(1, 1, 4);
    figure_8_d();
    for (uint32_t node = 1; node <= 3; node++) {
        if (node == 1) {
            follows(1, 5);
        }
        truncates(node, 2);
        append(node, 2, 3, 303);
    }
    commits(5, 2, 5);
    applies(5, 1, 101);
    applies(5, 2, 303);
    ck_assert_uint_eq(broken, 0);
    for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
        struct check_result result = invariants_result(invariants, (enum invariant_kind)kind);
        ck_assert_int_eq(result.verdict, VERDICT_HOLDS);
        ck_assert_int_eq(result.at, -1);
        ck_assert_str_eq(result.detail, "");
    }
}
END_TEST

/* ---- State machine safety -----------------------------------------------------------------------------------------
 */

START_TEST(nodes_that_apply_different_entries_break_state_machine_safety) {
    append(1, 1, 1, 100);
    append(2, 1, 2, 200);
    applies(1, 1, 100);
    uint32_t broke = applies(2, 1, 200);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
    ck_assert_str_eq(detail(INVARIANT_STATE_MACHINE_SAFETY),
                     "store/2 applies another entry at index 1 than store/1 did at 0.300 s.");
}
END_TEST

START_TEST(skipped_index_breaks_state_machine_safety) {
    append(1, 1, 1, 100);
    append(1, 2, 1, 101);
    uint32_t broke = applies(1, 2, 101);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

START_TEST(index_applied_twice_breaks_state_machine_safety) {
    append(1, 1, 1, 100);
    applies(1, 1, 100);
    uint32_t broke = applies(1, 1, 100);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

START_TEST(applying_what_is_not_in_the_log_breaks_state_machine_safety) {
    append(1, 1, 1, 100);
    uint32_t broke = applies(1, 1, 999);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

START_TEST(applying_or_committing_beyond_the_log_breaks_state_machine_safety) {
    append(1, 1, 1, 100);
    uint32_t broke = commits(1, UINT64_C(1) << 50, 1);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
    close_invariants();
    open_invariants();
    broke = applies(1, 1, 100);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

START_TEST(nodes_that_commit_different_entries_break_state_machine_safety) {
    append(1, 1, 1, 100);
    append(2, 1, 2, 200);
    commits(1, 1, 2);
    uint32_t broke = commits(2, 1, 2);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

START_TEST(restarted_node_applies_from_the_first_index_again) {
    append(1, 1, 1, 100);
    applies(1, 1, 100);
    restarts(1);
    append(1, 1, 1, 100);
    applies(1, 1, 100);
    ck_assert_uint_eq(broken, 0);
}
END_TEST

START_TEST(nodes_of_other_systems_are_ignored) {
    struct probe before = {.node = FIRST_NODE - 1, .kind = PROBE_ROLE, .a = ROLE_LEADER, .b = 1};
    struct probe after = {.node = FIRST_NODE + NODES, .kind = PROBE_ROLE, .a = ROLE_LEADER, .b = 1};
    ck_assert_uint_eq(invariants_judge(invariants, &before), 0);
    ck_assert_uint_eq(invariants_judge(invariants, &after), 0);
    invariants_crashed(invariants, FIRST_NODE + NODES);
    ck_assert_uint_eq(leads(1, 1), 0);
    ck_assert_uint_eq(invariants_result(invariants, INVARIANT_ELECTION_SAFETY).looked_at, 1);
}
END_TEST

/* ---- A cluster that keeps its promises ------------------------------------------------------------------------------
 */

struct replica {
    uint64_t terms[2000], contents[2000];
    uint32_t length, applied;
};

static struct replica replicas[NODES];
static uint32_t committed;

static void truncate_to(uint32_t node, uint32_t length) {
    if (replicas[node].length > length) {
        replicas[node].length = length;
        truncates(node + 1, length + 1);
    }
}

static void copy_entry(uint32_t node, uint64_t term, uint64_t content) {
    struct replica *replica = &replicas[node];
    replica->terms[replica->length] = term;
    replica->contents[replica->length] = content;
    replica->length++;
    append(node + 1, replica->length, term, content);
}

/* Brings the follower's log to the leader's, up to `length`. */
static void replicate(uint32_t leader, uint32_t node, uint32_t length) {
    const struct replica *from = &replicas[leader];
    struct replica *to = &replicas[node];
    uint32_t common = 0;
    while (common < to->length && common < length && to->terms[common] == from->terms[common]) {
        common++;
    }
    if (common < length) {
        truncate_to(node, common);
    }
    while (to->length < length) {
        copy_entry(node, from->terms[to->length], from->contents[to->length]);
    }
}

static void learn(uint32_t node, uint64_t term) {
    struct replica *replica = &replicas[node];
    uint32_t end = committed < replica->length ? committed : replica->length;
    if (end == 0) {
        return;
    }
    commits(node + 1, end, term);
    while (replica->applied < end) {
        replica->applied++;
        applies(node + 1, replica->applied, replica->contents[replica->applied - 1]);
    }
}

START_TEST(replicated_log_in_bad_weather_is_never_accused) {
    for (uint64_t history = 0; history < 20; history++) {
        close_invariants();
        open_invariants();
        memset(replicas, 0, sizeof replicas);
        committed = 0;
        struct draw draw = draw_at(draw_key(1, DRAW_TEST, 5), history);
        for (uint64_t term = 1; term < 60; term++) {
            uint32_t leader = (uint32_t)draw_below(&draw, NODES), behind = 0;
            for (uint32_t i = 0; i < NODES; i++) { /* a majority votes only for a log at least as good (5.4.1) */
                const struct replica *a = &replicas[leader], *b = &replicas[i];
                uint64_t last_a = a->length > 0 ? a->terms[a->length - 1] : 0;
                uint64_t last_b = b->length > 0 ? b->terms[b->length - 1] : 0;
                behind += last_a < last_b || (last_a == last_b && a->length < b->length);
            }
            if (behind > NODES / 2) {
                continue;
            }
            leads(leader + 1, term);
            for (uint64_t entries = draw_below(&draw, 20); entries > 0; entries--) {
                copy_entry(leader, term, draw_u64(&draw));
                uint32_t reached = 1;
                for (uint32_t i = 0; i < NODES; i++) {
                    if (i != leader && draw_below(&draw, 2) == 0) {
                        replicate(leader, i, replicas[leader].length);
                        reached++;
                    }
                }
                if (reached > NODES / 2) {
                    committed = replicas[leader].length;
                    learn(leader, term);
                    uint32_t other = (leader + 1) % NODES;
                    if (replicas[other].length == committed && replicas[other].terms[committed - 1] == term) {
                        learn(other, term);
                    }
                }
            }
            follows(leader + 1, term + 1);
        }
        for (int kind = 0; kind < INVARIANT_COUNT; kind++) {
            ck_assert_msg(invariants_result(invariants, (enum invariant_kind)kind).verdict == VERDICT_HOLDS, "%s: %s",
                          invariant_name((enum invariant_kind)kind), detail((enum invariant_kind)kind));
            ck_assert_uint_gt(invariants_result(invariants, (enum invariant_kind)kind).looked_at, 0);
        }
    }
}
END_TEST

/* ---- Snapshots ----------------------------------------------------------------------------------------------------
 */

static const uint64_t log_of_three[][2] = {{1, 100}, {1, 101}, {2, 102}}; /* term and content */

/* Node 1 leads, and has committed and applied three entries. */
static void three_are_committed(void) {
    leads(1, 2);
    for (uint32_t i = 0; i < 3; i++) {
        append(1, i + 1, log_of_three[i][0], log_of_three[i][1]);
    }
    commits(1, 3, 2);
    for (uint32_t i = 0; i < 3; i++) {
        applies(1, i + 1, log_of_three[i][1]);
    }
}

START_TEST(snapshot_stands_for_the_log_that_it_covers) {
    three_are_committed();
    uint64_t chain = chain_of(log_of_three, 3);
    snapshot(1, 3, chain, 77); /* taken */
    append(1, 4, 2, 103);
    snapshot(2, 3, chain, 77); /* installed, with nothing in the log before */
    append(2, 4, 2, 103);
    commits(2, 4, 2);
    applies(2, 4, 103);
    restarts(2);
    snapshot(2, 3, chain, 77); /* found at boot */
    append(2, 4, 2, 103);
    follows(1, 3);
    leads(2, 3);
    commits(2, 4, 3);
    applies(2, 4, 103);
    ck_assert_uint_eq(broken, 0);
    ck_assert_uint_eq(leads(3, 4), ONLY(INVARIANT_LEADER_COMPLETENESS));
}
END_TEST

START_TEST(snapshot_of_another_log_breaks_state_machine_safety) {
    three_are_committed();
    uint32_t broke = snapshot(2, 3, chain_of(log_of_three, 2), 77);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
    ck_assert_str_eq(detail(INVARIANT_STATE_MACHINE_SAFETY),
                     "store/2 has a snapshot up to index 3 of another log than the one that store/1 knew to be "
                     "committed at 0.500 s.");
}
END_TEST

START_TEST(snapshot_of_what_is_not_committed_breaks_state_machine_safety) {
    three_are_committed();
    append(1, 4, 2, 103);
    uint32_t broke = snapshot(1, 4, 1234, 77);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
    ck_assert_str_eq(detail(INVARIANT_STATE_MACHINE_SAFETY),
                     "store/1 has a snapshot up to index 4, but only 3 entries are known to be committed.");
}
END_TEST

START_TEST(two_states_at_an_index_break_state_machine_safety) {
    three_are_committed();
    uint64_t chain = chain_of(log_of_three, 3);
    snapshot(1, 3, chain, 77);
    uint32_t broke = snapshot(2, 3, chain, 78);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
    ck_assert_str_eq(detail(INVARIANT_STATE_MACHINE_SAFETY),
                     "store/2 has another state at index 3 than store/1 had at 0.900 s.");
}
END_TEST

START_TEST(log_that_stays_behind_a_snapshot_of_another_log_breaks_log_matching) {
    three_are_committed();
    for (uint32_t i = 0; i < 4; i++) {
        append(2, i + 1, 1, 100 + i);
    }
    uint32_t broke = snapshot(2, 3, chain_of(log_of_three, 3), 77);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
    ck_assert_str_eq(detail(INVARIANT_LOG_MATCHING),
                     "store/2 keeps its log from index 4 on behind a snapshot of another log up to there.");
}
END_TEST

START_TEST(log_that_is_truncated_before_a_snapshot_may_have_been_another) {
    three_are_committed();
    for (uint32_t i = 0; i < 5; i++) {
        append(2, i + 1, 1, 100 + i);
    }
    truncates(2, 1);
    snapshot(2, 3, chain_of(log_of_three, 3), 77);
    append(2, 4, 2, 103);
    ck_assert_uint_eq(broken, 0);
    truncates(2, 2); /* what the snapshot covers stays */
    uint32_t broke = append(2, 6, 2, 105);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
}
END_TEST

START_TEST(gap_between_snapshot_and_log_breaks_log_matching) {
    three_are_committed();
    restarts(1);
    snapshot(1, 2, chain_of(log_of_three, 2), 76);
    uint32_t broke = append(1, 4, 2, 103);
    ASSERT_BROKE_ONLY(broke, INVARIANT_LOG_MATCHING);
}
END_TEST

START_TEST(entry_behind_a_snapshot_must_be_the_next_to_be_applied) {
    three_are_committed();
    snapshot(2, 2, chain_of(log_of_three, 2), 76);
    append(2, 3, 2, 102);
    commits(2, 3, 2);
    ck_assert_uint_eq(broken, 0);
    uint32_t broke = applies(2, 1, 100);
    ASSERT_BROKE_ONLY(broke, INVARIANT_STATE_MACHINE_SAFETY);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("invariant");
    TCase *all = tcase_create("invariants");
    tcase_add_checked_fixture(all, open_invariants, close_invariants);
    tcase_add_test(all, two_leaders_of_a_term_break_election_safety);
    tcase_add_test(all, second_leader_is_seen_after_the_first_has_crashed);
    tcase_add_test(all, leader_may_say_so_twice_and_others_lead_other_terms);
    tcase_add_test(all, each_invariant_breaks_once);
    tcase_add_test(all, leader_that_removes_entries_breaks_append_only);
    tcase_add_test(all, leader_that_overwrites_an_entry_breaks_append_only);
    tcase_add_test(all, follower_may_remove_entries_and_so_may_a_former_leader);
    tcase_add_test(all, other_content_at_the_same_index_and_term_breaks_log_matching);
    tcase_add_test(all, same_entry_behind_other_logs_breaks_log_matching);
    tcase_add_test(all, append_with_a_gap_breaks_log_matching);
    tcase_add_test(all, follower_that_overwrites_without_removing_breaks_log_matching);
    tcase_add_test(all, logs_that_part_and_meet_again_match);
    tcase_add_test(all, leader_without_a_committed_entry_breaks_completeness);
    tcase_add_test(all, commit_that_a_later_leader_lacks_breaks_completeness);
    tcase_add_test(all, entries_committed_in_a_later_term_are_not_owed_to_an_earlier_leader);
    tcase_add_test(all, figure_8_with_a_commit_by_counting_breaks_completeness);
    tcase_add_test(all, figure_8_as_raft_has_it_holds);
    tcase_add_test(all, nodes_that_apply_different_entries_break_state_machine_safety);
    tcase_add_test(all, skipped_index_breaks_state_machine_safety);
    tcase_add_test(all, index_applied_twice_breaks_state_machine_safety);
    tcase_add_test(all, applying_what_is_not_in_the_log_breaks_state_machine_safety);
    tcase_add_test(all, applying_or_committing_beyond_the_log_breaks_state_machine_safety);
    tcase_add_test(all, nodes_that_commit_different_entries_break_state_machine_safety);
    tcase_add_test(all, restarted_node_applies_from_the_first_index_again);
    tcase_add_test(all, snapshot_stands_for_the_log_that_it_covers);
    tcase_add_test(all, snapshot_of_another_log_breaks_state_machine_safety);
    tcase_add_test(all, snapshot_of_what_is_not_committed_breaks_state_machine_safety);
    tcase_add_test(all, two_states_at_an_index_break_state_machine_safety);
    tcase_add_test(all, log_that_stays_behind_a_snapshot_of_another_log_breaks_log_matching);
    tcase_add_test(all, log_that_is_truncated_before_a_snapshot_may_have_been_another);
    tcase_add_test(all, gap_between_snapshot_and_log_breaks_log_matching);
    tcase_add_test(all, entry_behind_a_snapshot_must_be_the_next_to_be_applied);
    tcase_add_test(all, nodes_of_other_systems_are_ignored);
    tcase_add_test(all, replicated_log_in_bad_weather_is_never_accused);
    tcase_set_timeout(all, 60);
    suite_add_tcase(suite, all);
    return suite;
}
