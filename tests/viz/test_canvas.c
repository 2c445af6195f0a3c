#include "viz/canvas.h"

#include "tests/viz/made_facts.h"

#include <check.h>
#include <math.h>
#include <string.h>

START_TEST(labels_are_recorded_with_rectangle_and_clip) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, 400, 200, THEME_LIGHT, "t");
    canvas_clip(canvas, (struct rect){10, 10, 50, 50});
    canvas_text(canvas, 20, 30, ANCHOR_START, TYPE_BODY, INK_TEXT, "a label that is cut off");
    canvas_unclip(canvas);
    canvas_text(canvas, 200, 100, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT, "in the middle");
    canvas_text(canvas, 205, 102, ANCHOR_START, TYPE_AXIS, INK_FAINT, "on top of it");
    ck_assert_uint_eq(canvas_label_count(canvas), 3);
    const struct label *label = canvas_label(canvas, 1);
    ck_assert_double_eq_tol(label->rect.x + label->rect.width / 2, 200, 1e-9);
    ck_assert_double_eq_tol(label->rect.y + label->rect.height / 2, 100, 1e-9);
    struct text report = {0};
    ck_assert_uint_eq(label_faults(canvas, &report), 2);
    ck_assert_ptr_nonnull(strstr(report.bytes, "is cut off"));
    ck_assert_ptr_nonnull(strstr(report.bytes, "\"on top of it\""));
    text_free(&report);
    canvas_free(canvas);
}
END_TEST

START_TEST(text_within_is_shortened_at_a_character) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, 400, 200, THEME_LIGHT, "t");
    static const char text[] = "äöüß€äöüß€äöüß€äöüß€";
    for (double most = 5; most < 300; most += 3) {
        uint32_t before = canvas_label_count(canvas);
        struct rect rect = canvas_text_within(canvas, 10, 50, most, ANCHOR_START, TYPE_BODY, INK_TEXT, text);
        ck_assert_double_le(rect.width, most);
        if (canvas_label_count(canvas) > before) {
            size_t at;
            const struct label *label = canvas_label(canvas, before);
            ck_assert(text_is_utf8(label->text, strlen(label->text), &at));
            ck_assert_int_eq(label->was_shortened, strcmp(label->text, text) != 0);
        }
    }
    canvas_free(canvas);
}
END_TEST

START_TEST(paragraphs_break_between_words_and_lose_nothing) {
    struct canvas *canvas = canvas_new(CANVAS_PNG, 400, 400, THEME_LIGHT, "t");
    static const char text[] = "one two three four five six seven eight nine ten eleven twelve";
    uint32_t lines = canvas_paragraph(canvas, 10, 20, 120, 17, 20, TYPE_BODY, INK_TEXT, text);
    char joined[256] = "";
    for (uint32_t i = 0; i < lines; i++) {
        ck_assert_double_le(canvas_label(canvas, i)->rect.width, 120);
        strcat(joined, i > 0 ? " " : "");
        strcat(joined, canvas_label(canvas, i)->text);
    }
    ck_assert_uint_gt(lines, 2);
    ck_assert_str_eq(joined, text);
    ck_assert_uint_eq(canvas_paragraph(canvas, 10, 220, 120, 17, 2, TYPE_BODY, INK_TEXT, text), 2);
    ck_assert(canvas_label(canvas, lines + 1)->was_shortened);
    canvas_free(canvas);
}
END_TEST

START_TEST(text_has_contrast_on_every_ground) {
    static const enum ink grounds[] = {INK_PAPER, INK_BAND, INK_AREA};
    for (int theme = 0; theme < THEME_COUNT; theme++) {
        for (int ink = INK_TEXT; ink < INK_COUNT; ink++) {
            for (int g = 0; g < 3; g++) {
                struct colour ground = theme_colour((enum theme)theme, grounds[g]);
                ck_assert_double_ge(colour_contrast(theme_text_colour((enum theme)theme, (enum ink)ink), ground), 4.5);
            }
        }
    }
    struct colour black = {0, 0, 0}, white = {1, 1, 1};
    ck_assert_double_eq_tol(colour_contrast(black, white), 21, 1e-9);
}
END_TEST

static void draw_something(struct canvas *canvas) {
    canvas_circle(canvas, 50, 50, 20, pen_line(INK_BLUE, 2));
    canvas_arc(canvas, 50, 50, 30, 0, 4, pen_line(INK_BLUE, 2));
    canvas_rounded(canvas, (struct rect){10, 10, 50, 20}, 5, pen_fill(INK_BAND, 0.5));
    struct point points[] = {{0, 0}, {10, 10}, {NAN, NAN}, {20, 20}, {30, 0}};
    canvas_path(canvas, points, 5, false, pen_line(INK_GREEN, 1));
    canvas_clip(canvas, (struct rect){0, 0, 20, 20});
    canvas_text(canvas, 5, 10, ANCHOR_END, TYPE_TITLE, INK_TEXT, "<a & \"b\">");
    canvas_unclip(canvas);
    canvas_hover(canvas, (struct rect){0, 0, 5, 5}, "x < %d\n\"y\"", 3);
}

START_TEST(each_form_begins_as_its_kind_of_file) {
    static const char *const begins[] = {"\x89PNG", "<?xml", "%PDF", "<svg viewBox=\"0 0 400 200\""};
    for (int form = CANVAS_PNG; form <= CANVAS_MARKUP; form++) {
        struct text bytes[2] = {{0}, {0}}, error = {0};
        for (int twice = 0; twice < 2; twice++) {
            struct canvas *canvas = canvas_new((enum canvas_form)form, 400, 200, THEME_DARK, "a \"title\"");
            draw_something(canvas);
            ck_assert(canvas_finish(canvas, &bytes[twice], &error));
            canvas_free(canvas);
        }
        ck_assert_int_eq(strncmp(bytes[0].bytes, begins[form], strlen(begins[form])), 0);
        /* Cairo numbers the parts of an SVG over the life of the process: the same bytes come in another process only.
         */
        ck_assert_msg(form == CANVAS_SVG || (bytes[0].length == bytes[1].length &&
                                             memcmp(bytes[0].bytes, bytes[1].bytes, bytes[0].length) == 0),
                      "form %d differs between two drawings", form);
        text_free(&bytes[0]);
        text_free(&bytes[1]);
    }
}
END_TEST

START_TEST(markup_is_well_formed_and_escaped) {
    struct text bytes = {0}, error = {0};
    struct canvas *canvas = canvas_new(CANVAS_MARKUP, 400, 200, THEME_LIGHT, "a \"title\" & <more>");
    draw_something(canvas);
    ck_assert(canvas_finish(canvas, &bytes, &error));
    char problem[128];
    ck_assert_msg(is_well_formed(bytes.bytes, problem, sizeof problem), "%s", problem);
    ck_assert_ptr_nonnull(strstr(bytes.bytes, "&lt;a &amp; &quot;b&quot;&gt;"));
    ck_assert_ptr_nonnull(strstr(bytes.bytes, "data-t=\"x &lt; 3\n&quot;y&quot;\""));
    ck_assert_ptr_nonnull(strstr(bytes.bytes, "M0 0L10 10M20 20L30 0"));
    text_free(&bytes);
    canvas_free(canvas);
}
END_TEST

START_TEST(broken_markup_is_found) {
    char problem[128];
    ck_assert(is_well_formed("<!DOCTYPE html><a><b x=\">\"/></a>", problem, sizeof problem));
    ck_assert(!is_well_formed("<a><b></a></b>", problem, sizeof problem));
    ck_assert(!is_well_formed("<a><b/>", problem, sizeof problem));
    ck_assert(!is_well_formed("<a", problem, sizeof problem));
}
END_TEST

static Suite *make_suite(void) {
    Suite *suite = suite_create("canvas");
    TCase *tests = tcase_create("canvas");
    tcase_add_test(tests, labels_are_recorded_with_rectangle_and_clip);
    tcase_add_test(tests, text_within_is_shortened_at_a_character);
    tcase_add_test(tests, paragraphs_break_between_words_and_lose_nothing);
    tcase_add_test(tests, text_has_contrast_on_every_ground);
    tcase_add_test(tests, each_form_begins_as_its_kind_of_file);
    tcase_add_test(tests, markup_is_well_formed_and_escaped);
    tcase_add_test(tests, broken_markup_is_found);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "tests/check_main.h"
