#include "viz/pictures.h"

#include "viz/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 24, FOOT = 20, BAR = 40, STORY_WIDTH = 320 };

/* ---- The overview: stage above, timeline below ---- */

static void draw_bar(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    const struct facts *facts = data->facts;
    enum ink ink;
    double middle = area.y + area.height / 2, right = area.x + area.width;
    const char *verdict = fact_verdict(facts, &ink);
    struct rect drawn = canvas_text(canvas, right, middle, ANCHOR_END, TYPE_STRONG, ink, verdict);
    canvas_circle(canvas, drawn.x - 11, middle, 5, pen_fill(ink, 1));
    right = drawn.x - 40;
    const char *more = fact_verdict_note(facts);
    if (more != NULL) {
        right = canvas_text(canvas, right + 10, middle, ANCHOR_END, TYPE_BODY, INK_FAINT, more).x - 28;
    }
    if (data->moment != NULL) {
        char at[48];
        snprintf(at, sizeof at, "%.3f s", fact_seconds(data->moment->at));
        drawn = canvas_text(canvas, right, middle, ANCHOR_END, TYPE_BODY, INK_TEXT, at);
        right = drawn.x - 28;
    }
    char seed[48];
    snprintf(seed, sizeof seed, "seed %llu", (unsigned long long)facts->seed);
    drawn = canvas_text(canvas, right, middle, ANCHOR_END, TYPE_BODY, INK_FAINT, seed);
    canvas_text_within(canvas, area.x, middle, drawn.x - 20 - area.x, ANCHOR_START, TYPE_TITLE, INK_TEXT, facts->title);
}

static void draw_story(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    const struct story *story = &data->facts->story;
    sim_time now = data->moment != NULL ? data->moment->at : SIM_NEVER;
    double y = area.y + 10, bottom = area.y + area.height;
    if (data->facts->question != NULL) {
        y += 18 * canvas_paragraph(canvas, area.x, y, area.width, 18, 4, TYPE_BODY, INK_FAINT, data->facts->question) +
             14;
    }
    canvas_text(canvas, area.x, y, ANCHOR_START, TYPE_STRONG, INK_TEXT, "What happened");
    y += 26;
    for (uint32_t i = 0; i < story->count && y + 18 < bottom; i++) {
        const struct story_line *line = &story->lines[i];
        if (story->left_out > 0 && i == story->gap) {
            char text[48];
            snprintf(text, sizeof text, "%u more events", story->left_out);
            canvas_text(canvas, area.x + 72, y, ANCHOR_START, TYPE_AXIS, INK_FAINT, text);
            y += 20;
            if (y + 18 >= bottom) {
                break;
            }
        }
        bool is_past = line->at <= now;
        char at[32];
        snprintf(at, sizeof at, "%.3f s", fact_seconds(line->at));
        canvas_text(canvas, area.x + 62, y, ANCHOR_END, TYPE_AXIS, INK_FAINT, at);
        uint32_t room = (uint32_t)fmax(floor((bottom - y) / 17), 1);
        uint32_t lines = canvas_paragraph(canvas, area.x + 72, y, area.width - 72, 17, room < 3 ? room : 3, TYPE_BODY,
                                          line->is_violation ? INK_VERMILION
                                          : is_past          ? INK_TEXT
                                                             : INK_FAINT,
                                          line->text);
        y += lines * 17 + 7;
    }
    if (story->count == 0) {
        canvas_text(canvas, area.x, y, ANCHOR_START, TYPE_BODY, INK_FAINT, "nothing but the load");
    }
}

static void draw_overview(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    bool has_story = area.width >= 1000 && area.height >= 600;
    double time_height = fmin(fmax(timeline_height(data->facts), area.height * 0.27), area.height * 0.45);
    draw_bar(canvas, (struct rect){area.x, area.y - 8, area.width, BAR}, data);
    canvas_line(canvas, area.x, snap(area.y + BAR - 8), area.x + area.width, snap(area.y + BAR - 8),
                pen_line(INK_LINE, 0.5));
    double top = area.y + BAR + 4, stage_height = area.height - BAR - time_height - 12;
    double stage_width = area.width - (has_story ? STORY_WIDTH + 28 : 0);
    stage_draw(canvas, (struct rect){area.x, top, stage_width, stage_height}, data->facts, data->moment);
    if (has_story) {
        draw_story(canvas, (struct rect){area.x + stage_width + 28, top, STORY_WIDTH, stage_height}, data);
    }
    timeline_draw(canvas, (struct rect){area.x, area.y + area.height - time_height, area.width, time_height},
                  data->facts, data->moment != NULL ? data->moment->at : -1);
}

/* ---- Pages of one chart ---- */

static struct rect below_title(struct canvas *canvas, struct rect area, const char *title) {
    canvas_text_within(canvas, area.x, area.y + 11, area.width, ANCHOR_START, TYPE_TITLE, INK_TEXT, title);
    return (struct rect){area.x, area.y + 34, area.width, area.height - 34};
}

static void draw_stage_page(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    char title[64];
    snprintf(title, sizeof title, "At %.3f s", data->moment != NULL ? fact_seconds(data->moment->at) : 0);
    stage_draw(canvas, below_title(canvas, area, title), data->facts, data->moment);
}

static void draw_space_time_page(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    char title[160];
    const struct stretch *stretch = data->stretch;
    if (stretch != NULL && stretch->chosen_label != NULL) {
        snprintf(title, sizeof title, "How it came about: %s", stretch->chosen_label);
    } else {
        snprintf(title, sizeof title, "Messages in space and time");
    }
    space_time_draw(canvas, below_title(canvas, area, title), data->facts, stretch);
}

static void draw_timeline_page(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    timeline_draw(canvas, below_title(canvas, area, "Over time"), data->facts, -1);
}

#define PAGE(page, draw)                                                                                               \
    static void page(struct canvas *canvas, struct rect area, const struct picture_data *data) {                       \
        draw(canvas, area, data->facts);                                                                               \
    }

PAGE(draw_latency_page, latency_draw)
PAGE(draw_tail_page, tail_draw)
PAGE(draw_latency_over_time_page, latency_over_time_draw)
PAGE(draw_availability_page, availability_draw)
PAGE(draw_staleness_page, staleness_draw)
PAGE(draw_elections_page, elections_draw)
PAGE(draw_load_page, load_draw)
PAGE(draw_pacelc_page, pacelc_draw)

static void draw_witness_page(struct canvas *canvas, struct rect area, const struct picture_data *data) {
    witness_draw(canvas, area, data->witness);
}

const struct picture pictures[] = {
    {"overview", "stage and story above, timeline below", PICTURE_NEEDS_MOMENT | PICTURE_NEEDS_RUN, draw_overview},
    {"stage", "nodes, logs, messages under way, partitions, at one moment", PICTURE_NEEDS_MOMENT | PICTURE_NEEDS_RUN,
     draw_stage_page},
    {"space-time", "messages between the nodes, and what had an effect on one event",
     PICTURE_NEEDS_STRETCH | PICTURE_NEEDS_RUN, draw_space_time_page},
    {"timeline", "faults, leaders, availability, throughput, latency, stale reads", PICTURE_NEEDS_RUN,
     draw_timeline_page},
    {"latency", "distribution of latency", 0, draw_latency_page},
    {"tail", "the slowest operations, log-log", 0, draw_tail_page},
    {"latency-over-time", "quantiles and range of latency over time, with faults", 0, draw_latency_over_time_page},
    {"availability", "what became of operations over time", 0, draw_availability_page},
    {"staleness", "stale reads over time, or consistency by the age of a write", 0, draw_staleness_page},
    {"elections", "distribution of the times without a leader", PICTURE_NEEDS_RUN, draw_elections_page},
    {"load", "operations of each node, and how busy its cores were", 0, draw_load_page},
    {"pacelc", "the quadrant of PACELC, with the numbers that decide", PICTURE_NEEDS_RUN, draw_pacelc_page},
    {"witness", "why the operations are not linearizable", PICTURE_NEEDS_WITNESS | PICTURE_NEEDS_RUN,
     draw_witness_page},
};
const uint32_t picture_count = sizeof pictures / sizeof pictures[0];

const struct picture *picture_find(const char *name) {
    for (uint32_t i = 0; i < picture_count; i++) {
        if (strcmp(pictures[i].name, name) == 0) {
            return &pictures[i];
        }
    }
    return NULL;
}

void picture_draw(struct canvas *canvas, const struct picture *picture, const struct picture_data *data) {
    double width = canvas_width(canvas), height = canvas_height(canvas);
    struct rect area = {MARGIN, MARGIN - 6, width - 2 * MARGIN, height - 2 * MARGIN + 10};
    if (picture != &pictures[0]) { /* the overview has its bar */
        char text[256];
        snprintf(text, sizeof text, "%s · seed %llu", data->facts->title, (unsigned long long)data->facts->seed);
        area.y = MARGIN;
        area.height = height - 2 * MARGIN - FOOT + 8;
        canvas_text_within(canvas, width - MARGIN, height - MARGIN + 6, width - 2 * MARGIN, ANCHOR_END, TYPE_AXIS,
                           INK_FAINT, text);
    }
    picture->draw(canvas, area, data);
}
