/* Ping-pong: the node that a client asks plays one round with the next node, and answers when the ball is back.
 *
 * The smallest model that talks: a message that asks, one that answers, a timer for what the network loses, a
 * parameter. All that it may use is in spacelike.h. Build it, run it, check it:
 *
 *   cc -shared -fPIC -O2 $(pkg-config --cflags spacelike) pingpong.c -o pingpong.so
 *   spacelike run --plugin ./pingpong.so pingpong.json
 *   spacelike test --plugin ./pingpong.so pingpong.json --seeds 1-20
 */
#include <spacelike.h>

/* What a scenario may set: "params": {"patience": "100ms"}. */
struct pingpong_params {
    sim_time patience;
};

/* What a node knows. It is zeroed at a boot, and gone at a crash. */
enum { MOST_ROUNDS = 64 };

struct round {
    bool is_open;
    uint64_t number;
    struct request request; /* a copy: what a handler is given is gone when it returns */
};

struct pingpong {
    uint64_t rounds; /* begun so far */
    struct round open[MOST_ROUNDS];
};

enum { PING, PONG };
enum { TIMER_AGAIN };

/* The body of both messages. It is copied at the send, and holds no pointers. */
struct ball {
    uint64_t number;
};

static struct outgoing message_of(uint32_t type, struct ball *ball) {
    return (struct outgoing){.type = type, .encoded_bytes = 32, .body = ball, .body_bytes = sizeof *ball};
}

static void serve(struct node *node, const struct round *round) {
    node_id next = node_peer(node, (node_index(node) + 1) % node_count(node));
    struct ball ball = {.number = round->number};
    node_send(node, next, message_of(PING, &ball));
}

static void start(struct node *node, void *state) {
    (void)node;
    (void)state;
}

static void on_request(struct node *node, void *state, const struct request *request) {
    const struct pingpong_params *params = node_params(node);
    struct pingpong *pingpong = state;
    struct round *round = &pingpong->open[pingpong->rounds % MOST_ROUNDS];
    if (round->is_open) { /* too many at once */
        node_reply(node, request, (struct reply){.status = REPLY_FAIL, .hint = NODE_NONE});
        return;
    }
    *round = (struct round){.is_open = true, .number = pingpong->rounds++, .request = *request};
    serve(node, round);
    if (!node_is_armed(node, TIMER_AGAIN)) {
        node_arm(node, TIMER_AGAIN, params->patience);
    }
}

static void on_message(struct node *node, void *state, const struct message *message) {
    struct pingpong *pingpong = state;
    struct ball ball = *(const struct ball *)message->body;
    if (message->type == PING) {
        node_send(node, message->from, message_of(PONG, &ball));
        return;
    }
    struct round *round = &pingpong->open[ball.number % MOST_ROUNDS];
    if (round->is_open && round->number == ball.number) { /* the network may bring a pong twice */
        round->is_open = false;
        node_reply(node, &round->request, (struct reply){.status = REPLY_OK, .hint = NODE_NONE});
    }
}

/* What is still open after a while was lost on the way, or comes late: serve again. */
static void on_timer(struct node *node, void *state, uint32_t timer) {
    const struct pingpong_params *params = node_params(node);
    struct pingpong *pingpong = state;
    bool is_any = false;
    for (int i = 0; i < MOST_ROUNDS; i++) {
        if (pingpong->open[i].is_open) {
            serve(node, &pingpong->open[i]);
            is_any = true;
        }
    }
    if (is_any) {
        node_arm(node, timer, params->patience);
    }
}

/* For the inspector of the window, and for tests. */
static void inspect(const void *state, struct inspector *to) {
    const struct pingpong *pingpong = state;
    to->number(to, "rounds", (int64_t)pingpong->rounds);
}

/* ---- The description: `spacelike explain pingpong --plugin ./pingpong.so` prints it --------------------------------
 */

static const struct parameter parameters[] = {
    {.name = "patience",
     .type = PARAM_DURATION,
     .offset = offsetof(struct pingpong_params, patience),
     .preset = "\"100ms\"",
     .low = 0.001,
     .high = 60,
     .meaning = "After this a ball that is not back is served again."},
    {.name = NULL},
};

static const struct message_type messages[] = {
    [PING] = {"pingpong.ping", "the ball, on its way to the other side"},
    [PONG] = {"pingpong.pong", "the ball, on its way back"},
    {NULL, NULL},
};

static const char *const timers[] = {"again", NULL};

/* A hunt looks for faults of these kinds under which a check named here does not hold. */
static const struct claim claims[] = {
    {"progress", "partition crash restart pause slow-node degrade drop-messages", NULL},
    {NULL, NULL, NULL},
};

static const struct model pingpong_model = {
    .abi = SPACELIKE_ABI,
    .name = "pingpong",
    .summary = "a client's request is a round of ping-pong between two nodes",
    .state_bytes = sizeof(struct pingpong),
    .params_bytes = sizeof(struct pingpong_params),
    .parameters = parameters,
    .messages = messages,
    .timers = timers,
    .claims = claims,
    .operations = 1u << OP_REQUEST,
    .start = start,
    .recover = start,
    .message = on_message,
    .timer = on_timer,
    .request = on_request,
    .inspect = inspect,
};

static const struct model *const models[] = {&pingpong_model, NULL};
const struct plugin spacelike_plugin = {SPACELIKE_ABI, sizeof(struct model), models};
