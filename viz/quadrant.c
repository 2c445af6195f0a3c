#include "viz/quadrant.h"

#include "viz/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 10, HEAD = 30, PAD = 14, TWO_LINES = 38, ONE_LINE = 19, STRIP_LEAST = 26, WHY_LINE = 18 };

static const struct {
    const char *label, *words;
} quarters[] = {{"PA/EL", "cut off: serves · else: fast, maybe stale"},
                {"PA/EC", "cut off: serves · else: never stale"},
                {"PC/EL", "cut off: stops · else: fast, maybe stale"},
                {"PC/EC", "cut off: stops · else: never stale"}};

static uint32_t quarter_of(const struct quadrant_card *card) {
    for (uint32_t q = 0; q < 4; q++) {
        if (strcmp(card->label, quarters[q].label) == 0) {
            return q;
        }
    }
    return 4; /* one half is undecided, or neither */
}

static void add_part(char *text, size_t size, const char *format, const char *value) {
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", used > 0 ? ", " : "");
    used = strlen(text);
    snprintf(text + used, size - used, format, value);
}

/* In few words where there is little room. */
static void numbers_of(const struct quadrant_card *card, bool is_short, char *text, size_t size) {
    char value[AXIS_LABEL_BYTES];
    text[0] = '\0';
    if (!isnan(card->served)) {
        add_part(text, size, is_short ? "serves %s" : "worst side serves %s",
                 value_print(value, sizeof value, UNIT_SHARE, card->served));
    }
    if (!isnan(card->stale)) {
        add_part(text, size, is_short ? "stale %s" : "stale reads %s",
                 value_print(value, sizeof value, UNIT_SHARE, card->stale));
    }
    if (card->latency != NULL && !isnan(card->latency_s)) {
        char format[48];
        snprintf(format, sizeof format, "%.32s %%s", card->latency);
        add_part(text, size, format, value_print(value, sizeof value, UNIT_SECONDS, card->latency_s));
    }
    if (card->bears < 1) {
        add_part(text, size, "in %s of the runs", value_print(value, sizeof value, UNIT_SHARE, card->bears));
    }
}

static uint32_t count_in(const struct quadrant *quadrant, uint32_t quarter) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < quadrant->count; i++) {
        count += quarter_of(&quadrant->cards[i]) == quarter;
    }
    return count;
}

static void draw_card(struct canvas *canvas, const struct quadrant_card *card, struct rect row, bool has_two_lines) {
    char numbers[200], line[320];
    numbers_of(card, false, numbers, sizeof numbers);
    if (canvas_measure(canvas, TYPE_AXIS, numbers) > row.width - 16) {
        numbers_of(card, true, numbers, sizeof numbers);
    }
    double y = row.y + (has_two_lines ? 10 : row.height / 2);
    canvas_circle(canvas, row.x + 4, y, 4, pen_fill(INK_BLUE, 1));
    if (has_two_lines) {
        canvas_text_within(canvas, row.x + 16, y, row.width - 16, ANCHOR_START, TYPE_STRONG, INK_TEXT, card->name);
        canvas_text_within(canvas, row.x + 16, y + 17, row.width - 16, ANCHOR_START, TYPE_AXIS, INK_FAINT, numbers);
    } else {
        snprintf(line, sizeof line, "%s  %s", card->name, numbers);
        canvas_text_within(canvas, row.x + 16, y, row.width - 16, ANCHOR_START, TYPE_BODY, INK_TEXT, line);
    }
    canvas_hover(canvas, row, "%s: %s\n%s", card->name, card->label, numbers);
}

static void draw_cards(struct canvas *canvas, const struct quadrant *quadrant, uint32_t quarter, struct rect area) {
    uint32_t count = count_in(quadrant, quarter), shown = 0;
    bool has_two_lines = count * TWO_LINES <= area.height;
    double height = has_two_lines ? TWO_LINES : ONE_LINE;
    uint32_t room = (uint32_t)fmax(area.height / height, 0);
    for (uint32_t i = 0; i < quadrant->count; i++) {
        struct rect row = {area.x, area.y + shown * height, area.width, height};
        if (quarter_of(&quadrant->cards[i]) != quarter) {
            continue;
        }
        if (shown + 1 == room && count > room) {
            char more[32];
            snprintf(more, sizeof more, "and %u more", count - shown);
            canvas_text_within(canvas, row.x + 16, row.y + height / 2, row.width - 16, ANCHOR_START, TYPE_AXIS,
                               INK_FAINT, more);
            return;
        }
        if (shown < room) {
            draw_card(canvas, &quadrant->cards[i], row, has_two_lines);
            shown++;
        }
    }
}

static void draw_quarter(struct canvas *canvas, const struct quadrant *quadrant, uint32_t quarter, struct rect box) {
    canvas_rounded(canvas, box, 10, pen_fill(INK_AREA, 1));
    struct rect label =
        canvas_text(canvas, box.x + PAD, box.y + 18, ANCHOR_START, TYPE_STRONG, INK_TEXT, quarters[quarter].label);
    canvas_text_within(canvas, label.x + label.width + 10, box.y + 18, box.width - label.width - 2 * PAD - 10,
                       ANCHOR_START, TYPE_AXIS, INK_FAINT, quarters[quarter].words);
    draw_cards(canvas, quadrant, quarter,
               (struct rect){box.x + PAD, box.y + HEAD + 2, box.width - 2 * PAD, box.height - HEAD - 6});
}

/* Below the four: what is in none of them. */
static double draw_strip(struct canvas *canvas, const struct quadrant *quadrant, struct rect area) {
    uint32_t count = count_in(quadrant, 4);
    if (count == 0) {
        return 0;
    }
    double height = fmin(STRIP_LEAST + count * (double)ONE_LINE, area.height * 0.34);
    struct rect strip = {area.x, area.y + area.height - height, area.width, height};
    canvas_text_within(canvas, strip.x + PAD, strip.y + 14, strip.width - 2 * PAD, ANCHOR_START, TYPE_AXIS, INK_FAINT,
                       "undecided (?) or neither (-)");
    struct quadrant labelled = *quadrant;
    struct rect rows = {strip.x + PAD, strip.y + STRIP_LEAST - 2, strip.width - 2 * PAD, height - STRIP_LEAST + 4};
    uint32_t room = (uint32_t)fmax(rows.height / ONE_LINE, 0), shown = 0;
    for (uint32_t i = 0; i < labelled.count && shown < room; i++) {
        const struct quadrant_card *card = &labelled.cards[i];
        char numbers[200], line[320];
        if (quarter_of(card) != 4) {
            continue;
        }
        if (shown + 1 == room && count > room) {
            snprintf(line, sizeof line, "and %u more", count - shown);
        } else {
            numbers_of(card, false, numbers, sizeof numbers);
            snprintf(line, sizeof line, "%s  %s%s%s", card->label, card->name, numbers[0] != '\0' ? ": " : "", numbers);
        }
        canvas_text_within(canvas, rows.x, rows.y + shown * ONE_LINE + ONE_LINE / 2.0, rows.width, ANCHOR_START,
                           TYPE_BODY, INK_TEXT, line);
        shown++;
    }
    return height + GAP;
}

static double draw_why(struct canvas *canvas, const struct quadrant *quadrant, struct rect area) {
    const char *const sentences[] = {quadrant->partition_why, quadrant->else_why};
    static const char *const heads[] = {"P", "E"};
    double height = 0;
    for (int i = 0; i < 2; i++) {
        height += sentences[i] != NULL && sentences[i][0] != '\0' ? WHY_LINE : 0;
    }
    double y = area.y + area.height - height + WHY_LINE / 2.0 + 2;
    for (int i = 0; i < 2; i++) {
        if (sentences[i] != NULL && sentences[i][0] != '\0') {
            canvas_text(canvas, area.x + 4, y, ANCHOR_START, TYPE_SMALL_STRONG, INK_TEXT, heads[i]);
            canvas_text_within(canvas, area.x + 22, y, area.width - 22, ANCHOR_START, TYPE_AXIS, INK_FAINT,
                               sentences[i]);
            y += WHY_LINE;
        }
    }
    return height + (height > 0 ? 4 : 0);
}

void quadrant_show(struct canvas *canvas, struct rect area, const struct quadrant *quadrant) {
    if (quadrant->count == 0) {
        chart_empty(canvas, area, quadrant->title, quadrant->why_empty);
        return;
    }
    canvas_text_within(canvas, area.x, area.y + 11, area.width, ANCHOR_START, TYPE_TITLE, INK_TEXT, quadrant->title);
    canvas_text_within(canvas, area.x, area.y + 33, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT, quadrant->note);
    struct rect room = {area.x, area.y + 52, area.width, area.height - 52};
    room.height -= draw_why(canvas, quadrant, room);
    room.height -= draw_strip(canvas, quadrant, room);
    double width = (room.width - GAP) / 2, height = (room.height - GAP) / 2;
    for (uint32_t q = 0; q < 4; q++) {
        uint32_t row = q / 2, column = q % 2;
        struct rect quarter = {room.x + column * (width + GAP), room.y + row * (height + GAP), width, height};
        draw_quarter(canvas, quadrant, q, quarter);
    }
}
