/* What pictures must not claim: peaks before their cause, mixtures that nobody measured, colours without a name, a part
 * for the whole without saying so. */
#include "tests/viz/made_facts.h"
#include "tests/viz/made_many.h"
#include "viz/charts.h"
#include "viz/charts_many.h"
#include "viz/message_key.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 4000 };

static struct canvas *draw(const char *name, const struct made *made, enum canvas_form form) {
    struct canvas *canvas = canvas_new(form, 800, 450, THEME_LIGHT, "test");
    picture_draw(canvas, picture_find(name), &made->data);
    return canvas;
}

static struct text markup_of(struct canvas *canvas) {
    struct text bytes = {0}, error = {0};
    ck_assert(canvas_finish(canvas, &bytes, &error));
    return bytes;
}

/* The points of a path of markup, from behind its d=". */
static uint32_t read_path(const char *path, struct point *points) {
    uint32_t count = 0;
    while (*path != '"' && count < MOST_POINTS) {
        char *end;
        path += *path == 'M' || *path == 'L' || *path == ' ';
        points[count].x = strtod(path, &end);
        ck_assert(end != path && *end == ' ');
        points[count++].y = strtod(end + 1, &end);
        path = end;
    }
    return count;
}

/* The points of the next path that has such an attribute; 0: there is none more. */
static uint32_t next_path(const char **markup, const char *attribute, struct point *points) {
    const char *path;
    while ((path = strstr(*markup, "<path d=\"")) != NULL) {
        const char *end = strstr(path, "/>"), *found = strstr(path, attribute);
        *markup = end;
        if (found != NULL && found < end) {
            return read_path(path + strlen("<path d=\""), points);
        }
    }
    return 0;
}

START_TEST(slices_end_at_round_times) {
    static const struct {
        double length, most, seconds;
        uint32_t count;
    } cases[] = {{60, 200, 0.5, 120}, {60, 120, 0.5, 120},  {60, 119, 1, 60},
                 {10, 99, 0.2, 50},   {0.013, 5, 0.005, 3}, {3600, 300, 20, 180}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slices slices = slices_of(cases[i].length, cases[i].most);
        ck_assert_double_eq_tol(slices.seconds, cases[i].seconds, 1e-12);
        ck_assert_uint_eq(slices.count, cases[i].count);
    }
    /* A rate over the crumb at the end of 60.01 s would be a peak that never was. */
    struct slices slices = slices_of(60.01, 120);
    ck_assert_double_eq(slice_length(slices, 59, 60.01), 1);
    ck_assert(slices.count == 61 && isnan(slice_length(slices, 60, 60.01)));
    ck_assert_double_eq_tol(slice_length(slices_of(60.5, 120), 60, 60.5), 0.5, 1e-9);
}
END_TEST

START_TEST(a_peak_does_not_begin_before_its_fault) {
    struct made_shape shape = {.nodes = 3, .systems = 1, .clients = 1, .operations = 60000, .faults = 2};
    struct made *made = made_new(&shape);
    struct operation *operations = (struct operation *)(uintptr_t)made->facts.operations;
    sim_time fault = made->facts.faults[0].from;
    for (uint32_t i = 0; i < made->facts.operation_count; i++) {
        bool is_slow = operations[i].invoked >= fault && operations[i].invoked < fault + SIM_SECOND / 5;
        operations[i].kind = OP_WRITE;
        operations[i].completed = operations[i].invoked + (is_slow ? 500 : 2) * SIM_MILLISECOND;
    }
    struct canvas *canvas = draw("latency-over-time", made, CANVAS_MARKUP);
    const struct label *tick = find_label(canvas, "20 s"), *fast = find_label(canvas, "10 ms");
    ck_assert(tick != NULL && fast != NULL && fault == 20 * SIM_SECOND);
    double at = tick->rect.x + tick->rect.width / 2, level = fast->rect.y;
    struct text markup = markup_of(canvas);
    const char *rest = markup.bytes;
    struct point points[MOST_POINTS];
    uint32_t peaks = 0, count;
    while ((count = next_path(&rest, "s-orange", points)) > 0) {
        for (uint32_t i = 0; i < count; i++) {
            ck_assert_msg(points[i].y > level || points[i].x > at - 1.5, "a peak at %f, the fault is at %f",
                          points[i].x, at);
            peaks += points[i].y < level;
        }
    }
    ck_assert_uint_gt(peaks, 0);
    text_free(&markup);
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(a_single_operation_is_seen) {
    static const char *const names[] = {"latency-over-time", "latency", "tail", "timeline"};
    struct made_shape shape = {.nodes = 1, .systems = 1, .clients = 1, .operations = 1};
    struct made *made = made_new(&shape);
    struct operation *operation = (struct operation *)(uintptr_t)made->facts.operations;
    operation->outcome = OUTCOME_OK;
    operation->kind = OP_WRITE;
    operation->invoked = 8 * SIM_SECOND;
    operation->completed = operation->invoked + 20 * SIM_MILLISECOND;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct canvas *canvas = draw(names[i], made, CANVAS_MARKUP);
        for (uint32_t l = 0; l < canvas_label_count(canvas); l++) {
            const char *text = canvas_label(canvas, l)->text;
            ck_assert_msg(strchr(text, '%') == NULL || strtod(text, NULL) <= 100, "%s says %s", names[i], text);
        }
        struct text markup = markup_of(canvas);
        const char *rest = markup.bytes;
        struct point points[MOST_POINTS];
        uint32_t count, lines = 0;
        while ((count = next_path(&rest, "s-orange", points)) > 0) {
            lines += count > 1 && hypot(points[count - 1].x - points[0].x, points[count - 1].y - points[0].y) >= 2;
        }
        ck_assert_msg(lines > 0, "%s shows no operation", names[i]);
        text_free(&markup);
        canvas_free(canvas);
    }
    made_free(made);
}
END_TEST

START_TEST(a_pareto_front_is_a_staircase) {
    static const struct many_shape shape = {.points = 12, .runs = 5};
    static const char *const pairs[][2] = {{"write.latency.p50", "messages_per_op"},
                                           {"write.availability", "read.stale.share"}};
    for (int p = 0; p < 2; p++) {
        struct many *many = made_many(&shape);
        struct many_choice choice = {pairs[p], 2, NULL};
        struct canvas *canvas = canvas_new(CANVAS_MARKUP, 800, 450, THEME_LIGHT, "test");
        /* So that each costs what the other gains, and all are on the front. */
        for (uint32_t i = 0; i < many->metric_count; i++) {
            for (uint32_t k = 0; k < many->point_count; k++) {
                bool is_falling = strcmp(many->metrics[i].name, pairs[0][1]) == 0;
                double value = 0.1 + 0.01 * (is_falling ? many->point_count - k : k);
                many->metrics[i].values[k].mean = value;
                many->metrics[i].values[k].low = many->metrics[i].values[k].high = value;
            }
        }
        pareto_draw(canvas, (struct rect){0, 0, 800, 450}, many, &choice);
        struct text markup = markup_of(canvas);
        const char *rest = markup.bytes;
        struct point points[MOST_POINTS];
        uint32_t count = next_path(&rest, "dasharray", points);
        ck_assert_uint_eq(count, 2 * many->point_count - 1);
        for (uint32_t i = 1; i < count; i++) {
            bool is_level = fabs(points[i].y - points[i - 1].y) < 0.2,
                 is_upright = fabs(points[i].x - points[i - 1].x) < 0.2;
            ck_assert_msg(is_level || is_upright, "from %f,%f to %f,%f", points[i - 1].x, points[i - 1].y, points[i].x,
                          points[i].y);
        }
        text_free(&markup);
        canvas_free(canvas);
        many_free(many);
    }
}
END_TEST

START_TEST(an_expected_violation_is_told_beside_the_verdict) {
    struct made_shape shape = {.nodes = 3, .systems = 1, .clients = 1, .operations = 10};
    struct made *made = made_new(&shape);
    made->facts.verdict = VERDICT_HOLDS;
    for (int i = 0; i < 2; i++) {
        made->facts.has_violation = i == 1;
        struct canvas *canvas = draw("overview", made, CANVAS_PNG);
        ck_assert(has_label(canvas, "HOLDS"));
        ck_assert(has_label(canvas, "violated, as expected") == (i == 1));
        canvas_free(canvas);
    }
    made_free(made);
}
END_TEST

START_TEST(what_has_a_colour_has_its_name) {
    static const char *const types[] = {"one.with.a.long.name", "two", "three.is.long.too", "four"};
    static const uint32_t counts[] = {4, 9, 1, 6};
    struct voyage voyages[20];
    uint32_t count = 0;
    for (int t = 0; t < 4; t++) {
        for (uint32_t i = 0; i < counts[t]; i++) {
            voyages[count++] = (struct voyage){.type = types[t]};
        }
    }
    struct message_key key = message_key_of(voyages, count);
    struct canvas *canvas = canvas_new(CANVAS_PNG, 800, 450, THEME_LIGHT, "test");
    ck_assert_uint_eq(key.type_count, 4);
    double whole = message_key_fit(canvas, &key, 800);
    ck_assert_uint_eq(key.type_count, 4); /* it had room */
    ck_assert_double_le(message_key_fit(canvas, &key, whole - 1), whole - 1);
    ck_assert_uint_lt(key.type_count, 4);
    uint32_t total = key.others;
    for (uint32_t t = 0; t < key.type_count; t++) {
        total += key.types[t].count;
    }
    ck_assert_uint_eq(total, count);
    ck_assert_int_eq(message_key_ink(&key, "three.is.long.too"), INK_FAINT); /* the rarest */
    ck_assert_int_ne(message_key_ink(&key, "two"), INK_FAINT);
    message_key_draw(canvas, &key, 0, 20);
    ck_assert(has_label(canvas, "two 9"));
    canvas_free(canvas);
}
END_TEST

START_TEST(among_thousands_the_chosen_one_is_there_and_a_part_is_called_a_part) {
    struct made_shape shape = {.nodes = 3000, .systems = 1, .clients = 10, .operations = 100, .voyages = 500};
    struct made *made = made_new(&shape);
    made->stretch.chosen_node = 2999;
    struct canvas *canvas = draw("space-time", made, CANVAS_PNG);
    const struct label *chosen = find_label(canvas, "store/3 leads in term 1234");
    ck_assert_ptr_nonnull(chosen);
    ck_assert(has_label(canvas, "store/") && has_label(canvas, "3000"));
    canvas_free(canvas);
    canvas = draw("stage", made, CANVAS_PNG);
    ck_assert(has_label(canvas, "400 of 500 messages drawn"));
    canvas_free(canvas);
    canvas = draw("load", made, CANVAS_PNG);
    bool says_rest = false;
    for (uint32_t i = 0; i < canvas_label_count(canvas); i++) {
        const char *text = canvas_label(canvas, i)->text;
        says_rest = says_rest || strncmp(text, "each other (29", strlen("each other (29")) == 0;
    }
    ck_assert(says_rest);
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(a_cut_has_one_wall_not_two) {
    struct made_shape shape = {.nodes = 4, .systems = 1, .is_cut = true};
    struct made *made = made_new(&shape);
    for (uint32_t i = 0; i < 16; i++) { /* the first two from the last two */
        made->moment.cuts[i] = (i / 4 < 2) != (i % 4 < 2);
    }
    struct canvas *canvas = draw("stage", made, CANVAS_MARKUP);
    struct text markup = markup_of(canvas);
    uint32_t walls = 0;
    for (const char *at = markup.bytes; (at = strstr(at, "class=\"s-vermilion\" stroke-width=\"4\"")) != NULL; at++) {
        walls++;
    }
    ck_assert_uint_eq(walls, 3); /* around two nodes, and in the key */
    text_free(&markup);
    canvas_free(canvas);
    made_free(made);
}
END_TEST

START_TEST(a_message_lost_on_its_way_ends_on_no_other_node) {
    static const struct voyage voyages[] = {
        {.sent = 10, .ends = 90, .from = 0, .to = 2, .type = "m", .fate = FATE_LOST_ON_THE_WAY}};
    static const char *const names[] = {"a", "b", "c"};
    struct stretch stretch = {.until = 100, .voyages = voyages, .voyage_count = 1, .names = names, .node_count = 3};
    struct canvas *canvas = canvas_new(CANVAS_MARKUP, 800, 450, THEME_LIGHT, "test");
    space_time_draw(canvas, (struct rect){0, 0, 800, 450}, NULL, &stretch);
    const struct label *other = find_label(canvas, "b");
    double lane = other->rect.x + other->rect.width / 2;
    struct text markup = markup_of(canvas);
    const char *rest = markup.bytes;
    struct point points[MOST_POINTS];
    uint32_t strokes = 0;
    while (next_path(&rest, "s-vermilion", points) == 2) {
        ck_assert_double_gt(fabs((points[0].x + points[1].x) / 2 - lane), 20);
        strokes++;
    }
    ck_assert_uint_eq(strokes, 2); /* of the cross */
    text_free(&markup);
    canvas_free(canvas);
}
END_TEST

/* Whatever the run holds, a picture is made of about as many strokes as it has columns of pixels. */
START_TEST(a_million_of_anything_takes_few_strokes) {
    static const struct made_shape many[] = {
        {.nodes = 5, .systems = 1, .clients = 20, .operations = 1000000, .faults = 2, .reigns = 3},
        {.nodes = 5, .systems = 1, .clients = 20, .operations = 100, .faults = 1000000, .reigns = 1000000}};
    static const char *const names[] = {"overview",  "latency-over-time", "availability",
                                        "staleness", "elections",         "tail"};
    struct made *made = made_new(&many[_i]);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct canvas *canvas = draw(names[i], made, CANVAS_MARKUP);
        struct text markup = markup_of(canvas);
        ck_assert_msg(markup.length < 1000000, "%s takes %zu bytes", names[i], markup.length);
        text_free(&markup);
        canvas_free(canvas);
    }
    made_free(made);
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("honest");
    TCase *tests = tcase_create("honest");
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, slices_end_at_round_times);
    tcase_add_test(tests, a_peak_does_not_begin_before_its_fault);
    tcase_add_test(tests, a_single_operation_is_seen);
    tcase_add_test(tests, a_pareto_front_is_a_staircase);
    tcase_add_test(tests, an_expected_violation_is_told_beside_the_verdict);
    tcase_add_test(tests, what_has_a_colour_has_its_name);
    tcase_add_test(tests, among_thousands_the_chosen_one_is_there_and_a_part_is_called_a_part);
    tcase_add_test(tests, a_cut_has_one_wall_not_two);
    tcase_add_test(tests, a_message_lost_on_its_way_ends_on_no_other_node);
    tcase_add_loop_test(tests, a_million_of_anything_takes_few_strokes, 0, 2);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
