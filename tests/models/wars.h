/* The model WARS of Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012,
 * section 5.1, by Monte Carlo: an independent computation, which shares no code with the simulator. */
#ifndef TESTS_MODELS_WARS_H
#define TESTS_MODELS_WARS_H

#include <stddef.h>

enum { WARS_LEGS = 4, WARS_MOST_REPLICAS = 16 };
enum { LEG_WRITE, LEG_ACK, LEG_READ, LEG_REPLY };

/* One-way latency in ms: with chance `share` Pareto of that scale and shape, else exponential of that rate. */
struct wars_leg {
    double share, scale, shape, rate;
};

/* Table 3 of the paper. */
extern const struct wars_leg wars_lnkd_ssd, wars_lnkd_disk;

struct wars {
    size_t trials;
    double *read, *write; /* latencies, ascending */
    double *visible; /* after the acknowledgement, a read is consistent from this time on; ascending, may be negative */
};

/* Free with wars_free. */
struct wars wars_run(const struct wars_leg legs[WARS_LEGS], int n, int r, int w, size_t trials, unsigned long seed);
void wars_free(struct wars *wars);

double wars_quantile(const double *sorted, size_t count, double q);
double wars_share_up_to(const double *sorted, size_t count, double at);

#endif
