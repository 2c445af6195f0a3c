#include "sim/command/state.h"

#include "sim/base/units.h"
#include "sim/command/table.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 48, MOST_FACTS = 64, MOST_BESIDE = 6, MOST_NODES = 24, MOST_LINES = 12 };

/* ---- Nodes ---- */

/* What a node's `inspect` lists. */
struct facts {
    struct inspector inspector; /* first, so that the callbacks find the rest */
    struct fact {
        char name[NAME_BYTES], value[NAME_BYTES];
        bool is_number;
    } facts[MOST_FACTS];
    uint32_t count;
    const struct cluster *cluster;
};

static void add_fact(struct facts *facts, const char *name, const char *value, bool is_number) {
    if (facts->count < MOST_FACTS) {
        struct fact *fact = &facts->facts[facts->count++];
        snprintf(fact->name, sizeof fact->name, "%s", name);
        snprintf(fact->value, sizeof fact->value, "%s", value);
        fact->is_number = is_number;
    }
}

static void take_text(struct inspector *to, const char *name, const char *value) {
    add_fact((struct facts *)to, name, value, false);
}

static void take_number(struct inspector *to, const char *name, int64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)value);
    add_fact((struct facts *)to, name, text, true);
}

static void take_node(struct inspector *to, const char *name, node_id value) {
    struct facts *facts = (struct facts *)to;
    add_fact(facts, name, value == NODE_NONE ? "nobody" : cluster_name(facts->cluster, value), false);
}

static struct facts *inspect(const struct run *run, node_id node) {
    struct facts *facts = calloc(1, sizeof *facts);
    if (facts == NULL) {
        abort();
    }
    facts->inspector = (struct inspector){take_number, take_text, take_node};
    facts->cluster = run->cluster;
    cluster_inspect(run->cluster, node, &facts->inspector);
    return facts;
}

static const char *condition(const struct run *run, node_id node) {
    return !cluster_is_up(run->cluster, node) ? "down" : cluster_is_paused(run->cluster, node) ? "paused" : "up";
}

static const char *value_of(const struct facts *facts, const char *name) {
    for (uint32_t i = 0; i < facts->count; i++) {
        if (strcmp(facts->facts[i].name, name) == 0) {
            return facts->facts[i].value;
        }
    }
    return "-";
}

/* A column a node, a row a fact. */
static void show_nodes(const struct run *run, node_id first, uint32_t count, FILE *to) {
    struct table table = {0};
    struct facts *facts[MOST_BESIDE];
    const struct facts *most = NULL;
    table_cell(&table, "%s", "");
    for (uint32_t i = 0; i < count; i++) {
        facts[i] = inspect(run, first + i);
        most = most == NULL || facts[i]->count > most->count ? facts[i] : most;
        table_cell(&table, "%s", cluster_name(run->cluster, first + i));
    }
    table_end_row(&table);
    table_cell(&table, "the node is");
    for (uint32_t i = 0; i < count; i++) {
        table_cell(&table, "%s", condition(run, first + i));
    }
    table_end_row(&table);
    for (uint32_t f = 0; most != NULL && f < most->count; f++) {
        table_cell(&table, "%s", most->facts[f].name);
        for (uint32_t i = 0; i < count; i++) {
            table_cell(&table, "%s", value_of(facts[i], most->facts[f].name));
        }
        table_end_row(&table);
    }
    table_print(&table, 2, to);
    for (uint32_t i = 0; i < count; i++) {
        free(facts[i]);
    }
}

static void show_systems(const struct run *run, const struct report_style *style, FILE *to) {
    report_heading(style, to, "Nodes");
    for (uint32_t s = 0; s < run->scenario->system_count; s++) {
        const struct system_config *system = &run->scenario->systems[s];
        uint32_t shown = system->nodes < MOST_NODES ? system->nodes : MOST_NODES;
        for (uint32_t i = 0; i < shown; i += MOST_BESIDE) {
            fprintf(to, "%s", s + i > 0 ? "\n" : "");
            show_nodes(run, system->first_node + i, shown - i < MOST_BESIDE ? shown - i : MOST_BESIDE, to);
        }
        if (shown < system->nodes) {
            fprintf(to, "  and %u more nodes of %s\n", system->nodes - shown, system->name);
        }
    }
}

/* ---- What is to come ---- */

struct coming {
    sim_time at;
    uint64_t order;
    bool is_delivery;
    struct event event;
};

struct comings {
    const struct run *run;
    struct coming *items;
    size_t count, capacity, deliveries;
    size_t of_clients; /* not among the items */
};

static void collect(void *context, sim_time at, uint64_t order, const struct event *event) {
    struct comings *comings = context;
    node_id from;
    bool is_delivery = cluster_event_is_delivery(event, &from);
    if (!cluster_event_is_own(event)) {
        comings->of_clients++;
        return;
    }
    if (comings->count == comings->capacity) {
        comings->capacity = comings->capacity == 0 ? 256 : comings->capacity * 2;
        comings->items = realloc(comings->items, comings->capacity * sizeof *comings->items);
        if (comings->items == NULL) {
            abort();
        }
    }
    comings->items[comings->count++] = (struct coming){at, order, is_delivery, *event};
    comings->deliveries += is_delivery;
}

static int by_time(const void *left, const void *right) {
    const struct coming *a = left, *b = right;
    if (a->is_delivery != b->is_delivery) {
        return a->is_delivery ? -1 : 1;
    }
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    return (a->order > b->order) - (a->order < b->order);
}

/* Messages first, each sort in the order in which it happens if nothing comes between. */
static struct comings comings_of(const struct run *run) {
    struct comings comings = {.run = run};
    world_each_pending(run->world, collect, &comings);
    if (comings.count > 0) {
        qsort(comings.items, comings.count, sizeof *comings.items, by_time);
    }
    return comings;
}

/* What an event is, without its time: "deliver raft.append store/2 -> store/1 (312 B)". */
static const char *describe(const struct run *run, const struct coming *coming, char *text, size_t size) {
    cluster_describe(run->cluster, coming->at, &coming->event, text, size);
    const char *rest = strstr(text, " s  ");
    return rest != NULL ? rest + 4 : text;
}

static void show_lines(const struct comings *comings, size_t from, size_t until, FILE *to) {
    char text[256], wait[32];
    struct table table = {.align = "rl"};
    for (size_t i = from; i < until && i < from + MOST_LINES; i++) {
        const struct coming *coming = &comings->items[i];
        double seconds = (double)(coming->at - world_now(comings->run->world)) / 1e9;
        table_cell(&table, "in %s", units_print_duration(wait, sizeof wait, seconds));
        table_cell(&table, "%s", describe(comings->run, coming, text, sizeof text));
        table_end_row(&table);
    }
    table_print(&table, 2, to);
    if (until > from + MOST_LINES) {
        fprintf(to, "  and %zu more\n", until - from - MOST_LINES);
    }
}

static void show_comings(const struct run *run, const struct report_style *style, FILE *to) {
    struct comings comings = comings_of(run);
    char heading[64];
    snprintf(heading, sizeof heading, "On the network: %zu message%s", comings.deliveries,
             comings.deliveries == 1 ? "" : "s");
    report_heading(style, to, heading);
    show_lines(&comings, 0, comings.deliveries, to);
    report_heading(style, to, "Timers, cores, disks and faults");
    show_lines(&comings, comings.deliveries, comings.count, to);
    fprintf(to, "  and %zu timer%s of clients\n", comings.of_clients, comings.of_clients == 1 ? "" : "s");
    free(comings.items);
}

/* ---- All of it ---- */

static uint32_t operations_under_way(const struct run *run) {
    const struct history *history = load_history(run->load);
    uint32_t count = 0;
    for (uint32_t i = 0; i < history->count; i++) {
        count += history->operations[i].outcome == OUTCOME_INFO && history->operations[i].completed == SIM_NEVER;
    }
    return count;
}

static void show_faults(const struct run *run, const struct report_style *style, FILE *to) {
    bool is_any = false;
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        if (occurrence->end == SIM_NEVER) {
            if (!is_any) {
                report_heading(style, to, "Faults that last");
            }
            is_any = true;
            fprintf(to, "  %s, since %.3f s\n", run->scenario->faults[occurrence->fault].name,
                    (double)occurrence->start / 1e9);
        }
    }
}

void state_show(const struct run *run, const struct report_style *style, FILE *to) {
    char events[32], operations[32];
    double now = (double)world_now(run->world) / 1e9;
    fprintf(to, "%s   seed %llu\nat %.9g s of %.9g s, after %s events and %s operations, %u of them under way\n",
            run->scenario->title, (unsigned long long)run->seed, now, (double)run->scenario->duration / 1e9,
            units_print_count(events, sizeof events, (double)world_events(run->world)),
            units_print_count(operations, sizeof operations, (double)load_history(run->load)->count),
            operations_under_way(run));
    show_systems(run, style, to);
    show_faults(run, style, to);
    show_comings(run, style, to);
}

/* ---- As JSON ---- */

static void node_json(const struct run *run, node_id node, struct text *out) {
    text_add(out, "{\"name\": ");
    text_add_json(out, cluster_name(run->cluster, node));
    text_add(out, ", \"is\": \"%s\", \"facts\": {", condition(run, node));
    struct facts *facts = inspect(run, node);
    for (uint32_t i = 0; i < facts->count; i++) {
        text_add(out, "%s", i == 0 ? "" : ", ");
        text_add_json(out, facts->facts[i].name);
        text_add(out, ": ");
        if (facts->facts[i].is_number) {
            text_add(out, "%s", facts->facts[i].value);
        } else {
            text_add_json(out, facts->facts[i].value);
        }
    }
    free(facts);
    text_add(out, "}}");
}

static void comings_json(const struct run *run, struct text *out) {
    struct comings comings = comings_of(run);
    char text[256];
    for (int deliveries = 1; deliveries >= 0; deliveries--) {
        text_add(out, "%s\"%s\": [", deliveries ? "" : ", ", deliveries ? "on_the_network" : "waiting");
        size_t from = deliveries ? 0 : comings.deliveries, until = deliveries ? comings.deliveries : comings.count;
        for (size_t i = from; i < until; i++) {
            text_add(out, "%s{\"at_s\": ", i == from ? "" : ", ");
            text_add_json_number(out, (double)comings.items[i].at / 1e9);
            text_add(out, ", \"what\": ");
            text_add_json(out, describe(run, &comings.items[i], text, sizeof text));
            text_add(out, "}");
        }
        text_add(out, "]");
    }
    text_add(out, ", \"client_timers\": %zu", comings.of_clients);
    free(comings.items);
}

void state_json(const struct run *run, struct text *out) {
    text_add(out, "{\"scenario\": ");
    text_add_json(out, run->scenario->path);
    text_add(out, run->seed < UINT64_C(1) << 53 ? ", \"seed\": %llu, \"at_s\": " : ", \"seed\": \"%llu\", \"at_s\": ",
             (unsigned long long)run->seed);
    text_add_json_number(out, (double)world_now(run->world) / 1e9);
    text_add(out,
             ", \"events\": %llu, \"trace_hash\": \"%016llx\", \"operations\": %u, \"under_way\": %u,\n \"nodes\": [",
             (unsigned long long)world_events(run->world), (unsigned long long)world_hash(run->world),
             load_history(run->load)->count, operations_under_way(run));
    for (node_id node = 0; node < run->scenario->node_count; node++) {
        text_add(out, "%s\n  ", node == 0 ? "" : ",");
        node_json(run, node, out);
    }
    text_add(out, "],\n \"faults\": [");
    bool is_first = true;
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        if (occurrence->end == SIM_NEVER) {
            text_add(out, "%s{\"name\": ", is_first ? "" : ", ");
            text_add_json(out, run->scenario->faults[occurrence->fault].name);
            text_add(out, ", \"since_s\": ");
            text_add_json_number(out, (double)occurrence->start / 1e9);
            text_add(out, "}");
            is_first = false;
        }
    }
    text_add(out, "],\n ");
    comings_json(run, out);
    text_add(out, "}");
}
