/* The rows of a timeline that are bars with names, in lanes where they overlap. */
#include "viz/lanes.h"
#include "viz/timeline_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

double timeline_x(const struct timeline *line, sim_time at) {
    return line->plot.x + axis_place(&line->time, fact_seconds(at)) * line->plot.width;
}

/* ---- Faults ---- */

/* Only faults of the same lane can be in the way of a name. */
static void name_fault(const struct timeline *line, uint32_t index, const uint8_t *lane_of, struct rect bar,
                       double *free_from) {
    const struct facts *facts = line->facts;
    const char *name = facts->faults[index].name;
    double width = canvas_measure(line->canvas, TYPE_AXIS, name), next = line->plot.x + line->plot.width;
    for (uint32_t k = index + 1; k < facts->fault_count; k++) {
        next = lane_of[k] == lane_of[index] ? fmin(next, timeline_x(line, facts->faults[k].from)) : next;
    }
    bool is_inside = width + 10 <= bar.width;
    double x = is_inside ? bar.x + 6 : bar.x + bar.width + 4;
    double end = is_inside ? fmax(next, bar.x + bar.width) : next - 4;
    if (x >= *free_from && x + width <= end) {
        canvas_text(line->canvas, x, bar.y + bar.height / 2, ANCHOR_START, TYPE_AXIS, INK_TEXT, name);
        *free_from = x + width + 6;
    }
}

static void hover_fault(const struct timeline *line, const struct fact_fault *fault, struct rect bar) {
    char from[AXIS_LABEL_BYTES], length[AXIS_LABEL_BYTES], touched[AXIS_LABEL_BYTES + 8];
    if (fault->what[0] == '\0') {
        snprintf(touched, sizeof touched, "touched ");
        value_print(touched + strlen(touched), AXIS_LABEL_BYTES, UNIT_COUNT, (double)fault->touched);
    }
    canvas_hover(line->canvas, bar, "%s\nfrom %s, for %s\n%s", fault->name,
                 value_print(from, sizeof from, UNIT_SECONDS, fact_seconds(fault->from)),
                 value_print(length, sizeof length, UNIT_SECONDS, fact_seconds(fault->until - fault->from)),
                 fault->what[0] != '\0' ? fault->what : touched);
}

static uint8_t *fault_lanes(const struct facts *facts, uint32_t *count) {
    struct lanes lanes = {.count = 1};
    uint8_t *lane_of = calloc(facts->fault_count + 1, 1);
    if (lane_of == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < facts->fault_count; i++) {
        lane_of[i] = (uint8_t)lanes_take(&lanes, facts->faults[i].from, facts->faults[i].until);
    }
    *count = lanes.count;
    return lane_of;
}

void timeline_draw_faults(const struct timeline *line, struct rect row) {
    double free_from[LANES_MOST] = {-1e9, -1e9, -1e9}, drawn_until[LANES_MOST] = {-1e9, -1e9, -1e9};
    uint32_t lanes;
    uint8_t *lane_of = fault_lanes(line->facts, &lanes);
    double height = row.height / lanes;
    for (uint32_t i = 0; i < line->facts->fault_count; i++) {
        const struct fact_fault *fault = &line->facts->faults[i];
        uint8_t lane = lane_of[i];
        double left = timeline_x(line, fault->from), right = fmax(timeline_x(line, fault->until), left + 3);
        struct rect bar = {left, row.y + lane * height, fmin(right, row.x + row.width) - left,
                           height - (lanes > 1 ? 1 : 0)};
        if (left + bar.width < drawn_until[lane] + 0.5) {
            continue; /* those pixels are taken: thousands of faults cost no more than a few */
        }
        drawn_until[lane] = left + bar.width;
        canvas_rounded(line->canvas, bar, 3, pen_fill(INK_LINE, 0.9));
        if (line->facts->fault_count <= TIMELINE_MOST_BANDS) {
            if (height >= 13) {
                name_fault(line, i, lane_of, bar, &free_from[lane]);
            }
            hover_fault(line, fault, bar);
        }
    }
    free(lane_of);
}

void timeline_draw_bands(const struct timeline *line) {
    if (line->facts->fault_count > TIMELINE_MOST_BANDS) {
        return;
    }
    for (uint32_t i = 0; i < line->facts->fault_count; i++) {
        double left = timeline_x(line, line->facts->faults[i].from);
        double right = fmax(timeline_x(line, line->facts->faults[i].until), left + 1);
        struct rect band = {left, line->plot.y, fmin(right, line->plot.x + line->plot.width) - left, line->plot.height};
        canvas_rect(line->canvas, band, pen_fill(INK_BAND, 1));
    }
}

double timeline_fault_height(const struct facts *facts) {
    uint32_t lanes;
    free(fault_lanes(facts, &lanes));
    return lanes == 1 ? 18 : 15.0 * lanes;
}

/* ---- Leadership ---- */

/* With the term, if there is room for both. */
static void name_leader(const struct timeline *line, struct rect bar, const char *name, uint64_t term) {
    char text[128];
    snprintf(text, sizeof text, "%s, term %llu", name, (unsigned long long)term);
    const char *const texts[] = {text, name};
    for (int i = 0; i < 2 && bar.height >= 11; i++) {
        if (canvas_measure(line->canvas, TYPE_AXIS, texts[i]) + 8 <= bar.width) {
            canvas_text(line->canvas, bar.x + 5, bar.y + bar.height / 2, ANCHOR_START, TYPE_AXIS, INK_TEXT, texts[i]);
            return;
        }
    }
}

/* Reigns that overlap in time (a leader that was cut off does not know it) stand in lanes of their own. */
void timeline_draw_leaders(const struct timeline *line, struct rect row) {
    const struct facts *facts = line->facts;
    struct lanes taken = {.count = 1};
    uint8_t *lane_of = calloc(facts->reign_count + 1, 1);
    if (lane_of == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        /* An overlap of less than a pixel is none to the eye. */
        sim_time pixel = facts->duration / (sim_time)fmax(line->plot.width, 1);
        lane_of[i] = (uint8_t)lanes_take(&taken, facts->reigns[i].from + pixel, facts->reigns[i].until);
    }
    uint32_t lanes = taken.count;
    double height = row.height / lanes, drawn_until[LANES_MOST] = {-1e9, -1e9, -1e9};
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        const struct leadership *reign = &facts->reigns[i];
        double left = timeline_x(line, reign->from), right = timeline_x(line, reign->until);
        if (right < drawn_until[lane_of[i]] + 0.5) {
            continue; /* those pixels are taken */
        }
        drawn_until[lane_of[i]] = right;
        struct rect bar = {left, row.y + lane_of[i] * height, fmax(right - left - 1, 1), height - (lanes > 1 ? 1 : 0)};
        const char *name = reign->leader < facts->node_count ? facts->nodes[reign->leader].name : "?";
        /* Opaque: a band of a fault behind it would look like another leader. */
        canvas_rect(line->canvas, bar, pen_fill(INK_PAPER, 1));
        canvas_rect(line->canvas, bar, pen_fill(INK_SKY, reign->leader % 2 == 0 ? 0.55 : 0.3));
        name_leader(line, bar, name, reign->term);
        if (bar.width < 2) {
            continue; /* nobody can point at it */
        }
        char from[AXIS_LABEL_BYTES], until[AXIS_LABEL_BYTES];
        canvas_hover(line->canvas, bar, "%s leads in term %llu\nfrom %s until %s", name,
                     (unsigned long long)reign->term,
                     value_print(from, sizeof from, UNIT_SECONDS, fact_seconds(reign->from)),
                     value_print(until, sizeof until, UNIT_SECONDS, fact_seconds(reign->until)));
    }
    free(lane_of);
}
