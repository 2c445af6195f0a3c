/* Where the points of a sweep, or designs, stand in the quadrant of PACELC. */
#include "viz/charts_many.h"
#include "viz/quadrant.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const latencies[] = {"write.latency.p50", "append.latency.p50", "read.latency.p50", NULL};

static double mean_at(const struct many_metric *metric, uint32_t point) {
    return metric != NULL && metric->values[point].runs > 0 ? metric->values[point].mean : (double)NAN;
}

/* The label that most of the runs bear, of the system of label `first`. */
static const struct many_label *most_frequent(const struct many_point *point, uint32_t first) {
    const struct many_label *best = &point->labels[first];
    for (uint32_t i = first + 1; i < point->label_count; i++) {
        bool is_of_it = strcmp(point->labels[i].system, best->system) == 0;
        best = is_of_it && point->labels[i].runs > best->runs ? &point->labels[i] : best;
    }
    return best;
}

static bool is_new_system(const struct many_point *point, uint32_t index) {
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(point->labels[i].system, point->labels[index].system) == 0) {
            return false;
        }
    }
    return true;
}

static void name_card(const struct many *many, const struct many_point *point, const struct many_label *label,
                      bool has_systems, char *name, size_t size) {
    if (many->point_count == 1 || has_systems) {
        snprintf(name, size, "%s%s%s", point->name, point->name[0] != '\0' ? ", " : "", label->system);
    } else {
        snprintf(name, size, "%s", point->name);
    }
}

void pacelc_many_draw(struct canvas *canvas, struct rect area, const struct many *many,
                      const struct many_choice *choice) {
    enum { NAME = 160 };
    (void)choice; /* the label needs its own numbers */
    uint32_t most = 0, count = 0;
    for (uint32_t p = 0; p < many->point_count; p++) {
        most += many->points[p].label_count;
    }
    struct quadrant_card *cards = calloc(most + 1, sizeof *cards);
    char(*names)[NAME] = calloc(most + 1, sizeof *names);
    if (cards == NULL || names == NULL) {
        abort();
    }
    const struct many_metric *served = many_metric(many, "side.availability", "partition"),
                             *stale = many_metric(many, "read.stale.share", "connected"),
                             *latency = many_first(many, latencies, "connected");
    for (uint32_t p = 0; p < many->point_count; p++) {
        const struct many_point *point = &many->points[p];
        for (uint32_t i = 0; i < point->label_count; i++) {
            if (!is_new_system(point, i)) {
                continue;
            }
            const struct many_label *label = most_frequent(point, i);
            struct quadrant_card *card = &cards[count];
            bool has_systems = i > 0;
            name_card(many, point, label, has_systems, names[count], NAME);
            *card = (struct quadrant_card){.name = names[count],
                                           .bears = point->runs > 0 ? (double)label->runs / (double)point->runs : 1,
                                           /* These metrics are of the first system. */
                                           .served = has_systems ? (double)NAN : mean_at(served, p),
                                           .stale = has_systems ? (double)NAN : mean_at(stale, p),
                                           .latency_s = has_systems ? (double)NAN : mean_at(latency, p),
                                           .latency = latency == NULL                            ? NULL
                                                      : strncmp(latency->name, "read", 4) == 0   ? "read p50"
                                                      : strncmp(latency->name, "append", 6) == 0 ? "append p50"
                                                                                                 : "write p50"};
            snprintf(card->label, sizeof card->label, "%s", label->label);
            count++;
        }
    }
    struct quadrant quadrant = {.title = "What a partition costs, and what its absence",
                                .note = "PACELC: the label that most runs bear; numbers are means over the seeds",
                                .cards = cards,
                                .count = count,
                                .why_empty = "no run had a partition, or the runs were recorded without their labels"};
    quadrant_show(canvas, area, &quadrant);
    free(cards);
    free(names);
}
