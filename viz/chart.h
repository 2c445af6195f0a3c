/* The parts that charts share: a frame with axes, curves, bands of faults with their names, labels at the ends of
 * lines. */
#ifndef VIZ_CHART_H
#define VIZ_CHART_H

#include "viz/axis.h"
#include "viz/canvas.h"
#include "viz/facts.h"

struct chart {
    struct canvas *canvas;
    struct rect plot; /* between the axes */
    struct chart_axis x, y;
    const char *const *names; /* along x, instead of ticks */
    const double *places;     /* of the names; NULL: 0, 1, 2, ... */
    uint32_t name_count;
    double end_room; /* right of the plot */
};

struct chart_frame {
    const char *title; /* a statement or a name; NULL: none */
    const char *note;  /* a second line, faint: what was left out, which window; or NULL */
    struct chart_axis x, y;
    const char *const *names; /* along x, instead of ticks; or NULL */
    const double *places;     /* of the names, ascending; NULL: 0, 1, 2, ..., and of `x` only the title counts */
    uint32_t name_count;
    bool has_no_y;              /* rows instead of a y axis */
    double row_room;            /* left of the plot then, for the names of the rows */
    double end_room;            /* to the right of the plot, for labels at the ends of lines */
    const struct facts *faults; /* whose faults stand as bands behind the plot, with their names above it; or NULL */
};

/* Draws title, grid, ticks and titles of the axes into `area`. */
struct chart chart_begin(struct canvas *canvas, struct rect area, const struct chart_frame *frame);

/* Title and note only, with a sentence in the middle that says why nothing is there. */
void chart_empty(struct canvas *canvas, struct rect area, const char *title, const char *why);

double chart_x(const struct chart *chart, double value); /* pixels; NAN where a value has no place */
double chart_y(const struct chart *chart, double value);

/* A curve through points in the axes' values, clipped to the plot; NAN breaks it. */
void chart_curve(const struct chart *chart, const struct fact_point *points, size_t count, struct pen pen);
/* As a staircase: each point's value holds until the next point's x. */
void chart_steps(const struct chart *chart, const struct fact_point *points, size_t count, struct pen pen);
/* One value a slice, NAN for none, as a staircase; the last slice ends with the axis at the latest. Returns where the
 * last value is, in pixels; NAN: there is none. */
double chart_slices(const struct chart *chart, struct slices slices, const double *values, struct pen pen);

/* Between two curves that share their x; infinite and NAN ends leave a gap. Light, behind the lines. */
void chart_band(const struct chart *chart, const struct fact_point *low, const struct fact_point *high, size_t count,
                enum ink ink);

/* A label at the end of a line, at the right of the plot. */
struct end_label {
    double y; /* pixels */
    enum ink ink;
    char text[64];
};
void chart_end_labels(const struct chart *chart, const struct end_label *labels, uint32_t count);
/* Lines and what they are, within the plot, where the curves do not go. */
enum key_place { KEY_BOTTOM_RIGHT, KEY_TOP_RIGHT, KEY_TOP_LEFT };
void chart_key(const struct chart *chart, const struct end_label *entries, uint32_t count, enum key_place place);
double chart_end_room(struct canvas *canvas, const struct end_label *labels, uint32_t count);

double snap(double pixel); /* to the middle of a pixel, so that thin lines are sharp */

#endif
