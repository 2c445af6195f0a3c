/* The block about PACELC in a run's report. */
#include "sim/command/report_pacelc.h"

#include "sim/base/units.h"
#include "sim/command/table.h"
#include "sim/study/pacelc.h"

#include <string.h>

enum { NUMBER_BYTES = 32, NODES_SHOWN = 4, SIDES_SHOWN = 8 };

static const char *share_of(uint64_t part, uint64_t whole, char *text, size_t size) {
    if (whole == 0) {
        return "-";
    }
    units_print_share(text, size, (double)part / (double)whole);
    return text;
}

/* ---- Sides ---- */

static void cell_nodes(const struct run *run, struct table *table, const struct partition_side *side) {
    char text[256] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < side->node_count && i < NODES_SHOWN && used < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i == 0 ? "" : ", ",
                                 cluster_name(run->cluster, side->nodes[i]));
    }
    if (side->node_count > NODES_SHOWN && used < sizeof text) {
        snprintf(text + used, sizeof text - used, " and %u more", side->node_count - NODES_SHOWN);
    }
    table_cell(table, "%s%s", text, side->lives ? "" : " (down)");
}

static void cells_of_side(struct table *table, const struct partition_side *side, const bool *occurs) {
    char text[NUMBER_BYTES];
    table_cell(table, "%u", side->clients);
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (occurs[kind]) {
            table_cell(table, "%s", share_of(side->served[kind], side->asked[kind], text, sizeof text));
        }
    }
    table_cell(table, "%s", share_of(side->stale_reads, side->reads, text, sizeof text));
    table_end_row(table);
}

static bool is_shown(const struct partition_side *side, uint32_t system) {
    return side->system == system && side->node_count > 0;
}

static void show_sides(const struct run *run, uint32_t system, FILE *to) {
    struct table table = {0};
    const struct partition_side *other = measures_side_other(run->measures);
    bool occurs[OP_KIND_COUNT] = {false};
    uint32_t count = measures_side_count(run->measures), shown = 0, left = 0;
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        occurs[kind] = other->asked[kind] > 0;
        for (uint32_t i = 0; i < count; i++) {
            const struct partition_side *side = measures_side(run->measures, i);
            occurs[kind] = occurs[kind] || (is_shown(side, system) && side->asked[kind] > 0);
        }
    }
    table_cell(&table, "under partition");
    table_cell(&table, "clients");
    for (int kind = 0; kind < OP_KIND_COUNT; kind++) {
        if (occurs[kind]) {
            table_cell(&table, "%ss", operation_name((enum operation_kind)kind));
        }
    }
    table_cell(&table, "stale reads");
    table_end_row(&table);
    for (uint32_t i = 0; i < count; i++) {
        const struct partition_side *side = measures_side(run->measures, i);
        if (!is_shown(side, system) || shown >= SIDES_SHOWN) {
            left += is_shown(side, system);
            continue;
        }
        shown++;
        cell_nodes(run, &table, side);
        cells_of_side(&table, side, occurs);
    }
    if (other->clients > 0) {
        table_cell(&table, "on no side");
        cells_of_side(&table, other, occurs);
    }
    table_print(&table, 2, to);
    if (left > 0) {
        fprintf(to, "  and %u more sides\n", left);
    }
}

/* ---- Windows ---- */

static void cell_metric(const struct run *run, struct table *table, const char *metric, const struct window *window,
                        char *(*print)(char *text, size_t size, double value)) {
    char text[NUMBER_BYTES];
    double value;
    if (measures_value(run->measures, metric, window, &value)) {
        table_cell(table, "%s", print(text, sizeof text, value));
    } else {
        table_cell(table, "-");
    }
}

static void show_windows(const struct run *run, const struct pacelc *pacelc, FILE *to) {
    static const char *const headings[] = {
        "", "consistency", "reads", "stale", "lost writes", "messages/op", "across regions/op", "convergence"};
    struct table table = {.align = "llr"};
    for (size_t i = 0; i < sizeof headings / sizeof headings[0]; i++) {
        table_cell(&table, "%s", headings[i]);
    }
    table_end_row(&table);
    for (int w = 0; w < PACELC_WINDOW_COUNT; w++) {
        const struct pacelc_window *of = &pacelc->windows[w];
        char reads[NUMBER_BYTES];
        if (of->window->count == 0) {
            continue;
        }
        units_print_count(reads, sizeof reads, (double)of->reads);
        table_cell(&table, "%s", pacelc_windows[w]);
        table_cell(&table, "%s", of->level.is_decided ? level_name(of->level.level) : "undecided");
        table_cell(&table, "%s", reads);
        cell_metric(run, &table, "read.stale.share", of->window, units_print_share);
        cell_metric(run, &table, "write.lost", of->window, units_print_count);
        cell_metric(run, &table, "messages_per_op", of->window, units_print_count);
        cell_metric(run, &table, "cross_region_bytes_per_op", of->window, units_print_bytes);
        if (w == PACELC_HEALING) {
            cell_metric(run, &table, "convergence.time", of->window, units_print_duration);
        }
        table_end_row(&table);
    }
    table_print(&table, 2, to);
}

void report_pacelc(struct run *run, const struct report_style *style, FILE *to) {
    for (uint32_t i = 0; pacelc_system(run, i) != UINT32_MAX; i++) {
        uint32_t system = pacelc_system(run, i);
        const struct pacelc *pacelc = pacelc_of_run(run, system);
        if (!pacelc->has_partition || run->scenario->systems[system].nodes < 2) {
            continue;
        }
        char title[128];
        snprintf(title, sizeof title, "PACELC of %.64s: %s", run->scenario->systems[system].name,
                 pacelc->verdict.label);
        report_heading(style, to, title);
        fprintf(to, "  P  ");
        report_wrapped(to, pacelc->verdict.partition_why, 5, 5);
        fprintf(to, "  E  ");
        report_wrapped(to, pacelc->verdict.else_why, 5, 5);
        fprintf(to, "\n");
        show_sides(run, system, to);
        fprintf(to, "\n");
        show_windows(run, pacelc, to);
    }
}
