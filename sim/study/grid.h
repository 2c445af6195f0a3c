/* The parameter points of a sweep: a full grid of values for paths of the scenario. */
#ifndef SIM_STUDY_GRID_H
#define SIM_STUDY_GRID_H

#include "sim/base/text.h"

#include <stdint.h>

enum { GRID_MOST_AXES = 16, GRID_MOST_VALUES = 10000, GRID_MOST_POINTS = 10000000 };

struct axis {
    char *path;    /* "systems.store.params.heartbeat" */
    char **values; /* as --set takes them */
    uint32_t count;
};

/* Zeroed, it has one point, which changes nothing. Points count from 0; the first axis turns slowest. */
struct grid {
    struct axis axes[GRID_MOST_AXES];
    uint32_t axis_count;
};

/* "path=a,b,c" (commas in brackets, braces and quotes do not separate), "path=1ms..100ms:20:log": 20 values from 1 ms
 * to 100 ms, evenly on a logarithmic scale (without ":log" on a linear one), "path=1..5": whole numbers. False with a
 * message without a line break in `error`. */
bool grid_add(struct grid *grid, const char *text, struct text *error);

/* The axes of "vary" in the JSON text of a scenario; none is fine. */
bool grid_add_scenario(struct grid *grid, const char *json, struct text *error);

/* Reads what grid_write wrote. */
bool grid_read(struct grid *grid, const char *json, struct text *error);

/* {"path": ["value", ...], ...} */
void grid_write(const struct grid *grid, struct text *out);

void grid_free(struct grid *grid);

uint64_t grid_point_count(const struct grid *grid);
const char *grid_value(const struct grid *grid, uint64_t point, uint32_t axis);

/* "path=value" for every axis, after the `count` of `sets`, as scenario_options takes them; free with grid_free_sets.
 */
const char **grid_sets(const struct grid *grid, uint64_t point, const char *const *sets, uint32_t count);
void grid_free_sets(const struct grid *grid, const char **sets, uint32_t count);

#endif
