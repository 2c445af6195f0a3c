#include "tests/study/toy.h"

#include "models/registry.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum impurity { PURE, IMPURE_TIMER, IMPURE_BYTES, IMPURE_PROBE };
enum { TIMER_LEAD, TIMER_DIFFER, TIMER_IMPURE };

struct toy_params {
    int64_t leaders;
    sim_time lead_at, differ_at;
    int32_t impure;
};

struct toy_state {
    uint64_t nothing;
};

/* What differs from world to world, because each has its own range of addresses. */
static uint64_t place_of(const void *state) {
    return (uint64_t)(uintptr_t)state >> 30 & 0xffff;
}

static void start(struct node *node, void *state) {
    (void)state;
    const struct toy_params *params = node_params(node);
    if (node_index(node) < (size_t)params->leaders) {
        node_arm(node, TIMER_LEAD, params->lead_at);
    }
    if (params->differ_at > 0) {
        node_arm(node, TIMER_DIFFER, params->differ_at);
    }
    node_arm(node, TIMER_IMPURE, 100 * SIM_MILLISECOND);
}

static void be_impure(struct node *node, const void *state, int32_t impure) {
    uint64_t place = place_of(state), number = 1;
    struct outgoing message = {.type = 0, .encoded_bytes = 100, .body = &number, .body_bytes = sizeof number};
    message.encoded_bytes += impure == IMPURE_BYTES ? (uint32_t)place : 0;
    if (node_count(node) > 1 && node_index(node) == 0) {
        node_send(node, node_peer(node, 1), message);
    }
    if (impure == IMPURE_PROBE) {
        node_probe(node, PROBE_VOTE, 0, place, 0);
    }
    node_arm(node, TIMER_IMPURE, 100 * SIM_MILLISECOND + (impure == IMPURE_TIMER ? (sim_time)place : 0));
}

static void timer(struct node *node, void *state, uint32_t which) {
    const struct toy_params *params = node_params(node);
    if (which == TIMER_LEAD) {
        node_probe(node, PROBE_ROLE, ROLE_LEADER, 1, 0);
    } else if (which == TIMER_DIFFER) {
        node_probe(node, PROBE_APPLY, 1, 0, node_index(node) + 1);
    } else {
        be_impure(node, state, params->impure);
    }
}

static void message(struct node *node, void *state, const struct message *received) {
    (void)node, (void)state, (void)received;
}

static void request(struct node *node, void *state, const struct request *asked) {
    (void)state;
    node_reply(node, asked, (struct reply){.status = REPLY_OK, .hint = NODE_NONE});
}

static const char *const impurities[] = {"no", "timer", "bytes", "probe", NULL};
static const struct parameter parameters[] = {
    {"leaders", PARAM_COUNT, offsetof(struct toy_params, leaders), "0", 0, 100, NULL, NULL, "how many lead"},
    {"lead_at", PARAM_DURATION, offsetof(struct toy_params, lead_at), "\"1s\"", 0, 0, NULL, NULL, "from when on"},
    {"differ_at", PARAM_DURATION, offsetof(struct toy_params, differ_at), "\"0s\"", 0, 0, NULL, NULL, "when"},
    {"impure", PARAM_CHOICE, offsetof(struct toy_params, impure), "\"no\"", 0, 0, impurities, impurities, "how"},
    {.name = NULL}};
static const struct message_type messages[] = {{"toy.hello", "nothing"}, {NULL, NULL}};
static const char *const timers[] = {"lead", "differ", "impure", NULL};
static const char *const no_names[] = {NULL};
static const struct claim claims[] = {{NULL, NULL, NULL}};

const struct model toy_model = {
    .abi = SPACELIKE_ABI,
    .name = "toy",
    .summary = "breaks what it is told to break",
    .source = "none",
    .state_bytes = sizeof(struct toy_state),
    .params_bytes = sizeof(struct toy_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = no_names,
    .claims = claims,
    .operations = (1u << OP_KIND_COUNT) - 1,
    .start = start,
    .recover = start,
    .message = message,
    .timer = timer,
    .request = request,
};

const struct model_list *toy_and_registry(void) {
    static const struct model *models[64];
    static struct model_list list = {models, 0};
    if (list.count == 0) {
        models[list.count++] = &toy_model;
        for (uint32_t i = 0; i < model_registry_count; i++) {
            models[list.count++] = model_registry[i];
        }
    }
    return &list;
}

struct scenario *scenario_of(const char *text, uint64_t seed) {
    struct scenario_options options = {.models = toy_and_registry(), .has_seed = true, .seed = seed};
    struct text errors = {0};
    char *json = strdup(text);
    for (char *at = json; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    struct scenario *scenario = scenario_parse(json, strlen(json), "memory.json", &options, &errors);
    ck_assert_msg(scenario != NULL, "%s", errors.bytes != NULL ? errors.bytes : "");
    free(json);
    text_free(&errors);
    return scenario;
}
