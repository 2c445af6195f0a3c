/* How long a system was without a leader, from the loss of one to the next. */
#include "viz/chart.h"
#include "viz/charts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FEW = 8, /* changes that are shown one by one: a distribution of three says little */
    MOST_STEPS = 800,
    ROW_ROOM = 12 /* half of the axis's first label stands there */
};

struct change {
    const struct leadership *before, *after;
    double seconds;
};

static int quick_first(const void *a, const void *b) {
    const struct change *one = a, *other = b;
    return one->seconds < other->seconds ? -1 : one->seconds > other->seconds;
}

static uint32_t system_of(const struct facts *facts, const struct leadership *reign) {
    return facts->nodes[reign->leader].system;
}

/* True if another leader of the system was there when this reign ended: then nothing was missing. */
static bool is_covered(const struct facts *facts, uint32_t index, uint32_t other) {
    const struct leadership *reign = &facts->reigns[index], *next = &facts->reigns[other];
    return next->from <= reign->until && (next->until > reign->until || (next->until == reign->until && other > index));
}

/* Reigns are ordered by their beginning, and few overlap: from each, the search goes on to the first that begins later.
 */
static uint32_t find_changes(const struct facts *facts, struct change *changes) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        const struct leadership *reign = &facts->reigns[i], *next = NULL;
        bool covered = false;
        for (uint32_t k = i > 16 ? i - 16 : 0; k < facts->reign_count && next == NULL && !covered; k++) {
            const struct leadership *other = &facts->reigns[k];
            if (k == i || system_of(facts, other) != system_of(facts, reign)) {
                continue;
            }
            covered = is_covered(facts, i, k);
            next = !covered && other->from > reign->until ? other : NULL;
        }
        if (next != NULL && !covered) {
            changes[count++] = (struct change){reign, next, fact_seconds(next->from - reign->until)};
        }
    }
    return count;
}

/* ---- One by one ---- */

static void describe_change(const struct facts *facts, const struct change *change, char *text, size_t size) {
    char time[AXIS_LABEL_BYTES], at[AXIS_LABEL_BYTES];
    snprintf(text, size, "%s   %s to %s, at %s", value_print(time, sizeof time, UNIT_SECONDS, change->seconds),
             facts->nodes[change->before->leader].name, facts->nodes[change->after->leader].name,
             value_print(at, sizeof at, UNIT_SECONDS, fact_seconds(change->before->until)));
}

static void draw_change(const struct chart *chart, const struct facts *facts, const struct change *change, double top,
                        double height) {
    double left = chart_x(chart, 0), right = chart_x(chart, change->seconds), middle = top + height / 2;
    char text[160];
    canvas_rect(chart->canvas, (struct rect){left, middle - 7, fmax(right - left, 1), 14}, pen_fill(INK_BLUE, 0.85));
    describe_change(facts, change, text, sizeof text);
    canvas_text_within(chart->canvas, right + 8, middle, chart->plot.x + chart->plot.width - right, ANCHOR_START,
                       TYPE_BODY, INK_TEXT, text);
}

static double few_height(uint32_t count) {
    return 100 + count * 44.0;
}

static void draw_few(struct canvas *canvas, struct rect area, const struct facts *facts, const struct change *changes,
                     uint32_t count, struct chart_frame *frame) {
    /* Room for the text behind each bar. */
    double end = changes[count - 1].seconds, width = area.width - ROW_ROOM - 22;
    for (uint32_t i = 0; i < count; i++) {
        char text[160];
        describe_change(facts, &changes[i], text, sizeof text);
        double room = fmax(width - 10 - canvas_measure(canvas, TYPE_BODY, text), width * 0.3);
        end = fmax(end, changes[i].seconds * width / room);
    }
    frame->x = axis_exact(UNIT_SECONDS, frame->x.title, 0, end);
    frame->row_room = ROW_ROOM;
    frame->y = axis_exact(UNIT_COUNT, NULL, 0, 1);
    frame->has_no_y = true;
    area.height = fmin(area.height, few_height(count));
    struct chart chart = chart_begin(canvas, area, frame);
    double height = chart.plot.height / count;
    for (uint32_t i = 0; i < count; i++) {
        draw_change(&chart, facts, &changes[i], chart.plot.y + i * height, height);
    }
}

/* ---- As a distribution ---- */

static void draw_many(struct canvas *canvas, struct rect area, const struct change *changes, uint32_t count,
                      struct chart_frame *frame) {
    frame->x = axis_from_zero(UNIT_SECONDS, frame->x.title, changes[count - 1].seconds);
    frame->y = axis_exact(UNIT_SHARE, "share of the changes that took at most as long", 0, 1);
    struct chart chart = chart_begin(canvas, area, frame);
    struct fact_point points[MOST_STEPS + 2];
    uint32_t steps = count < MOST_STEPS ? count : MOST_STEPS;
    points[0] = (struct fact_point){0, 0};
    for (uint32_t i = 1; i <= steps; i++) { /* each is exact: of many changes, evenly chosen ones */
        uint32_t rank = (uint32_t)((uint64_t)count * i / steps);
        points[i] = (struct fact_point){changes[rank - 1].seconds, (double)rank / count};
    }
    points[steps + 1] = (struct fact_point){chart.x.high, 1};
    chart_steps(&chart, points, steps + 2, pen_line(INK_BLUE, 1.5));
    for (uint32_t i = 0; i < count && count <= 200; i++) {
        char time[AXIS_LABEL_BYTES];
        double x = chart_x(&chart, changes[i].seconds);
        canvas_circle(canvas, x, chart_y(&chart, points[i + 1].y), 2.5, pen_fill(INK_BLUE, 1));
        canvas_hover(canvas, (struct rect){x - 5, chart.plot.y, 10, chart.plot.height}, "%s",
                     value_print(time, sizeof time, UNIT_SECONDS, changes[i].seconds));
    }
}

double elections_height(const struct facts *facts) {
    struct change *changes = calloc(facts->reign_count + 1, sizeof *changes);
    if (changes == NULL) {
        abort();
    }
    uint32_t count = find_changes(facts, changes);
    free(changes);
    return count == 0 ? 90 : count <= FEW ? few_height(count) : 340;
}

void elections_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    static const char title[] = "Time without a leader";
    struct change *changes = calloc(facts->reign_count + 1, sizeof *changes);
    if (changes == NULL) {
        abort();
    }
    uint32_t count = find_changes(facts, changes);
    if (count == 0) {
        chart_empty(canvas, area, title,
                    facts->reign_count == 0 ? "nobody led in this run" : "at no time was a leader lost and none there");
    } else {
        char note[160];
        snprintf(note, sizeof note, "%u %s, from loss to next leader; not counted: cut off, but unaware", count,
                 count == 1 ? "change" : "changes");
        struct chart_frame frame = {.title = title, .note = note};
        frame.x.title = "time without a leader";
        qsort(changes, count, sizeof *changes, quick_first);
        if (count <= FEW) {
            draw_few(canvas, area, facts, changes, count, &frame);
        } else {
            draw_many(canvas, area, changes, count, &frame);
        }
    }
    free(changes);
}
