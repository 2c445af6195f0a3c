/* The model WARS of Bailis and others, Probabilistically Bounded Staleness for Practical Partial Quorums, VLDB 2012,
 * section 5.1, by Monte Carlo: an independent computation, which shares no code with the simulator. */
#ifndef TESTS_MODELS_WARS_H
#define TESTS_MODELS_WARS_H

#include <stddef.h>

enum { WARS_MOST_REPLICAS = 16 };

/* One-way latency in ms: with chance `share` Pareto of that scale and shape, else exponential of that rate. */
struct wars_leg {
    double share, scale, shape, rate;
};

/* The legs of one system. Where `far` is more than 0, each read and each write begins beside one replica, any of them,
 * and the others are so many ms farther away, each way. */
struct wars_system {
    const char *name;
    struct wars_leg write, other; /* W; A, R and S */
    double far;
};

/* Table 3 of the paper: LNKD-SSD, LNKD-DISK, YMMR, WAN. */
enum { WARS_SSD, WARS_DISK, WARS_YMMR, WARS_WAN, WARS_SYSTEMS };
extern const struct wars_system wars_systems[WARS_SYSTEMS];

struct wars {
    size_t trials;
    double *read, *write; /* latencies, ascending */
    double *visible; /* after the acknowledgement, a read is consistent from this time on; ascending, may be negative */
};

/* Free with wars_free. */
struct wars wars_run(const struct wars_system *system, int n, int r, int w, size_t trials, unsigned long seed);
void wars_free(struct wars *wars);

double wars_quantile(const double *sorted, size_t count, double q);
double wars_share_up_to(const double *sorted, size_t count, double at);

#endif
