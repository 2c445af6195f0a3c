/* The observer of a cluster. It keeps what no later look at the cluster could tell, and nothing that would grow with
 * every message: leaderships, and per heal the moment of convergence. */
#include "sim/measure/recorder.h"

/* ---- Leadership ---- */

static void close_tenure(struct recorder *recorder, node_id node, sim_time at, bool has_crashed) {
    if (recorder->open[node] == 0) {
        return;
    }
    struct tenure *tenure = &recorder->tenures[recorder->open[node] - 1];
    tenure->seen.until = at;
    tenure->has_crashed = has_crashed;
    recorder->open[node] = 0;
}

static void on_role(struct recorder *recorder, const struct probe *probe) {
    uint32_t open = recorder->open[probe->node];
    bool leads = probe->a == ROLE_LEADER;
    if (open != 0 && leads && recorder->tenures[open - 1].seen.term == probe->b) {
        return; /* said again */
    }
    close_tenure(recorder, probe->node, probe->at, false);
    if (!leads) {
        return;
    }
    recorder->tenures = arena_array_reserve(recorder->arena, recorder->tenures, recorder->tenure_count,
                                            &recorder->tenure_capacity, sizeof *recorder->tenures);
    recorder->tenures[recorder->tenure_count++] = (struct tenure){
        .seen = {.leader = probe->node, .term = probe->b, .from = probe->at, .until = SIM_NEVER},
        .system = cluster_system_of(recorder->cluster, probe->node),
        .first_commit = SIM_NEVER,
        .last_commit = SIM_NEVER,
    };
    recorder->open[probe->node] = recorder->tenure_count;
}

static void on_commit(struct recorder *recorder, const struct probe *probe) {
    if (probe->a <= recorder->committed[probe->node]) {
        return;
    }
    recorder->committed[probe->node] = probe->a;
    uint32_t open = recorder->open[probe->node];
    if (open == 0 || recorder->tenures[open - 1].seen.term != probe->b) {
        return;
    }
    struct tenure *tenure = &recorder->tenures[open - 1];
    tenure->last_commit = probe->at;
    if (tenure->first_commit == SIM_NEVER) {
        tenure->first_commit = probe->at;
    }
}

/* ---- Convergence ---- */

static sim_time now_of(const struct recorder *recorder) {
    return world_now(cluster_world(recorder->cluster));
}

/* Learners, and servers that were removed, are outside: no operation depends on them. */
static bool is_awaited(const struct recorder *recorder, node_id node) {
    return recorder->is_up[node] && recorder->applies[node] && !recorder->learns[node];
}

static bool has_converged(const struct recorder *recorder, const struct heal *heal) {
    const struct system_config *system = cluster_system(recorder->cluster, heal->system);
    bool lives = false;
    for (node_id node = system->first_node; node < system->first_node + system->nodes; node++) {
        if (is_awaited(recorder, node) && recorder->applied[node] < heal->target) {
            return false;
        }
        lives = lives || recorder->is_up[node];
    }
    return lives;
}

static void settle_heals(struct recorder *recorder, uint32_t system) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < recorder->pending_count; i++) {
        struct heal *heal = &recorder->heals[recorder->pending[i]];
        if (heal->system == system && has_converged(recorder, heal)) {
            heal->converged = now_of(recorder);
            if (heal->is_partition && recorder->notes != NULL) {
                traffic_note(recorder->notes, recorder->cluster);
            }
        } else {
            recorder->pending[kept++] = recorder->pending[i];
        }
    }
    recorder->pending_count = kept;
}

static void add_heal(struct recorder *recorder, uint32_t system, bool is_partition) {
    const struct system_config *config = cluster_system(recorder->cluster, system);
    struct heal heal = {now_of(recorder), system, is_partition, 0, SIM_NEVER};
    for (node_id node = config->first_node; node < config->first_node + config->nodes; node++) {
        heal.target = recorder->applied[node] > heal.target ? recorder->applied[node] : heal.target;
    }
    recorder->heals = arena_array_reserve(recorder->arena, recorder->heals, recorder->heal_count,
                                          &recorder->heal_capacity, sizeof *recorder->heals);
    recorder->pending = arena_array_reserve(recorder->arena, recorder->pending, recorder->pending_count,
                                            &recorder->pending_capacity, sizeof *recorder->pending);
    recorder->pending[recorder->pending_count++] = recorder->heal_count;
    recorder->heals[recorder->heal_count++] = heal;
}

static void on_apply(struct recorder *recorder, const struct probe *probe) {
    uint64_t before = recorder->applied[probe->node];
    uint32_t system = cluster_system_of(recorder->cluster, probe->node);
    recorder->publishes[system] = true;
    recorder->applies[probe->node] = true;
    if (probe->a <= before) {
        return;
    }
    recorder->applied[probe->node] = probe->a;
    recorder->reached[system] = probe->a > recorder->reached[system] ? probe->a : recorder->reached[system];
    for (uint32_t i = 0; i < recorder->pending_count; i++) { /* most steps reach no heal's target */
        const struct heal *heal = &recorder->heals[recorder->pending[i]];
        if (heal->system == system && before < heal->target && heal->target <= probe->a) {
            settle_heals(recorder, system);
            return;
        }
    }
}

/* ---- Majorities ---- */

static void begin_lack(struct recorder *recorder, uint32_t system) {
    recorder->lacks = arena_array_reserve(recorder->arena, recorder->lacks, recorder->lack_count,
                                          &recorder->lack_capacity, sizeof *recorder->lacks);
    recorder->lacks[recorder->lack_count++] = (struct lack){now_of(recorder), SIM_NEVER, system};
    recorder->lacking[system] = recorder->lack_count;
}

static void end_lack(struct recorder *recorder, uint32_t system, sim_time now) {
    recorder->lacks[recorder->lacking[system] - 1].until = now;
    recorder->lacking[system] = 0;
}

/* After a crash or a restart. */
static void count_majority(struct recorder *recorder, uint32_t system) {
    uint32_t nodes = cluster_system(recorder->cluster, system)->nodes;
    bool lacks = 2 * (nodes - recorder->down[system]) <= nodes, lacked = recorder->lacking[system] != 0;
    uint32_t any = recorder->system_count;
    if (lacks && !lacked) {
        begin_lack(recorder, system);
        if (recorder->lacking_systems++ == 0) {
            begin_lack(recorder, any);
        }
    } else if (!lacks && lacked) {
        end_lack(recorder, system, now_of(recorder));
        if (--recorder->lacking_systems == 0) {
            end_lack(recorder, any, now_of(recorder));
        }
    }
}

/* ---- What the cluster tells ---- */

static void on_probe(void *context, const struct probe *probe) {
    struct recorder *recorder = context;
    switch (probe->kind) {
    case PROBE_ROLE:
        on_role(recorder, probe);
        if (recorder->learns[probe->node] != (probe->a == ROLE_LEARNER)) {
            recorder->learns[probe->node] = !recorder->learns[probe->node];
            settle_heals(recorder, cluster_system_of(recorder->cluster, probe->node));
        }
        break;
    case PROBE_COMMIT:
        on_commit(recorder, probe);
        break;
    case PROBE_APPLY:
    case PROBE_SNAPSHOT: /* all up to its index counts as applied */
        on_apply(recorder, probe);
        break;
    case PROBE_MEASURE:
        own_add(&recorder->own, recorder->arena,
                (struct own_sample){(int64_t)probe->b, probe->at, cluster_system_of(recorder->cluster, probe->node),
                                    (uint32_t)probe->a, probe->node});
        break;
    case PROBE_SUSPECT:
        detections_probe(&recorder->detections, probe);
        break;
    case PROBE_LOG_RESET:
        recorder->applied[probe->node] = 0;
        break;
    default:
        break;
    }
}

static void on_crashed(void *context, node_id node) {
    struct recorder *recorder = context;
    uint32_t system = cluster_system_of(recorder->cluster, node);
    recorder->has_crashes = true;
    recorder->down[system] += recorder->is_up[node];
    recorder->is_up[node] = false;
    detections_crashed(&recorder->detections, node);
    count_majority(recorder, system);
    close_tenure(recorder, node, now_of(recorder), true);
    settle_heals(recorder, system); /* the others wait for it no more */
}

/* Told before the node's own code runs: what it had applied before the crash still counts for the target. */
static void on_booted(void *context, node_id node, bool is_restart) {
    struct recorder *recorder = context;
    uint32_t system = cluster_system_of(recorder->cluster, node);
    recorder->is_up[node] = true;
    detections_booted(&recorder->detections, node);
    if (is_restart && recorder->down[system] > 0) {
        recorder->down[system]--;
        count_majority(recorder, system);
    }
    if (is_restart) {
        add_heal(recorder, system, false);
    }
    recorder->applied[node] = 0;
    recorder->committed[node] = 0;
    settle_heals(recorder, system);
}

static void on_fault(void *context, uint32_t occurrence, bool starts) {
    struct recorder *recorder = context;
    uint32_t fault = cluster_occurrence(recorder->cluster, occurrence)->fault;
    if (cluster_configuration(recorder->cluster)->faults[fault].kind != FAULT_PARTITION) {
        return;
    }
    recorder->partitions += starts ? 1 : (uint32_t)-1;
    if (starts || recorder->partitions > 0) {
        return; /* nothing has healed while another partition holds */
    }
    for (uint32_t system = 0; system < recorder->system_count; system++) {
        add_heal(recorder, system, true);
        settle_heals(recorder, system);
    }
}

struct recorder *recorder_new(struct cluster *cluster) {
    struct arena *arena = world_state(cluster_world(cluster));
    struct recorder *recorder = arena_alloc(arena, sizeof *recorder);
    uint32_t nodes = cluster_node_count(cluster), systems = cluster_configuration(cluster)->system_count;
    *recorder = (struct recorder){.arena = arena, .cluster = cluster, .node_count = nodes, .system_count = systems};
    recorder->open = arena_alloc(arena, nodes * sizeof *recorder->open);
    recorder->applied = arena_alloc(arena, nodes * sizeof *recorder->applied);
    recorder->committed = arena_alloc(arena, nodes * sizeof *recorder->committed);
    recorder->is_up = arena_alloc(arena, nodes * sizeof *recorder->is_up);
    recorder->down = arena_alloc(arena, systems * sizeof *recorder->down);
    recorder->lacking = arena_alloc(arena, (systems + 1) * sizeof *recorder->lacking);
    recorder->applies = arena_alloc(arena, nodes * sizeof *recorder->applies);
    detections_begin(&recorder->detections, arena, cluster);
    recorder->learns = arena_alloc(arena, nodes * sizeof *recorder->learns);
    recorder->publishes = arena_alloc(arena, systems * sizeof *recorder->publishes);
    recorder->reached = arena_alloc(arena, systems * sizeof *recorder->reached);
    cluster_observe(
        cluster,
        (struct cluster_observer){
            .context = recorder, .probe = on_probe, .crashed = on_crashed, .booted = on_booted, .fault = on_fault});
    return recorder;
}

void recorder_finish(struct recorder *recorder, sim_time now) {
    for (uint32_t i = 0; i < recorder->tenure_count; i++) {
        if (recorder->tenures[i].seen.until == SIM_NEVER) {
            recorder->tenures[i].seen.until = now;
        }
    }
    for (uint32_t system = 0; system <= recorder->system_count; system++) {
        if (recorder->lacking[system] != 0) {
            end_lack(recorder, system, now);
        }
    }
}
