/* The network: what becomes of a packet between its send and its delivery.
 *
 * In this order: a partition or filter may stop it; it waits for the link (bandwidth) and is sent; loss may take it; it
 * travels for a drawn latency, on an ordered link at least as long as the one before; a duplicate travels by itself; a
 * partition that stands at its arrival stops it too. A packet to oneself passes no network. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <string.h>

/* ---- Packets ---- */

static size_t packet_bytes(uint32_t body_bytes) {
    return sizeof(struct packet) + body_bytes;
}

struct packet *packet_new(struct cluster *cluster, node_id from, uint32_t type, uint32_t encoded_bytes,
                          const void *body, size_t body_bytes) {
    struct packet *packet = arena_alloc(cluster->arena, packet_bytes((uint32_t)body_bytes));
    packet->references = 1;
    packet->from = from;
    packet->type = type;
    packet->encoded_bytes = encoded_bytes;
    packet->body_bytes = (uint32_t)body_bytes;
    if (body_bytes > 0) {
        memcpy(packet->body, body, body_bytes);
    }
    return packet;
}

void packet_release(struct cluster *cluster, struct packet *packet) {
    if (--packet->references == 0) {
        arena_free(cluster->arena, packet, packet_bytes(packet->body_bytes));
    }
}

/* A request or reply: a header of 32 bytes (addresses, call, session, sequence), 8 of key or result, and the value it
 * carries. */
uint32_t net_request_bytes(const struct request *request) {
    bool has_value = request->kind == OP_WRITE || request->kind == OP_CAS || request->kind == OP_APPEND;
    return 40 + (request->token != 0 ? 8u : 0u) + (has_value ? request->value_bytes : 0);
}

uint32_t net_reply_bytes(const struct reply *reply) {
    return 40 + (reply->token != 0 ? 8u : 0u) + reply->value_bytes;
}

/* ---- Paths: which configuration holds for a pair of endpoints ---- */

static bool selects(const struct cluster *cluster, const struct selector *selector, node_id endpoint) {
    switch (selector->kind) {
    case SELECT_NODE:
        return endpoint == selector->index;
    case SELECT_SYSTEM:
        return endpoint < cluster->node_count && cluster->nodes[endpoint].system_index == selector->index;
    case SELECT_REGION:
        return cluster->regions[endpoint] == selector->index;
    case SELECT_CLIENTS:
        return endpoint >= cluster->node_count;
    default:
        return endpoint < cluster->node_count;
    }
}

static void lay_over(struct path_config *path, const struct path_config *over) {
    if (over->given & PATH_LATENCY) {
        path->latency = over->latency;
    }
    if (over->given & PATH_LOSS) {
        path->loss = over->loss;
    }
    if (over->given & PATH_DUPLICATE) {
        path->duplicate = over->duplicate;
    }
    if (over->given & PATH_BANDWIDTH) {
        path->bits_per_second = over->bits_per_second;
    }
    if (over->given & PATH_ORDERED) {
        path->ordered = over->ordered;
    }
    path->given |= over->given;
}

static const struct path_config *region_path(struct cluster *cluster, node_id from, node_id to) {
    const struct network_config *config = cluster->config->network;
    uint32_t a = cluster->regions[from], b = cluster->regions[to];
    if (a == CONFIG_NO_REGION || b == CONFIG_NO_REGION) {
        return &config->base;
    }
    return &cluster->net.region_paths[a * config->region_count + b];
}

/* The path of one link; its own copy only where "links" say something about it. */
static const struct path_config *resolve_path(struct cluster *cluster, node_id from, node_id to) {
    const struct network_config *config = cluster->config->network;
    const struct path_config *path = region_path(cluster, from, to);
    struct path_config *own = NULL;
    for (uint32_t i = 0; i < config->link_count; i++) {
        const struct link_config *link = &config->links[i];
        if (selects(cluster, &link->from, from) && selects(cluster, &link->to, to)) {
            if (own == NULL) {
                own = arena_alloc(cluster->arena, sizeof *own);
                *own = *path;
            }
            lay_over(own, &link->path);
        }
    }
    return own != NULL ? own : path;
}

static void init_region_paths(struct cluster *cluster) {
    const struct network_config *config = cluster->config->network;
    uint32_t count = config->region_count;
    struct net *net = &cluster->net;
    net->region_paths = arena_alloc(cluster->arena, (size_t)count * count * sizeof *net->region_paths);
    for (uint32_t i = 0; i < count * count; i++) {
        net->region_paths[i] = config->base;
        struct dist one_way = dist_constant(config->round_trip[i] / 2);
        if (config->region_jitter.kind != DIST_CONSTANT || config->region_jitter.a > 0) {
            one_way = (struct dist){.kind = DIST_SHIFTED, .a = one_way.a, .count = 1, .parts = &config->region_jitter};
        }
        net->region_paths[i].latency = one_way;
    }
}

static void init_type_paths(struct cluster *cluster) {
    const struct network_config *config = cluster->config->network;
    struct net *net = &cluster->net;
    net->type_paths = arena_alloc(cluster->arena, cluster->type_count * sizeof *net->type_paths);
    for (uint32_t i = 0; i < config->message_count; i++) {
        for (uint32_t type = 0; type < cluster->type_count; type++) {
            if (strcmp(cluster->type_names[type], config->messages[i].type) == 0) {
                net->type_paths[type] = &config->messages[i].path;
            }
        }
    }
}

void net_init(struct cluster *cluster) {
    init_region_paths(cluster);
    init_type_paths(cluster);
}

/* What is on its way arrives as it was to; links keep what they are sending and their places in the draws. */
void net_change(struct cluster *cluster) {
    net_init(cluster);
    for (uint32_t i = 0; i < cluster->net.link_places; i++) {
        struct link *link = &cluster->net.links[i];
        if (link->key != UINT64_MAX) {
            link->path = resolve_path(cluster, (node_id)(link->key >> 32), (node_id)link->key);
        }
    }
}

double cluster_mean_latency(const struct cluster *cluster, node_id from, node_id to) {
    return dist_mean(&resolve_path((struct cluster *)(uintptr_t)cluster, from, to)->latency);
}

/* ---- Links ---- */

static struct link *link_place(struct net *net, uint64_t key) {
    uint32_t mask = net->link_places - 1;
    uint32_t at = (uint32_t)hash_mix(key) & mask;
    while (net->links[at].key != key && net->links[at].key != UINT64_MAX) {
        at = (at + 1) & mask;
    }
    return &net->links[at];
}

static void grow_links(struct cluster *cluster) {
    struct net *net = &cluster->net;
    struct net old = *net;
    net->link_places = old.link_places == 0 ? 64 : old.link_places * 2;
    net->links = arena_alloc(cluster->arena, net->link_places * sizeof *net->links);
    for (uint32_t i = 0; i < net->link_places; i++) {
        net->links[i].key = UINT64_MAX;
    }
    for (uint32_t i = 0; i < old.link_places; i++) { /* the order does not matter: nothing depends on places */
        if (old.links[i].key != UINT64_MAX) {
            *link_place(net, old.links[i].key) = old.links[i];
        }
    }
    arena_free(cluster->arena, old.links, old.link_places * sizeof *old.links);
}

static struct link *link_of(struct cluster *cluster, node_id from, node_id to) {
    struct net *net = &cluster->net;
    uint64_t key = (uint64_t)from << 32 | to;
    struct link *link = net->link_places == 0 ? NULL : link_place(net, key);
    if (link != NULL && link->key == key) {
        return link;
    }
    if ((net->link_count + 1) * 4 > net->link_places * 3) {
        grow_links(cluster);
    }
    link = link_place(net, key);
    net->link_count++;
    uint64_t seed = world_seed(cluster->world);
    /* The two directions are two links: the first name is mixed before the second one joins it. */
    uint64_t name = hash_add(hash_mix(cluster->name_hashes[from]), cluster->name_hashes[to]);
    *link = (struct link){.key = key,
                          .path = resolve_path(cluster, from, to),
                          .latency_key = draw_key(seed, DRAW_LATENCY, name),
                          .loss_key = draw_key(seed, DRAW_LOSS, name),
                          .duplicate_key = draw_key(seed, DRAW_DUPLICATE, name)};
    return link;
}

/* ---- Sending ---- */

/* A node that acts at its clients is as far from them as they from themselves, and as far from itself as from others.
 */
static bool is_local(const struct cluster *cluster, const struct packet *packet, node_id to) {
    node_id node = packet->type == TYPE_REPLY || to >= cluster->node_count ? packet->from : to;
    if (!cluster->acts_at_client[cluster->nodes[node].system_index]) {
        return to == packet->from;
    }
    return to >= cluster->node_count || packet->from >= cluster->node_count;
}

static bool happens(uint64_t key, uint64_t number, double chance) {
    if (chance <= 0) {
        return false;
    }
    struct draw draw = draw_at(key, number);
    return draw_unit(&draw) < chance;
}

/* What becomes of a message, told to those who asked. */
enum news { NEWS_SENT, NEWS_DELIVERED, NEWS_LOST };

static void tell_of_message(const struct cluster *cluster, enum news news, const struct packet *packet, node_id to,
                            sim_time arrives) {
    struct message_notice notice = {
        .from = packet->from,
        .to = to,
        .type = cluster->type_names[packet->type],
        .encoded_bytes = packet->encoded_bytes,
        .arrives = arrives,
    };
    for (uint32_t i = 0; i < cluster->observer_count; i++) {
        const struct cluster_observer *observer = &cluster->observers[i];
        void (*told)(void *context, const struct message_notice *notice) = news == NEWS_SENT ? observer->sent
                                                                           : news == NEWS_DELIVERED
                                                                               ? observer->delivered
                                                                               : observer->lost;
        if (told != NULL) {
            told(observer->context, &notice);
        }
    }
}

static void lose(struct cluster *cluster, struct packet *packet, node_id to) {
    cluster->traffic.messages_lost++;
    if (cluster->has_message_observer) {
        tell_of_message(cluster, NEWS_SENT, packet, to, SIM_NEVER);
        tell_of_message(cluster, NEWS_LOST, packet, to, SIM_NEVER);
    }
    packet_release(cluster, packet);
}

static void schedule_delivery(struct cluster *cluster, sim_time at, node_id to, struct packet *packet) {
    if (cluster->has_message_observer && !is_local(cluster, packet, to)) {
        tell_of_message(cluster, NEWS_SENT, packet, to, at);
    }
    world_schedule(cluster->world, at,
                   (struct event){.kind = EVENT_DELIVER,
                                  .small = (uint16_t)packet->type,
                                  .node = to,
                                  .word = (uint64_t)packet->from << 32 | packet->encoded_bytes,
                                  .payload = packet});
}

/* When the last bit leaves: now, or after what the link is still sending. */
static sim_time transmit(struct link *link, const struct path_config *path, sim_time now, uint32_t bytes) {
    if (path->bits_per_second <= 0) {
        return now;
    }
    sim_time start = link->busy_until > now ? link->busy_until : now;
    link->busy_until = time_add(start, time_of((double)bytes * 8e9 / path->bits_per_second));
    return link->busy_until;
}

/* A replay does not keep the order of its link, and holds nobody up: it is an old message out of its place. */
static sim_time arrival(struct link *link, const struct path_config *path, sim_time left, sim_time delay,
                        sim_time replay_after, bool is_first, uint64_t number) {
    struct draw draw = draw_at(link->latency_key, is_first ? number : ~number);
    sim_time at = time_add(time_add(left, dist_draw(&path->latency, &draw)), delay);
    if (replay_after > 0) {
        return time_add(at, replay_after);
    }
    if (path->ordered) {
        at = at < link->last_delivery ? link->last_delivery : at;
        link->last_delivery = at;
    }
    return at;
}

static void count_sent(struct cluster *cluster, node_id to, const struct packet *packet) {
    struct traffic *traffic = &cluster->traffic;
    traffic->messages_sent++;
    traffic->bytes_sent += packet->encoded_bytes;
    uint32_t a = cluster->regions[packet->from], b = cluster->regions[to];
    if (a != b && a != CONFIG_NO_REGION && b != CONFIG_NO_REGION) {
        traffic->cross_region_bytes += packet->encoded_bytes;
    }
}

void net_send(struct cluster *cluster, node_id to, struct packet *packet) {
    sim_time now = world_now(cluster->world);
    if (is_local(cluster, packet, to)) {
        schedule_delivery(cluster, now, to, packet);
        return;
    }
    count_sent(cluster, to, packet);
    struct link *link = link_of(cluster, packet->from, to);
    const struct path_config *path = link->path;
    struct path_config merged;
    if (cluster->net.type_paths[packet->type] != NULL) {
        merged = *path;
        lay_over(&merged, cluster->net.type_paths[packet->type]);
        path = &merged;
    }
    uint64_t number = link->messages++;
    if (cluster->active_count > 0 && faults_stop_message(cluster, packet, to, true)) {
        lose(cluster, packet, to);
        return;
    }
    sim_time left = transmit(link, path, now, packet->encoded_bytes);
    struct degradation worse = {0};
    if (cluster->active_count > 0) {
        worse = faults_degrade(cluster, packet->from, to);
    }
    bool is_doubled = happens(link->duplicate_key, number, 1 - (1 - path->duplicate) * (1 - worse.duplicate));
    bool is_lost = happens(link->loss_key, number, 1 - (1 - path->loss) * (1 - worse.loss));
    if (worse.is_any) { /* what the link would have done anyway is not the fault's */
        faults_count_degraded(cluster, packet->from, to, is_lost && !happens(link->loss_key, number, path->loss),
                              is_doubled && !happens(link->duplicate_key, number, path->duplicate));
    }
    if (is_doubled) {
        cluster->traffic.messages_duplicated++;
        packet->references++;
        schedule_delivery(cluster, arrival(link, path, left, worse.delay, worse.replay_after, false, number), to,
                          packet);
    }
    if (is_lost) {
        lose(cluster, packet, to);
        return;
    }
    schedule_delivery(cluster, arrival(link, path, left, worse.delay, 0, true, number), to, packet);
}

/* ---- Delivery ---- */

void net_deliver(struct cluster *cluster, const struct event *event) {
    struct packet *packet = event->payload;
    node_id to = event->node;
    bool is_client = to >= cluster->node_count, is_near = is_local(cluster, packet, to);
    if ((!is_client && !cluster->nodes[to].is_up) ||
        (cluster->active_count > 0 && !is_near && faults_stop_message(cluster, packet, to, false))) {
        cluster->traffic.messages_lost += !is_near;
        if (cluster->has_message_observer && !is_near) {
            tell_of_message(cluster, NEWS_LOST, packet, to, world_now(cluster->world));
        }
        packet_release(cluster, packet);
        return;
    }
    cluster->traffic.messages_delivered += !is_near;
    if (cluster->has_message_observer && !is_near) {
        tell_of_message(cluster, NEWS_DELIVERED, packet, to, world_now(cluster->world));
    }
    if (is_client) {
        struct reply reply;
        memcpy(&reply, packet->body, sizeof reply);
        packet_release(cluster, packet);
        cluster->on_reply(cluster->on_reply_context, to, &reply);
    } else {
        core_submit(&cluster->nodes[to], (struct input){.kind = INPUT_PACKET, .packet = packet});
    }
}
