/* The pictures of many runs that people can ask for by name, each a page of its own. */
#ifndef VIZ_PICTURES_MANY_H
#define VIZ_PICTURES_MANY_H

#include "viz/charts_many.h"

struct many_picture {
    const char *name;    /* "heat-map" */
    const char *summary; /* one line */
    many_chart draw;
};

extern const struct many_picture many_pictures[];
extern const uint32_t many_picture_count;

/* The picture to show where nobody says: lines if something varies, else designs or a distribution. */
const struct many_picture *many_picture_usual(const struct many *many);

/* Draws the picture over the whole canvas, with margins and a line that says what runs it is of. */
void many_picture_draw(struct canvas *canvas, const struct many_picture *picture, const struct many *many,
                       const struct many_choice *choice);

#endif
