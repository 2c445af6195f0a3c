/* Where the systems of a run stand in the quadrant of PACELC. */
#include "viz/charts.h"
#include "viz/quadrant.h"

#include <stdio.h>

void pacelc_draw(struct canvas *canvas, struct rect area, const struct facts *facts) {
    struct quadrant_card cards[FACT_MOST_PACELC];
    for (uint32_t i = 0; i < facts->pacelc_count; i++) {
        const struct fact_pacelc *fact = &facts->pacelc[i];
        cards[i] = (struct quadrant_card){.name = fact->system,
                                          .bears = 1,
                                          .served = fact->served,
                                          .stale = fact->stale,
                                          .latency_s = fact->latency_s,
                                          .latency = fact->latency};
        snprintf(cards[i].label, sizeof cards[i].label, "%s", fact->label);
    }
    bool is_one = facts->pacelc_count == 1;
    struct quadrant quadrant = {
        .title = "What a partition costs, and what its absence",
        .note = "PACELC; under partition the side that is served worst, else reads and latency without a partition",
        .cards = cards,
        .count = facts->pacelc_count,
        .why_empty = "no partition took place in this run, or nobody was there to notice",
        .partition_why = is_one ? facts->pacelc[0].partition_why : NULL,
        .else_why = is_one ? facts->pacelc[0].else_why : NULL};
    quadrant_show(canvas, area, &quadrant);
}
