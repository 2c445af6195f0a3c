/* Time travel: a film that was anywhere shows at each time what one that never went back shows there. */
#include "models/registry.h"
#include "viz/fade.h"
#include "viz/film.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scenario *scenario;
static struct film *film;

static struct scenario *read_scenario(const char *name, const char *const *sets, uint32_t count) {
    struct model_list models = {.models = model_registry, .count = model_registry_count};
    struct scenario_options options = {.models = &models, .sets = sets, .set_count = count};
    struct text errors = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/../scenarios/%s", getenv("TEST_ROOT"), name);
    struct scenario *read = scenario_read(path, &options, &errors);
    ck_assert_msg(read != NULL, "%s", errors.bytes);
    return read;
}

static void set_up(void) {
    static const char *const sets[] = {"duration=20s", "expect=[]",
                                       "faults=[{\"name\": \"cut\", \"at\": \"6s\", \"for\": \"5s\", "
                                       "\"partition\": {\"isolate\": \"leader\"}}, {\"name\": \"kill\", \"at\": "
                                       "\"13s\", \"for\": \"2s\", \"crash\": \"leader\"}]"};
    scenario = read_scenario("raft/leader-partition.json", sets, 3);
    film = film_new(scenario, 0);
}

static void tear_down(void) {
    film_free(film);
    scenario_free(scenario);
}

/* ---- What a film shows, as text ---- */

static void describe(const struct film *shown, struct text *out) {
    struct moment *moment = film_moment(shown);
    struct stretch *stretch = film_stretch(shown, film_now(shown), 0, 200);
    text_add(out, "at %lld\n", (long long)moment->at);
    for (uint32_t i = 0; i < moment->node_count; i++) {
        const struct moment_node *node = &moment->nodes[i];
        text_add(out, "node %u: %d %d %d %llu %llu %llu %u\n", i, node->look.is_up, node->look.is_paused,
                 node->look.role, (unsigned long long)node->term, (unsigned long long)node->end,
                 (unsigned long long)node->commit, node->part_count);
        for (uint32_t k = 0; k < node->part_count; k++) {
            text_add(out, "  %llu %llu\n", (unsigned long long)node->parts[k].first,
                     (unsigned long long)node->parts[k].term);
        }
        film_inspect(shown, i, out);
    }
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        const struct voyage *voyage = &stretch->voyages[i];
        text_add(out, "%s %u to %u: %lld to %lld, %d\n", voyage->type, voyage->from, voyage->to,
                 (long long)voyage->sent, (long long)voyage->ends, voyage->fate);
    }
    for (uint32_t i = 0; i < stretch->mark_count; i++) {
        const struct mark *mark = &stretch->marks[i];
        text_add(out, "mark %d at %u, %lld\n", mark->kind, mark->node, (long long)mark->at);
    }
    text_add(out, "under way %u, cuts %d\n", moment->voyage_count, moment->cuts != NULL);
    moment_free(moment);
    stretch_free(stretch);
}

static void assert_same(const struct film *one, const struct film *other) {
    struct text a = {0}, b = {0};
    describe(one, &a);
    describe(other, &b);
    ck_assert_str_eq(a.bytes, b.bytes);
    text_free(&a);
    text_free(&b);
}

START_TEST(wherever_it_was_it_shows_the_same_run) {
    static const double seconds[] = {20, 13.9, 7.0001, 7, 0.3, 0, 12.345, 3};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct film *fresh = film_new(scenario, 0);
        film_seek(film, (sim_time)(seconds[i] * 1e9));
        film_seek(fresh, (sim_time)(seconds[i] * 1e9));
        assert_same(film, fresh);
        film_free(fresh);
    }
}
END_TEST

START_TEST(a_step_back_undoes_a_step) {
    struct film *fresh = film_new(scenario, 0);
    film_seek(film, 7 * SIM_SECOND);
    film_seek(fresh, 7 * SIM_SECOND);
    ck_assert(film_step(fresh));
    for (int i = 0; i < 40; i++) {
        ck_assert(film_step(film));
    }
    for (int i = 0; i < 39; i++) {
        ck_assert(film_step_back(film));
    }
    assert_same(film, fresh);
    film_free(fresh);
}
END_TEST

START_TEST(before_the_first_event_there_is_none) {
    ck_assert(!film_step_back(film));
    ck_assert(film_step(film));
    ck_assert(film_step_back(film));
    ck_assert(!film_step_back(film));
    ck_assert_int_eq(film_now(film), 0);
}
END_TEST

START_TEST(stills_are_taken_on_the_way_and_are_bounded) {
    ck_assert_uint_eq(film_still_count(film), 1); /* of the start */
    film_seek(film, 20 * SIM_SECOND);
    uint32_t taken = film_still_count(film);
    ck_assert_uint_gt(taken, 16);
    ck_assert_uint_le(taken, 64);
    film_seek(film, 10 * SIM_SECOND);
    ck_assert_uint_lt(film_still_count(film), taken);
    film_seek(film, 20 * SIM_SECOND);
    ck_assert_uint_le(film_still_count(film), 64);
}
END_TEST

/* A thousand nodes take some megabytes a still: fewer stills, but the way back is still there. */
START_TEST(a_large_run_has_fewer_stills_and_the_same_past) {
    static const char *const sets[] = {"duration=4s"};
    struct scenario *large = read_scenario("gossip/push-pull.json", sets, 1);
    struct film *there = film_new(large, 0), *fresh = film_new(large, 0);
    film_seek(there, 4 * SIM_SECOND);
    film_seek(there, 2 * SIM_SECOND + 1);
    film_seek(fresh, 2 * SIM_SECOND + 1);
    assert_same(there, fresh);
    film_free(fresh);
    film_free(there);
    scenario_free(large);
}
END_TEST

START_TEST(other_nodes_are_called_by_their_names) {
    struct text before = {0}, after = {0};
    film_inspect(film, 0, &before);
    ck_assert_ptr_nonnull(strstr(before.bytes, "\nleader: nobody\n"));
    film_seek(film, 3 * SIM_SECOND);
    film_inspect(film, 0, &after);
    ck_assert_ptr_nonnull(strstr(after.bytes, "\nleader: store/"));
    text_free(&before);
    text_free(&after);
}
END_TEST

static const struct moment_fade *show_at(struct fade *fade, sim_time at, node_id *leader) {
    film_seek(film, at);
    struct moment *moment = film_moment(film);
    *leader = NODE_NONE;
    for (uint32_t i = 0; i < moment->node_count; i++) {
        *leader = moment->nodes[i].look.role == ROLE_LEADER ? i : *leader;
    }
    fade_show(fade, moment);
    const struct moment_fade *shown = moment->fade;
    moment_free(moment);
    return shown;
}

START_TEST(states_and_walls_fade_in_120_milliseconds) {
    struct fade *fade = fade_new(5);
    node_id leader;
    const struct moment_fade *shown = show_at(fade, 0, &leader);
    ck_assert_uint_eq(leader, NODE_NONE);
    ck_assert_double_eq(shown->shares[0], 1); /* what is shown first stands at once */
    shown = show_at(fade, 3 * SIM_SECOND, &leader);
    ck_assert_uint_ne(leader, NODE_NONE);
    ck_assert_double_eq(shown->shares[leader], 0);
    ck_assert_int_eq(shown->before[leader].role, ROLE_FOLLOWER);
    ck_assert_double_eq(shown->shares[(leader + 1) % 5], 1); /* it was a follower and is one */
    ck_assert(fade_pass(fade, 0.06));
    shown = show_at(fade, 3 * SIM_SECOND, &leader);
    ck_assert_double_eq_tol(shown->shares[leader], 0.5, 1e-9);
    ck_assert(fade_pass(fade, 0.06) && !fade_is_on(fade) && !fade_pass(fade, 1));
    shown = show_at(fade, 6 * SIM_SECOND + 1, &leader); /* the cut */
    ck_assert_double_eq(shown->cuts_share, 0);
    for (int i = 0; i < 25; i++) {
        ck_assert(!shown->cuts_before[i]);
    }
    ck_assert(fade_pass(fade, 0.2) && !fade_is_on(fade));
    fade_free(fade);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("film");
    TCase *tests = tcase_create("film");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, wherever_it_was_it_shows_the_same_run);
    tcase_add_test(tests, a_step_back_undoes_a_step);
    tcase_add_test(tests, before_the_first_event_there_is_none);
    tcase_add_test(tests, stills_are_taken_on_the_way_and_are_bounded);
    tcase_add_test(tests, a_large_run_has_fewer_stills_and_the_same_past);
    tcase_add_test(tests, other_nodes_are_called_by_their_names);
    tcase_add_test(tests, states_and_walls_fade_in_120_milliseconds);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
