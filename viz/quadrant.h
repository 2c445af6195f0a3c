/* The quadrant of PACELC: which of four a design is in, and the numbers that put it there. */
#ifndef VIZ_QUADRANT_H
#define VIZ_QUADRANT_H

#include "viz/canvas.h"

struct quadrant_card {
    const char *name;
    char label[8];       /* "PA/EL"; "P-" for neither, "P?" and "E?" for undecided */
    double bears;        /* share of the runs that bear this label; 1 of a single run */
    double served;       /* share that the worst side of the partition served; NAN: unknown */
    double stale;        /* share of reads that were stale without a partition; NAN: unknown */
    double latency_s;    /* without a partition; NAN: unknown */
    const char *latency; /* "write p50"; or NULL */
};

struct quadrant {
    const char *title, *note;
    const struct quadrant_card *cards;
    uint32_t count;
    const char *why_empty;                /* said if there is no card */
    const char *partition_why, *else_why; /* sentences of a single run, below; or NULL */
};

void quadrant_show(struct canvas *canvas, struct rect area, const struct quadrant *quadrant);

#endif
