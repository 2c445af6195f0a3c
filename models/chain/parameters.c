#include "models/chain/parameters.h"

static const char *const read_choices[] = {"tail", "craq", NULL};
static const char *const read_meanings[] = {
    "the tail answers all reads (van Renesse and Schneider)",
    "any node answers; where it holds a version that is not committed, it asks the tail which one is (CRAQ)", NULL};

static const char *const bug_choices[] = {"none", "C01", "C02", "C03", "C04", NULL};
static const char *const bug_meanings[] = {
    "no rule is broken",
    "a node answers reads with a version that the tail has not committed (with reads craq)",
    "nodes go on without a lease, though the master may have removed them",
    "the head answers a write before the rest of the chain has it",
    "a node that joins as the tail serves before it has all that its predecessor has",
    NULL};

const struct parameter chain_parameters[] = {
    {.name = "reads",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct chain_params, reads),
     .preset = "\"tail\"",
     .choices = read_choices,
     .choice_meanings = read_meanings,
     .meaning = "Who answers reads."},
    {.name = "heartbeat",
     .type = PARAM_DURATION,
     .offset = offsetof(struct chain_params, heartbeat),
     .preset = "\"50ms\"",
     .low = 1e-6,
     .high = 3600,
     .meaning = "Between two messages of a node to the master, and between two tries to send what got no answer."},
    {.name = "lease",
     .type = PARAM_DURATION,
     .offset = offsetof(struct chain_params, lease),
     .preset = "\"300ms\"",
     .low = 1e-6,
     .high = 3600,
     .meaning =
         "A node acts so long after it asked the master; a node that is silent longer is removed from the chain."},
    {.name = "max_clock_drift_ppm",
     .type = PARAM_COUNT,
     .offset = offsetof(struct chain_params, max_clock_drift_ppm),
     .preset = "500",
     .low = 0,
     .high = 100000,
     .meaning =
         "Leases hold if no clock's rate is off by more than this many parts per million; NTP slews by at most 500."},
    {.name = "batch",
     .type = PARAM_COUNT,
     .offset = offsetof(struct chain_params, batch),
     .preset = "64",
     .low = 1,
     .high = 4096,
     .meaning = "Updates of one message along the chain at most."},
    {.name = "bug",
     .type = PARAM_CHOICE,
     .offset = offsetof(struct chain_params, bug),
     .preset = "\"none\"",
     .choices = bug_choices,
     .choice_meanings = bug_meanings,
     .meaning = "Breaks one rule of the protocol, to see a checker find it."},
    {.name = NULL},
};

#define HONEST_FAULTS                                                                                                  \
    "partition crash restart pause torn-write slow-disk stall-disk full-disk clock-jump clock-drift slow-node "        \
    "degrade drop-messages"
#define NO_BUG "bug is not none"

const struct claim chain_claims[] = {
    {"election-safety", HONEST_FAULTS, NO_BUG},
    {"leader-append-only", HONEST_FAULTS, NO_BUG},
    {"log-matching", HONEST_FAULTS, NO_BUG},
    {"leader-completeness", HONEST_FAULTS, NO_BUG},
    {"state-machine-safety", HONEST_FAULTS, NO_BUG},
    {"linearizable", HONEST_FAULTS, NO_BUG "; or a clock drifts by more than max_clock_drift_ppm"},
    {"no-lost-writes", HONEST_FAULTS, NO_BUG},
    {"exactly-once", HONEST_FAULTS, NO_BUG},
    {"convergence", HONEST_FAULTS, NO_BUG},
    {"progress", HONEST_FAULTS,
     NO_BUG "; or messages take as long as a lease; or the master, node 1, is gone for good"},
    {NULL, NULL, NULL},
};

const struct boundary chain_boundaries[] = {
    {"linearizable", "clock-drift partition", NULL,
     "A tail with a slow clock thinks that a lease holds which is over, and answers beside the new tail."},
    {"log-matching", "lying-sync crash", NULL,
     "A head forgets updates that it passed on, and gives their numbers to others in the same epoch."},
    {"leader-completeness", "lose-disk", NULL, "A node that lost its log keeps its place, and becomes the head."},
    {"leader-completeness", "corrupt-disk crash", NULL,
     "A log that ends at an unreadable update lacks committed ones."},
    {"progress", "lose-disk", NULL, "A master that lost its disk counts epochs from 1 again, and nobody listens."},
    {"progress", NULL, "heartbeat=\"1ms\" lease=\"2ms\"", "Leases are over before the master's answer arrives."},
    {NULL, NULL, NULL, NULL},
};

const char *chain_check_params(const void *given, size_t nodes) {
    const struct chain_params *params = given;
    if (nodes < 2) {
        return "at least 2 nodes: the first is the master, the others are the chain";
    }
    if (nodes > CHAIN_MOST_NODES) {
        return "at most 64 nodes";
    }
    if (params->lease < 2 * params->heartbeat) {
        return "lease must be at least twice the heartbeat, or one message that is late stops a node";
    }
    return NULL;
}
