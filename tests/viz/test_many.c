/* Pictures and pages of many runs: labels stand apart, every value is where it belongs, and what is missing is said. */
#include "sim/study/store.h"
#include "tests/viz/made_facts.h"
#include "tests/viz/made_many.h"
#include "viz/html_many.h"
#include "viz/pictures_many.h"
#include "viz/reproduced.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct many_shape shapes[] = {
    {.points = 1, .runs = 20},
    {.points = 1, .runs = 1},
    {.axes = 1, .values = {5}, .runs = 20},
    {.axes = 1, .values = {2}, .runs = 1},
    {.axes = 1, .values = {40}, .runs = 500, .is_wide = true},
    {.axes = 1, .values = {7}, .runs = 5, .is_word = true, .has_long_names = true},
    {.axes = 2, .values = {3, 4}, .runs = 12},
    {.axes = 2, .values = {9, 25}, .runs = 3, .is_wide = true, .has_gaps = true},
    {.axes = 2, .values = {100, 100}, .runs = 1},
    {.axes = 2, .values = {6, 5}, .runs = 3, .is_word = true, .has_long_names = true},
    {.axes = 3, .values = {3, 4, 2}, .runs = 12},
    {.points = 2, .runs = 10, .has_no_values = true, .has_labels = true},
    {.axes = 1, .values = {30}, .runs = 10, .has_labels = true},
    {.points = 3, .runs = 10, .has_no_values = true, .has_gaps = true},
    {.points = 26, .runs = 10, .has_no_values = true, .has_long_names = true},
    {.axes = 1, .values = {5}, .runs = 20, .has_no_metrics = true},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const struct {
    double width, height;
    enum theme theme;
} pages[] = {{1600, 900, THEME_LIGHT}, {800, 450, THEME_DARK}};

static const struct many_choice no_choice = {0};

static const struct many_picture *find(const char *name) {
    for (uint32_t i = 0; i < many_picture_count; i++) {
        if (strcmp(many_pictures[i].name, name) == 0) {
            return &many_pictures[i];
        }
    }
    ck_abort_msg("no picture %s", name);
    return NULL;
}

static struct canvas *draw(const char *name, const struct many *many, const struct many_choice *choice) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, 1600, 900, THEME_LIGHT, "test");
    many_picture_draw(canvas, find(name), many, choice);
    return canvas;
}

START_TEST(no_label_meets_another_or_is_cut_off) {
    struct many *many = made_many(&shapes[_i]);
    for (uint32_t p = 0; p < many_picture_count; p++) {
        for (size_t page = 0; page < sizeof pages / sizeof pages[0]; page++) {
            struct text report = {0};
            struct canvas *canvas =
                canvas_new(CANVAS_PNG, pages[page].width, pages[page].height, pages[page].theme, "test");
            many_picture_draw(canvas, &many_pictures[p], many, &no_choice);
            ck_assert_msg(label_faults(canvas, &report) == 0, "shape %d, %s at %.0fx%.0f:\n%s", _i,
                          many_pictures[p].name, pages[page].width, pages[page].height, report.bytes);
            ck_assert_uint_gt(canvas_label_count(canvas), 1);
            text_free(&report);
            canvas_free(canvas);
        }
    }
    many_free(many);
}
END_TEST

START_TEST(pages_are_well_formed_and_bounded) {
    struct many *many = made_many(&shapes[_i]);
    struct page_origin origin = {.command = "spacelike sweep a<b.json", .version = "0", .build = "test", .wall_s = 1};
    struct text page = {0};
    char problem[256];
    html_many_report(many, &no_choice, &origin, &page);
    ck_assert_msg(is_well_formed(page.bytes, problem, sizeof problem), "%s", problem);
    ck_assert_uint_lt(page.length, PAGE_MOST_BYTES);
    text_free(&page);
    many_free(many);
}
END_TEST

START_TEST(what_is_missing_is_said) {
    static const struct {
        const char *picture, *label;
        struct many_shape shape;
    } expected[] = {
        {"sweep", "nothing varies from run to run but the seed: --vary PATH=A,B,C", {.points = 1, .runs = 3}},
        {"sweep",
         "no run has a value of the usual metrics; --metric NAME shows another",
         {.axes = 1, .values = {3}, .runs = 3, .has_no_metrics = true}},
        {"heat-map", "one parameter varies: a heat map needs two --vary", {.axes = 1, .values = {3}, .runs = 3}},
        {"pareto", "there is one design only: nothing to compare it with", {.points = 1, .runs = 3}},
        {"designs", "there is one design only: nothing to compare it with", {.points = 1, .runs = 3}},
        {"over-seeds",
         "the values of single runs are not in this file; a sweep's --db keeps them",
         {.points = 2, .runs = 3, .has_no_values = true}},
    };
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct many *many = made_many(&expected[i].shape);
        struct canvas *canvas = draw(expected[i].picture, many, &no_choice);
        ck_assert_msg(has_label(canvas, expected[i].label), "%s does not say: %s", expected[i].picture,
                      expected[i].label);
        canvas_free(canvas);
        many_free(many);
    }
    const char *const other[] = {"write.latency.p99"};
    struct many_choice elsewhere = {other, 1, "healing"};
    struct many *many = made_many(&shapes[2]);
    struct canvas *canvas = draw("sweep", many, &elsewhere);
    ck_assert(has_label(canvas, "no run has a value of that metric in that window"));
    canvas_free(canvas);
    many_free(many);
}
END_TEST

START_TEST(a_heat_map_has_its_means_in_their_places) {
    struct many *many = made_many(&(struct many_shape){.axes = 2, .values = {3, 4}, .runs = 1});
    const char *const names[] = {"messages_per_op"}; /* 10 and the number of the point */
    struct many_choice choice = {names, 1, NULL};
    struct canvas *canvas = draw("heat-map", many, &choice);
    /* Points count with the last axis turning fastest; that has more values and lies across; the first row is low. */
    const struct label *first = find_label(canvas, "10"), *right = find_label(canvas, "11"),
                       *above = find_label(canvas, "14"), *last = find_label(canvas, "21");
    ck_assert(first != NULL && right != NULL && above != NULL && last != NULL);
    ck_assert(right->rect.x > first->rect.x + 200 && fabs(right->rect.y - first->rect.y) < 1);
    ck_assert(above->rect.y < first->rect.y - 100 && fabs(above->rect.x - first->rect.x) < 10);
    ck_assert(last->rect.x > right->rect.x && last->rect.y < above->rect.y);
    canvas_free(canvas);
    many_free(many);
}
END_TEST

START_TEST(lines_end_at_their_last_means) {
    struct many *many = made_many(&(struct many_shape){.axes = 2, .values = {2, 5}, .runs = 4});
    const char *const names[] = {"messages_per_op"};
    struct many_choice choice = {names, 1, NULL};
    struct canvas *canvas = draw("sweep", many, &choice);
    /* The line of the second value lies 5 above the first: means 14 and 19 at the right end, on an axis up to 20. */
    const struct label *low = find_label(canvas, "election_timeout=1ms"),
                       *high = find_label(canvas, "election_timeout=1.7ms"), *ten = find_label(canvas, "10"),
                       *twenty = find_label(canvas, "20");
    ck_assert(low != NULL && high != NULL && ten != NULL && twenty != NULL);
    double unit = (ten->rect.y - twenty->rect.y) / 10;
    ck_assert_double_eq_tol((low->rect.y - high->rect.y) / unit, 5, 0.2);
    canvas_free(canvas);
    many_free(many);
}
END_TEST

START_TEST(the_front_is_named_and_what_is_better_is_said) {
    struct many *many = made_many(&(struct many_shape){.points = 3, .runs = 10, .has_no_values = true});
    const char *const names[] = {"write.latency.p99", "write.availability"};
    struct many_choice choice = {names, 2, NULL};
    struct canvas *canvas = draw("pareto", many, &choice);
    ck_assert(has_label(canvas, "design 0")); /* fastest and most available */
    ck_assert(has_label(canvas, "write.latency.p99 (less is better)"));
    ck_assert(has_label(canvas, "write.availability (more is better; not from 0)"));
    canvas_free(canvas);
    many_free(many);
}
END_TEST

START_TEST(the_quadrant_shows_the_label_that_most_runs_bear) {
    struct many *many = made_many(&(struct many_shape){.points = 2, .runs = 10, .has_labels = true});
    struct canvas *canvas = draw("pacelc", many, &no_choice);
    const struct label *card = find_label(canvas, "design 0"), *other = find_label(canvas, "design 0, cache");
    ck_assert(card != NULL && other != NULL);
    ck_assert(card->rect.x > 800 && card->rect.y > 450);   /* PC/EC: right, below */
    ck_assert(other->rect.x > 800 && other->rect.y < 450); /* PA/EC: right, above */
    canvas_free(canvas);
    many_free(many);
}
END_TEST

START_TEST(metrics_that_differ_come_first) {
    struct many *many = made_many(&(struct many_shape){.axes = 1, .values = {5}, .runs = 20});
    const struct many_metric *chosen[2];
    for (uint32_t p = 0; p < many->point_count; p++) { /* the usual first one is the same everywhere */
        many->metrics[0].values[p].mean = 1;
    }
    ck_assert_uint_eq(many_choose(many, &no_choice, chosen, 2), 2);
    ck_assert_str_eq(chosen[0]->name, "write.latency.p99");
    many_free(many);
}
END_TEST

/* ---- Figures beside those that were given ---- */

static const struct reproduced figures[] = {
    {"mean stay at a load of 0.8", 0.05, 0.0502, 0.0492, 0.0511, "given 50.00 ms", "50.19 ms", REPRODUCED_AGREES},
    {"a figure that is not what was published, whose name is longer than it should be", 100, 320, 300, 340, "given 100",
     "320", REPRODUCED_CONTRADICTS},
    {"what cannot be told", 10, 11.4, 7.5, INFINITY, "given 10.00 %", "11.4 %", REPRODUCED_OPEN},
    {"nothing was given", NAN, 0.43, 0.35, 0.5, "", "43 %", REPRODUCED_BESIDE},
    {"zero", 0, 0, 0, 0.1, "given 0", "0", REPRODUCED_BESIDE},
};

START_TEST(published_figures_stand_beside_ours) {
    for (uint32_t count = 0; count <= 5; count++) {
        struct canvas *canvas = canvas_new(CANVAS_PNG, 960, reproduced_height(count), THEME_LIGHT, "test");
        struct text report = {0};
        reproduced_draw(canvas, (struct rect){16, 0, 928, reproduced_height(count)}, "M/M/1", figures, count);
        ck_assert_msg(label_faults(canvas, &report) == 0, "%s", report.bytes);
        ck_assert(has_label(canvas, count == 0 ? "there are no figures" : "50.19 ms; given 50.00 ms"));
        /* Three times as much needs an axis of decades. */
        ck_assert(has_label(canvas, "ours, as a share of what was given; logarithmic") == (count >= 2));
        ck_assert(has_label(canvas, "contradicts") == (count >= 2));
        text_free(&report);
        canvas_free(canvas);
    }
}
END_TEST

/* ---- Reading ---- */

START_TEST(the_json_of_a_comparison_is_read) {
    static const char json[] =
        "{\"schema\": 1, \"level\": 0.95, \"window\": \"cut\", \"objectives\": [\"read.latency.p99\"], \"designs\": ["
        "{\"name\": \"scenarios/a.json  systems.store.params.reads=log\", \"runs\": 3, \"holds\": 2, \"on_front\": "
        "true, \"pacelc\": {\"labels\": [{\"name\": \"store: PC/EC\", \"runs\": 3}], \"metrics\": [{\"metric\": "
        "\"side.availability\", \"window\": \"partition\", \"runs\": 3, \"mean\": [0.5, 0.4, 0.6]}]}},"
        "{\"name\": \"scenarios/a.json  systems.store.params.reads=lease\", \"runs\": 3, \"holds\": 3, \"on_front\": "
        "false}],"
        "\"metrics\": {\"read.latency.p99\": ["
        "{\"runs\": 3, \"pairs\": 3, \"mean\": [0.002, 0.001, 0.003], \"difference\": [0, 0, 0], \"different\": false},"
        "{\"runs\": 1, \"pairs\": 1, \"mean\": [0.001, null, null], \"difference\": [-0.001, null, null], "
        "\"different\": "
        "false}]}}";
    struct text error = {0};
    struct many *many = many_of_comparison(json, &error);
    ck_assert_msg(many != NULL, "%s", error.bytes);
    ck_assert_uint_eq(many->point_count, 2);
    ck_assert_str_eq(many->points[0].name, "reads=log");
    ck_assert_str_eq(many->points[1].name, "reads=lease");
    ck_assert(!many->points[0].is_dominated && many->points[1].is_dominated);
    ck_assert_uint_eq(many->points[0].holds, 2);
    const struct many_metric *metric = many_metric(many, "read.latency.p99", "cut");
    ck_assert_ptr_nonnull(metric);
    ck_assert(metric->unit == UNIT_SECONDS && metric->values[0].low == 0.001 && isinf(metric->values[1].high));
    ck_assert_str_eq(many->objectives[0], "read.latency.p99");
    ck_assert_str_eq(many->points[0].labels[0].label, "PC/EC");
    metric = many_metric(many, "side.availability", "partition");
    ck_assert(metric != NULL && metric->values[0].mean == 0.5 && metric->values[1].runs == 0);
    many_free(many);
}
END_TEST

START_TEST(other_json_is_refused) {
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "null",
                                      "{\"designs\": []}",
                                      "{\"designs\": [{}], \"metrics\": {}}",
                                      "{\"designs\": [{\"name\": \"a\"}], \"metrics\": 3}",
                                      "{\"designs\": [{\"name\": \"a\"}], \"metrics\": {\"m\": []}}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct text error = {0};
        ck_assert_msg(many_of_comparison(bad[i], &error) == NULL, "%s was taken", bad[i]);
        ck_assert_ptr_nonnull(strstr(error.bytes, "expected what spacelike compare --json prints"));
        text_free(&error);
    }
}
END_TEST

START_TEST(a_store_is_read_point_by_point) {
    struct text error = {0}, vary = {0};
    struct grid grid = {0};
    ck_assert(grid_add(&grid, "systems.store.params.w=3,1", &error));
    ck_assert(grid_add(&grid, "systems.store.disk.sync=\"1ms\",\"20ms\"", &error));
    grid_write(&grid, &vary);
    struct store *store = store_open(":memory:", &error);
    struct provenance provenance = {.version = "0",
                                    .commit = "c",
                                    .scenario = "a.json",
                                    .scenario_hash = "1",
                                    .scenario_text = "{\"title\": \"W and disks\", \"question\": \"Why?\"}",
                                    .sets = "[]",
                                    .vary = vary.bytes,
                                    .plugins = ""};
    ck_assert_msg(store_claim(store, &provenance, &grid, &error), "%s", error.bytes);
    for (uint64_t point = 0; point < 4; point++) {
        for (uint64_t seed = 1; seed <= 3; seed++) {
            struct record_metric metric = {"write.latency.p50", "all", (double)(10 * point + seed)};
            struct record_check check = {"check", "linearizable", seed == 1 ? "violated" : "holds", "", 1};
            struct record record = {.point = point,
                                    .seed = seed,
                                    .verdict = seed == 1 ? "violated" : "holds",
                                    .detail = "",
                                    .metrics = &metric,
                                    .metric_count = 1,
                                    .checks = &check,
                                    .check_count = 1};
            ck_assert_msg(store_put(store, &record, &error), "%s", error.bytes);
        }
    }
    struct many *many = many_of_store(store, &error);
    ck_assert_msg(many != NULL, "%s", error.bytes);
    ck_assert_str_eq(many->title, "W and disks");
    ck_assert_str_eq(many->question, "Why?");
    ck_assert_uint_eq(many->axis_count, 2);
    ck_assert_str_eq(many->axes[1].name, "sync");
    ck_assert(many->axes[0].numbers[0] == 3 && many->axes[1].numbers[1] == 0.02 && many->axes[1].unit == UNIT_SECONDS);
    ck_assert_str_eq(many->points[1].name, "w=3, sync=20ms");
    ck_assert_uint_eq(many->points[2].places[0], 1);
    ck_assert_uint_eq(many->points[3].holds, 2);
    ck_assert_uint_eq(many->points[3].failures[0].seed, 1);
    ck_assert_ptr_nonnull(strstr(many->points[3].failures[0].replay, "a.json --seed 1 --set systems.store.params.w=1"));
    const struct many_metric *metric = many_metric(many, "write.latency.p50", "all");
    ck_assert(metric->values[2].mean == 22 && metric->values[2].values[0] == 21 && metric->values[2].runs == 3);
    ck_assert(many->points[0].checks[0].held == 2 && many->points[0].checks[0].judged == 3);
    many_free(many);
    store_close(store);
    grid_free(&grid);
    text_free(&vary);
}
END_TEST

START_TEST(parameters_are_read_with_their_units) {
    static const struct {
        const char *text;
        enum unit unit;
        double value;
    } good[] = {{"3", UNIT_COUNT, 3},          {"0.05", UNIT_COUNT, 0.05},
                {"150ms", UNIT_SECONDS, 0.15}, {"\"20ms\"", UNIT_SECONDS, 0.02},
                {"500/s", UNIT_RATE, 500},     {"4KiB", UNIT_BYTES, 4096}};
    static const char *const bad[] = {"", "read_index", "[\"1ms\", \"2ms\"]", "true", "\"", "10Gbit/s", "nan", "inf"};
    enum unit unit;
    double value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        ck_assert_msg(value_read(good[i].text, &unit, &value), "%s", good[i].text);
        ck_assert(unit == good[i].unit && fabs(value - good[i].value) < 1e-12);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!value_read(bad[i], &unit, &value), "%s", bad[i]);
    }
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("many");
    TCase *tests = tcase_create("many");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, no_label_meets_another_or_is_cut_off, 0, SHAPES);
    tcase_add_loop_test(tests, pages_are_well_formed_and_bounded, 0, SHAPES);
    tcase_add_test(tests, what_is_missing_is_said);
    tcase_add_test(tests, a_heat_map_has_its_means_in_their_places);
    tcase_add_test(tests, lines_end_at_their_last_means);
    tcase_add_test(tests, the_front_is_named_and_what_is_better_is_said);
    tcase_add_test(tests, the_quadrant_shows_the_label_that_most_runs_bear);
    tcase_add_test(tests, metrics_that_differ_come_first);
    tcase_add_test(tests, published_figures_stand_beside_ours);
    tcase_add_test(tests, the_json_of_a_comparison_is_read);
    tcase_add_test(tests, other_json_is_refused);
    tcase_add_test(tests, a_store_is_read_point_by_point);
    tcase_add_test(tests, parameters_are_read_with_their_units);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
