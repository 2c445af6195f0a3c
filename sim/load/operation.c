/* An operation under way: one entry of the history and one open slot. Each attempt is a request to one node. A redirect
 * is followed at once; an attempt that is refused, unknown or unanswered is retried if the workload says so. The
 * outcome is `fail` only if no attempt can have been executed: none was left without a definite answer, and the network
 * cannot deliver a request a second time behind the client's back. */
#include "sim/load/internal.h"

#include "sim/base/hash.h"

/* ---- Slots ---- */

uint32_t load_take_slot(struct load *load) {
    if (load->free_count > 0) {
        return load->free_slots[--load->free_count];
    }
    load->pool =
        arena_array_reserve(load->arena, load->pool, load->pool_count, &load->pool_capacity, sizeof *load->pool);
    struct open_operation *open = arena_alloc(load->arena, sizeof *open);
    timer_init(&open->deadline, EVENT_DEADLINE, NODE_NONE, 0, load->pool_count);
    timer_init(&open->attempt, EVENT_ATTEMPT, NODE_NONE, 0, load->pool_count);
    load->pool[load->pool_count] = open;
    return load->pool_count++;
}

static void link_open(struct load *load, struct client *client, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    open->next = UINT32_MAX;
    open->previous = client->newest;
    if (client->newest != UINT32_MAX) {
        load->pool[client->newest]->next = slot;
    } else {
        client->oldest = slot;
    }
    client->newest = slot;
}

void load_release_slot(struct load *load, struct client *client, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    open->state = SLOT_FREE;
    timer_cancel(&open->deadline);
    timer_cancel(&open->attempt);
    if (open->previous != UINT32_MAX) {
        load->pool[open->previous]->next = open->next;
    } else {
        client->oldest = open->next;
    }
    if (open->next != UINT32_MAX) {
        load->pool[open->next]->previous = open->previous;
    } else {
        client->newest = open->previous;
    }
    load->free_slots = arena_array_reserve(load->arena, load->free_slots, load->free_count, &load->free_capacity,
                                           sizeof *load->free_slots);
    load->free_slots[load->free_count++] = slot;
}

/* ---- Attempts ---- */

static uint64_t call_name(const struct open_operation *open, uint32_t slot) {
    return (uint64_t)open->index << 32 | (uint64_t)(open->number & 0xff) << 24 | slot;
}

static void send_attempt(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    const struct workload_config *workload = load_workload_of(load, client);
    struct operation *operation = &load->history.operations[open->index];
    open->number++;
    open->state = SLOT_ASKING;
    if (operation->attempts < UINT16_MAX) {
        operation->attempts++;
    }
    node_id endpoint = load->first_client + open->client;
    cluster_set_route(load->cluster, endpoint, open->asked);
    const struct open_operation *oldest = load->pool[client->oldest];
    struct request request = {
        .kind = (enum operation_kind)operation->kind,
        .call = call_name(open, slot),
        .session = (uint64_t)open->client + 1,
        .sequence = operation->sequence,
        .settled = load->history.operations[oldest->index].sequence - 1,
        .token = client->token,
        .clock = operation->invoked,
        .key = operation->key,
        .value = operation->value,
        .expected = operation->expected,
        .value_bytes = operation->kind == OP_WRITE && operation->value == 0 ? 0 : workload->value_bytes,
    };
    if (workload->retries.timeout != SIM_NEVER && workload->retries.timeout > 0) {
        timer_arm(load->world, &open->attempt, world_now(load->world) + workload->retries.timeout);
    } else {
        timer_cancel(&open->attempt);
    }
    cluster_request(load->cluster, endpoint, open->asked, &request);
}

/* ---- The end of an operation ---- */

/* Puts the operation that belongs to the one that just ended into a slot. */
static bool follow_up(struct load *load, uint32_t client, const struct plan *done, const struct operation *operation) {
    const struct workload_config *workload = load_workload_of(load, &load->clients[client]);
    struct plan plan;
    sim_time wait;
    if (!load_plan_follow_up(workload, done, operation, &plan, &wait)) {
        return false;
    }
    sim_time at = world_now(load->world) + wait;
    if (at >= load->config->duration || (workload->until != SIM_NEVER && at >= workload->until)) {
        return false;
    }
    uint32_t slot = load_take_slot(load);
    struct open_operation *open = load->pool[slot];
    open->state = SLOT_PLANNED;
    open->plan = plan;
    open->client = client;
    timer_arm(load->world, &open->attempt, at);
    return true;
}

static sim_time think(struct load *load, struct client *client, const struct operation *operation) {
    const struct workload_config *workload = load_workload_of(load, client);
    struct draw draw = draw_at(client->arrival_key, client->arrivals++);
    sim_time wait = dist_draw(&workload->think, &draw);
    /* A client that is answered in no time, or refused, still takes a moment, or it would act for ever at one instant.
     */
    sim_time least = operation->outcome != OUTCOME_OK ? SIM_MILLISECOND : SIM_MICROSECOND;
    return operation->completed == operation->invoked && wait < least ? least : wait;
}

static void finish(struct load *load, uint32_t slot, enum outcome outcome, int64_t result, node_id served_by) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    struct operation *operation = &load->history.operations[open->index];
    uint32_t client_index = open->client;
    operation->outcome = (uint8_t)outcome;
    operation->result = result;
    operation->served_by = served_by;
    operation->completed = world_now(load->world);
    world_fold(load->world, hash_add((uint64_t)open->index << 2 | (uint64_t)outcome, (uint64_t)result));
    if (outcome == OUTCOME_OK) {
        load_remember(client, operation);
    }
    struct plan done = open->plan;
    load_release_slot(load, client, slot);
    if (!follow_up(load, client_index, &done, operation) &&
        load_workload_of(load, client)->arrivals == ARRIVALS_CLOSED) {
        load_arrange_arrival(load, client_index, think(load, client, operation));
    }
}

static enum outcome failed_outcome(const struct load *load, const struct open_operation *open) {
    return open->may_be_done || load->may_duplicate ? OUTCOME_INFO : OUTCOME_FAIL;
}

/* ---- Retries ---- */

static bool may_retry(struct load *load, const struct client *client, const struct open_operation *open) {
    const struct retries_config *retries = &load_workload_of(load, client)->retries;
    struct workload_state *state = &load->states[client->workload];
    if (open->tries >= retries->attempts) {
        return false;
    }
    if (retries->budget > 0) {
        if (state->retry_tokens < 1) {
            return false;
        }
        state->retry_tokens -= 1;
    }
    return true;
}

static sim_time draw_backoff(struct load *load, struct client *client, uint32_t tries) {
    const struct retries_config *retries = &load_workload_of(load, client)->retries;
    struct draw draw = draw_at(client->backoff_key, client->backoffs++);
    double backoff = (double)dist_draw(&retries->backoff, &draw);
    for (uint32_t i = 1; i < tries && backoff < 1e15; i++) {
        backoff *= retries->multiplier;
    }
    sim_time wait = backoff < 1e15 ? (sim_time)backoff : (sim_time)1e15;
    return retries->full_jitter ? draw_between(&draw, 0, wait) : wait;
}

/* This try is over without a result. */
static void give_up_try(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    if (!may_retry(load, client, open)) {
        finish(load, slot, failed_outcome(load, open), 0, NODE_NONE);
        return;
    }
    sim_time wait = draw_backoff(load, client, open->tries);
    open->tries++;
    open->hops = 0;
    open->state = SLOT_WAITING;
    open->asked = route_again(&client->route, open->asked);
    timer_arm(load->world, &open->attempt, world_now(load->world) + wait);
}

void load_on_attempt_timer(void *context, const struct event *event) {
    struct load *load = context;
    struct open_operation *open = load->pool[event->word];
    if (open->state == SLOT_PLANNED) {
        load_begin(load, (uint32_t)event->word);
    } else if (open->state == SLOT_WAITING) {
        send_attempt(load, (uint32_t)event->word);
    } else {
        open->may_be_done = true;
        route_unanswered(&load->clients[open->client].route, open->asked);
        give_up_try(load, (uint32_t)event->word);
    }
}

void load_on_deadline(void *context, const struct event *event) {
    struct load *load = context;
    struct open_operation *open = load->pool[event->word];
    if (open->state == SLOT_ASKING) {
        open->may_be_done = true;
        route_unanswered(&load->clients[open->client].route, open->asked);
    }
    finish(load, (uint32_t)event->word, failed_outcome(load, open), 0, NODE_NONE);
}

static void follow_redirect(struct load *load, uint32_t slot, const struct reply *reply) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    node_id next = route_redirect(&client->route, open->asked, reply->hint);
    if (next == NODE_NONE || ++open->hops > 2 * client->route.count) {
        give_up_try(load, slot);
        return;
    }
    open->asked = next;
    send_attempt(load, slot);
}

void load_on_reply(void *context, node_id client, const struct reply *reply) {
    struct load *load = context;
    uint32_t slot = (uint32_t)(reply->call & 0xffffff);
    struct open_operation *open = slot < load->pool_count ? load->pool[slot] : NULL;
    if (open == NULL || open->state < SLOT_ASKING || open->index != (uint32_t)(reply->call >> 32) ||
        open->client != client - load->first_client) {
        return; /* the operation has ended meanwhile */
    }
    bool is_current = open->state == SLOT_ASKING && (open->number & 0xff) == (uint32_t)(reply->call >> 24 & 0xff);
    if (reply->status == REPLY_OK) {
        uint64_t *token = &load->clients[open->client].token;
        *token = reply->token > *token ? reply->token : *token;
        route_served(&load->clients[open->client].route, reply->from);
        finish(load, slot, OUTCOME_OK, reply->value, reply->from);
    } else if (!is_current) {
        open->may_be_done = open->may_be_done || reply->status == REPLY_UNKNOWN;
    } else if (reply->status == REPLY_REDIRECT) {
        follow_redirect(load, slot, reply);
    } else {
        open->may_be_done = open->may_be_done || reply->status == REPLY_UNKNOWN;
        give_up_try(load, slot);
    }
}

/* ---- The beginning ---- */

static struct operation new_operation(struct load *load, uint32_t index, const struct plan *plan) {
    struct client *client = &load->clients[index];
    uint32_t sequence = ++client->sequence;
    /* Every value is written once: client 3's operation 12 writes 3000000012. */
    int64_t value = plan->kind == OP_INCREMENT ? 1 : (int64_t)(index + 1) * 1000000000 + sequence;
    return (struct operation){
        .invoked = world_now(load->world),
        .completed = SIM_NEVER,
        .key = plan->key,
        .value = plan->kind == OP_READ || plan->kind == OP_REQUEST || plan->deletes ? 0 : value,
        .expected = plan->expected,
        .process = index,
        .sequence = sequence,
        .served_by = NODE_NONE,
        .kind = (uint8_t)plan->kind,
        .outcome = OUTCOME_INFO,
        .workload = (uint16_t)client->workload,
        .offset = plan->kind == OP_READ ? plan->offset : 0,
    };
}

/* Invokes the operation that is planned in a slot. */
void load_begin(struct load *load, uint32_t slot) {
    struct open_operation *open = load->pool[slot];
    struct client *client = &load->clients[open->client];
    const struct workload_config *workload = load_workload_of(load, client);
    struct workload_state *state = &load->states[client->workload];
    open->index = history_add(&load->history, new_operation(load, open->client, &open->plan));
    open->tries = 1;
    open->hops = 0;
    open->may_be_done = false;
    struct draw draw = draw_at(client->route_key, client->route_draws++);
    open->asked = route_first(&client->route, &draw);
    link_open(load, client, slot);
    state->retry_tokens += workload->retries.budget;
    state->retry_tokens = state->retry_tokens > 10 ? 10 : state->retry_tokens;
    timer_arm(load->world, &open->deadline, world_now(load->world) + workload->deadline);
    send_attempt(load, slot);
}
