/* Convergence seen by looking into replicas: three nodes whose values change at known times. */
#include "sim/measure/settle.h"

#include "tests/check_main.h"

#define MS SIM_MILLISECOND
enum { KEYS = 3 };

struct holder {
    int64_t values[KEYS];
};

/* Node i holds 10 + i for key 0, and 20 for key 1. It takes 12 for key 0 after 5 ms times (3 - i). */
static void start(struct node *node, void *state) {
    struct holder *holder = state;
    holder->values[0] = 10 + (int64_t)node_index(node);
    holder->values[1] = 20;
    node_arm(node, 0, (sim_time)(3 - node_index(node)) * 5 * MS);
}

static void timer(struct node *node, void *state, uint32_t number) {
    (void)node;
    (void)number;
    ((struct holder *)state)->values[0] = 12;
}

static bool peek(const void *state, uint64_t key, int64_t *value) {
    *value = ((const struct holder *)state)->values[key];
    return *value != 0;
}

static const struct parameter no_parameters[] = {{.name = NULL}};
static const struct message_type no_messages[] = {{.name = NULL}};
static const char *const timers[] = {"take", NULL};
static const struct claim no_claims[] = {{.check = NULL}};
static const struct model holder_model = {.abi = SPACELIKE_ABI,
                                          .name = "holder",
                                          .state_bytes = sizeof(struct holder),
                                          .parameters = no_parameters,
                                          .messages = no_messages,
                                          .timers = timers,
                                          .claims = no_claims,
                                          .start = start,
                                          .timer = timer,
                                          .peek = peek};

static const struct system_config systems[] = {
    {.name = "holder", .model = &holder_model, .nodes = 3, .cores = 1, .queue_limit = 100}};
static const struct network_config network = {.base = {.given = PATH_LATENCY}};
static const struct cluster_config cluster_config = {
    .network = &network, .systems = systems, .system_count = 1, .node_count = 3};
static const struct workload_config workloads[] = {{.name = "", .target = 0}};

static struct operation writes[] = {
    {.kind = OP_WRITE, .key = 0}, {.kind = OP_WRITE, .key = 1}, {.kind = OP_WRITE, .key = 2}};
static struct history history = {.operations = writes, .count = 3};

START_TEST(what_differs_is_watched_until_nobody_holds_the_old_value) {
    struct world *world = world_new((struct world_options){.seed = 1});
    struct cluster *cluster = cluster_new(world, &cluster_config);
    cluster_start(cluster);
    struct settle_watch watch = settle_begin(world_state(world), cluster, &history, workloads, 1, 0);
    ck_assert_uint_eq(watch.count, 3); /* key 0 alone */
    ck_assert_int_eq(watch.next, 1 * MS);
    sim_time converged = 0;
    for (sim_time at = 1 * MS; converged == 0; at += MS) {
        world_run(world, at, UINT64_MAX);
        converged = settle_look(&watch, cluster) ? at : 0;
        ck_assert_int_eq(watch.next, at + MS);
    }
    ck_assert_int_eq(converged, 15 * MS); /* node 0 is the last to take 12, which node 2 held all the time */
    world_free(world);
}
END_TEST

START_TEST(replicas_that_agree_have_converged_at_once) {
    struct world *world = world_new((struct world_options){.seed = 1});
    struct cluster *cluster = cluster_new(world, &cluster_config);
    cluster_start(cluster);
    world_run(world, 20 * MS, UINT64_MAX);
    struct settle_watch watch = settle_begin(world_state(world), cluster, &history, workloads, 1, 0);
    ck_assert_int_eq(watch.converged, 20 * MS);
    world_free(world);
}
END_TEST

START_TEST(nodes_that_are_down_are_not_waited_for) {
    struct world *world = world_new((struct world_options){.seed = 1});
    struct cluster *cluster = cluster_new(world, &cluster_config);
    cluster_start(cluster);
    struct settle_watch watch = settle_begin(world_state(world), cluster, &history, workloads, 1, 0);
    world_run(world, 10 * MS, UINT64_MAX);
    ck_assert(!settle_look(&watch, cluster));
    cluster_crash(cluster, 0);
    ck_assert(settle_look(&watch, cluster));
    world_free(world);
}
END_TEST

START_TEST(looks_become_rarer) {
    struct world *world = world_new((struct world_options){.seed = 1});
    struct cluster *cluster = cluster_new(world, &cluster_config);
    cluster_start(cluster);
    struct settle_watch watch = settle_begin(world_state(world), cluster, &history, workloads, 1, 0);
    world_run(world, SIM_SECOND, UINT64_MAX);
    settle_look(&watch, cluster);
    ck_assert_int_eq(watch.next, SIM_SECOND + 20 * MS);
    world_free(world);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("settle");
    TCase *all = tcase_create("replicas");
    tcase_add_test(all, what_differs_is_watched_until_nobody_holds_the_old_value);
    tcase_add_test(all, replicas_that_agree_have_converged_at_once);
    tcase_add_test(all, nodes_that_are_down_are_not_waited_for);
    tcase_add_test(all, looks_become_rarer);
    suite_add_tcase(suite, all);
    return suite;
}
