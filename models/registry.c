#include "models/registry.h"

#include "models/balancer/balancer.h"
#include "models/chain/chain.h"
#include "models/gossip/gossip.h"
#include "models/gossip/swim.h"
#include "models/leader/leader.h"
#include "models/multileader/multileader.h"
#include "models/quorum/quorum.h"
#include "models/raft/raft.h"
#include "models/station/station.h"

const struct model *const model_registry[] = {
    /* A line a model. */
    /* clang-format off */
    &balancer_model,
    &chain_model,
    &gossip_model,
    &ld_model,
    &ml_model,
    &quorum_model,
    &rf_model,
    &station_model,
    &swim_model,
    NULL,
    /* clang-format on */
};
const uint32_t model_registry_count = sizeof model_registry / sizeof model_registry[0] - 1;
