/* Two models that exist only to be configured: "fake" has a parameter of every type, "plain" has neither parameters nor
 * a leader and knows reads only. */
#ifndef TESTS_SCENARIO_FAKE_MODEL_H
#define TESTS_SCENARIO_FAKE_MODEL_H

#include "sim/scenario/scenario.h"

struct fake_params {
    int64_t count, bytes;
    double real, share;
    bool flag;
    int32_t choice;
    sim_time duration, range[2];
};

extern const struct model_list fake_models;

#endif
