#include "tests/viz/made_facts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *make(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static const char *keep(struct made *made, const char *text) {
    made->strings = realloc(made->strings, (made->string_count + 1) * sizeof *made->strings);
    return made->strings[made->string_count++] = strdup(text);
}

/* A sequence that looks random and is the same everywhere. */
static uint64_t next(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static void make_nodes(struct made *made, const struct made_shape *shape) {
    struct facts *facts = &made->facts;
    const char **regions = make(shape->regions, sizeof *regions);
    char name[64];
    for (uint32_t r = 0; r < shape->regions; r++) {
        snprintf(name, sizeof name, "region-number-%u", r + 1);
        regions[r] = keep(made, name);
    }
    facts->regions = regions;
    facts->region_count = shape->regions;
    facts->system_count = shape->systems;
    facts->systems = make(shape->systems, sizeof *facts->systems);
    facts->has_leader = make(shape->systems, sizeof *facts->has_leader);
    for (uint32_t s = 0; s < shape->systems; s++) {
        snprintf(name, sizeof name, "store%u", s + 1);
        facts->systems[s] = keep(made, name);
        facts->has_leader[s] = true;
    }
    facts->node_count = shape->nodes;
    facts->nodes = make(shape->nodes, sizeof *facts->nodes);
    for (uint32_t i = 0; i < shape->nodes; i++) {
        snprintf(name, sizeof name, "store/%u", i + 1);
        facts->nodes[i] = (struct fact_node){.name = keep(made, name),
                                             .system = i % shape->systems,
                                             .region = shape->regions > 0 ? i % shape->regions : CONFIG_NO_REGION,
                                             .queue = {.utilisation = 0.123 * (i % 7)},
                                             .has_queue = i % 2 == 0};
    }
    facts->client_count = shape->clients;
    if (shape->regions > 0) {
        uint32_t *client_regions = make(shape->clients, sizeof *client_regions);
        for (uint32_t c = 0; c < shape->clients; c++) {
            client_regions[c] = c % shape->regions;
        }
        facts->client_regions = client_regions;
    }
}

static void make_faults(struct made *made, const struct made_shape *shape) {
    struct facts *facts = &made->facts;
    facts->fault_count = shape->faults;
    facts->faults = make(shape->faults, sizeof *facts->faults);
    for (uint32_t i = 0; i < shape->faults; i++) {
        char name[64];
        sim_time from = facts->duration / (shape->faults + 1) * (i + 1);
        snprintf(name, sizeof name, "fault-%u", i + 1);
        facts->faults[i] =
            (struct fact_fault){.name = keep(made, name),
                                .kind = FAULT_CRASH,
                                .from = from,
                                .until = i % 5 == 4 ? from : from + facts->duration / (shape->faults + 1) / 2,
                                .touched = i};
    }
    facts->reign_count = shape->nodes > 0 ? shape->reigns : 0;
    facts->reigns = make(shape->reigns, sizeof *facts->reigns);
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        sim_time length = facts->duration / shape->reigns;
        facts->reigns[i] = (struct leadership){.leader = i % shape->nodes,
                                               .term = i + 1,
                                               .from = length * i,
                                               /* Now and then two lead at the same time, or nobody does. */
                                               .until = length * i + (i % 3 == 1 ? length * 5 / 4 : length * 9 / 10)};
    }
}

static void make_operations(struct made *made, const struct made_shape *shape) {
    struct facts *facts = &made->facts;
    uint64_t state = 1;
    struct operation *operations = make(shape->operations, sizeof *operations);
    for (uint32_t i = 0; i < shape->operations; i++) {
        sim_time invoked = (sim_time)((double)facts->duration / shape->operations * i);
        sim_time latency = (sim_time)(1000000 + next(&state) % 3000000 + (next(&state) % 1000 == 0 ? 200000000 : 0));
        uint64_t luck = next(&state) % 100;
        operations[i] =
            (struct operation){.invoked = invoked,
                               .completed = invoked + latency,
                               .kind = next(&state) % 2 == 0 ? OP_READ : OP_WRITE,
                               .served_by = shape->nodes > 0 ? (node_id)(next(&state) % shape->nodes) : NODE_NONE,
                               .outcome = luck < 96   ? OUTCOME_OK
                                          : luck < 98 ? OUTCOME_FAIL
                                                      : OUTCOME_INFO};
    }
    facts->operations = operations;
    facts->operation_count = shape->operations;
    facts->stale_count = 200;
    facts->stale = make(facts->stale_count, sizeof *facts->stale);
    for (uint32_t i = 0; i < facts->stale_count && shape->operations > 0; i++) {
        facts->stale[i] = i % 17 == 0 ? 3 : 0;
    }
    facts->has_stale_share = shape->operations > 0;
    facts->stale_share = shape->operations > 0 ? 0.0123 : 0;
}

static void make_story(struct facts *facts, const struct made_shape *shape) {
    for (uint32_t i = 0; i < shape->faults && i < STORY_LINES; i++) {
        struct story_line *line = &facts->story.lines[facts->story.count++];
        line->at = facts->faults[i].from;
        line->is_violation = i == 3;
        snprintf(line->text, sizeof line->text,
                 "fault-%u: cuts off store/%u, and a long sentence follows that needs more than one line of the panel",
                 i + 1, i + 1);
    }
    facts->story.left_out = shape->faults > STORY_LINES ? shape->faults - STORY_LINES : 0;
    facts->story.gap = 8;
}

static void make_voyages(struct made *made, const struct made_shape *shape, sim_time at) {
    static const char *const types[] = {"raft.append", "raft.append_reply", "request", "reply",
                                        "raft.vote",   "raft.pre_vote",     "x.y"};
    uint64_t state = 7;
    struct voyage *voyages = make(shape->voyages, sizeof *voyages);
    for (uint32_t i = 0; i < shape->voyages; i++) {
        uint32_t endpoints = shape->nodes + shape->clients;
        sim_time sent = at - SIM_MILLISECOND + (sim_time)(next(&state) % 900000);
        voyages[i] = (struct voyage){.sent = sent,
                                     .ends = at + 1 + (sim_time)(next(&state) % 1000000),
                                     .from = (node_id)(next(&state) % endpoints),
                                     .to = (node_id)(next(&state) % endpoints),
                                     .type = types[i % 7],
                                     .fate = i % 5 == 0 ? FATE_LOST_ON_THE_WAY : FATE_ARRIVES};
    }
    made->moment.voyages = voyages;
    made->moment.voyage_count = shape->voyages;
    made->stretch.voyages = voyages;
    made->stretch.voyage_count = shape->voyages;
}

static void make_moment(struct made *made, const struct made_shape *shape) {
    struct moment *moment = &made->moment;
    moment->at = made->facts.duration / 2;
    moment->node_count = shape->nodes;
    moment->nodes = make(shape->nodes, sizeof *moment->nodes);
    struct log_part *parts = made->parts = make(2, sizeof *parts);
    parts[0] = (struct log_part){1, 1};
    parts[1] = (struct log_part){1230, 2};
    for (uint32_t i = 0; i < shape->nodes; i++) {
        static const enum node_role roles[] = {ROLE_LEADER, ROLE_FOLLOWER, ROLE_CANDIDATE, ROLE_FOLLOWER, ROLE_LEARNER};
        moment->nodes[i] = (struct moment_node){.look.is_up = i != 3,
                                                .look.is_paused = i == 4,
                                                .look.role = roles[i % 5],
                                                .term = 1234,
                                                .has_log = true,
                                                .end = 1234567 - i,
                                                .commit = 1234565 - 2 * i,
                                                .parts = parts,
                                                .part_count = 2};
    }
    if (shape->is_cut && shape->nodes > 1) {
        moment->cuts = make((size_t)shape->nodes * shape->nodes, sizeof *moment->cuts);
        for (uint32_t i = 0; i < shape->nodes; i++) {
            moment->cuts[1 * shape->nodes + i] = moment->cuts[i * shape->nodes + 1] = i != 1;
        }
    }
}

/* Operations of few or many clients, some of them open for ever; one is impossible. */
static void make_witness(struct made *made, const struct made_shape *shape) {
    struct witness *witness = &made->witness;
    uint32_t count = shape->operations < 200 ? shape->operations : 200, place = 0;
    if (count == 0 || !witness_begin(witness, count)) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct witness_bar *bar = &witness->bars[witness->count++];
        bool is_open = i % 17 == 5;
        bar->from = (sim_time)i * 1000 + (i * 37) % 900;
        bar->to = is_open ? SIM_NEVER : bar->from + 100 + (i * 7919) % 4000;
        bar->kind = (enum witness_kind)(i % 3);
        bar->is_culprit = i + 1 == count;
        bar->is_in_conflict = i % 40 == 1;
        bar->place = bar->is_culprit || is_open ? 0 : ++place;
        snprintf(bar->label, sizeof bar->label, i % 9 == 0 ? "cas %u to %u" : "read %u", i * 1000000u, i);
        snprintf(bar->client, sizeof bar->client, "client %u", i % (shape->clients > 0 ? shape->clients : 1) + 1);
    }
    snprintf(witness->what, sizeof witness->what, "key 7, client 3: read 4");
    snprintf(witness->after, sizeof witness->after, "leaves the value 5");
    witness->has_times = shape->clients % 2 == 0;
    witness->path_count = place;
    witness_choose(witness, WITNESS_MOST_BARS);
}

static void make_stretch(struct made *made, const struct made_shape *shape) {
    struct stretch *stretch = &made->stretch;
    stretch->from = made->moment.at - SIM_MILLISECOND;
    stretch->until = made->moment.at + SIM_MILLISECOND;
    stretch->node_count = shape->nodes;
    const char **names = make(shape->nodes, sizeof *names);
    for (uint32_t i = 0; i < shape->nodes; i++) {
        names[i] = made->facts.nodes[i].name;
    }
    stretch->names = names;
    uint32_t count = shape->nodes < 8 ? shape->nodes : 8;
    struct mark *marks = make(3 * count, sizeof *marks);
    for (uint32_t i = 0; i < 3 * count; i++) {
        static const enum mark_kind kinds[] = {MARK_ROLE, MARK_CRASH, MARK_BOOT};
        marks[i] = (struct mark){.at = stretch->from + (sim_time)i * 50000,
                                 .node = i % count,
                                 .kind = kinds[i / count],
                                 .a = i % 2 == 0 ? ROLE_LEADER : ROLE_CANDIDATE,
                                 .b = 3};
    }
    stretch->marks = marks;
    stretch->mark_count = 3 * count;
    stretch->has_chosen = shape->nodes > 0;
    stretch->chosen_node = shape->nodes > 2 ? 2 : 0;
    stretch->chosen_at = made->moment.at + 900000;
    stretch->chosen_label = "store/3 leads in term 1234";
}

static void make_pacelc(struct facts *facts, const struct made_shape *shape) {
    static const char *const labels[] = {"PC/EC", "PA/EL", "P?/E?", "P-/EL", "PA/EC", "PC/EL"};
    for (uint32_t s = 0; shape->is_cut && s < shape->systems && s < FACT_MOST_PACELC; s++) {
        struct fact_pacelc *fact = &facts->pacelc[facts->pacelc_count++];
        *fact = (struct fact_pacelc){
            .served = 0.0123, .stale = s % 2 == 0 ? 0 : (double)NAN, .latency_s = 0.00321, .latency = "write p50"};
        snprintf(fact->system, sizeof fact->system, "a-store-with-a-long-name-%u", s + 1);
        snprintf(fact->label, sizeof fact->label, "%s", labels[s % 6]);
        snprintf(
            fact->partition_why, sizeof fact->partition_why,
            "a side serves 12 of 318 reads; what is answered stays linearizable, and a long sentence goes on and on "
            "about that, further than any page is wide, since there is so much to be said about it");
        snprintf(fact->else_why, sizeof fact->else_why, "none of 4064 reads was stale");
    }
}

struct made *made_new(const struct made_shape *shape) {
    struct made *made = make(1, sizeof *made);
    struct facts *facts = &made->facts;
    facts->title = shape->title != NULL ? shape->title : "Five nodes and a <leader> that is \"cut off\" & comes back";
    facts->question = "What does it cost, and who pays for it?";
    facts->seed = 18446744073709551615U;
    facts->duration = 60 * SIM_SECOND;
    facts->warmup = 5 * SIM_SECOND;
    facts->verdict = VERDICT_INCONCLUSIVE;
    make_nodes(made, shape);
    make_faults(made, shape);
    make_operations(made, shape);
    make_story(facts, shape);
    make_pacelc(facts, shape);
    make_moment(made, shape);
    if (shape->nodes > 0) {
        make_voyages(made, shape, made->moment.at);
    }
    make_stretch(made, shape);
    make_witness(made, shape);
    made->data = (struct picture_data){
        .facts = facts, .moment = &made->moment, .stretch = &made->stretch, .witness = &made->witness};
    return made;
}

static void drop(const void *memory) {
    free((void *)(uintptr_t)memory);
}

void made_free(struct made *made) {
    struct facts *facts = &made->facts;
    drop(facts->regions);
    drop(facts->systems);
    drop(facts->has_leader);
    drop(facts->nodes);
    drop(facts->client_regions);
    drop(facts->faults);
    drop(facts->reigns);
    drop(facts->operations);
    drop(facts->stale);
    drop(made->parts);
    drop(made->moment.nodes);
    drop(made->moment.cuts);
    drop(made->moment.voyages);
    drop(made->stretch.names);
    witness_free(&made->witness);
    drop(made->stretch.marks);
    for (uint32_t i = 0; i < made->string_count; i++) {
        free(made->strings[i]);
    }
    free(made->strings);
    free(made);
}
