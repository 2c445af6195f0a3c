/* What the load of a run was on each node: operations that its replies completed, and how busy its cores were. Where
 * nodes are too many for a row each, a row is a system. */
#include "viz/chart.h"
#include "viz/charts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOP = 58, LEAST_ROW = 14, MOST_ROW = 40, TEXT_ROOM = 84, GAP = 28 };

struct load_row {
    const char *name;
    uint32_t index, nodes;
    double rate;              /* of all its nodes, per second; of a rest, of each */
    double busy, least, most; /* share of time that cores were busy: mean over its nodes, and their range */
    bool has_queue;
    uint64_t dropped;
    double mean_length;
};

static int busiest_first(const void *a, const void *b) {
    const struct load_row *one = a, *other = b;
    if (one->rate != other->rate) {
        return one->rate > other->rate ? -1 : 1;
    }
    if (one->busy != other->busy) {
        return one->busy > other->busy ? -1 : 1;
    }
    return one->index < other->index ? -1 : 1;
}

static struct load_row *rows_of_nodes(const struct facts *facts) {
    struct load_row *rows = calloc(facts->node_count + 1, sizeof *rows);
    double seconds = fact_seconds(facts->duration - facts->warmup);
    if (rows == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        const struct operation *operation = &facts->operations[i];
        if (operation->invoked >= facts->warmup && operation->served_by < facts->node_count) {
            rows[operation->served_by].rate += 1 / seconds;
        }
    }
    for (uint32_t i = 0; i < facts->node_count; i++) {
        const struct fact_node *node = &facts->nodes[i];
        rows[i].name = node->name;
        rows[i].index = i;
        rows[i].nodes = 1;
        rows[i].has_queue = node->has_queue;
        rows[i].busy = rows[i].least = rows[i].most = node->queue.utilisation;
        rows[i].dropped = node->queue.dropped;
        rows[i].mean_length = node->queue.mean_length;
    }
    return rows;
}

/* Sums up the rows of nodes by their systems; frees them. */
static struct load_row *rows_of_systems(const struct facts *facts, struct load_row *of_nodes) {
    struct load_row *rows = calloc(facts->system_count + 1, sizeof *rows);
    if (rows == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < facts->node_count; i++) {
        const struct load_row *from = &of_nodes[i];
        struct load_row *row = &rows[facts->nodes[i].system];
        row->least = row->nodes == 0 ? from->least : fmin(row->least, from->least);
        row->most = fmax(row->most, from->most);
        row->nodes++;
        row->rate += from->rate;
        row->busy += from->busy;
        row->mean_length += from->mean_length;
        row->dropped += from->dropped;
        row->has_queue = row->has_queue || from->has_queue;
    }
    for (uint32_t s = 0; s < facts->system_count; s++) {
        rows[s].name = facts->systems[s];
        rows[s].index = s;
        rows[s].busy /= fmax(rows[s].nodes, 1);
        rows[s].mean_length /= fmax(rows[s].nodes, 1);
    }
    free(of_nodes);
    return rows;
}

/* The busiest first, and the rest in one row: its means, and the range of how busy its cores were. Returns how many
 * rows there are then; at most `room`. Rows that did nothing are no busiest ones. */
static uint32_t sum_up_rest(struct load_row *rows, uint32_t count, uint32_t room) {
    qsort(rows, count, sizeof *rows, busiest_first);
    uint32_t shown = 0;
    while (shown + 1 < room && (rows[shown].rate > 0 || rows[shown].busy > 0)) {
        shown++;
    }
    struct load_row rest = {.name = "each other", .least = 1};
    for (uint32_t i = shown; i < count; i++) {
        rest.nodes += rows[i].nodes;
        rest.rate += rows[i].rate / (count - shown);
        rest.busy += rows[i].busy / (count - shown);
        rest.mean_length += rows[i].mean_length / (count - shown);
        rest.least = fmin(rest.least, rows[i].least);
        rest.most = fmax(rest.most, rows[i].most);
        rest.dropped += rows[i].dropped;
        rest.has_queue = rest.has_queue || rows[i].has_queue;
    }
    rows[shown] = rest;
    return shown + 1;
}

static void draw_bar(struct canvas *canvas, struct rect room, double share, const char *text, enum ink ink) {
    double middle = room.y + room.height / 2, thick = fmin(room.height * 0.6, 22);
    double width = fmax(share * (room.width - TEXT_ROOM), 1);
    canvas_rect(canvas, (struct rect){room.x, middle - thick / 2, width, thick}, pen_fill(ink, 0.85));
    canvas_text_within(canvas, room.x + width + 8, middle, room.width - width - 8, ANCHOR_START, TYPE_BODY, INK_FAINT,
                       text);
}

/* The range over the nodes of a system, as a thin line over its bar. */
static void draw_range(struct canvas *canvas, struct rect room, const struct load_row *row) {
    double middle = room.y + room.height / 2, full = room.width - TEXT_ROOM;
    canvas_line(canvas, room.x + row->least * full, middle, room.x + row->most * full, middle, pen_line(INK_TEXT, 1));
    canvas_line(canvas, room.x + row->least * full, middle - 4, room.x + row->least * full, middle + 4,
                pen_line(INK_TEXT, 1));
    canvas_line(canvas, room.x + row->most * full, middle - 4, room.x + row->most * full, middle + 4,
                pen_line(INK_TEXT, 1));
}

static void draw_row(struct canvas *canvas, struct rect row, const struct load_row *load, double names, double most,
                     bool has_queues) {
    char rate[AXIS_LABEL_BYTES], busy[AXIS_LABEL_BYTES], name[96];
    double left = row.x + names, width = row.width - names;
    double half = has_queues ? (width - GAP) / 2 : width;
    snprintf(name, sizeof name, load->nodes == 1 ? "%s" : "%s (%u nodes)", load->name, load->nodes);
    canvas_text_within(canvas, left - 8, row.y + row.height / 2, names - 10, ANCHOR_END, TYPE_BODY, INK_TEXT, name);
    value_print(rate, sizeof rate, UNIT_RATE, load->rate);
    draw_bar(canvas, (struct rect){left, row.y, half, row.height}, most > 0 ? load->rate / most : 0, rate, INK_BLUE);
    value_print(busy, sizeof busy, UNIT_SHARE, load->busy);
    if (has_queues) {
        struct rect room = {left + half + GAP, row.y, half, row.height};
        draw_bar(canvas, room, fmin(load->busy, 1), load->has_queue ? busy : "no service time", INK_SKY);
        if (load->nodes > 1) {
            draw_range(canvas, room, load);
        }
    }
    canvas_hover(canvas, row, "%s: %s, cores %s busy\nmean queue %.3g, dropped %llu", name, rate, busy,
                 load->mean_length, (unsigned long long)load->dropped);
}

double load_height(const struct facts *facts) {
    return facts->node_count == 0 || facts->operation_count == 0 ? 90 : TOP + (double)facts->node_count * MOST_ROW;
}

void load_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    if (facts->node_count == 0 || facts->operation_count == 0) {
        chart_empty(canvas, area, "Load of each node", "no operation was invoked: the scenario has no workload");
        return;
    }
    uint32_t room = (uint32_t)fmax((area.height - TOP) / LEAST_ROW, 1), in_all = facts->node_count;
    struct load_row *rows = rows_of_nodes(facts);
    bool has_queues = false, is_by_system = facts->node_count > room && facts->system_count > 1;
    if (is_by_system) {
        rows = rows_of_systems(facts, rows);
        in_all = facts->system_count;
    }
    double most = 0, names = 40;
    uint32_t count = in_all <= room ? in_all : sum_up_rest(rows, in_all, room);
    for (uint32_t i = 0; i < count; i++) {
        most = fmax(most, rows[i].rate);
        has_queues = has_queues || rows[i].has_queue;
    }
    for (uint32_t i = 0; i < count; i++) {
        double width = canvas_measure(canvas, TYPE_BODY, rows[i].name) + (rows[i].nodes > 1 ? 90 : 0);
        names = fmax(names, fmin(width, 200) + 16);
    }
    canvas_text(canvas, area.x, area.y + 11, ANCHOR_START, TYPE_TITLE, INK_TEXT,
                is_by_system ? "Load of each system" : "Load of each node");
    char note[200];
    int used = snprintf(note, sizeof note, "operations completed after the warm-up%s",
                        has_queues ? " (left); cores busy, up to 100 % (right)" : "; bars start at 0");
    if (count < in_all) {
        snprintf(note + used, sizeof note - (size_t)used, "; the busiest %u of %u%s", count - 1, in_all,
                 is_by_system ? "" : " nodes");
    }
    canvas_text_within(canvas, area.x, area.y + 33, area.width, ANCHOR_START, TYPE_BODY, INK_FAINT, note);
    double height = fmin((area.height - TOP) / count, MOST_ROW);
    for (uint32_t i = 0; i < count; i++) {
        draw_row(canvas, (struct rect){area.x, area.y + TOP + i * height, area.width, height}, &rows[i], names, most,
                 has_queues);
    }
    free(rows);
}
