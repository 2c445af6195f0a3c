/* The pictures that people can ask for by name, each a page of its own. */
#ifndef VIZ_PICTURES_H
#define VIZ_PICTURES_H

#include "viz/charts.h"
#include "viz/witness.h"

/* A stored run's files are enough for pictures that need none of these. */
enum { PICTURE_NEEDS_MOMENT = 1, PICTURE_NEEDS_STRETCH = 2, PICTURE_NEEDS_RUN = 4, PICTURE_NEEDS_WITNESS = 8 };

struct picture_data {
    const struct facts *facts;
    const struct moment *moment; /* for those that need one; else NULL */
    const struct stretch *stretch;
    const struct witness *witness; /* NULL: nothing is impossible */
};

struct picture {
    const char *name;    /* "latency-over-time" */
    const char *summary; /* one line */
    uint32_t needs;
    void (*draw)(struct canvas *canvas, struct rect area, const struct picture_data *data);
};

extern const struct picture pictures[]; /* the first is the one to show where nobody says */
extern const uint32_t picture_count;

const struct picture *picture_find(const char *name); /* NULL: there is none */

/* Draws the picture over the whole canvas, with margins and a line that says what run it is of. */
void picture_draw(struct canvas *canvas, const struct picture *picture, const struct picture_data *data);

#endif
