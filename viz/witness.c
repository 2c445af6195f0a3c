/* Why a history is not linearizable: operations as bars, a row a client, over the instants at which they began and
 * ended, in their order and as far apart as their labels need (most of the time nothing begins or ends, and true
 * lengths would hide the few nanoseconds that decide). The longest order that fits runs through the bars as a line; the
 * impossible operation is marked. */
#include "viz/witness.h"

#include "viz/axis.h"
#include "viz/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP = 8,
    HEAD = 62,
    FOOT = 84,
    LABEL_HEIGHT = 14,
    BAR_HEIGHT = 12,
    LEAST_ROW = 30,
    MOST_INSTANTS = 2 * WITNESS_MOST_BARS + 2
};

struct picture {
    struct canvas *canvas;
    const struct witness *witness;
    struct rect plot;
    sim_time instants[MOST_INSTANTS]; /* ascending */
    double places[MOST_INSTANTS];     /* of the instants: pixels from the left of the plot */
    uint32_t instant_count;
    char clients[WITNESS_MOST_BARS][WITNESS_CLIENT_BYTES];
    uint32_t client_count;
    uint32_t row[WITNESS_MOST_BARS]; /* of each bar */
    uint32_t row_client[WITNESS_MOST_BARS];
    uint32_t row_count;
    double row_height;
    struct point points[WITNESS_MOST_BARS]; /* where each takes effect in the order; NAN: it is not in it */
};

/* ---- Where things stand --------------------------------------------------------------------------------------------
 */

static int compare_times(const void *left, const void *right) {
    const sim_time *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void list_instants(struct picture *picture) {
    const struct witness *witness = picture->witness;
    sim_time all[MOST_INSTANTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < witness->count; i++) {
        all[count++] = witness->bars[i].from;
        if (witness->bars[i].to != SIM_NEVER) {
            all[count++] = witness->bars[i].to;
        }
    }
    qsort(all, count, sizeof *all, compare_times);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || all[i] != all[i - 1]) {
            picture->instants[picture->instant_count++] = all[i];
        }
    }
}

static uint32_t rank_of(const struct picture *picture, sim_time at) {
    uint32_t rank = 0;
    while (rank + 1 < picture->instant_count && picture->instants[rank] < at) {
        rank++;
    }
    return rank;
}

/* `part` of the way from an instant to the next. */
static double step_x(const struct picture *picture, uint32_t rank, double part) {
    double next = rank + 1 < picture->instant_count ? picture->places[rank + 1] : picture->places[rank] + 20;
    return picture->plot.x + picture->places[rank] + part * (next - picture->places[rank]);
}

static double bar_left(const struct picture *picture, const struct witness_bar *bar) {
    return step_x(picture, rank_of(picture, bar->from), 0);
}

static double bar_right(const struct picture *picture, const struct witness_bar *bar) {
    return bar->to == SIM_NEVER ? picture->plot.x + picture->plot.width
                                : fmax(step_x(picture, rank_of(picture, bar->to), 0), bar_left(picture, bar) + 3);
}

static bool is_marked(const struct witness_bar *bar) {
    return bar->is_culprit || bar->is_in_conflict;
}

/* "client 10" behind "client 9". */
static int compare_names(const char *a, const char *b) {
    size_t digits_a = strcspn(a, "0123456789"), digits_b = strcspn(b, "0123456789");
    if (digits_a == digits_b && strncmp(a, b, digits_a) == 0) {
        unsigned long long number_a = strtoull(a + digits_a, NULL, 10), number_b = strtoull(b + digits_b, NULL, 10);
        if (number_a != number_b) {
            return number_a < number_b ? -1 : 1;
        }
    }
    return strcmp(a, b);
}

static void list_clients(struct picture *picture) {
    for (uint32_t i = 0; i < picture->witness->count; i++) {
        const char *name = picture->witness->bars[i].client;
        uint32_t place = 0;
        while (place < picture->client_count && compare_names(picture->clients[place], name) < 0) {
            place++;
        }
        if (place < picture->client_count && strcmp(picture->clients[place], name) == 0) {
            continue;
        }
        memmove(picture->clients[place + 1], picture->clients[place],
                (picture->client_count - place) * sizeof picture->clients[0]);
        snprintf(picture->clients[place], sizeof picture->clients[0], "%s", name);
        picture->client_count++;
    }
}

/* A client whose operations overlap has several rows. */
static void choose_rows(struct picture *picture) {
    const struct witness *witness = picture->witness;
    for (uint32_t c = 0; c < picture->client_count; c++) {
        sim_time ends[WITNESS_MOST_BARS];
        uint32_t first = picture->row_count, rows = 0;
        for (uint32_t i = 0; i < witness->count; i++) {
            const struct witness_bar *bar = &witness->bars[i];
            if (strcmp(bar->client, picture->clients[c]) != 0) {
                continue;
            }
            uint32_t row = 0;
            while (row < rows && ends[row] > bar->from) {
                row++;
            }
            rows += row == rows;
            ends[row] = bar->to;
            picture->row[i] = first + row;
        }
        for (uint32_t row = 0; row < rows; row++) {
            picture->row_client[picture->row_count++] = c;
        }
    }
}

/* Instants stand apart so that each label has room before the next one of its row; what is left of the width is shared
 * out, and if there is not enough, all move together and labels are shortened. */
static void place_instants(struct picture *picture) {
    enum { LEAST = 8 };
    const struct witness *witness = picture->witness;
    double row_ends[WITNESS_MOST_BARS] = {0}, end = 0;
    for (uint32_t i = 0, bar = 0; i < picture->instant_count; i++) {
        double x = i == 0 ? 0 : picture->places[i - 1] + LEAST;
        uint32_t first = bar;
        for (; bar < witness->count && witness->bars[bar].from == picture->instants[i]; bar++) {
            x = fmax(x, row_ends[picture->row[bar]]);
        }
        for (uint32_t j = first; j < bar; j++) {
            enum type_style style = is_marked(&witness->bars[j]) ? TYPE_SMALL_STRONG : TYPE_AXIS;
            row_ends[picture->row[j]] = x + canvas_measure(picture->canvas, style, witness->bars[j].label) + GAP;
            end = fmax(end, row_ends[picture->row[j]]);
        }
        picture->places[i] = x;
    }
    end = fmax(end, picture->places[picture->instant_count - 1] + 20);
    double room = picture->plot.width, slack = (room - end) / (picture->instant_count + 1.0);
    for (uint32_t i = 0; i < picture->instant_count; i++) {
        picture->places[i] = slack > 0 ? picture->places[i] + i * slack : picture->places[i] * room / end;
    }
}

static double bar_y(const struct picture *picture, uint32_t bar) {
    double top = picture->plot.y + picture->row[bar] * picture->row_height;
    return top + (picture->row_height + LABEL_HEIGHT - BAR_HEIGHT) / 2;
}

/* Each takes effect after the one before it, within its bar: those in one step stand evenly in it. */
static void place_points(struct picture *picture) {
    const struct witness *witness = picture->witness;
    uint32_t ordered[WITNESS_MOST_BARS], count = 0, steps[WITNESS_MOST_BARS];
    for (uint32_t i = 0; i < witness->count; i++) {
        picture->points[i] = (struct point){NAN, NAN};
        uint32_t place = count;
        if (witness->bars[i].place == 0) {
            continue;
        }
        while (place > 0 && witness->bars[ordered[place - 1]].place > witness->bars[i].place) {
            ordered[place] = ordered[place - 1];
            place--;
        }
        ordered[place] = i;
        count++;
    }
    for (uint32_t i = 0, step = 0; i < count; i++) {
        uint32_t own = rank_of(picture, witness->bars[ordered[i]].from);
        step = own > step ? own : step;
        steps[i] = step;
    }
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && steps[end] == steps[i];) {
            end++;
        }
        for (uint32_t j = i; j < end; j++) {
            picture->points[ordered[j]] = (struct point){step_x(picture, steps[i], (j - i + 1.0) / (end - i + 1.0)),
                                                         bar_y(picture, ordered[j]) + BAR_HEIGHT / 2.0};
        }
    }
}

/* ---- Drawing -------------------------------------------------------------------------------------------------------
 */

static void instant_text(const struct picture *picture, sim_time at, char *text, size_t size) {
    if (picture->witness->has_times) {
        snprintf(text, size, "%.6f s", fact_seconds(at));
    } else {
        snprintf(text, size, "event %lld", (long long)at);
    }
}

static void draw_instants(const struct picture *picture) {
    double bottom = picture->plot.y + picture->row_count * picture->row_height, last = -INFINITY;
    for (uint32_t i = 0; i < picture->instant_count; i++) {
        char text[48];
        double x = step_x(picture, i, 0);
        canvas_line(picture->canvas, snap(x), picture->plot.y, snap(x), bottom, pen_line(INK_GRID, 0.5));
        instant_text(picture, picture->instants[i], text, sizeof text);
        double width = canvas_measure(picture->canvas, TYPE_AXIS, text);
        double middle = fmin(fmax(x, picture->plot.x + width / 2), picture->plot.x + picture->plot.width - width / 2);
        if (middle - width / 2 > last + 12) {
            canvas_line(picture->canvas, snap(x), bottom, snap(x), bottom + 4, pen_line(INK_LINE, 1));
            canvas_text(picture->canvas, middle, bottom + 13, ANCHOR_MIDDLE, TYPE_AXIS, INK_FAINT, text);
            last = middle + width / 2;
        }
    }
}

static void draw_clients(const struct picture *picture, double left) {
    for (uint32_t row = 0; row < picture->row_count; row++) {
        double y = picture->plot.y + row * picture->row_height;
        bool is_first = row == 0 || picture->row_client[row] != picture->row_client[row - 1];
        if (is_first) {
            canvas_line(picture->canvas, left, snap(y), picture->plot.x + picture->plot.width, snap(y),
                        pen_line(INK_GRID, 0.5));
            canvas_text_within(picture->canvas, left, y + (picture->row_height + LABEL_HEIGHT) / 2,
                               picture->plot.x - left - 8, ANCHOR_START, TYPE_BODY, INK_TEXT,
                               picture->clients[picture->row_client[row]]);
        }
    }
}

static enum ink bar_ink(const struct witness_bar *bar) {
    return bar->is_culprit ? INK_VERMILION : bar->kind == WITNESS_READ ? INK_BLUE : INK_ORANGE;
}

/* The room of a label ends where the next one of its row begins. */
static double label_room(const struct picture *picture, uint32_t bar) {
    const struct witness *witness = picture->witness;
    double left = bar_left(picture, &witness->bars[bar]), right = picture->plot.x + picture->plot.width;
    for (uint32_t i = 0; i < witness->count; i++) {
        if (picture->row[i] == picture->row[bar] && bar_left(picture, &witness->bars[i]) > left) {
            right = fmin(right, bar_left(picture, &witness->bars[i]) - GAP + 1);
        }
    }
    return right - left;
}

static void draw_bar(const struct picture *picture, uint32_t index) {
    const struct witness_bar *bar = &picture->witness->bars[index];
    struct canvas *canvas = picture->canvas;
    double left = bar_left(picture, bar), right = bar_right(picture, bar), y = bar_y(picture, index);
    struct rect shape = {left, y, right - left, BAR_HEIGHT};
    bool counts = is_marked(bar);
    canvas_rect(canvas, shape, pen_fill(bar_ink(bar), counts ? 0.9 : 0.35));
    if (bar->to == SIM_NEVER) { /* it fades out: nobody answered */
        for (int part = 0; part < 3; part++) {
            canvas_rect(canvas, (struct rect){right - 30 + part * 10, y, 10, BAR_HEIGHT},
                        pen_fill(INK_PAPER, 0.25 * (part + 1)));
        }
    }
    if (counts) {
        canvas_rect(canvas, shape, pen_line(INK_TEXT, bar->is_culprit ? 2 : 1));
    }
    if (bar->is_culprit) { /* its completion is what no order gets past */
        double middle = y + BAR_HEIGHT / 2.0;
        canvas_line(canvas, right - 7, middle - 7, right + 7, middle + 7, pen_line(INK_VERMILION, 2.5));
        canvas_line(canvas, right - 7, middle + 7, right + 7, middle - 7, pen_line(INK_VERMILION, 2.5));
    }
    char from[48], to[48] = "no answer";
    instant_text(picture, bar->from, from, sizeof from);
    if (bar->to != SIM_NEVER) {
        instant_text(picture, bar->to, to, sizeof to);
    }
    canvas_hover(canvas, shape, "%s: %s\n%s to %s", bar->client, bar->label, from, to);
}

/* On a ground of its own, since the order's line passes everywhere. */
static void draw_label(const struct picture *picture, uint32_t index) {
    const struct witness_bar *bar = &picture->witness->bars[index];
    enum type_style style = is_marked(bar) ? TYPE_SMALL_STRONG : TYPE_AXIS;
    double left = bar_left(picture, bar), y = bar_y(picture, index) - LABEL_HEIGHT / 2.0 - 2;
    double room = label_room(picture, index),
           width = fmin(canvas_measure(picture->canvas, style, bar->label), fmax(room, 0));
    canvas_rect(picture->canvas, (struct rect){left, y - 6, width, 12}, pen_fill(INK_PAPER, 0.85));
    canvas_text_within(picture->canvas, left, y, room, ANCHOR_START, style, bar->is_culprit ? INK_VERMILION : INK_TEXT,
                       bar->label);
}

static void draw_order(const struct picture *picture) {
    struct point line[WITNESS_MOST_BARS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < picture->witness->count; i++) {
        if (isnan(picture->points[i].x)) {
            continue;
        }
        uint32_t place = count++;
        while (place > 0 && line[place - 1].x > picture->points[i].x) {
            line[place] = line[place - 1];
            place--;
        }
        line[place] = picture->points[i];
    }
    canvas_path(picture->canvas, line, count, false, pen_line(INK_GREEN, 1.5));
    for (uint32_t i = 0; i < count; i++) {
        canvas_circle(picture->canvas, line[i].x, line[i].y, 3.5, pen_fill(INK_GREEN, 1));
        canvas_circle(picture->canvas, line[i].x, line[i].y, 3.5, pen_line(INK_PAPER, 1));
    }
}

static void draw_legend(const struct picture *picture, struct rect area) {
    static const struct {
        enum ink ink;
        const char *text;
    } entries[] = {{INK_VERMILION, "impossible: no order of the operations gets past its end"},
                   {INK_BLUE, "reads"},
                   {INK_ORANGE, "writes and other changes"}};
    struct canvas *canvas = picture->canvas;
    double x = area.x, y = area.y + area.height - 34, right = area.x + area.width;
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        double width = canvas_measure(canvas, TYPE_AXIS, entries[i].text) + 20;
        if (x + width < right) {
            canvas_rect(canvas, (struct rect){x, y - 5, 14, 10}, pen_fill(entries[i].ink, 0.9));
            canvas_text(canvas, x + 20, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, entries[i].text);
            x += width + 24;
        }
    }
    static const char outlined[] = "outlined: these contradict each other";
    if (x + canvas_measure(canvas, TYPE_AXIS, outlined) + 20 < right) {
        canvas_rect(canvas, (struct rect){x, y - 5, 14, 10}, pen_line(INK_TEXT, 1));
        canvas_text(canvas, x + 20, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, outlined);
    }
    char text[200];
    const struct witness *witness = picture->witness;
    snprintf(text, sizeof text, "the longest order that explains the answers so far: %u %s%s%s", witness->path_count,
             witness->path_count == 1 ? "operation" : "operations", witness->after[0] != '\0' ? "; it " : "",
             witness->after);
    canvas_circle(canvas, area.x + 7, y + 18, 3.5, pen_fill(INK_GREEN, 1));
    canvas_line(canvas, area.x, y + 18, area.x + 14, y + 18, pen_line(INK_GREEN, 1.5));
    canvas_text_within(canvas, area.x + 20, y + 18, area.width - 20, ANCHOR_START, TYPE_AXIS, INK_FAINT, text);
}

static void draw_head(const struct picture *picture, struct rect area) {
    const struct witness *witness = picture->witness;
    char title[240], note[200];
    snprintf(title, sizeof title, "Not linearizable: %s", witness->what);
    int used = snprintf(note, sizeof note, "time runs to the right, instants in their order, not to scale");
    if (witness->left_out > 0) {
        snprintf(note + used, sizeof note - (size_t)used, "; %u other operations are left out", witness->left_out);
    }
    canvas_text_within(picture->canvas, area.x, area.y + 11, area.width, ANCHOR_START, TYPE_TITLE, INK_TEXT, title);
    canvas_text_within(picture->canvas, area.x, area.y + 33, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT, note);
}

void witness_draw(struct canvas *canvas, struct rect area, const struct witness *witness) {
    if (witness == NULL || witness->count == 0) {
        chart_empty(canvas, area, "Why it is not linearizable",
                    "no operation is impossible: what was judged is linearizable, or could not be decided");
        return;
    }
    struct witness_bar bars[WITNESS_MOST_BARS];
    struct witness shown = *witness;
    struct picture picture = {.canvas = canvas, .witness = &shown};
    uint32_t most = witness->count < WITNESS_MOST_BARS ? witness->count : WITNESS_MOST_BARS;
    memcpy(bars, witness->bars, most * sizeof *bars);
    shown.bars = bars;
    shown.count = most;
    do { /* what has no room is left out, the least important first */
        witness_choose(&shown, most);
        picture.client_count = picture.row_count = 0;
        list_clients(&picture);
        choose_rows(&picture);
    } while ((area.height - HEAD - FOOT) / picture.row_count < LEAST_ROW && --most > 0);
    list_instants(&picture);
    double names = 40;
    for (uint32_t c = 0; c < picture.client_count; c++) {
        names = fmax(names, fmin(canvas_measure(canvas, TYPE_BODY, picture.clients[c]), area.width / 5) + 16);
    }
    picture.plot = (struct rect){area.x + names, area.y + HEAD, area.width - names, area.height - HEAD - FOOT};
    picture.row_height = fmin(picture.plot.height / picture.row_count, 56);
    place_instants(&picture);
    place_points(&picture);
    draw_head(&picture, area);
    draw_instants(&picture);
    draw_clients(&picture, area.x);
    for (uint32_t i = 0; i < shown.count; i++) {
        draw_bar(&picture, i);
    }
    draw_order(&picture);
    for (uint32_t i = 0; i < shown.count; i++) {
        draw_label(&picture, i);
    }
    draw_legend(&picture, area);
}

double witness_height(const struct witness *witness) {
    struct picture picture = {.witness = witness};
    list_clients(&picture);
    choose_rows(&picture);
    return HEAD + FOOT + picture.row_count * 44.0;
}
