/* Every picture of several made runs: no label meets another or is cut off, in light and dark, large and small. */
#include "tests/viz/made_facts.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct made_shape usual = {.nodes = 5,
                                        .systems = 1,
                                        .clients = 20,
                                        .operations = 30000,
                                        .faults = 2,
                                        .reigns = 3,
                                        .is_cut = true,
                                        .voyages = 40};

static const struct made_shape shapes[] = {
    {.nodes = 5,
     .systems = 1,
     .clients = 20,
     .operations = 30000,
     .faults = 2,
     .reigns = 3,
     .is_cut = true,
     .voyages = 40},
    {.nodes = 3, .systems = 1, .clients = 1, .operations = 30, .faults = 12, .reigns = 12, .voyages = 3},
    {.nodes = 5,
     .systems = 1,
     .regions = 5,
     .clients = 50,
     .operations = 5000,
     .faults = 1,
     .reigns = 2,
     .is_cut = true,
     .voyages = 60},
    {.nodes = 9, .systems = 3, .clients = 7, .operations = 5000, .faults = 5, .reigns = 40, .voyages = 100},
    {.nodes = 100,
     .systems = 1,
     .regions = 4,
     .clients = 400,
     .operations = 5000,
     .faults = 900,
     .reigns = 2000,
     .voyages = 2000},
    {.nodes = 40,
     .systems = 12,
     .clients = 3,
     .operations = 500,
     .faults = 1,
     .reigns = 2,
     .is_cut = true,
     .voyages = 10},
    {.nodes = 3000, .systems = 2, .clients = 10, .operations = 100, .voyages = 500},
    {.nodes = 1, .systems = 1, .clients = 1, .operations = 1},
    {.nodes = 2,
     .systems = 1,
     .clients = 0,
     .title = "A title that is so long that no page of a usual width could ever hold it in one line, however hard it "
              "tried, so "
              "that it has to be shortened somewhere, and somebody has to see to it that it is"},
};
enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static const struct {
    double width, height;
    enum theme theme;
} pages[] = {{1600, 900, THEME_LIGHT}, {800, 450, THEME_DARK}};

static struct canvas *draw(const char *name, const struct made *made, double width, double height, enum theme theme) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, width, height, theme, "test");
    picture_draw(canvas, picture_find(name), &made->data);
    return canvas;
}

START_TEST(no_label_meets_another_or_is_cut_off) {
    struct made *made = made_new(&shapes[_i]);
    for (uint32_t p = 0; p < picture_count; p++) {
        for (size_t page = 0; page < sizeof pages / sizeof pages[0]; page++) {
            struct text report = {0};
            struct canvas *canvas =
                draw(pictures[p].name, made, pages[page].width, pages[page].height, pages[page].theme);
            ck_assert_msg(label_faults(canvas, &report) == 0, "shape %d, %s at %.0fx%.0f:\n%s", _i, pictures[p].name,
                          pages[page].width, pages[page].height, report.bytes);
            ck_assert_uint_gt(canvas_label_count(canvas), 1);
            text_free(&report);
            canvas_free(canvas);
        }
    }
    made_free(made);
}
END_TEST

START_TEST(empty_runs_say_so) {
    static const struct {
        const char *picture, *label;
    } expected[] = {
        {"stage", "nobody is on the stage"},
        {"space-time", "no message was under way and nothing happened in this stretch of time"},
        {"latency", "no operation succeeded after the warm-up"},
        {"tail", "no operation succeeded after the warm-up"},
        {"latency-over-time", "no operation succeeded"},
        {"availability", "no operation was invoked: the scenario has no workload"},
        {"staleness", "no read can be judged: the workload reads nothing that it wrote"},
        {"elections", "nobody led in this run"},
        {"load", "no operation was invoked: the scenario has no workload"},
        {"pacelc", "no partition took place in this run, or nobody was there to notice"},
    };
    struct made_shape nothing = {.systems = 1};
    struct made *made = made_new(&nothing);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct canvas *canvas = draw(expected[i].picture, made, 800, 450, THEME_LIGHT);
        ck_assert_msg(has_label(canvas, expected[i].label), "%s does not say: %s", expected[i].picture,
                      expected[i].label);
        canvas_free(canvas);
    }
    for (uint32_t p = 0; p < picture_count; p++) {
        struct text report = {0};
        struct canvas *canvas = draw(pictures[p].name, made, 800, 450, THEME_LIGHT);
        ck_assert_msg(label_faults(canvas, &report) == 0, "%s: %s", pictures[p].name, report.bytes);
        canvas_free(canvas);
        text_free(&report);
    }
    made_free(made);
}
END_TEST

START_TEST(faults_stand_where_they_happened) {
    struct made *made = made_new(&usual);
    struct canvas *canvas = draw("latency-over-time", made, 1600, 900, THEME_LIGHT);
    const struct label *first = find_label(canvas, "fault-1"), *second = find_label(canvas, "fault-2");
    const struct label *twenty = find_label(canvas, "20 s"), *forty = find_label(canvas, "40 s");
    ck_assert(first != NULL && second != NULL && twenty != NULL && forty != NULL);
    /* They begin at 20 s and 40 s: a name begins where its band does, a tick's label is centred. */
    ck_assert_double_eq_tol(first->rect.x, twenty->rect.x + twenty->rect.width / 2, 2);
    ck_assert_double_eq_tol(second->rect.x, forty->rect.x + forty->rect.width / 2, 2);
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(stage_names_nodes_terms_logs_and_clients) {
    struct made *made = made_new(&usual);
    struct canvas *canvas = draw("stage", made, 1600, 900, THEME_LIGHT);
    static const char *const labels[] = {"store/1",           "store/5",         "term 1234",     "1,234,567",
                                         "20 clients",        "partition",       "leader: crown", "down: a cross",
                                         "candidate: dashed", "paused: two bars"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        ck_assert_msg(has_label(canvas, labels[i]), "the stage does not say: %s", labels[i]);
    }
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(the_quadrant_says_where_and_why) {
    struct made *made = made_new(&usual);
    struct canvas *canvas = draw("pacelc", made, 1600, 900, THEME_LIGHT);
    const struct label *quarter = find_label(canvas, "PC/EC"), *other = find_label(canvas, "PA/EL"),
                       *card = find_label(canvas, "a-store-with-a-long-name-1");
    ck_assert(quarter != NULL && other != NULL && card != NULL);
    ck_assert(has_label(canvas, "worst side serves 1.23 %, stale reads 0 %, write p50 3.21 ms"));
    ck_assert(has_label(canvas, "none of 4064 reads was stale"));
    /* Below its quarter's name, at the right of and below the opposite quarter. */
    ck_assert(card->rect.y > quarter->rect.y && card->rect.y < quarter->rect.y + 60);
    ck_assert(card->rect.x > 800 && other->rect.x < 800 && other->rect.y < quarter->rect.y - 200);
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(load_tells_rates_and_how_busy_cores_were) {
    struct made *made = made_new(&usual);
    struct canvas *canvas = draw("load", made, 1600, 900, THEME_LIGHT);
    ck_assert(has_label(canvas, "store/3"));
    ck_assert(has_label(canvas, "24.6 %")); /* of the third node */
    ck_assert(has_label(canvas, "no service time"));
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(axes_carry_units) {
    struct made *made = made_new(&usual);
    struct canvas *canvas = draw("latency", made, 1600, 900, THEME_LIGHT);
    ck_assert(has_label(canvas, "1 ms"));
    ck_assert(has_label(canvas, "100 %"));
    ck_assert(has_label(canvas, "0 %"));
    ck_assert(has_label(canvas, "latency, logarithmic"));
    canvas_free(canvas);
    made_free(made);
}
END_TEST

static int ascending(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

/* What a column has to say, found by going through all samples. */
static void check_column(const struct sample *samples, size_t count, double from, double until, bool is_last,
                         const struct column *column) {
    double *values = malloc((count + 1) * sizeof *values);
    size_t own = 0;
    ck_assert_ptr_nonnull(values);
    for (size_t i = 0; i < count; i++) {
        if (samples[i].at >= from && (samples[i].at < until || (is_last && samples[i].at <= until))) {
            values[own++] = samples[i].value;
        }
    }
    qsort(values, own, sizeof *values, ascending);
    ck_assert_uint_eq(column->count, own);
    if (own > 0) {
        ck_assert(column->least == values[0] && column->most == values[own - 1]);
        ck_assert(column->p50 == values[(own + 1) / 2 - 1]);
        ck_assert(column->p99 == values[(own * 99 + 99) / 100 - 1]);
    }
    free(values);
}

START_TEST(a_million_operations_are_reduced_without_a_lie) {
    enum { COLUMNS = 64 };
    struct made_shape large = usual;
    large.operations = 1000000;
    struct made *made = made_new(&large);
    size_t count;
    struct sample *samples = fact_latencies(&made->facts, GROUP_READS, true, &count);
    double seconds = fact_seconds(made->facts.duration);
    struct column *columns = reduce_samples(samples, count, 0, seconds, COLUMNS);
    ck_assert_uint_gt(count, 400000);
    for (int c = 0; c < COLUMNS; c++) { /* 60 s in 64 parts: the borders are exact */
        check_column(samples, count, seconds * c / COLUMNS, seconds * (c + 1) / COLUMNS, c + 1 == COLUMNS, &columns[c]);
    }
    free(columns);
    free(samples);
    made_free(made);
}
END_TEST

START_TEST(one_slow_operation_in_a_million_is_seen) {
    struct made_shape large = usual;
    large.operations = 1000000;
    struct made *made = made_new(&large);
    struct operation *operations = (struct operation *)(uintptr_t)made->facts.operations;
    static const char *const names[] = {"latency", "tail", "latency-over-time"};
    operations[500000].outcome = OUTCOME_OK;
    operations[500000].completed = operations[500000].invoked + 9 * SIM_SECOND;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct canvas *canvas = draw(names[i], made, 1600, 900, THEME_LIGHT);
        ck_assert_msg(has_label(canvas, "10 s"), "%s does not reach to the slowest", names[i]);
        canvas_free(canvas);
    }
    made_free(made);
}
END_TEST

START_TEST(causal_past_is_what_messages_carry) {
    /* a -> b arrives at 20, b -> c sent at 30 arrives at 40: c at 50 knows of a up to 10, of b up to 30. c -> a arrives
     * too late, d -> c is lost, and a -> d has no effect on c. */
    static const struct voyage voyages[] = {
        {.sent = 10, .ends = 20, .from = 0, .to = 1, .type = "m"},
        {.sent = 12, .ends = 60, .from = 0, .to = 1, .type = "m"},
        {.sent = 15, .ends = 35, .from = 3, .to = 2, .type = "m", .fate = FATE_LOST_AT_ARRIVAL},
        {.sent = 16, .ends = 18, .from = 0, .to = 3, .type = "m"},
        {.sent = 30, .ends = 40, .from = 1, .to = 2, .type = "m"},
        {.sent = 45, .ends = 55, .from = 2, .to = 0, .type = "m"},
    };
    static const char *const names[] = {"a", "b", "c", "d"};
    struct stretch stretch = {.until = 100,
                              .voyages = voyages,
                              .voyage_count = 6,
                              .names = names,
                              .node_count = 4,
                              .has_chosen = true,
                              .chosen_node = 2,
                              .chosen_at = 50};
    sim_time horizons[4];
    bool has_effect[6];
    stretch_past(&stretch, horizons, has_effect);
    ck_assert_int_eq(horizons[0], 10);
    ck_assert_int_eq(horizons[1], 30);
    ck_assert_int_eq(horizons[2], 50);
    ck_assert_int_eq(horizons[3], -1);
    static const bool expected[] = {true, false, false, false, true, false};
    ck_assert_mem_eq(has_effect, expected, sizeof expected);
}
END_TEST

START_TEST(markup_of_every_picture_is_bounded_and_well_formed) {
    struct made *made = made_new(&shapes[_i]);
    for (uint32_t p = 0; p < picture_count; p++) {
        struct text bytes = {0}, error = {0};
        char problem[128];
        struct canvas *canvas = canvas_new(CANVAS_MARKUP, 1080, 600, THEME_LIGHT, pictures[p].name);
        picture_draw(canvas, &pictures[p], &made->data);
        ck_assert(canvas_finish(canvas, &bytes, &error));
        ck_assert_msg(is_well_formed(bytes.bytes, problem, sizeof problem), "%s: %s", pictures[p].name, problem);
        ck_assert_msg(bytes.length < 700000, "%s has %zu bytes", pictures[p].name, bytes.length);
        canvas_free(canvas);
        text_free(&bytes);
    }
    made_free(made);
}
END_TEST

START_TEST(clients_do_not_know_what_another_client_knows) {
    /* Client 1 (endpoint 1) hears of node 0; client 2 (endpoint 2) asks node 0 later: no effect passes between them. */
    static const struct voyage voyages[] = {
        {.sent = 10, .ends = 20, .from = 0, .to = 1, .type = "reply"},
        {.sent = 25, .ends = 40, .from = 2, .to = 0, .type = "request"},
    };
    static const char *const names[] = {"a"};
    struct stretch stretch = {.until = 100,
                              .voyages = voyages,
                              .voyage_count = 2,
                              .names = names,
                              .node_count = 1,
                              .has_chosen = true,
                              .chosen_node = 0,
                              .chosen_at = 50};
    sim_time horizons[1];
    bool has_effect[2];
    stretch_past(&stretch, horizons, has_effect);
    ck_assert(!has_effect[0] && has_effect[1]);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("pictures");
    TCase *tests = tcase_create("pictures");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, no_label_meets_another_or_is_cut_off, 0, SHAPES);
    tcase_add_loop_test(tests, markup_of_every_picture_is_bounded_and_well_formed, 0, SHAPES);
    tcase_add_test(tests, empty_runs_say_so);
    tcase_add_test(tests, faults_stand_where_they_happened);
    tcase_add_test(tests, stage_names_nodes_terms_logs_and_clients);
    tcase_add_test(tests, the_quadrant_says_where_and_why);
    tcase_add_test(tests, load_tells_rates_and_how_busy_cores_were);
    tcase_add_test(tests, axes_carry_units);
    tcase_add_test(tests, a_million_operations_are_reduced_without_a_lie);
    tcase_add_test(tests, one_slow_operation_in_a_million_is_seen);
    tcase_add_test(tests, causal_past_is_what_messages_carry);
    tcase_add_test(tests, clients_do_not_know_what_another_client_knows);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
