/* From many samples to what a column of pixels can show, without lying: the least, the largest and exact quantiles of
 * the samples that fall into each column. An average would hide the one slow operation that matters. */
#ifndef VIZ_REDUCE_H
#define VIZ_REDUCE_H

#include <stddef.h>
#include <stdint.h>

struct sample {
    double at, value;
};

struct column {
    uint32_t count; /* of samples; if 0, the rest says nothing */
    double least, p50, p99, most;
};

/* `columns` of equal width over from..until (a sample at `until` belongs to the last); samples outside are left out.
 * free() the result. */
struct column *reduce_samples(const struct sample *samples, size_t count, double from, double until, uint32_t columns);

/* Slices of `seconds` each from 0 on, at most `most` of them, whose ends are round: what begins at a round time does
 * not smear into the slice before. The last reaches beyond `length` where that is not round. */
struct slices {
    double seconds;
    uint32_t count;
};
struct slices slices_of(double length, double most);
/* How much of `length` is in a slice; NAN: so little that a rate over it would say nothing (of the last one only). */
double slice_length(struct slices slices, uint32_t index, double length);

/* The share-th quantile of ascending values: the smallest that at least that share of them does not exceed. */
double quantile_at(const double *ascending, size_t count, double share);

void sort_numbers(double *numbers, size_t count);

/* Moves labels that stand at positions `at` (in any order) so that they are at least `spacing` apart and within
 * low..high, each as near to where it wants to be as the others let it. If they have no room, those at the end fall
 * out: NAN. */
void place_labels(double *at, uint32_t count, double spacing, double low, double high);

#endif
