/* The player of a window, without a window: time, keys, clicks, and what is drawn. */
#include "models/registry.h"
#include "tests/viz/made_facts.h"
#include "viz/player.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scenario *scenario;
static struct run *run;
static struct facts *facts;
static struct player *player;

static void set_up(void) {
    struct model_list models = {.models = model_registry, .count = model_registry_count};
    static const char faults[] = "faults=[{\"name\": \"cut\", \"at\": \"4s\", \"for\": \"4s\", "
                                 "\"partition\": {\"isolate\": \"leader\"}}]";
    const char *const sets[] = {"duration=12s", faults, "expect=[]", "warmup=1s"};
    struct scenario_options options = {.models = &models, .sets = sets, .set_count = 4};
    struct run_options running = {0};
    struct text errors = {0};
    char path[1024];
    snprintf(path, sizeof path, "%s/../scenarios/raft/leader-partition.json", getenv("TEST_ROOT"));
    scenario = scenario_read(path, &options, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes);
    run = run_execute(scenario, &running);
    facts = facts_of_run(run);
    player = player_new(scenario, 0, facts);
}

static void tear_down(void) {
    player_free(player);
    facts_free(facts);
    run_free(run);
    scenario_free(scenario);
}

static struct canvas *draw(double width, double height) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, width, height, THEME_LIGHT, "test");
    player_draw(player, canvas);
    return canvas;
}

static bool shows(const char *label) {
    struct canvas *canvas = draw(1600, 900);
    bool is_there = has_label(canvas, label);
    canvas_free(canvas);
    return is_there;
}

/* The first place of a kind, from the top. */
static bool find_target(const struct canvas *canvas, enum target_kind kind, double *x, double *y) {
    for (*y = 60; *y < canvas_height(canvas); *y += 3) {
        for (*x = 3; *x < 1200; *x += 3) {
            const struct canvas_target *target = canvas_target_at(canvas, *x, *y);
            if (target != NULL && target->kind == kind) {
                return true;
            }
        }
    }
    return false;
}

START_TEST(it_starts_where_something_is_worth_a_look) {
    ck_assert_int_eq(player_now(player), 6 * SIM_SECOND); /* the middle of the fault */
    ck_assert(!player_is_playing(player));
    ck_assert(shows("6.000000 s") && shows("partition") && shows("Last events"));
}
END_TEST

START_TEST(time_passes_as_fast_as_is_said) {
    ck_assert(!player_tick(player, 1)); /* it is paused */
    player_press(player, PLAYER_PAUSE);
    ck_assert(player_tick(player, 1));
    ck_assert_int_eq(player_now(player), 6 * SIM_SECOND + SIM_MILLISECOND);
    player_press(player, PLAYER_FASTER);
    player_tick(player, 1);
    ck_assert_int_eq(player_now(player), 6 * SIM_SECOND + 3 * SIM_MILLISECOND);
    for (int i = 0; i < 12; i++) {
        player_press(player, PLAYER_FASTER);
    }
    player_tick(player, 10);
    ck_assert_int_eq(player_now(player), 12 * SIM_SECOND);
    ck_assert(!player_is_playing(player)); /* the end */
}
END_TEST

START_TEST(a_step_is_one_event) {
    sim_time before = player_now(player);
    player_press(player, PLAYER_STEP);
    ck_assert_int_gt(player_now(player), before);
    ck_assert_int_lt(player_now(player), before + SIM_SECOND / 10);
}
END_TEST

START_TEST(going_back_gives_the_same_run) {
    struct canvas *first = draw(1600, 900);
    player_seek(player, 11 * SIM_SECOND);
    ck_assert(!shows("6.000000 s"));
    player_seek(player, 6 * SIM_SECOND);
    struct canvas *again = draw(1600, 900);
    ck_assert_uint_eq(canvas_label_count(first), canvas_label_count(again));
    for (uint32_t i = 0; i < canvas_label_count(first); i++) {
        ck_assert_str_eq(canvas_label(first, i)->text, canvas_label(again, i)->text);
    }
    canvas_free(first);
    canvas_free(again);
}
END_TEST

START_TEST(a_step_back_undoes_a_step) {
    sim_time before;
    player_press(player, PLAYER_STEP);
    before = player_now(player);
    player_press(player, PLAYER_STEP);
    player_press(player, PLAYER_STEP_BACK);
    ck_assert_int_eq(player_now(player), before);
}
END_TEST

START_TEST(a_fade_wants_frames_though_the_run_is_paused) {
    canvas_free(draw(1600, 900));
    ck_assert(!player_is_moving(player) && !player_tick(player, 1));
    player_seek(player, 0); /* the leader is none yet, and nothing is cut off */
    canvas_free(draw(1600, 900));
    ck_assert(player_is_moving(player));
    ck_assert(player_tick(player, 0.06) && player_is_moving(player));
    ck_assert(player_tick(player, 0.07) && !player_is_moving(player));
    ck_assert(!player_tick(player, 1));
}
END_TEST

START_TEST(a_click_on_the_timeline_goes_there) {
    struct canvas *canvas = draw(1600, 900);
    const struct label *tick = find_label(canvas, "8 s");
    ck_assert_ptr_nonnull(tick);
    player_click(player, canvas, tick->rect.x + tick->rect.width / 2, tick->rect.y - 40);
    ck_assert_double_eq_tol((double)player_now(player) / 1e9, 8, 0.05);
    canvas_free(canvas);
}
END_TEST

START_TEST(a_drag_moves_the_playhead_and_nothing_else) {
    double x, y;
    struct canvas *canvas = draw(1600, 900);
    const struct label *tick = find_label(canvas, "8 s");
    player_drag(player, canvas, tick->rect.x + tick->rect.width / 2, tick->rect.y - 40);
    ck_assert_double_eq_tol((double)player_now(player) / 1e9, 8, 0.05);
    canvas_free(canvas);
    canvas = draw(1600, 900);
    ck_assert(find_target(canvas, TARGET_NODE, &x, &y));
    sim_time before = player_now(player);
    player_drag(player, canvas, x, y);
    ck_assert_int_eq(player_now(player), before);
    canvas_free(canvas);
}
END_TEST

START_TEST(a_click_on_a_node_opens_it) {
    double x, y;
    char name[64];
    struct canvas *canvas = draw(1600, 900);
    ck_assert(find_target(canvas, TARGET_NODE, &x, &y));
    uint32_t node = canvas_target_at(canvas, x, y)->node;
    player_press(player, PLAYER_NEXT);
    player_click(player, canvas, x, y);
    canvas_free(canvas);
    canvas = draw(1600, 900);
    snprintf(name, sizeof name, "%s", facts->nodes[node].name);
    bool is_open = false;
    for (uint32_t i = 0; i < canvas_label_count(canvas); i++) {
        const struct label *label = canvas_label(canvas, i);
        is_open = is_open || (strcmp(label->text, name) == 0 && label->rect.x > 1250 && label->rect.y < 100);
    }
    ck_assert_msg(is_open, "%s is not in the inspector", name);
    canvas_free(canvas);
}
END_TEST

START_TEST(a_click_on_an_event_shows_its_past) {
    double x, y;
    player_press(player, PLAYER_SWITCH);
    struct canvas *canvas = draw(1600, 900);
    ck_assert(has_label(canvas, "time runs down; a cross is a lost message"));
    ck_assert(find_target(canvas, TARGET_EVENT, &x, &y));
    player_click(player, canvas, x, y);
    canvas_free(canvas);
    ck_assert(shows("strong: what can have had an effect on the marked event") && shows("this event"));
    player_press(player, PLAYER_SWITCH);
    ck_assert(!shows("this event"));
}
END_TEST

START_TEST(no_label_meets_another_or_is_cut_off) {
    static const double sizes[][2] = {{1600, 900}, {800, 450}, {640, 400}};
    static const sim_time times[] = {0, 4 * SIM_SECOND + SIM_SECOND / 5, 12 * SIM_SECOND};
    for (int mode = 0; mode < 2; mode++) {
        for (int t = 0; t < 3; t++) {
            player_seek(player, times[t]);
            for (int i = 0; i < 3; i++) {
                struct text report = {0};
                struct canvas *canvas = draw(sizes[i][0], sizes[i][1]);
                ck_assert_msg(label_faults(canvas, &report) == 0, "%.0fx%.0f:\n%s", sizes[i][0], sizes[i][1],
                              report.bytes);
                canvas_free(canvas);
                text_free(&report);
            }
        }
        player_press(player, PLAYER_SWITCH);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("player");
    TCase *tests = tcase_create("player");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, it_starts_where_something_is_worth_a_look);
    tcase_add_test(tests, time_passes_as_fast_as_is_said);
    tcase_add_test(tests, a_step_is_one_event);
    tcase_add_test(tests, a_step_back_undoes_a_step);
    tcase_add_test(tests, a_fade_wants_frames_though_the_run_is_paused);
    tcase_add_test(tests, going_back_gives_the_same_run);
    tcase_add_test(tests, a_click_on_the_timeline_goes_there);
    tcase_add_test(tests, a_drag_moves_the_playhead_and_nothing_else);
    tcase_add_test(tests, a_click_on_a_node_opens_it);
    tcase_add_test(tests, a_click_on_an_event_shows_its_past);
    tcase_add_test(tests, no_label_meets_another_or_is_cut_off);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
