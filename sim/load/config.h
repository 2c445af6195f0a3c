/* What the clients do: filled by the scenario reader, read-only during a run. */
#ifndef SIM_LOAD_CONFIG_H
#define SIM_LOAD_CONFIG_H

#include "sim/base/dist.h"
#include "sim/spacelike.h"

enum workload_kind { WORKLOAD_KV, WORKLOAD_REGISTER, WORKLOAD_REQUESTS, WORKLOAD_STALENESS, WORKLOAD_KIND_COUNT };

enum arrivals_kind { ARRIVALS_POISSON, ARRIVALS_UNIFORM, ARRIVALS_CLOSED, ARRIVALS_TRACE };

struct ramp_point { /* the rate is multiplied by `factor` from `at` on, linearly towards the next point */
    sim_time at;
    double factor;
};

enum keys_kind { KEYS_UNIFORM, KEYS_ZIPF, KEYS_HOTSPOT, KEYS_LATEST, KEYS_SEQUENTIAL };

struct keys_config {
    enum keys_kind kind;
    uint64_t count;                  /* keys 0..count-1 */
    double exponent;                 /* of zipf and latest */
    double hot_keys, hot_operations; /* of hotspot: share of the keys that gets the share of the operations */
};

enum route_kind { ROUTE_LEADER, ROUTE_NEAREST, ROUTE_RANDOM, ROUTE_STICKY, ROUTE_ROUND_ROBIN };

struct retries_config {
    uint32_t attempts;   /* in all; 1: no retry */
    struct dist backoff; /* before the second attempt */
    double multiplier;   /* of the backoff, per further attempt */
    bool full_jitter;    /* the wait is uniform in 0..backoff, else the backoff itself */
    double budget;    /* retries are at most this share of first attempts, in the long run (token bucket of 10); 0: no
                         bound */
    sim_time timeout; /* an attempt without an answer is given up after this; SIM_NEVER: only at the deadline */
};

struct workload_config {
    const char *name; /* "" for the only one */
    enum workload_kind kind;
    uint32_t target;      /* system */
    uint32_t clients;     /* at least 1 */
    node_id first_client; /* endpoint ids, after all nodes; consecutive, workloads in the order of the scenario */
    const uint32_t *client_regions; /* one per client; NULL or CONFIG_NO_REGION: none */

    enum arrivals_kind arrivals;
    double rate;           /* per second, of the whole workload; for closed: none */
    struct dist think;     /* closed: each client waits this long between an answer and its next operation */
    const sim_time *trace; /* arrival times, ascending */
    uint32_t trace_count;
    const struct ramp_point *ramp;
    uint32_t ramp_count;
    sim_time from, until; /* operations are invoked in from <= t < until */

    double mix[OP_KIND_COUNT]; /* chances, sum 1 */
    double deletions;          /* of them, included in the writes */
    bool read_modify_write;    /* YCSB F: a write is a read, then a cas of what was read */
    struct keys_config keys;
    uint32_t value_bytes;
    sim_time deadline; /* after the invocation; an unanswered operation ends as info */
    enum route_kind route;
    struct retries_config retries;
    const sim_time *after;          /* WORKLOAD_STALENESS: reads at these offsets from the acknowledgement */
    const char *const *after_texts; /* beside them, as they were written: "5ms"; NULL: unknown */
    uint32_t after_count;
};

struct phase_config {
    const char *name;
    sim_time at, length;
    double rate; /* multiplies the arrivals while it lasts; 1: only a window */
};

#endif
