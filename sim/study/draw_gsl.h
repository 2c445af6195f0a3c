/* Addressed draws (sim/base/draw.h) as a generator of GSL, for tests and analysis.
 *
 * Only for GSL's samplers whose bits are the same on every machine (uniform, uniform_int, gaussian_ziggurat,
 * gaussian_ratio, poisson, binomial, geometric), and never inside a run: the others call the C library's log and exp.
 */
#ifndef SIM_STUDY_DRAW_GSL_H
#define SIM_STUDY_DRAW_GSL_H

#include "sim/base/draw.h"

#include <gsl/gsl_rng.h>

/* The state is a struct draw. gsl_rng_set(rng, s) starts the stream of seed s, purpose DRAW_TEST, entity 0, counter 0.
 * A word has 64 bits, and gsl_rng_uniform gives draw_unit, so never 0. */
extern const gsl_rng_type *const draw_gsl;

/* Puts a generator of that type at the start of an addressed stream. */
void draw_gsl_place(gsl_rng *rng, struct draw draw);

#endif
