#include "tests/scenario/fake_model.h"

static const char *const choices[] = {"log", "read_index", "lease", NULL};
static const char *const choice_meanings[] = {"through the log", "after a round of heartbeats", "at once", NULL};

static const struct parameter parameters[] = {
    {"count", PARAM_COUNT, offsetof(struct fake_params, count), "3", 1, 100, NULL, NULL, "a count"},
    {"real", PARAM_REAL, offsetof(struct fake_params, real), "1.5", 0, 0, NULL, NULL, "a number"},
    {"share", PARAM_SHARE, offsetof(struct fake_params, share), "0.25", 0, 0, NULL, NULL, "a share"},
    {"flag", PARAM_FLAG, offsetof(struct fake_params, flag), "true", 0, 0, NULL, NULL, "a switch"},
    {"reads", PARAM_CHOICE, offsetof(struct fake_params, choice), "\"read_index\"", 0, 0, choices, choice_meanings,
     "how reads go"},
    {"heartbeat", PARAM_DURATION, offsetof(struct fake_params, duration), "\"50ms\"", 0.001, 60, NULL, NULL,
     "between heartbeats"},
    {"election_timeout", PARAM_DURATION_RANGE, offsetof(struct fake_params, range), "[\"150ms\", \"300ms\"]", 0, 0,
     NULL, NULL, "until an election"},
    {"batch", PARAM_BYTES, offsetof(struct fake_params, bytes), "\"64KiB\"", 0, 0, NULL, NULL,
     "most bytes in a message"},
    {.name = NULL}};

static const struct message_type messages[] = {{"fake.append", "entries"}, {"fake.vote", "a vote"}, {NULL, NULL}};
static const char *const timers[] = {"election", "heartbeat", NULL};
static const char *const records[] = {"vote", NULL};
static const struct claim claims[] = {{"linearizable", "*", "reads is lease and clocks drift"},
                                      {"election-safety", "partition crash", NULL},
                                      {NULL, NULL, NULL}};

static const char *check_params(const void *params, size_t nodes) {
    const struct fake_params *fake = params;
    if (fake->duration >= fake->range[0]) {
        return "the heartbeat is not shorter than the election timeout; expected a shorter heartbeat";
    }
    return (size_t)fake->count > nodes + 90 ? "count is too large for the nodes" : NULL;
}

static const struct model fake = {.abi = SPACELIKE_ABI,
                                  .name = "fake",
                                  .summary = "a model for tests",
                                  .source = "nowhere, section 0",
                                  .state_bytes = 8,
                                  .params_bytes = sizeof(struct fake_params),
                                  .parameters = parameters,
                                  .messages = messages,
                                  .timers = timers,
                                  .records = records,
                                  .claims = claims,
                                  .operations = 1u << OP_READ | 1u << OP_WRITE | 1u << OP_CAS,
                                  .has_leader = true,
                                  .check_params = check_params};

static const struct model plain = {
    .abi = SPACELIKE_ABI, .name = "plain", .summary = "reads only", .operations = 1u << OP_READ};

static const struct model *const models[] = {&fake, &plain};
const struct model_list fake_models = {models, 2};
