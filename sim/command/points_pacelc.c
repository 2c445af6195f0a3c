/* The label of PACELC over many runs, with the numbers that decide it. */
#include "sim/command/points_show.h"

#include "sim/base/units.h"

#include <inttypes.h>
#include <string.h>

enum { NUMBER_BYTES = 32 };

static void show_estimate(const struct estimate *estimate, FILE *to) {
    char value[NUMBER_BYTES], low[NUMBER_BYTES], high[NUMBER_BYTES];
    double from = estimate->low > 0 ? estimate->low : 0, until = estimate->high < 1 ? estimate->high : 1;
    fprintf(to, "%s (95 %%: %s to %s)", units_print_share(value, sizeof value, estimate->value),
            units_print_share(low, sizeof low, from), units_print_share(high, sizeof high, until));
}

static void show_availability(const struct point_summary *summary, const char *indent, FILE *to) {
    const struct point_metric *side = points_metric(summary, "side.availability", "partition");
    fprintf(to, "%s  P  ", indent);
    if (side == NULL) {
        fprintf(to, "no client was on one side\n");
        return;
    }
    fprintf(to, "the worst side serves ");
    show_estimate(&side->mean, to);
    fprintf(to, "\n");
}

/* Where no run had a stale read, all their reads together bound the share; else runs are compared, since the reads of
 * one run are not independent. */
static void show_staleness(const struct point_summary *summary, const char *indent, FILE *to) {
    const struct point_metric *share = points_metric(summary, "read.stale.share", "connected");
    const struct point_metric *judged = points_metric(summary, "read.judged", "connected");
    fprintf(to, "%s  E  ", indent);
    if (share == NULL || judged == NULL) {
        fprintf(to, "no read could be judged\n");
    } else if (share->values[share->count - 1] > 0) {
        fprintf(to, "of the reads, stale are ");
        show_estimate(&share->mean, to);
        fprintf(to, "\n");
    } else {
        char reads[NUMBER_BYTES], bound[NUMBER_BYTES];
        double sum = 0;
        for (size_t i = 0; i < judged->count; i++) {
            sum += judged->values[i];
        }
        struct estimate none = statistics_share_exact(0, (uint64_t)sum, POINTS_LEVEL);
        fprintf(to, "none of %s reads was stale: at most %s are (95 %%)\n", units_print_count(reads, sizeof reads, sum),
                units_print_share(bound, sizeof bound, none.high));
    }
}

void points_show_pacelc(const struct point_summary *summary, const char *indent, FILE *to) {
    bool is_any = false;
    for (uint32_t i = 0; i < summary->check_count; i++) {
        const struct point_check *check = &summary->checks[i];
        if (strcmp(check->kind, "pacelc") == 0) {
            char low[NUMBER_BYTES], high[NUMBER_BYTES];
            fprintf(to, "%sPACELC of %s in %" PRIu64 " of %" PRIu64 " runs (95 %%: %s to %s)\n", indent, check->name,
                    check->held, check->judged, units_print_share(low, sizeof low, check->share.low),
                    units_print_share(high, sizeof high, check->share.high));
            is_any = true;
        }
    }
    if (is_any) {
        show_availability(summary, indent, to);
        show_staleness(summary, indent, to);
    }
}
