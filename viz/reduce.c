#include "viz/reduce.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b) {
    double one = *(const double *)a, other = *(const double *)b;
    return one < other ? -1 : one > other;
}

void sort_numbers(double *numbers, size_t count) {
    if (count > 0) {
        qsort(numbers, count, sizeof *numbers, ascending);
    }
}

double quantile_at(const double *values, size_t count, double share) {
    if (count == 0) {
        return (double)NAN;
    }
    double rank = ceil(share * (double)count - 1e-9);
    size_t index = rank < 1 ? 0 : (size_t)rank - 1;
    return values[index < count ? index : count - 1];
}

struct slices slices_of(double length, double most) {
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double least = length / fmax(most, 1), power = pow(10, floor(log10(fmax(least, 1e-9))));
    double seconds = 10 * power;
    for (int i = 4; i >= 0; i--) {
        seconds = steps[i] * power >= least * (1 - 1e-9) ? steps[i] * power : seconds;
    }
    return (struct slices){seconds, (uint32_t)fmax(ceil(length / seconds - 1e-9), 1)};
}

double slice_length(struct slices slices, uint32_t index, double length) {
    double own = fmin(slices.seconds, length - index * slices.seconds);
    return own < slices.seconds / 4 ? (double)NAN : own;
}

/* The column of a sample, or `columns` if it is outside. */
static uint32_t column_of(double at, double from, double until, uint32_t columns) {
    if (!(at >= from && at <= until)) {
        return columns;
    }
    double place = (at - from) / (until - from) * columns;
    return place >= columns ? columns - 1 : (uint32_t)place;
}

struct column *reduce_samples(const struct sample *samples, size_t count, double from, double until, uint32_t columns) {
    struct column *result = calloc(columns, sizeof *result);
    size_t *starts = calloc((size_t)columns + 2, sizeof *starts);
    double *values = malloc((count + 1) * sizeof *values);
    if (result == NULL || starts == NULL || values == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        starts[column_of(samples[i].at, from, until, columns) + 1]++;
    }
    for (uint32_t c = 0; c <= columns; c++) {
        starts[c + 1] += starts[c];
    }
    size_t *next = malloc(((size_t)columns + 1) * sizeof *next);
    if (next == NULL) {
        abort();
    }
    for (uint32_t c = 0; c <= columns; c++) {
        next[c] = starts[c];
    }
    for (size_t i = 0; i < count; i++) {
        values[next[column_of(samples[i].at, from, until, columns)]++] = samples[i].value;
    }
    for (uint32_t c = 0; c < columns; c++) {
        double *own = values + starts[c];
        size_t n = starts[c + 1] - starts[c];
        sort_numbers(own, n);
        if (n > 0) {
            result[c] = (struct column){.count = (uint32_t)n,
                                        .least = own[0],
                                        .p50 = quantile_at(own, n, 0.5),
                                        .p99 = quantile_at(own, n, 0.99),
                                        .most = own[n - 1]};
        }
    }
    free(next);
    free(values);
    free(starts);
    return result;
}

/* ---- Labels ---- */

struct wish {
    double at;
    uint32_t index;
};

static int by_wish(const void *a, const void *b) {
    const struct wish *one = a, *other = b;
    if (one->at != other->at) {
        return one->at < other->at ? -1 : 1;
    }
    return one->index < other->index ? -1 : one->index > other->index;
}

void place_labels(double *at, uint32_t count, double spacing, double low, double high) {
    struct wish *wishes = malloc((count + 1) * sizeof *wishes);
    if (wishes == NULL) {
        abort();
    }
    uint32_t room = high < low ? 0 : (uint32_t)((high - low) / spacing) + 1;
    for (uint32_t i = 0; i < count; i++) {
        wishes[i] = (struct wish){at[i], i};
    }
    qsort(wishes, count, sizeof *wishes, by_wish);
    uint32_t placed = count < room ? count : room;
    /* Clusters that would overlap are centred on the mean of their wishes; down first, then up from the bottom. */
    for (int round = 0; round < 50; round++) {
        double moved = 0;
        for (uint32_t i = 0; i + 1 < placed; i++) {
            double overlap = wishes[i].at + spacing - wishes[i + 1].at;
            if (overlap > 1e-6) {
                wishes[i].at -= overlap / 2;
                wishes[i + 1].at += overlap / 2;
                moved = fmax(moved, overlap);
            }
        }
        if (moved < 1e-3) {
            break;
        }
    }
    for (uint32_t i = 0; i < placed; i++) {
        double least = i == 0 ? low : wishes[i - 1].at + spacing;
        wishes[i].at = fmax(wishes[i].at, least);
    }
    for (uint32_t i = placed; i-- > 0;) {
        double most = i + 1 == placed ? high : wishes[i + 1].at - spacing;
        wishes[i].at = fmin(wishes[i].at, most);
    }
    for (uint32_t i = 0; i < count; i++) {
        at[wishes[i].index] = i < placed ? wishes[i].at : (double)NAN;
    }
    free(wishes);
}
