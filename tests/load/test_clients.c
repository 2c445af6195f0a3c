/* What clients do with the answers they get, to the nanosecond: one way takes 1 ms, so an answer takes 2. */
#include "tests/base/fit.h"
#include "tests/load/rig.h"

#include "tests/check_main.h"

#define MS SIM_MILLISECOND

static struct rig rig;

static void tear_down(void) {
    rig_free(&rig);
}

static struct workload_config *prepare(uint32_t nodes, uint32_t clients) {
    rig_prepare(&rig, nodes, clients);
    return &rig.workloads[0];
}

static void assert_operation(const struct history *history, uint32_t index, sim_time invoked, sim_time completed,
                             enum outcome outcome, uint32_t attempts) {
    ck_assert_uint_lt(index, history->count);
    const struct operation *operation = &history->operations[index];
    ck_assert_int_eq(operation->invoked, invoked);
    ck_assert_int_eq(operation->completed, completed);
    ck_assert_str_eq(outcome_name((enum outcome)operation->outcome), outcome_name(outcome));
    ck_assert_uint_eq(operation->attempts, attempts);
}

static bool silent(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)node, (void)request, (void)reply;
    return false;
}

static bool refuses(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)node, (void)request;
    reply->status = REPLY_FAIL;
    return true;
}

static bool does_not_know(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)node, (void)request;
    reply->status = REPLY_UNKNOWN;
    return true;
}

static bool refuses_after_one_unknown(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)node, (void)request;
    reply->status = r->seen_count == 1 ? REPLY_UNKNOWN : REPLY_FAIL;
    return true;
}

static bool refuses_after_one_silence(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)node, (void)request;
    reply->status = REPLY_FAIL;
    return r->seen_count > 1;
}

/* Node 2 leads; the others know it, but for node 3, which knows nothing. */
static bool redirects(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)request;
    if (node != 2) {
        *reply = (struct reply){.status = REPLY_REDIRECT, .hint = node == 3 ? NODE_NONE : 2};
    }
    return true;
}

static bool sends_round(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)node, (void)request;
    *reply = (struct reply){.status = REPLY_REDIRECT, .hint = NODE_NONE};
    return true;
}

/* ---- Closed loop ---- */

START_TEST(a_client_thinks_before_each_operation) {
    struct workload_config *workload = prepare(1, 1);
    workload->think = dist_constant(10 * MS);
    const struct history *history = rig_run(&rig, 1, 60 * MS);
    ck_assert_uint_eq(history->count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_operation(history, i, (10 + 12 * i) * MS, (12 + 12 * i) * MS, OUTCOME_OK, 1);
    }
}
END_TEST

START_TEST(thinking_times_are_drawn_for_each_operation) {
    struct workload_config *workload = prepare(1, 1);
    workload->think = (struct dist){.kind = DIST_UNIFORM, .a = 1e6, .b = 3e6};
    const struct history *history = rig_run(&rig, 1, SIM_SECOND);
    double sum = 0;
    for (uint32_t i = 1; i < history->count; i++) {
        sim_time thought = history->operations[i].invoked - history->operations[i - 1].completed;
        ck_assert(thought >= MS && thought <= 3 * MS);
        sum += (double)thought / MS;
    }
    ck_assert_uint_gt(history->count, 200);
    ck_assert_double_eq_tol(sum / history->count, 2, 0.13); /* 3.3 standard errors of 250 thoughts */
}
END_TEST

START_TEST(a_client_that_is_answered_at_once_still_takes_a_moment) {
    struct workload_config *workload = prepare(1, 1);
    rig.network.base.latency = dist_constant(0);
    const struct history *history = rig_run(&rig, 1, 10 * SIM_MICROSECOND);
    ck_assert_uint_eq(history->count, 10);
    rig_free(&rig);
    workload = prepare(1, 1);
    (void)workload;
    rig.network.base.latency = dist_constant(0);
    rig.answer = refuses;
    ck_assert_uint_eq(rig_run(&rig, 1, 10 * MS)->count, 10);
}
END_TEST

START_TEST(operations_are_invoked_within_their_times) {
    struct workload_config *workload = prepare(1, 3);
    workload->think = dist_constant(MS);
    workload->from = 20 * MS;
    workload->until = 40 * MS;
    const struct history *history = rig_run(&rig, 1, SIM_SECOND);
    ck_assert_uint_gt(history->count, 10);
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_int_ge(history->operations[i].invoked, 20 * MS);
        ck_assert_int_lt(history->operations[i].invoked, 40 * MS);
    }
}
END_TEST

/* ---- Deadlines ---- */

START_TEST(an_unanswered_operation_is_unknown_exactly_at_its_deadline) {
    struct workload_config *workload = prepare(1, 1);
    workload->think = dist_constant(10 * MS);
    workload->deadline = 7 * MS;
    rig.answer = silent;
    const struct history *history = rig_run(&rig, 1, 100 * MS);
    assert_operation(history, 0, 10 * MS, 17 * MS, OUTCOME_INFO, 1);
    assert_operation(history, 1, 27 * MS, 34 * MS, OUTCOME_INFO, 1);
    ck_assert_uint_eq(history->operations[0].served_by, NODE_NONE);
}
END_TEST

START_TEST(an_answer_at_the_deadline_or_after_it_is_too_late) {
    struct workload_config *workload = prepare(1, 1);
    workload->deadline = 2 * MS; /* the deadline was set first, so it comes first */
    const struct history *history = rig_run(&rig, 1, 2 * MS);
    assert_operation(history, 0, 0, 2 * MS, OUTCOME_INFO, 1);
    rig_free(&rig);
    workload = prepare(1, 1);
    workload->deadline = 2 * MS + 1;
    assert_operation(rig_run(&rig, 1, 2 * MS), 0, 0, 2 * MS, OUTCOME_OK, 1);
}
END_TEST

START_TEST(what_is_open_at_the_end_stays_unanswered) {
    prepare(1, 1);
    rig.answer = silent;
    assert_operation(rig_run(&rig, 1, 100 * MS), 0, 0, SIM_NEVER, OUTCOME_INFO, 1);
}
END_TEST

/* ---- Redirects ---- */

START_TEST(a_redirect_is_followed_at_once_and_remembered) {
    struct workload_config *workload = prepare(5, 1);
    workload->think = dist_constant(10 * MS);
    rig.answer = redirects;
    const struct history *history = rig_run(&rig, 1, 40 * MS);
    assert_operation(history, 0, 10 * MS, 14 * MS, OUTCOME_OK, 2);
    assert_operation(history, 1, 24 * MS, 26 * MS, OUTCOME_OK, 1);
    ck_assert_uint_eq(history->operations[0].served_by, 2);
    ck_assert_uint_eq(rig.seen[0].node, 0);
    ck_assert_uint_eq(rig.seen[1].node, 2);
}
END_TEST

START_TEST(a_redirect_without_a_hint_leads_to_the_next_node) {
    prepare(5, 4);
    rig.answer = redirects;
    const struct history *history = rig_run(&rig, 1, 7 * MS);
    const struct operation *fourth = NULL; /* the fourth client believes in node 3 */
    for (uint32_t i = 0; i < history->count && fourth == NULL; i++) {
        fourth = history->operations[i].process == 3 ? &history->operations[i] : NULL;
    }
    ck_assert_ptr_nonnull(fourth);
    ck_assert_uint_eq(fourth->attempts, 3); /* 3, then 4, which knows */
    ck_assert_int_eq(fourth->completed, 6 * MS);
    ck_assert_uint_eq(fourth->served_by, 2);
}
END_TEST

START_TEST(who_is_sent_round_gives_up_in_the_end) {
    struct workload_config *workload = prepare(3, 1);
    workload->think = dist_constant(MS);
    rig.answer = sends_round;
    assert_operation(rig_run(&rig, 1, 30 * MS), 0, MS, 15 * MS, OUTCOME_FAIL, 7); /* twice round, and nobody did it */
}
END_TEST

/* ---- Retries ---- */

START_TEST(retries_back_off_longer_each_time) {
    struct workload_config *workload = prepare(3, 1);
    workload->retries = (struct retries_config){
        .attempts = 4, .backoff = dist_constant(10 * MS), .multiplier = 2, .timeout = SIM_NEVER};
    workload->think = dist_constant(MS);
    rig.answer = refuses;
    const struct history *history = rig_run(&rig, 1, 80 * MS);
    static const sim_time at[] = {2, 14, 36, 78}; /* 10, 20, 40 after each refusal */
    ck_assert_uint_eq(rig.seen_count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        ck_assert_int_eq(rig.seen[i].at, at[i] * MS);
        ck_assert_uint_eq(rig.seen[i].node, i % 2); /* in turn the believed leader and its neighbour */
        ck_assert_uint_eq(rig.seen[i].request.sequence, 1);
    }
    assert_operation(history, 0, MS, 79 * MS, OUTCOME_FAIL, 4);
}
END_TEST

START_TEST(full_jitter_spreads_the_wait_evenly) {
    struct workload_config *workload = prepare(1, 1);
    workload->retries = (struct retries_config){
        .attempts = 2, .backoff = dist_constant(10 * MS), .multiplier = 1, .full_jitter = true, .timeout = SIM_NEVER};
    workload->think = dist_constant(MS);
    rig.answer = refuses;
    rig_run(&rig, 1, 20 * SIM_SECOND);
    double cells[10] = {0};
    for (uint32_t i = 0; i + 1 < rig.seen_count; i += 2) {
        sim_time wait = rig.seen[i + 1].at - rig.seen[i].at - 2 * MS;
        ck_assert(wait >= 0 && wait <= 10 * MS);
        cells[wait < 10 * MS ? wait / MS : 9]++;
    }
    ck_assert_uint_gt(rig.seen_count, 2000);
    ck_assert_double_gt(fit_even(cells, 10), FIT_LEVEL);
}
END_TEST

START_TEST(an_attempt_is_given_up_after_its_timeout) {
    struct workload_config *workload = prepare(3, 1);
    workload->retries =
        (struct retries_config){.attempts = 3, .backoff = dist_constant(4 * MS), .multiplier = 1, .timeout = 5 * MS};
    workload->think = dist_constant(MS);
    rig.answer = silent;
    const struct history *history = rig_run(&rig, 1, 25 * MS);
    ck_assert_uint_eq(rig.seen_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_int_eq(rig.seen[i].at, (2 + 9 * i) * MS);
        ck_assert_uint_eq(rig.seen[i].node, i);
    }
    assert_operation(history, 0, MS, 24 * MS, OUTCOME_INFO, 3);
}
END_TEST

START_TEST(a_late_answer_is_taken_while_the_client_backs_off) {
    struct workload_config *workload = prepare(3, 1);
    workload->retries = (struct retries_config){
        .attempts = 3, .backoff = dist_constant(10 * MS), .multiplier = 1, .timeout = MS + MS / 2};
    const struct history *history = rig_run(&rig, 1, 2 * MS);
    assert_operation(history, 0, 0, 2 * MS, OUTCOME_OK, 1);
}
END_TEST

START_TEST(the_deadline_ends_a_backoff_too) {
    struct workload_config *workload = prepare(3, 1);
    workload->retries = (struct retries_config){
        .attempts = 3, .backoff = dist_constant(SIM_SECOND), .multiplier = 1, .timeout = SIM_NEVER};
    workload->deadline = 50 * MS;
    rig.answer = refuses;
    assert_operation(rig_run(&rig, 1, 50 * MS), 0, 0, 50 * MS, OUTCOME_FAIL, 1);
}
END_TEST

START_TEST(a_budget_bounds_the_retries_of_all_clients) {
    struct workload_config *workload = prepare(3, 8);
    workload->retries = (struct retries_config){
        .attempts = 5, .backoff = dist_constant(MS), .multiplier = 1, .budget = 0.2, .timeout = SIM_NEVER};
    workload->think = dist_constant(3 * MS);
    rig.answer = refuses;
    const struct history *history = rig_run(&rig, 1, 5 * SIM_SECOND);
    uint32_t retries = rig.seen_count - history->count;
    ck_assert_uint_gt(history->count, 5000);
    ck_assert_uint_le(retries, (uint32_t)(10 + 0.2 * history->count));
    ck_assert_uint_ge(retries, (uint32_t)(0.2 * history->count) - 10);
}
END_TEST

START_TEST(more_attempts_than_sixteen_bits_count) {
    struct workload_config *workload = prepare(1, 1);
    workload->retries =
        (struct retries_config){.attempts = 70000, .backoff = dist_constant(0), .multiplier = 1, .timeout = SIM_NEVER};
    workload->deadline = 1000 * SIM_SECOND;
    workload->think = dist_constant(MS);
    rig.answer = refuses;
    const struct history *history = rig_run(&rig, 1, 140001 * MS);
    assert_operation(history, 0, MS, 140001 * MS, OUTCOME_FAIL, UINT16_MAX);
    ck_assert_uint_eq(rig.seen_count, 70000);
}
END_TEST

/* ---- What is sure ---- */

START_TEST(fail_only_when_it_is_surely_not_done) {
    static const struct {
        bool (*answer)(struct rig *, node_id, const struct request *, struct reply *);
        double duplicate;
        enum outcome outcome;
    } cases[] = {{refuses, 0, OUTCOME_FAIL},
                 {does_not_know, 0, OUTCOME_INFO},
                 {refuses_after_one_unknown, 0, OUTCOME_INFO},
                 {refuses_after_one_silence, 0, OUTCOME_INFO},
                 {sends_round, 0, OUTCOME_FAIL},
                 {silent, 0, OUTCOME_INFO},
                 {refuses, 1e-9, OUTCOME_INFO}}; /* the network may have delivered it a second time */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct workload_config *workload = prepare(3, 1);
        workload->retries =
            (struct retries_config){.attempts = 3, .backoff = dist_constant(MS), .multiplier = 1, .timeout = 5 * MS};
        workload->think = dist_constant(MS);
        rig.network.base.duplicate = cases[i].duplicate;
        rig.answer = cases[i].answer;
        const struct history *history = rig_run(&rig, 1, SIM_SECOND / 2);
        ck_assert_uint_gt(history->count, 1);
        ck_assert_msg(history->operations[0].outcome == cases[i].outcome, "case %zu", i);
        if (i + 1 < sizeof cases / sizeof cases[0]) {
            rig_free(&rig);
        }
    }
}
END_TEST

/* ---- Routes ---- */

START_TEST(a_leader_that_does_not_answer_is_not_asked_again) {
    struct workload_config *workload = prepare(3, 1);
    workload->deadline = 10 * MS;
    workload->think = dist_constant(MS);
    rig.answer = silent;
    rig_run(&rig, 1, 50 * MS);
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        ck_assert_uint_eq(rig.seen[i].node, i % 3);
    }
    ck_assert_uint_ge(rig.seen_count, 4);
}
END_TEST

START_TEST(sticky_clients_keep_their_node) {
    struct workload_config *workload = prepare(3, 6);
    workload->route = ROUTE_STICKY;
    rig_run(&rig, 1, 100 * MS);
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        ck_assert_uint_eq(rig.seen[i].node, (rig.seen[i].request.from - 3) % 3);
    }
    ck_assert_uint_gt(rig.seen_count, 200);
}
END_TEST

START_TEST(round_robin_takes_all_nodes_in_turn) {
    struct workload_config *workload = prepare(3, 2);
    workload->route = ROUTE_ROUND_ROBIN;
    rig_run(&rig, 1, 100 * MS);
    uint32_t turn[2] = {0, 1};
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        ck_assert_uint_eq(rig.seen[i].node, turn[rig.seen[i].request.from - 3]++ % 3);
    }
    ck_assert_uint_gt(rig.seen_count, 90);
}
END_TEST

START_TEST(random_routes_are_even) {
    struct workload_config *workload = prepare(5, 2);
    workload->route = ROUTE_RANDOM;
    rig_run(&rig, 1, 10 * SIM_SECOND);
    double cells[5] = {0};
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        cells[rig.seen[i].node]++;
    }
    ck_assert_double_gt(fit_even(cells, 5), FIT_LEVEL);
}
END_TEST

START_TEST(the_nearest_node_is_asked) {
    struct workload_config *workload = prepare(3, 4);
    workload->route = ROUTE_NEAREST;
    rig.links[0] =
        (struct link_config){.from = {.kind = SELECT_CLIENTS},
                             .to = {.kind = SELECT_NODE, .index = 1},
                             .path = {.given = PATH_LATENCY, .latency = {.kind = DIST_UNIFORM, .a = 0, .b = 1.9e6}}};
    rig.network.link_count = 1;
    rig_run(&rig, 1, 100 * MS);
    ck_assert_uint_gt(rig.seen_count, 100);
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        ck_assert_uint_eq(rig.seen[i].node, 1);
    }
}
END_TEST

START_TEST(of_equally_near_nodes_clients_take_different_ones) {
    struct workload_config *workload = prepare(3, 3);
    workload->route = ROUTE_NEAREST;
    rig_run(&rig, 1, 10 * MS);
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        ck_assert_uint_eq(rig.seen[i].node, rig.seen[i].request.from - 3);
    }
}
END_TEST

/* ---- Operations ---- */

START_TEST(a_staleness_read_follows_exactly_after_the_acknowledgement) {
    static const sim_time after[] = {0, 5 * MS, 1};
    struct workload_config *workload = prepare(3, 2);
    workload->kind = WORKLOAD_STALENESS;
    workload->after = after;
    workload->after_count = 3;
    workload->think = dist_constant(MS);
    const struct history *history = rig_run(&rig, 1, 200 * MS);
    uint32_t trials[2] = {0};
    const struct operation *write[2] = {NULL};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        uint32_t client = operation->process;
        if (operation->kind == OP_WRITE) {
            ck_assert_uint_eq(operation->offset, 0);
            write[client] = operation;
            continue;
        }
        ck_assert_ptr_nonnull(write[client]);
        ck_assert_uint_eq(operation->kind, OP_READ);
        ck_assert_uint_eq(operation->key, write[client]->key);
        ck_assert_uint_eq(operation->offset, trials[client]++ % 3 + 1);
        ck_assert_int_eq(operation->invoked, write[client]->completed + after[operation->offset - 1]);
        write[client] = NULL;
    }
    ck_assert_uint_gt(trials[0], 20);
    ck_assert_uint_gt(trials[1], 20);
}
END_TEST

START_TEST(no_read_follows_a_write_without_an_acknowledgement) {
    static const sim_time after[] = {0};
    struct workload_config *workload = prepare(1, 1);
    workload->kind = WORKLOAD_STALENESS;
    workload->after = after;
    workload->after_count = 1;
    rig.answer = does_not_know;
    const struct history *history = rig_run(&rig, 1, 100 * MS);
    ck_assert_uint_gt(history->count, 10);
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_uint_eq(history->operations[i].kind, OP_WRITE);
    }
}
END_TEST

static bool counts_up(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)node;
    reply->value = request->kind == OP_READ ? 1000 + r->seen_count : 1;
    return true;
}

START_TEST(read_modify_write_is_a_read_and_a_cas_of_what_was_read) {
    struct workload_config *workload = prepare(1, 1);
    workload->mix[OP_READ] = 0;
    workload->mix[OP_WRITE] = 1;
    workload->read_modify_write = true;
    rig.answer = counts_up;
    const struct history *history = rig_run(&rig, 1, 99 * MS);
    ck_assert_uint_eq(history->count, 50);
    for (uint32_t i = 0; i < 50; i += 2) {
        const struct operation *read = &history->operations[i], *cas = &history->operations[i + 1];
        ck_assert_uint_eq(read->kind, OP_READ);
        ck_assert_uint_eq(cas->kind, OP_CAS);
        ck_assert_uint_eq(cas->key, read->key);
        ck_assert_int_eq(cas->expected, read->result);
        ck_assert_int_eq(cas->expected, 1001 + i);
        ck_assert_int_eq(cas->invoked, read->completed);
    }
}
END_TEST

START_TEST(a_cas_expects_what_the_client_saw_last) {
    struct workload_config *workload = prepare(1, 1);
    workload->mix[OP_READ] = workload->mix[OP_CAS] = 0.5;
    workload->keys.count = 3;
    rig.answer = counts_up;
    const struct history *history = rig_run(&rig, 1, SIM_SECOND);
    int64_t saw[3] = {0};
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        if (operation->kind == OP_CAS) {
            ck_assert_int_eq(operation->expected, saw[operation->key]);
        }
        if (operation->completed != SIM_NEVER) {
            saw[operation->key] = operation->kind == OP_READ ? operation->result : operation->value;
        }
    }
}
END_TEST

START_TEST(a_mix_has_its_shares) {
    struct workload_config *workload = prepare(1, 4);
    static const double mix[] = {0.4, 0.3, 0.1, 0.15, 0.05, 0};
    double cells[5] = {0}, expected[5];
    for (int i = 0; i < OP_KIND_COUNT; i++) {
        workload->mix[i] = mix[i];
    }
    const struct history *history = rig_run(&rig, 1, 5 * SIM_SECOND);
    for (uint32_t i = 0; i < history->count; i++) {
        ck_assert_uint_lt(history->operations[i].kind, OP_REQUEST);
        cells[history->operations[i].kind]++;
    }
    for (int i = 0; i < 5; i++) {
        expected[i] = mix[i] * history->count;
    }
    ck_assert_double_gt(fit_chi_square(cells, expected, 5), FIT_LEVEL);
}
END_TEST

START_TEST(every_value_is_written_once) {
    struct workload_config *workload = prepare(1, 3);
    workload->mix[OP_READ] = 0;
    workload->mix[OP_WRITE] = workload->mix[OP_APPEND] = 0.5;
    const struct history *history = rig_run(&rig, 1, 100 * MS);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        ck_assert_int_eq(operation->value, (operation->process + 1) * INT64_C(1000000000) + operation->sequence);
    }
}
END_TEST

/* ---- Sessions ---- */

static bool leaves_every_fifth_open(struct rig *r, node_id node, const struct request *request, struct reply *reply) {
    (void)r, (void)node, (void)reply;
    return request->sequence % 5 != 0;
}

START_TEST(sequences_grow_by_one_and_settled_is_below_all_that_is_open) {
    struct workload_config *workload = prepare(1, 2);
    workload->arrivals = ARRIVALS_UNIFORM;
    workload->rate = 2000; /* several operations of a client are open at once */
    workload->deadline = 20 * MS;
    rig.answer = leaves_every_fifth_open;
    const struct history *history = rig_run(&rig, 1, 200 * MS);
    uint64_t last[2] = {0};
    for (uint32_t i = 0; i < rig.seen_count; i++) {
        const struct request *request = &rig.seen[i].request;
        uint32_t client = request->from - 1;
        ck_assert_uint_eq(request->session, client + 1);
        ck_assert_uint_eq(request->sequence, ++last[client]);
        uint64_t settled = request->sequence - 1;
        sim_time sent = rig.seen[i].at - MS;
        for (uint32_t k = 0; k < history->count; k++) {
            const struct operation *other = &history->operations[k];
            bool was_open = other->process == client && other->invoked <= sent && other->completed > sent &&
                            other->sequence < request->sequence;
            settled = was_open && other->sequence - 1 < settled ? other->sequence - 1 : settled;
        }
        /* What completed at the very instant may count as open still. */
        ck_assert_uint_le(request->settled, settled);
        ck_assert_uint_ge(request->settled + 2, settled);
    }
    ck_assert_uint_gt(rig.seen_count, 300);
}
END_TEST

START_TEST(a_retry_keeps_session_and_sequence_under_another_name) {
    struct workload_config *workload = prepare(3, 1);
    workload->retries =
        (struct retries_config){.attempts = 3, .backoff = dist_constant(MS), .multiplier = 1, .timeout = SIM_NEVER};
    rig.answer = refuses;
    rig_run(&rig, 1, 8 * MS);
    ck_assert_uint_ge(rig.seen_count, 3);
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(rig.seen[i].request.session, 1);
        ck_assert_uint_eq(rig.seen[i].request.sequence, 1);
        ck_assert_uint_eq(rig.seen[i].request.value_bytes, 100);
    }
    ck_assert_uint_ne(rig.seen[0].request.call, rig.seen[1].request.call);
    ck_assert_uint_ne(rig.seen[1].request.call, rig.seen[2].request.call);
}
END_TEST

/* ---- Addressed chance ---- */

START_TEST(one_client_less_leaves_what_the_others_do) {
    struct operation *with = calloc(RIG_SEEN, sizeof *with);
    uint32_t count = 0;
    for (uint32_t clients = 4; clients >= 3; clients--) {
        struct workload_config *workload = prepare(3, clients);
        workload->arrivals = ARRIVALS_POISSON;
        workload->rate = 100.0 * clients;
        workload->route = ROUTE_RANDOM;
        workload->keys = (struct keys_config){.kind = KEYS_ZIPF, .count = 100, .exponent = 1};
        workload->mix[OP_READ] = workload->mix[OP_WRITE] = 0.5;
        rig.network.base.latency = (struct dist){.kind = DIST_EXPONENTIAL, .a = 1e6};
        const struct history *history = rig_run(&rig, 1, SIM_SECOND);
        if (clients == 4) {
            for (uint32_t i = 0; i < history->count; i++) {
                with[count] = history->operations[i];
                count += with[count].process < 3;
            }
            rig_free(&rig);
            continue;
        }
        ck_assert_uint_eq(history->count, count);
        for (uint32_t i = 0; i < count; i++) {
            const struct operation *operation = &history->operations[i];
            ck_assert_int_eq(operation->invoked, with[i].invoked);
            ck_assert_int_eq(operation->completed, with[i].completed);
            ck_assert_uint_eq(operation->kind, with[i].kind);
            ck_assert_uint_eq(operation->key, with[i].key);
            ck_assert_uint_eq(operation->served_by, with[i].served_by);
        }
    }
    free(with);
}
END_TEST

START_TEST(two_workloads_have_their_own_clients) {
    struct workload_config *workload = prepare(1, 2);
    rig.workloads[1] = *workload;
    rig.workloads[1].first_client = workload->first_client + 2;
    rig.workloads[1].clients = 3;
    rig.workloads[1].mix[OP_READ] = 0;
    rig.workloads[1].mix[OP_WRITE] = 1;
    rig.load_config.workload_count = 2;
    const struct history *history = rig_run(&rig, 1, 100 * MS);
    for (uint32_t i = 0; i < history->count; i++) {
        const struct operation *operation = &history->operations[i];
        ck_assert_uint_eq(operation->workload, operation->process < 2 ? 0 : 1);
        ck_assert_uint_eq(operation->kind, operation->process < 2 ? OP_READ : OP_WRITE);
    }
    ck_assert_uint_gt(history->count, 200);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("clients");
    TCase *tests = tcase_create("clients");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, NULL, tear_down);
    tcase_add_test(tests, a_client_thinks_before_each_operation);
    tcase_add_test(tests, thinking_times_are_drawn_for_each_operation);
    tcase_add_test(tests, a_client_that_is_answered_at_once_still_takes_a_moment);
    tcase_add_test(tests, operations_are_invoked_within_their_times);
    tcase_add_test(tests, an_unanswered_operation_is_unknown_exactly_at_its_deadline);
    tcase_add_test(tests, an_answer_at_the_deadline_or_after_it_is_too_late);
    tcase_add_test(tests, what_is_open_at_the_end_stays_unanswered);
    tcase_add_test(tests, a_redirect_is_followed_at_once_and_remembered);
    tcase_add_test(tests, a_redirect_without_a_hint_leads_to_the_next_node);
    tcase_add_test(tests, who_is_sent_round_gives_up_in_the_end);
    tcase_add_test(tests, retries_back_off_longer_each_time);
    tcase_add_test(tests, full_jitter_spreads_the_wait_evenly);
    tcase_add_test(tests, an_attempt_is_given_up_after_its_timeout);
    tcase_add_test(tests, a_late_answer_is_taken_while_the_client_backs_off);
    tcase_add_test(tests, the_deadline_ends_a_backoff_too);
    tcase_add_test(tests, a_budget_bounds_the_retries_of_all_clients);
    tcase_add_test(tests, more_attempts_than_sixteen_bits_count);
    tcase_add_test(tests, fail_only_when_it_is_surely_not_done);
    tcase_add_test(tests, a_leader_that_does_not_answer_is_not_asked_again);
    tcase_add_test(tests, sticky_clients_keep_their_node);
    tcase_add_test(tests, round_robin_takes_all_nodes_in_turn);
    tcase_add_test(tests, random_routes_are_even);
    tcase_add_test(tests, the_nearest_node_is_asked);
    tcase_add_test(tests, of_equally_near_nodes_clients_take_different_ones);
    tcase_add_test(tests, a_staleness_read_follows_exactly_after_the_acknowledgement);
    tcase_add_test(tests, no_read_follows_a_write_without_an_acknowledgement);
    tcase_add_test(tests, read_modify_write_is_a_read_and_a_cas_of_what_was_read);
    tcase_add_test(tests, a_cas_expects_what_the_client_saw_last);
    tcase_add_test(tests, a_mix_has_its_shares);
    tcase_add_test(tests, every_value_is_written_once);
    tcase_add_test(tests, sequences_grow_by_one_and_settled_is_below_all_that_is_open);
    tcase_add_test(tests, a_retry_keeps_session_and_sequence_under_another_name);
    tcase_add_test(tests, one_client_less_leaves_what_the_others_do);
    tcase_add_test(tests, two_workloads_have_their_own_clients);
    suite_add_tcase(suite, tests);
    return suite;
}
