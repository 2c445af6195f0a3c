/* A dispatcher in front of servers. */
#ifndef MODELS_BALANCER_H
#define MODELS_BALANCER_H

#include "sim/spacelike.h"

enum balancer_policy {
    BALANCER_RANDOM,
    BALANCER_ROUND_ROBIN,
    BALANCER_LEAST_CONNECTIONS,
    BALANCER_POWER_OF_D,
    BALANCER_ALL
};

struct balancer_params {
    int32_t policy;
    int64_t choices; /* d */
    sim_time timeout;
};

extern const struct model balancer_model;

#endif
