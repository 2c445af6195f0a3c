/* A dispatcher: passes each request on to one of the servers that it uses ("uses": {"servers": ...}), and their answers
 * back; or to all of them (fork), and answers when all have answered (join).
 *
 * What it knows of a server is how many of its own calls are open there; other dispatchers' calls it does not see, as
 * in practice. Policies: random, round-robin, least connections, and the least loaded of d picked at random
 * (Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001). Left out: health checks, weights,
 * retries. */
#include "models/balancer/balancer.h"

struct call {
    bool is_open;
    uint32_t server;
    sim_time deadline;
    struct request request;
    uint64_t group;      /* first of the calls that were made for the same request; itself, if there is one only */
    uint32_t unanswered; /* of the group's first: calls of the group that are open; 0: the request has its answer */
};

/* Calls are numbered from 1 on. Those from `first` up to but not including `next` may be open; call n is in calls[n %
 * capacity]. All have the same timeout, so that they expire in the order of their numbers. The first of a group stays
 * until its request is answered. */
struct balancer {
    node_id first_server;
    uint32_t server_count;
    uint32_t *open; /* calls, by server */
    uint32_t turn;  /* of round-robin */
    struct call *calls;
    uint64_t first, next, capacity;
};

enum { TIMER_EXPIRE };
enum { STREAM_CHOICE };

static struct call *call_of(const struct balancer *balancer, uint64_t number) {
    return &balancer->calls[number % balancer->capacity];
}

static void start(struct node *node, void *state) {
    struct balancer *balancer = state;
    size_t count;
    balancer->first_server = node_use(node, "servers", &count);
    balancer->server_count = (uint32_t)count;
    balancer->open = node_alloc(node, count * sizeof *balancer->open);
    balancer->first = balancer->next = 1;
}

/* ---- Choosing ---- */

static uint32_t any_server(struct node *node, const struct balancer *balancer) {
    return (uint32_t)node_draw(node, STREAM_CHOICE, 0, balancer->server_count - 1);
}

/* Of several equal ones, any: always the first would load the low numbers. */
static uint32_t least_loaded(struct node *node, const struct balancer *balancer) {
    uint32_t best = 0, ties = 0;
    for (uint32_t i = 0; i < balancer->server_count; i++) {
        if (ties == 0 || balancer->open[i] < balancer->open[best]) {
            best = i;
            ties = 1;
        } else if (balancer->open[i] == balancer->open[best]) {
            ties++;
        }
    }
    int64_t skip = ties > 1 ? node_draw(node, STREAM_CHOICE, 0, ties - 1) : 0;
    for (uint32_t i = best; skip > 0;) {
        i++;
        if (balancer->open[i] == balancer->open[best]) {
            skip--;
            best = i;
        }
    }
    return best;
}

/* With replacement, as in the paper: the same server may be picked twice. */
static uint32_t least_of(struct node *node, const struct balancer *balancer, int64_t choices) {
    uint32_t best = any_server(node, balancer);
    for (int64_t i = 1; i < choices; i++) {
        uint32_t other = any_server(node, balancer);
        best = balancer->open[other] < balancer->open[best] ? other : best;
    }
    return best;
}

static uint32_t choose(struct node *node, struct balancer *balancer) {
    const struct balancer_params *params = node_params(node);
    switch ((enum balancer_policy)params->policy) {
    case BALANCER_ROUND_ROBIN:
        return balancer->turn++ % balancer->server_count;
    case BALANCER_LEAST_CONNECTIONS:
        return least_loaded(node, balancer);
    case BALANCER_POWER_OF_D:
        return least_of(node, balancer, params->choices);
    default:
        return any_server(node, balancer);
    }
}

/* ---- Calls ---- */

static void make_room(struct node *node, struct balancer *balancer, uint64_t calls_to_come) {
    uint64_t wanted = balancer->next - balancer->first + calls_to_come;
    if (wanted <= balancer->capacity) {
        return;
    }
    uint64_t capacity = balancer->capacity == 0 ? 64 : balancer->capacity;
    while (capacity < wanted) {
        capacity *= 2;
    }
    struct call *calls = node_alloc(node, capacity * sizeof *calls);
    for (uint64_t n = balancer->first; n < balancer->next; n++) {
        calls[n % capacity] = *call_of(balancer, n);
    }
    node_free(node, balancer->calls);
    balancer->calls = calls;
    balancer->capacity = capacity;
}

static bool is_over(const struct balancer *balancer, uint64_t number) {
    const struct call *call = call_of(balancer, number);
    return !call->is_open && call->unanswered == 0;
}

/* Moves on over what is closed, and lets the timer wait for the oldest that is open. */
static void settle(struct node *node, struct balancer *balancer) {
    uint64_t before = balancer->first;
    while (balancer->first < balancer->next && is_over(balancer, balancer->first)) {
        balancer->first++;
    }
    if (balancer->first == balancer->next) {
        node_cancel(node, TIMER_EXPIRE);
    } else if (balancer->first != before || !node_is_armed(node, TIMER_EXPIRE)) {
        node_arm(node, TIMER_EXPIRE, call_of(balancer, balancer->first)->deadline - node_monotonic(node));
    }
}

/* The request is answered when the last call of its group is, or by the first that did not succeed. */
static void close_call(struct node *node, struct balancer *balancer, struct call *call, struct reply reply) {
    struct call *first = call_of(balancer, call->group);
    call->is_open = false;
    balancer->open[call->server]--;
    if (call->group < balancer->first || first->unanswered == 0) {
        return; /* it has its answer already, and its place may be another's */
    }
    first->unanswered = reply.status == REPLY_OK ? first->unanswered - 1 : 0;
    if (first->unanswered == 0) {
        node_reply(node, &call->request, reply);
    }
}

static void open_call(struct node *node, struct balancer *balancer, const struct request *request, uint32_t server,
                      uint64_t group) {
    const struct balancer_params *params = node_params(node);
    uint64_t number = balancer->next++;
    *call_of(balancer, number) = (struct call){.is_open = true,
                                               .server = server,
                                               .deadline = node_monotonic(node) + params->timeout,
                                               .request = *request,
                                               .group = group};
    call_of(balancer, group)->unanswered++;
    balancer->open[server]++;
    struct request passed = *request;
    passed.call = number;
    node_call(node, balancer->first_server + server, passed);
}

static void on_request(struct node *node, void *state, const struct request *request) {
    struct balancer *balancer = state;
    const struct balancer_params *params = node_params(node);
    if (balancer->server_count == 0) {
        node_reply(node, request, (struct reply){.status = REPLY_FAIL});
        return;
    }
    bool is_fork = params->policy == BALANCER_ALL;
    make_room(node, balancer, is_fork ? balancer->server_count : 1);
    uint64_t group = balancer->next;
    for (uint32_t i = 0; is_fork && i < balancer->server_count; i++) {
        open_call(node, balancer, request, i, group);
    }
    if (!is_fork) {
        open_call(node, balancer, request, choose(node, balancer), group);
    }
    settle(node, balancer);
}

static void on_reply(struct node *node, void *state, const struct reply *reply) {
    struct balancer *balancer = state;
    bool is_known = reply->call >= balancer->first && reply->call < balancer->next;
    struct call *call = is_known ? call_of(balancer, reply->call) : NULL;
    if (call == NULL || !call->is_open || reply->from != balancer->first_server + call->server) {
        return; /* it expired, or was made before a crash, or the network doubled the answer */
    }
    struct reply passed = *reply;
    passed.hint = NODE_NONE; /* clients reach no server by themselves */
    passed.status = reply->status == REPLY_REDIRECT ? REPLY_FAIL : reply->status;
    close_call(node, balancer, call, passed);
    settle(node, balancer);
}

static void on_timer(struct node *node, void *state, uint32_t timer) {
    struct balancer *balancer = state;
    (void)timer;
    for (uint64_t n = balancer->first; n < balancer->next; n++) {
        struct call *call = call_of(balancer, n);
        if (call->is_open && call->deadline > node_monotonic(node)) {
            break;
        }
        if (call->is_open) {
            close_call(node, balancer, call, (struct reply){.status = REPLY_UNKNOWN});
        }
    }
    settle(node, balancer);
}

static void inspect(const void *state, struct inspector *to) {
    const struct balancer *balancer = state;
    int64_t open = 0;
    for (uint32_t i = 0; i < balancer->server_count; i++) {
        open += balancer->open[i];
    }
    to->number(to, "servers", balancer->server_count);
    to->number(to, "open calls", open);
}

/* ---- Description ---- */

static const char *const policies[] = {"random", "round_robin", "least_connections", "power_of_d", "all", NULL};
static const char *const policy_meanings[] = {"any server",
                                              "one after the other",
                                              "where the fewest own calls are open",
                                              "the least loaded of `choices` picked at random",
                                              "all of them; the answer comes when all have answered",
                                              NULL};
static const struct parameter parameters[] = {
    {"policy", PARAM_CHOICE, offsetof(struct balancer_params, policy), "\"random\"", 0, 0, policies, policy_meanings,
     "How a server is chosen."},
    {"choices", PARAM_COUNT, offsetof(struct balancer_params, choices), "2", 1, 64, NULL, NULL,
     "Servers that power_of_d picks at random, with replacement."},
    {"timeout", PARAM_DURATION, offsetof(struct balancer_params, timeout), "\"30s\"", 0.001, 86400, NULL, NULL,
     "After this a call counts as lost, and its outcome as unknown."},
    {.name = NULL}};
static const struct message_type messages[] = {{NULL, NULL}};
static const char *const timers[] = {"expire", NULL};
static const char *const no_names[] = {NULL};
static const struct claim claims[] = {{NULL, NULL, NULL}};

const struct model balancer_model = {
    .abi = SPACELIKE_ABI,
    .name = "balancer",
    .summary = "a dispatcher in front of servers: random, round-robin, least connections, power of d choices, all",
    .source = "Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, IEEE TPDS 12(10), 2001",
    .state_bytes = sizeof(struct balancer),
    .params_bytes = sizeof(struct balancer_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .records = no_names,
    .claims = claims,
    .operations = 1u << OP_REQUEST | 1u << OP_READ | 1u << OP_WRITE,
    .start = start,
    .recover = start,
    .request = on_request,
    .reply = on_reply,
    .timer = on_timer,
    .inspect = inspect,
};
