#include "sim/study/draw_gsl.h"

#include <assert.h>
#include <limits.h>

static_assert(ULONG_MAX == UINT64_MAX, "GSL's words are to hold a whole draw");

static void set(void *state, unsigned long seed) {
    *(struct draw *)state = draw_at(draw_key(seed, DRAW_TEST, 0), 0);
}

static unsigned long get(void *state) {
    return draw_u64(state);
}

static double get_double(void *state) {
    return draw_unit(state);
}

static const gsl_rng_type type = {
    .name = "spacelike-draw",
    .max = ULONG_MAX,
    .min = 0,
    .size = sizeof(struct draw),
    .set = set,
    .get = get,
    .get_double = get_double,
};

const gsl_rng_type *const draw_gsl = &type;

void draw_gsl_place(gsl_rng *rng, struct draw draw) {
    assert(rng->type == draw_gsl);
    *(struct draw *)rng->state = draw;
}
