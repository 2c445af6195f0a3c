/* Pictures of one run: of a scenario, or stored by spacelike run --out. */
#include "sim/base/units.h"
#include "sim/command/single.h"
#include "sim/command/view.h"
#include "sim/study/crash.h"
#include "sim/study/summary.h"
#include "viz/pictures.h"
#include "viz/pictures_many.h"
#include "viz/scene.h"
#include "viz/stored.h"
#include "viz/witness_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A run to draw. Of a stored one `run` is only prepared, unless a picture needs what the files do not hold. */
struct viewed {
    const struct view_order *order;
    const struct scenario *scenario;
    const char *const *sets; /* of the scenario */
    uint32_t set_count;
    uint64_t tie_salt;
    bool is_listed[VIEW_MOST_PICTURES];
    struct run *run;
    struct facts *facts;
};

static bool list_pictures(struct viewed *viewed) {
    const char *names[VIEW_MOST_PICTURES], *others[VIEW_MOST_PICTURES];
    for (uint32_t i = 0; i < picture_count; i++) {
        names[i] = pictures[i].name;
    }
    for (uint32_t i = 0; i < many_picture_count; i++) {
        others[i] = many_pictures[i].name;
    }
    return view_list(viewed->order, names, picture_count, 0, others, many_picture_count,
                     "is of many runs: expected results of spacelike sweep --db or compare --json", viewed->is_listed);
}

static uint32_t needs_of(const struct viewed *viewed) {
    uint32_t needs = 0;
    for (uint32_t i = 0; i < picture_count; i++) {
        needs |= viewed->is_listed[i] ? pictures[i].needs : 0;
    }
    return needs;
}

static void execute(struct viewed *viewed) {
    struct run_options options = {.progress = is_terminal(stderr) ? progress_show : NULL, .tie_salt = viewed->tie_salt};
    struct text replay = {0};
    text_add(&replay, "%s", program_folder());
    summary_replay(viewed->scenario, viewed->sets, viewed->set_count, &options, &replay);
    crash_replay(replay.bytes);
    text_free(&replay);
    viewed->run = run_execute(viewed->scenario, &options);
    viewed->facts = facts_of_run(viewed->run);
    progress_clear();
}

static bool find_node(const char *command, const struct facts *facts, const char *name, node_id *node) {
    const char *names[256];
    uint32_t count = 0;
    for (uint32_t i = 0; i < facts->node_count; i++) {
        if (strcmp(facts->nodes[i].name, name) == 0) {
            *node = i;
            return true;
        }
        if (count < 256) {
            names[count++] = facts->nodes[i].name;
        }
    }
    const char *near = text_suggest(name, names, count);
    if (near != NULL) {
        usage_error(command, "--node %s: there is no such node; did you mean %s?", name, near);
    } else {
        usage_error(command, "--node %s: there is no such node", name);
    }
    return false;
}

static enum exit_status draw_pictures(const struct viewed *viewed, const struct picture_data *data) {
    struct view_pictures drawn = {0};
    enum exit_status status = EXIT_HELD;
    for (uint32_t i = 0; i < picture_count && status == EXIT_HELD; i++) {
        if (viewed->is_listed[i]) {
            struct canvas *canvas = view_canvas(viewed->order, data->facts->title);
            picture_draw(canvas, &pictures[i], data);
            status = view_add(&drawn, viewed->order, pictures[i].name, canvas);
        }
    }
    return exit_worse(status, view_write(&drawn, viewed->order));
}

/* Scenes come from a second run; the facts are there. */
static enum exit_status draw(const struct viewed *viewed) {
    const struct view_order *order = viewed->order;
    const struct facts *facts = viewed->facts;
    struct scene *stage = NULL, *stretch = NULL;
    uint32_t needs = needs_of(viewed);
    char label[96];
    node_id node = NODE_NONE;
    if (order->has_at && order->at > facts->duration) {
        char end[48];
        return usage_error(order->command, "--at %s: the run ends at %s", order->at_text,
                           units_write_duration(end, sizeof end, facts->duration));
    }
    if (order->node != NULL && !find_node(order->command, facts, order->node, &node)) {
        return EXIT_INPUT;
    }
    if (needs & PICTURE_NEEDS_MOMENT) {
        struct scene_wish wish = {.at = order->has_at ? order->at : scene_usual_moment(facts),
                                  .is_about = !order->has_at,
                                  .chosen = NODE_NONE};
        stage = scene_new(viewed->scenario, viewed->tie_salt, &wish);
    }
    if (needs & PICTURE_NEEDS_STRETCH) {
        struct scene_wish wish = {.at = order->at, .chosen = node, .wants_stretch = true};
        if (!order->has_at && node == NODE_NONE) {
            wish = scene_usual_stretch(facts, label, sizeof label);
        } else if (!order->has_at) {
            wish.at = scene_usual_moment(facts);
        }
        wish.span = order->span;
        stretch = scene_new(viewed->scenario, viewed->tie_salt, &wish);
    }
    struct witness witness = {0};
    if (needs & PICTURE_NEEDS_WITNESS) {
        witness_of_run(viewed->run, &witness);
    }
    struct picture_data data = {.facts = facts,
                                .moment = stage != NULL ? stage->moment : NULL,
                                .stretch = stretch != NULL ? stretch->stretch : NULL,
                                .witness = &witness};
    enum exit_status status = draw_pictures(viewed, &data);
    witness_free(&witness);
    scene_free(stage);
    scene_free(stretch);
    return status;
}

static bool has_choice_of_many(const struct view_order *order) {
    if (order->metric_count > 0 || order->window != NULL) {
        usage_error(order->command, "--metric and --window are for results of many runs");
        return true;
    }
    return false;
}

static struct scenario *read_scenario(const char *path, const struct scenario_options *options) {
    struct text errors = {0};
    struct scenario *scenario = scenario_read(path, options, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
    }
    text_free(&errors);
    return scenario;
}

enum exit_status view_scenario(const struct view_order *order) {
    struct viewed viewed = {.order = order};
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = order->sets,
                                       .set_count = order->set_count,
                                       .has_seed = order->seed != NULL};
    enum exit_status status = EXIT_INPUT;
    if (has_choice_of_many(order) || !list_pictures(&viewed) ||
        (order->seed != NULL && !options_read_u64(order->command, "--seed", order->seed, &reading.seed))) {
        return EXIT_INPUT;
    }
    struct scenario *scenario = read_scenario(order->operand, &reading);
    if (scenario != NULL) {
        viewed.scenario = scenario;
        viewed.sets = order->sets;
        viewed.set_count = order->set_count;
        execute(&viewed);
        status = draw(&viewed);
    }
    facts_free(viewed.facts);
    run_free(viewed.run);
    scenario_free(scenario);
    return status;
}

/* The stored run again, if it is the same still. */
static bool repeat(struct viewed *viewed, const struct stored *stored) {
    execute(viewed);
    if (viewed->run->trace_hash == stored->trace_hash) {
        return true;
    }
    fprintf(stderr,
            "spacelike view: %s: the run cannot be repeated: its trace was %016" PRIx64 ", and now is %016" PRIx64
            ": the scenario or the program has changed.\n"
            "Its files still serve for the charts",
            viewed->order->operand, stored->trace_hash, viewed->run->trace_hash);
    for (uint32_t i = 0; i < picture_count; i++) {
        if ((pictures[i].needs & PICTURE_NEEDS_RUN) == 0) {
            fprintf(stderr, " %s", pictures[i].name);
        }
    }
    fprintf(stderr, "\n");
    return false;
}

enum exit_status view_folder(const struct view_order *order) {
    struct viewed viewed = {.order = order};
    struct text error = {0};
    enum exit_status status = EXIT_INPUT;
    if (has_choice_of_many(order) || !list_pictures(&viewed)) {
        return EXIT_INPUT;
    }
    if (order->seed != NULL || order->set_count > 0) {
        return usage_error(order->command, "--seed and --set are for scenarios: this run is stored");
    }
    struct stored *stored = stored_read(order->operand, &error);
    if (stored == NULL) {
        fprintf(stderr, "%s", error.bytes);
        text_free(&error);
        return EXIT_INPUT;
    }
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = (const char *const *)stored->sets,
                                       .set_count = stored->set_count,
                                       .has_seed = true,
                                       .seed = stored->seed};
    struct scenario *scenario = read_scenario(stored->scenario, &reading);
    if (scenario != NULL) {
        viewed.scenario = scenario;
        viewed.tie_salt = stored->tie_salt;
        viewed.sets = reading.sets;
        viewed.set_count = reading.set_count;
        bool is_good = true;
        if (needs_of(&viewed) & PICTURE_NEEDS_RUN) {
            is_good = repeat(&viewed, stored);
        } else {
            struct run_options none = {0};
            viewed.run = run_prepare(scenario, &none);
            viewed.facts = stored_facts(stored, viewed.run, &error);
            is_good = viewed.facts != NULL;
        }
        if (error.bytes != NULL) {
            fprintf(stderr, "%s", error.bytes);
        }
        status = is_good ? draw(&viewed) : EXIT_INPUT;
    }
    facts_free(viewed.facts);
    run_free(viewed.run);
    scenario_free(scenario);
    stored_free(stored);
    text_free(&error);
    return status;
}
