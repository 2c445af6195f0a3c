/* What the parts of the swarm share: the scenario in the making, and draws. Of sim/study/swarm*.c only. */
#ifndef SIM_STUDY_SWARM_PARTS_H
#define SIM_STUDY_SWARM_PARTS_H

#include "sim/study/swarm.h"

#include <cjson/cJSON.h>

#define SWARM_DRIFT_PARAMETER "max_clock_drift_ppm" /* a model that stands on clocks names its bound so */

enum { SWARM_MOST_SYSTEMS = 16, SWARM_MOST_ATTEMPTS = 16 }; /* parameters that do not go together are drawn again */

struct swarm_system {
    const char *name;
    const struct model *model;
    uint32_t nodes;
};

struct swarm {
    const struct swarm_options *options;
    uint64_t seed, attempt;
    const struct boundary
        *edge;         /* whose faults and parameters this seed has, short of what breaks the claim; or NULL */
    uint64_t no_edges; /* bits: boundaries at which no claim is left */
    cJSON *root;
    struct swarm_system systems[SWARM_MOST_SYSTEMS];
    uint32_t system_count;
    sim_time storm, end; /* faults are over at `storm`, the run at `end` */
    sim_time lull;       /* after the storm, in which a minority stays ill; 0: none */
    double scale;        /* of all times: of parameters, latencies, disks, faults */
    double operation_s;  /* mean time of one operation without contention: a round trip and a sync */
    uint32_t allowed;    /* bits 1 << enum fault_kind */
    uint32_t forced;     /* of these: those that every run has */
    double drift_ppm;    /* bound of what clocks may be off */
};

/* The draws of a topic: they depend on the seed and the topic alone. */
struct draw swarm_topic(const struct swarm *swarm, const char *topic);

/* True if the user, or the boundary that is hunted, sets this parameter. */
bool swarm_is_set(const struct swarm *swarm, const char *parameter);

/* True if clocks are to go wrong by more than the models allow. */
bool swarm_drifts_beyond(const struct swarm *swarm);

/* Lets clocks drift by what a model bears whose bound is `bound`, in parts per million; far more if they are to go
 * wrong. */
void swarm_allow_drift(struct swarm *swarm, double bound);

bool swarm_chance(struct draw *draw, double probability);
double swarm_log_uniform(struct draw *draw, double low, double high);
double swarm_round(double value); /* to two significant digits: scenarios are read by people */
sim_time swarm_time(struct draw *draw, double low_ms, double high_ms); /* log-uniform, of two significant digits */

void swarm_add_time(cJSON *object, const char *key, sim_time time); /* "150ms" */

/* In this order: what clients ask depends on how long an operation takes. */
void swarm_draw_system(struct swarm *swarm);
void swarm_draw_network(struct swarm *swarm);
void swarm_draw_workload(const struct swarm *swarm);
void swarm_draw_faults(struct swarm *swarm);
void swarm_draw_lull(struct swarm *swarm); /* for systems that bear an ill minority */

/* ---- One fault in the making ---- */

#define SWARM_STORM_BEGINS (200 * SIM_MILLISECOND)

enum swarm_weight { SWARM_OFF, SWARM_LIGHT, SWARM_HEAVY };

struct swarm_plan {
    struct swarm *swarm;
    struct draw draw;
    enum fault_kind kind;
    enum swarm_weight weight;
    const char *aim; /* at whom all of it goes; NULL: drawn */
    cJSON *fault;
};

bool swarm_is_allowed(const struct swarm *swarm, uint32_t kind);
bool swarm_is_forced(const struct swarm *swarm, uint32_t kind);
bool swarm_has_leader(const struct swarm *swarm);
bool swarm_is_instant(enum fault_kind kind); /* happens in a moment, and "for" would mean nothing */

void swarm_draw_node(const struct swarm *swarm, struct draw *draw, char *name, size_t size); /* "store/2" */
cJSON *swarm_random_nodes(struct swarm_plan *plan, uint32_t most);                           /* {"random": 2} */
cJSON *swarm_draw_target(struct swarm_plan *plan);
void swarm_draw_what(struct swarm_plan *plan); /* into its fault */
sim_time swarm_draw_gap(const struct swarm *swarm, struct draw *draw,
                        enum swarm_weight weight); /* between occurrences */
void swarm_draw_volleys(struct swarm *swarm, cJSON *faults);

#endif
