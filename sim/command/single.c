#include "sim/command/single.h"

#include "sim/base/units.h"

static bool is_line_shown;

bool progress_show(void *context, const struct run_progress *progress) {
    (void)context;
    static double shown_at;
    double now = wall_seconds();
    if (now - shown_at > 0.1) {
        char events[32];
        units_print_count(events, sizeof events, (double)progress->events);
        fprintf(stderr, "\r  %.1f of %.1f s simulated, %s events \x1b[K", (double)progress->now / 1e9,
                (double)progress->duration / 1e9, events);
        fflush(stderr);
        shown_at = now;
        is_line_shown = true;
    }
    return true;
}

void progress_clear(void) {
    if (is_line_shown) {
        fprintf(stderr, "\r\x1b[K");
        is_line_shown = false;
    }
}

enum exit_status exit_of_verdict(enum verdict verdict) {
    static const enum exit_status statuses[] = {
        [VERDICT_HOLDS] = EXIT_HELD, [VERDICT_VIOLATED] = EXIT_BROKE, [VERDICT_INCONCLUSIVE] = EXIT_INCONCLUSIVE};
    return statuses[verdict];
}
