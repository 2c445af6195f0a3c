#include "viz/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT_VOYAGES = 1 << 16, SHOWN_VOYAGES = 110, MOST_TRIES = 4000, CROWD = 40 };

static const sim_time search = 120 * SIM_MILLISECOND; /* how much later a moment may be */
static const sim_time memory = 30 * SIM_SECOND;       /* messages sent longer before the picture are not kept */

/* ---- A moment with something to see ---- */

/* After the wished time, event by event, to where most messages between nodes are under way. */
static struct moment *livelier_moment(struct scene *scene, sim_time until) {
    struct moment *best = tracer_moment(scene->tracer);
    for (uint32_t i = 0; i < MOST_TRIES && world_now(scene->run->world) < until; i++) {
        if (run_advance(scene->run, until, 1) == 0) {
            break;
        }
        struct moment *moment = tracer_moment(scene->tracer);
        if (moment->voyage_count > best->voyage_count) {
            moment_free(best);
            best = moment;
        } else {
            moment_free(moment);
        }
    }
    return best;
}

/* ---- The event of a stretch ---- */

static void choose_event(struct scene *scene, const struct scene_wish *wish) {
    struct stretch *stretch = scene->stretch;
    node_id chosen = wish->chosen;
    bool chosen_is_free = chosen == NODE_NONE;
    if (chosen == NODE_NONE && !wish->chosen_is_now && cluster_node_count(scene->run->cluster) > 0) {
        for (uint32_t s = 0; s < scene->run->scenario->system_count && chosen == NODE_NONE; s++) {
            chosen = cluster_leader(scene->run->cluster, s);
        }
    }
    stretch->chosen_label = wish->label;
    sim_time published;
    node_id publisher = tracer_last_probe(scene->tracer, &published);
    if (chosen_is_free && publisher != NODE_NONE && published == wish->at) {
        /* Something was published at that very time: a violation came with it. */
        stretch->has_chosen = true;
        stretch->chosen_node = publisher;
        stretch->chosen_at = published;
        return;
    }
    if (wish->chosen_is_now && chosen != NODE_NONE) {
        stretch->has_chosen = true;
        stretch->chosen_node = chosen;
        stretch->chosen_at = wish->at;
        return;
    }
    for (uint32_t i = 0; i < stretch->voyage_count; i++) {
        const struct voyage *voyage = &stretch->voyages[i];
        bool is_of_it = chosen == NODE_NONE ? voyage->to < stretch->node_count : voyage->to == chosen;
        if (is_of_it && voyage->fate == FATE_ARRIVES && voyage->ends <= stretch->until &&
            (!stretch->has_chosen || voyage->ends >= stretch->chosen_at)) {
            stretch->has_chosen = true;
            stretch->chosen_node = voyage->to;
            stretch->chosen_at = voyage->ends;
        }
    }
}

/* Among very many nodes only what the chosen event knows of can be followed: the stretch goes back until a few dozen of
 * those messages are in, however long that takes. */
static void narrow_to_past(struct stretch *stretch) {
    enum { MOST_MESSAGES = 60, MOST_MEMBERS = 22 };
    sim_time *horizons = calloc(stretch->node_count + 1, sizeof *horizons);
    bool *has_effect = calloc(stretch->voyage_count + 1, sizeof *has_effect);
    bool *is_member = calloc(stretch->node_count + 1, sizeof *is_member);
    if (horizons == NULL || has_effect == NULL || is_member == NULL) {
        abort();
    }
    stretch_past(stretch, horizons, has_effect);
    uint32_t messages = 0, members = 0;
    sim_time from = stretch->until;
    for (uint32_t i = stretch->voyage_count; i-- > 0 && messages < MOST_MESSAGES && members < MOST_MEMBERS;) {
        const struct voyage *voyage = &stretch->voyages[i];
        if (has_effect[i] && voyage->from < stretch->node_count) {
            messages++;
            members += !is_member[voyage->from];
            is_member[voyage->from] = true;
            from = voyage->sent;
        }
    }
    if (messages > 0) {
        stretch->from =
            from - (stretch->until - from) / 50 > stretch->from ? from - (stretch->until - from) / 50 : stretch->from;
    }
    free(horizons);
    free(has_effect);
    free(is_member);
}

/* An event that was chosen by its node may lie well before the wished time: the stretch ends with it then. */
static void take_stretch(struct scene *scene, const struct scene_wish *wish) {
    bool is_crowd = cluster_node_count(scene->run->cluster) > CROWD, is_free = wish->span == 0;
    sim_time back = is_crowd && is_free ? memory : wish->span;
    scene->stretch = tracer_stretch(scene->tracer, wish->at, back, SHOWN_VOYAGES);
    choose_event(scene, wish);
    if (is_free && scene->stretch->has_chosen && scene->stretch->chosen_at < wish->at) {
        struct stretch *whole = scene->stretch;
        scene->stretch = tracer_stretch(scene->tracer, whole->chosen_at, back, SHOWN_VOYAGES);
        scene->stretch->has_chosen = true;
        scene->stretch->chosen_node = whole->chosen_node;
        scene->stretch->chosen_at = whole->chosen_at;
        scene->stretch->chosen_label = whole->chosen_label;
        stretch_free(whole);
    }
    if (is_crowd && is_free && scene->stretch->has_chosen) {
        narrow_to_past(scene->stretch);
    }
}

struct scene *scene_new(const struct scenario *scenario, uint64_t tie_salt, const struct scene_wish *wish) {
    struct scene *scene = calloc(1, sizeof *scene);
    if (scene == NULL) {
        abort();
    }
    struct run_options options = {.tie_salt = tie_salt};
    sim_time from = wish->at > memory ? wish->at - memory : 0;
    if (wish->span > memory) {
        from = wish->at > wish->span ? wish->at - wish->span : 0;
    }
    scene->run = run_prepare(scenario, &options);
    scene->tracer = tracer_new(scene->run, from, KEPT_VOYAGES);
    run_advance(scene->run, wish->at, UINT64_MAX);
    if (wish->wants_stretch) {
        take_stretch(scene, wish);
    }
    sim_time last = wish->at + search < scenario->duration ? wish->at + search : scenario->duration;
    scene->moment = wish->is_about ? livelier_moment(scene, last) : tracer_moment(scene->tracer);
    return scene;
}

void scene_free(struct scene *scene) {
    if (scene != NULL) {
        moment_free(scene->moment);
        stretch_free(scene->stretch);
        tracer_free(scene->tracer);
        run_free(scene->run);
        free(scene);
    }
}

/* ---- Where nobody says ---- */

node_id scene_culprit(const struct facts *facts, sim_time at) {
    for (uint32_t i = 0; i < facts->operation_count; i++) {
        if (facts->operations[i].completed == at) {
            return facts->node_count + facts->operations[i].process;
        }
    }
    return NODE_NONE;
}

/* Of several violations, the first. */
static const struct story_line *first_violation(const struct facts *facts) {
    for (uint32_t i = 0; i < facts->story.count; i++) {
        if (facts->story.lines[i].is_violation) {
            return &facts->story.lines[i];
        }
    }
    return NULL;
}

sim_time scene_usual_moment(const struct facts *facts) {
    const struct story_line *violation = first_violation(facts);
    if (violation != NULL && violation->at < facts->duration) { /* what is judged at the end has no moment of its own */
        return violation->at;
    }
    for (uint32_t i = 0; i < facts->fault_count; i++) {
        const struct fact_fault *fault = &facts->faults[i];
        if (!fact_is_moment(fault)) {
            return fault->from + (fault->until - fault->from) / 2;
        }
    }
    return facts->duration / 2;
}

struct scene_wish scene_usual_stretch(const struct facts *facts, char *label, size_t size) {
    sim_time after = facts->fault_count > 0 ? facts->faults[0].from : 0;
    struct scene_wish wish = {.at = scene_usual_moment(facts), .chosen = NODE_NONE, .wants_stretch = true};
    const struct story_line *violation = first_violation(facts);
    if (violation != NULL && violation->at < facts->duration) {
        /* The line begins "NAME is violated: ..."; the story tells the rest. */
        snprintf(label, size, "%.*s", (int)strcspn(violation->text, ":"), violation->text);
        wish.label = label;
        wish.chosen = scene_culprit(facts, violation->at);
        wish.chosen_is_now = wish.chosen != NODE_NONE;
        return wish;
    }
    for (uint32_t i = 0; i < facts->reign_count; i++) {
        const struct leadership *reign = &facts->reigns[i];
        if (reign->from >= after && reign->leader < facts->node_count) {
            wish.at = reign->from;
            wish.chosen = reign->leader;
            wish.chosen_is_now = true;
            snprintf(label, size, "%s leads in term %llu", facts->nodes[reign->leader].name,
                     (unsigned long long)reign->term);
            wish.label = label;
            break;
        }
    }
    return wish;
}
