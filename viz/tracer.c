#include "viz/tracer.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_MARKS = 4096, MOST_NODES_FOR_CUTS = 256 };

struct node_record {
    struct log_part *parts;
    uint32_t count, capacity;
    uint64_t end, commit, applied;
    bool has_log, has_reported;
};

struct tracer {
    struct run *run;
    sim_time from;
    struct node_record *nodes;
    uint32_t node_count;
    struct voyage *voyages; /* a ring */
    uint32_t most;
    uint64_t voyage_total;
    struct mark *marks; /* a ring */
    uint64_t mark_total;
    node_id last_node;
    sim_time last_at;
};

static void *make(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- Following logs ---- */

static void log_append(struct node_record *node, uint64_t index, uint64_t term) {
    if (node->count == 0 || node->parts[node->count - 1].term != term) {
        if (node->count == node->capacity) {
            node->capacity = node->capacity == 0 ? 8 : node->capacity * 2;
            node->parts = realloc(node->parts, node->capacity * sizeof *node->parts);
            if (node->parts == NULL) {
                abort();
            }
        }
        node->parts[node->count++] = (struct log_part){index, term};
    }
    node->end = index;
    node->has_log = true;
}

static void log_truncate(struct node_record *node, uint64_t index) {
    while (node->count > 0 && node->parts[node->count - 1].first >= index) {
        node->count--;
    }
    node->end = index > 0 ? index - 1 : 0;
}

/* A log that is shorter than a snapshot goes on behind it; of what it holds up to there no term is known. */
static void log_install(struct node_record *node, uint64_t index) {
    if (node->end < index) {
        log_truncate(node, 1);
        log_append(node, index, 0);
        node->parts[0].first = 1;
    }
    node->applied = node->applied < index ? index : node->applied;
    node->commit = node->commit < index ? index : node->commit;
}

static void add_mark(struct tracer *tracer, node_id node, enum mark_kind kind, uint64_t a, uint64_t b) {
    tracer->marks[tracer->mark_total++ % MOST_MARKS] =
        (struct mark){.at = world_now(tracer->run->world), .node = node, .kind = kind, .a = a, .b = b};
}

static void on_probe(void *context, const struct probe *probe) {
    struct tracer *tracer = context;
    struct node_record *node = &tracer->nodes[probe->node];
    tracer->last_node = probe->node;
    tracer->last_at = probe->at;
    switch (probe->kind) {
    case PROBE_ROLE:
        add_mark(tracer, probe->node, MARK_ROLE, probe->a, probe->b);
        break;
    case PROBE_LOG_RESET:
        log_truncate(node, 0);
        node->commit = node->applied = 0;
        break;
    case PROBE_APPEND:
        log_append(node, probe->a, probe->b);
        break;
    case PROBE_TRUNCATE:
        log_truncate(node, probe->a);
        break;
    case PROBE_COMMIT:
        node->commit = probe->a;
        break;
    case PROBE_APPLY:
        node->applied = probe->a;
        break;
    case PROBE_SNAPSHOT:
        log_install(node, probe->a);
        break;
    case PROBE_VOTE:
        add_mark(tracer, probe->node, MARK_VOTE, probe->a, probe->b);
        break;
    case PROBE_MEASURE:
    case PROBE_SUSPECT:
        node->has_reported = true;
        break;
    default:
        break;
    }
}

static void on_crash(void *context, node_id node) {
    add_mark(context, node, MARK_CRASH, 0, 0);
}

static void on_boot(void *context, node_id node, bool is_restart) {
    add_mark(context, node, MARK_BOOT, is_restart, 0);
}

/* ---- Following messages ---- */

static void on_sent(void *context, const struct message_notice *notice) {
    struct tracer *tracer = context;
    sim_time now = world_now(tracer->run->world);
    if (now < tracer->from || tracer->most == 0) {
        return;
    }
    struct voyage voyage = {.sent = now,
                            .ends = notice->arrives,
                            .from = notice->from,
                            .to = notice->to,
                            .type = notice->type,
                            .bytes = notice->encoded_bytes};
    if (notice->arrives == SIM_NEVER) {
        double usual = cluster_mean_latency(tracer->run->cluster, notice->from, notice->to);
        voyage.fate = FATE_LOST_ON_THE_WAY;
        voyage.ends = now + (usual < 1e18 ? (sim_time)usual : 0);
    }
    tracer->voyages[tracer->voyage_total++ % tracer->most] = voyage;
}

static uint32_t kept(const struct tracer *tracer) {
    return tracer->voyage_total < tracer->most ? (uint32_t)tracer->voyage_total : tracer->most;
}

/* The i-th newest, from 0. */
static struct voyage *newest(const struct tracer *tracer, uint32_t i) {
    return &tracer->voyages[(tracer->voyage_total - 1 - i) % tracer->most];
}

/* Two messages that agree in all this are the same to a picture. */
static void on_lost(void *context, const struct message_notice *notice) {
    struct tracer *tracer = context;
    if (notice->arrives == SIM_NEVER || world_now(tracer->run->world) < tracer->from) {
        return;
    }
    for (uint32_t i = 0; i < kept(tracer); i++) {
        struct voyage *voyage = newest(tracer, i);
        if (voyage->ends == notice->arrives && voyage->from == notice->from && voyage->to == notice->to &&
            voyage->type == notice->type && voyage->fate == FATE_ARRIVES) {
            voyage->fate = FATE_LOST_AT_ARRIVAL;
            return;
        }
    }
}

struct tracer *tracer_new(struct run *run, sim_time from, uint32_t most) {
    struct tracer *tracer = make(1, sizeof *tracer);
    tracer->run = run;
    tracer->from = from;
    tracer->most = most;
    tracer->node_count = cluster_node_count(run->cluster);
    tracer->nodes = make(tracer->node_count, sizeof *tracer->nodes);
    tracer->voyages = make(most, sizeof *tracer->voyages);
    tracer->marks = make(MOST_MARKS, sizeof *tracer->marks);
    tracer->last_node = NODE_NONE;
    cluster_observe(run->cluster, (struct cluster_observer){.context = tracer,
                                                            .probe = on_probe,
                                                            .crashed = on_crash,
                                                            .booted = on_boot,
                                                            .sent = most > 0 ? on_sent : NULL,
                                                            .lost = most > 0 ? on_lost : NULL});
    return tracer;
}

void tracer_free(struct tracer *tracer) {
    if (tracer != NULL) {
        for (uint32_t i = 0; i < tracer->node_count; i++) {
            free(tracer->nodes[i].parts);
        }
        free(tracer->nodes);
        free(tracer->voyages);
        free(tracer->marks);
        free(tracer);
    }
}

node_id tracer_last_probe(const struct tracer *tracer, sim_time *at) {
    *at = tracer->last_at;
    return tracer->last_node;
}

/* ---- A moment ---- */

static bool *copy_cuts(const struct cluster *cluster, uint32_t count) {
    if (count > MOST_NODES_FOR_CUTS) {
        return NULL;
    }
    bool *cuts = make((size_t)count * count, sizeof *cuts);
    bool is_any = false;
    for (node_id from = 0; from < count; from++) {
        for (node_id to = 0; to < count; to++) {
            cuts[from * count + to] = cluster_is_cut(cluster, from, to);
            is_any = is_any || cuts[from * count + to];
        }
    }
    if (!is_any) {
        free(cuts);
        return NULL;
    }
    return cuts;
}

static void take_node(const struct tracer *tracer, node_id id, struct moment_node *node) {
    const struct node_record *record = &tracer->nodes[id];
    const struct cluster *cluster = tracer->run->cluster;
    node->look.is_up = cluster_is_up(cluster, id);
    node->look.is_paused = cluster_is_paused(cluster, id);
    node->look.role = cluster_role(cluster, id, &node->term);
    node->look.has_reported = record->has_reported && !record->has_log && node->look.role == ROLE_NONE;
    node->has_log = record->has_log;
    node->end = record->end;
    node->commit = record->commit;
    node->applied = record->applied;
    node->parts = record->parts;
    node->part_count = record->count;
}

struct moment *tracer_moment(const struct tracer *tracer) {
    struct moment *moment = make(1, sizeof *moment);
    sim_time now = world_now(tracer->run->world);
    moment->at = now;
    moment->node_count = tracer->node_count;
    moment->nodes = make(moment->node_count, sizeof *moment->nodes);
    for (node_id id = 0; id < moment->node_count; id++) {
        take_node(tracer, id, &moment->nodes[id]);
    }
    moment->cuts = copy_cuts(tracer->run->cluster, moment->node_count);
    uint32_t count = kept(tracer);
    struct voyage *voyages = make(count, sizeof *voyages);
    for (uint32_t i = count; i-- > 0;) {
        const struct voyage *voyage = newest(tracer, i);
        if (voyage->sent <= now && voyage->ends > now) {
            voyages[moment->voyage_count++] = *voyage;
        }
    }
    moment->voyages = voyages;
    return moment;
}

void moment_free(struct moment *moment) {
    if (moment != NULL) {
        free(moment->nodes);
        free(moment->cuts);
        free((void *)(uintptr_t)moment->voyages);
        free(moment);
    }
}

/* ---- A stretch ---- */

/* So far back that `most` messages between nodes are in, but no longer than a few times what a message takes, so that
 * their lines slant; and at least so far that a handful is in. A quiet that dwarfs what came after it ends it, too.
 * Those sent at the very end only begin, and do not count. */
static sim_time start_of(const struct tracer *tracer, sim_time until, uint32_t most, bool with_clients) {
    enum { LEAST = 12, JOURNEYS = 14, FEW = 4, QUIET = 6 };
    node_id endpoints = with_clients ? NODE_NONE : tracer->node_count;
    uint32_t seen = 0;
    double journeys = 0;
    sim_time start = until;
    for (uint32_t i = 0; i < kept(tracer) && seen < most; i++) {
        const struct voyage *voyage = newest(tracer, i);
        if (voyage->sent >= until || voyage->from >= endpoints || voyage->to >= endpoints) {
            continue;
        }
        if (seen >= FEW && start - voyage->sent > QUIET * (until - start)) {
            break;
        }
        journeys += (double)(voyage->ends - voyage->sent);
        seen++;
        if (seen > LEAST && (double)(until - voyage->sent) > JOURNEYS * journeys / seen) {
            break;
        }
        start = voyage->sent;
    }
    if (start == until && !with_clients) { /* nodes that do not speak with one another */
        return start_of(tracer, until, most, true);
    }
    return start < until ? start : until > SIM_SECOND ? until - SIM_SECOND : 0;
}

struct stretch *tracer_stretch(const struct tracer *tracer, sim_time until, sim_time span, uint32_t most) {
    struct stretch *stretch = make(1, sizeof *stretch);
    stretch->until = until;
    stretch->from = span > 0 ? (until > span ? until - span : 0) : start_of(tracer, until, most, false);
    stretch->node_count = tracer->node_count;
    const char **names = make(tracer->node_count, sizeof *names);
    for (node_id id = 0; id < tracer->node_count; id++) {
        names[id] = cluster_name(tracer->run->cluster, id);
    }
    stretch->names = names;
    uint32_t count = kept(tracer);
    struct voyage *voyages = make(count, sizeof *voyages);
    for (uint32_t i = count; i-- > 0;) {
        const struct voyage *voyage = newest(tracer, i);
        if (voyage->ends >= stretch->from && voyage->sent <= until) {
            voyages[stretch->voyage_count++] = *voyage;
        }
    }
    stretch->voyages = voyages;
    stretch->is_cut_short = tracer->voyage_total > tracer->most && newest(tracer, count - 1)->sent > stretch->from;
    uint32_t marks_kept = tracer->mark_total < MOST_MARKS ? (uint32_t)tracer->mark_total : MOST_MARKS;
    struct mark *marks = make(marks_kept, sizeof *marks);
    for (uint32_t i = marks_kept; i-- > 0;) {
        const struct mark *mark = &tracer->marks[(tracer->mark_total - 1 - i) % MOST_MARKS];
        if (mark->at >= stretch->from && mark->at <= until) {
            marks[stretch->mark_count++] = *mark;
        }
    }
    stretch->marks = marks;
    return stretch;
}

void stretch_free(struct stretch *stretch) {
    if (stretch != NULL) {
        free((void *)(uintptr_t)stretch->names);
        free((void *)(uintptr_t)stretch->voyages);
        free((void *)(uintptr_t)stretch->marks);
        free(stretch);
    }
}

/* ---- Going back ---- */

/* Parts of logs first, then voyages and marks from the oldest that is kept. */
struct tracer_notes {
    struct node_record *nodes; /* `parts` lie in `parts` below */
    struct log_part *parts;
    struct voyage *voyages;
    struct mark *marks;
    uint64_t voyage_total, mark_total;
    node_id last_node;
    sim_time last_at;
    size_t bytes;
};

static uint32_t kept_marks(const struct tracer *tracer) {
    return tracer->mark_total < MOST_MARKS ? (uint32_t)tracer->mark_total : MOST_MARKS;
}

struct tracer_notes *tracer_save(const struct tracer *tracer) {
    struct tracer_notes *notes = make(1, sizeof *notes);
    size_t part_count = 0, used = 0;
    for (uint32_t i = 0; i < tracer->node_count; i++) {
        part_count += tracer->nodes[i].count;
    }
    notes->nodes = make(tracer->node_count, sizeof *notes->nodes);
    notes->parts = make(part_count, sizeof *notes->parts);
    notes->voyages = make(kept(tracer), sizeof *notes->voyages);
    notes->marks = make(kept_marks(tracer), sizeof *notes->marks);
    memcpy(notes->nodes, tracer->nodes, tracer->node_count * sizeof *notes->nodes);
    for (uint32_t i = 0; i < tracer->node_count; i++) {
        const struct node_record *node = &tracer->nodes[i];
        if (node->count > 0) {
            memcpy(notes->parts + used, node->parts, node->count * sizeof *node->parts);
        }
        used += node->count;
    }
    for (uint32_t i = 0; i < kept(tracer); i++) {
        notes->voyages[kept(tracer) - 1 - i] = *newest(tracer, i);
    }
    for (uint32_t i = 0; i < kept_marks(tracer); i++) {
        notes->marks[kept_marks(tracer) - 1 - i] = tracer->marks[(tracer->mark_total - 1 - i) % MOST_MARKS];
    }
    notes->voyage_total = tracer->voyage_total;
    notes->mark_total = tracer->mark_total;
    notes->last_node = tracer->last_node;
    notes->last_at = tracer->last_at;
    notes->bytes = sizeof *notes + tracer->node_count * sizeof *notes->nodes + part_count * sizeof *notes->parts +
                   kept(tracer) * sizeof *notes->voyages + kept_marks(tracer) * sizeof *notes->marks;
    return notes;
}

static void restore_nodes(struct tracer *tracer, const struct tracer_notes *notes) {
    size_t used = 0;
    for (uint32_t i = 0; i < tracer->node_count; i++) {
        struct node_record *node = &tracer->nodes[i];
        struct node_record was = notes->nodes[i];
        was.parts = node->parts; /* which only grow, so that what was there once fits */
        was.capacity = node->capacity;
        if (was.count > 0) {
            memcpy(was.parts, notes->parts + used, was.count * sizeof *was.parts);
        }
        used += was.count;
        *node = was;
    }
}

void tracer_restore(struct tracer *tracer, const struct tracer_notes *notes) {
    restore_nodes(tracer, notes);
    tracer->voyage_total = notes->voyage_total;
    tracer->mark_total = notes->mark_total;
    tracer->last_node = notes->last_node;
    tracer->last_at = notes->last_at;
    for (uint32_t i = 0; i < kept(tracer); i++) {
        *newest(tracer, i) = notes->voyages[kept(tracer) - 1 - i];
    }
    for (uint32_t i = 0; i < kept_marks(tracer); i++) {
        tracer->marks[(tracer->mark_total - 1 - i) % MOST_MARKS] = notes->marks[kept_marks(tracer) - 1 - i];
    }
}

size_t tracer_notes_bytes(const struct tracer_notes *notes) {
    return notes->bytes;
}

void tracer_notes_free(struct tracer_notes *notes) {
    if (notes != NULL) {
        free(notes->nodes);
        free(notes->parts);
        free(notes->voyages);
        free(notes->marks);
        free(notes);
    }
}
