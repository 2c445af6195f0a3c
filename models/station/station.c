/* A service station: nodes that do a unit of work for each request and answer. The work itself is the machine's: cores,
 * service time and queue bound come from the scenario, so the station is M/M/1, M/D/1, M/M/c and so on by configuration
 * (Kleinrock, Queueing Systems I, 1975). Left out: data. A read finds 0, and a write changes nothing. */
#include "models/station/station.h"

static void start(struct node *node, void *state) {
    (void)node;
    (void)state;
}

static void on_request(struct node *node, void *state, const struct request *request) {
    (void)state;
    node_reply(node, request, (struct reply){.status = REPLY_OK});
}

static const struct parameter parameters[] = {{.name = NULL}};
static const struct message_type messages[] = {{NULL, NULL}};
static const char *const no_names[] = {NULL};
static const struct claim claims[] = {
    {"progress", "*", NULL}, /* it has nothing to lose */
    {NULL, NULL, NULL},
};

const struct model station_model = {
    .abi = SPACELIKE_ABI,
    .name = "station",
    .summary = "a server without data: cores, service time and queue are the scenario's (M/M/c, M/D/1, M/G/1)",
    .source = "Kleinrock, Queueing Systems, volume I, 1975",
    .parameters = parameters,
    .messages = messages,
    .timers = no_names,
    .records = no_names,
    .claims = claims,
    .operations = 1u << OP_REQUEST | 1u << OP_READ | 1u << OP_WRITE,
    .start = start,
    .recover = start,
    .request = on_request,
};
