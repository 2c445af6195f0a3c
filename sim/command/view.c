/* spacelike view: pictures of a run, without a display. */
#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/command/single.h"
#include "sim/study/crash.h"
#include "sim/study/output.h"
#include "sim/study/summary.h"
#include "viz/pictures.h"
#include "viz/scene.h"

#include <stdlib.h>
#include <string.h>

struct arguments {
    const char *png, *svg, *pdf, *chart, *charts, *out, *format, *at, *span, *node, *size, *seed;
    const char **sets;
    uint32_t set_count;
    bool is_dark;
};

/* What the arguments mean. */
struct order {
    enum canvas_form form;
    enum theme theme;
    double width, height;
    const char *path;   /* of one picture; NULL: all that are listed go to the folder `out` */
    bool is_listed[32]; /* by picture */
    bool has_at;
    sim_time at, span;
    const char *node;
};

static const char *const extensions[] = {[CANVAS_PNG] = "png", [CANVAS_SVG] = "svg", [CANVAS_PDF] = "pdf"};

/* ---- Understanding the arguments ---- */

static bool list_picture(const char *command, const char *name, struct order *order) {
    const char *names[32];
    for (uint32_t i = 0; i < picture_count; i++) {
        names[i] = pictures[i].name;
    }
    const struct picture *picture = picture_find(name);
    if (picture != NULL) {
        order->is_listed[picture - pictures] = true;
        return true;
    }
    const char *near = text_suggest(name, names, picture_count);
    if (near != NULL) {
        usage_error(command, "there is no chart \"%s\"; did you mean \"%s\"?", name, near);
    } else {
        usage_error(command, "there is no chart \"%s\"", name);
    }
    return false;
}

static bool list_pictures(const char *command, const char *list, struct order *order) {
    if (strcmp(list, "all") == 0) {
        memset(order->is_listed, true, picture_count * sizeof order->is_listed[0]);
        return true;
    }
    while (*list != '\0') {
        char name[64];
        size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), list);
        if (!list_picture(command, name, order)) {
            return false;
        }
        list += length + (list[length] == ',');
    }
    return true;
}

static bool read_size(const char *command, const char *text, struct order *order) {
    enum { LEAST_WIDTH = 400, LEAST_HEIGHT = 240, MOST = 16000 };
    unsigned width, height;
    int used = 0;
    order->width = 1600;
    order->height = 900;
    if (text == NULL) {
        return true;
    }
    if (sscanf(text, "%5ux%5u%n", &width, &height, &used) != 2 || text[used] != '\0' || width < LEAST_WIDTH ||
        height < LEAST_HEIGHT || width > MOST || height > MOST) {
        usage_error(command,
                    "--size %s: expected a width and a height in pixels, from %dx%d to %dx%d, such as 1600x900", text,
                    LEAST_WIDTH, LEAST_HEIGHT, MOST, MOST);
        return false;
    }
    order->width = width;
    order->height = height;
    return true;
}

static bool read_time(const char *command, const char *option, const char *text, sim_time *time) {
    char error[160];
    if (!units_read_duration(text, time, error, sizeof error) || *time < 0) {
        usage_error(command, "%s %s: %s", option, text, *time < 0 ? "expected a time from 0 on" : error);
        return false;
    }
    return true;
}

static bool read_form(const char *command, const struct arguments *arguments, struct order *order) {
    const char *const paths[] = {arguments->png, arguments->svg, arguments->pdf};
    static const enum canvas_form forms[] = {CANVAS_PNG, CANVAS_SVG, CANVAS_PDF};
    int given = 0;
    order->form = CANVAS_PNG;
    for (int i = 0; i < 3; i++) {
        if (paths[i] != NULL) {
            given++;
            order->path = paths[i];
            order->form = forms[i];
        }
    }
    if (given > 1) {
        usage_error(command, "--png, --svg and --pdf exclude each other; --charts LIST --out DIR draws several");
        return false;
    }
    if (arguments->charts != NULL) {
        if (given > 0 || arguments->chart != NULL || arguments->out == NULL) {
            usage_error(command, "--charts needs --out DIR, and goes without --chart, --png, --svg and --pdf");
            return false;
        }
        for (int i = 0; arguments->format != NULL; i++) {
            if (i == 3) {
                usage_error(command, "--format %s: expected png, svg or pdf", arguments->format);
                return false;
            }
            if (strcmp(arguments->format, extensions[forms[i]]) == 0) {
                order->form = forms[i];
                break;
            }
        }
        return list_pictures(command, arguments->charts, order);
    }
    if (given == 0) {
        usage_error(command, "where to? --png FILE, --svg FILE or --pdf FILE; or --charts all --out DIR");
        return false;
    }
    return list_picture(command, arguments->chart != NULL ? arguments->chart : pictures[0].name, order);
}

static bool understand(const char *command, const struct arguments *arguments, struct order *order) {
    order->theme = arguments->is_dark ? THEME_DARK : THEME_LIGHT;
    order->node = arguments->node;
    order->has_at = arguments->at != NULL;
    return read_form(command, arguments, order) && read_size(command, arguments->size, order) &&
           (arguments->at == NULL || read_time(command, "--at", arguments->at, &order->at)) &&
           (arguments->span == NULL || read_time(command, "--span", arguments->span, &order->span));
}

/* ---- Scenes ---- */

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

static uint32_t needs_of(const struct order *order) {
    uint32_t needs = 0;
    for (uint32_t i = 0; i < picture_count; i++) {
        needs |= order->is_listed[i] ? pictures[i].needs : 0;
    }
    return needs;
}

/* ---- Drawing and writing ---- */

static bool draw_one(const struct order *order, const struct picture *picture, const struct picture_data *data,
                     struct text *out) {
    struct text error = {0};
    struct canvas *canvas = canvas_new(order->form, order->width, order->height, order->theme, data->facts->title);
    picture_draw(canvas, picture, data);
    bool is_drawn = canvas_finish(canvas, out, &error);
    if (!is_drawn) {
        fprintf(stderr, "spacelike view: %s", error.bytes);
    }
    canvas_free(canvas);
    text_free(&error);
    return is_drawn;
}

static enum exit_status draw_and_write(const struct arguments *arguments, const struct order *order,
                                       const struct picture_data *data) {
    struct output_file files[32] = {{0}};
    char names[32][64];
    size_t count = 0;
    struct text error = {0};
    enum exit_status status = EXIT_HELD;
    for (uint32_t i = 0; i < picture_count && status == EXIT_HELD; i++) {
        if (order->is_listed[i]) {
            snprintf(names[count], sizeof names[count], "%s.%s", pictures[i].name, extensions[order->form]);
            files[count].name = names[count];
            status = draw_one(order, &pictures[i], data, &files[count].content) ? EXIT_HELD : EXIT_OWN_FAULT;
            count++;
        }
    }
    if (status == EXIT_HELD) {
        bool is_written = order->path != NULL ? output_write_file(order->path, &files[0].content, &error)
                                              : output_write(arguments->out, files, count, &error);
        if (!is_written) {
            fprintf(stderr, "spacelike view: %s", error.bytes);
            status = EXIT_INPUT;
        }
    }
    for (size_t i = 0; i < count; i++) {
        text_free(&files[i].content);
    }
    text_free(&error);
    return status;
}

/* Of the first workload that is not linearizable; empty if all are. */
static void find_witness(const struct run *run, struct witness *witness) {
    const struct scenario *scenario = run->scenario;
    for (uint32_t w = 0; w < scenario->workload_count && witness->count == 0; w++) {
        struct linear_witness found;
        struct linear_options options = {.max_steps = run->options.linear_steps};
        enum workload_kind kind = scenario->workloads[w].kind;
        if (kind != WORKLOAD_KV && kind != WORKLOAD_REGISTER && kind != WORKLOAD_STALENESS) {
            continue;
        }
        if (linear_check(load_history(run->load), (uint16_t)w, &options, &found).verdict == VERDICT_VIOLATED) {
            witness_of_history(witness, load_history(run->load), &found);
        }
        linear_witness_free(&found);
    }
}

static enum exit_status view(const char *command, const struct scenario *scenario, const struct arguments *arguments,
                             struct order *order) {
    struct run_options options = {.progress = is_terminal(stderr) ? progress_show : NULL};
    struct text replay = {0};
    summary_replay(scenario, arguments->sets, arguments->set_count, &options, &replay);
    crash_replay(replay.bytes);
    text_free(&replay);
    struct run *run = run_execute(scenario, &options);
    struct facts *facts = facts_of_run(run);
    struct scene *stage = NULL, *stretch = NULL;
    struct witness witness = {0};
    uint32_t needs = needs_of(order);
    char label[96];
    node_id node = NODE_NONE;
    enum exit_status status = EXIT_HELD;
    progress_clear();
    if (order->has_at && order->at > scenario->duration) {
        char end[48];
        status = usage_error(command, "--at %s: the run ends at %s", arguments->at,
                             units_write_duration(end, sizeof end, scenario->duration));
    } else if (order->node != NULL && !find_node(command, facts, order->node, &node)) {
        status = EXIT_INPUT;
    }
    if (status == EXIT_HELD && (needs & PICTURE_NEEDS_MOMENT)) {
        struct scene_wish wish = {.at = order->has_at ? order->at : scene_usual_moment(facts),
                                  .is_about = !order->has_at,
                                  .chosen = NODE_NONE};
        stage = scene_new(scenario, 0, &wish);
    }
    if (status == EXIT_HELD && (needs & PICTURE_NEEDS_STRETCH)) {
        struct scene_wish wish = {.at = order->at, .chosen = node, .wants_stretch = true};
        if (!order->has_at && node == NODE_NONE) {
            wish = scene_usual_stretch(facts, label, sizeof label);
        } else if (!order->has_at) {
            wish.at = scene_usual_moment(facts);
        }
        wish.span = order->span;
        stretch = scene_new(scenario, 0, &wish);
    }
    if (status == EXIT_HELD && (needs & PICTURE_NEEDS_WITNESS)) {
        find_witness(run, &witness);
    }
    if (status == EXIT_HELD) {
        struct picture_data data = {.facts = facts,
                                    .moment = stage != NULL ? stage->moment : NULL,
                                    .stretch = stretch != NULL ? stretch->stretch : NULL,
                                    .witness = &witness};
        status = draw_and_write(arguments, order, &data);
    }
    witness_free(&witness);
    scene_free(stage);
    scene_free(stretch);
    facts_free(facts);
    run_free(run);
    return status;
}

static enum exit_status run_view(int argc, char **argv) {
    struct arguments arguments = {0};
    struct order order = {0};
    arguments.sets = calloc((size_t)argc, sizeof *arguments.sets);
    const struct option_spec specs[] = {
        {.name = "--png", .takes_value = true, .value = &arguments.png},
        {.name = "--svg", .takes_value = true, .value = &arguments.svg},
        {.name = "--pdf", .takes_value = true, .value = &arguments.pdf},
        {.name = "--chart", .takes_value = true, .value = &arguments.chart},
        {.name = "--charts", .takes_value = true, .value = &arguments.charts},
        {.name = "--out", .takes_value = true, .value = &arguments.out},
        {.name = "--format", .takes_value = true, .value = &arguments.format},
        {.name = "--at", .takes_value = true, .value = &arguments.at},
        {.name = "--span", .takes_value = true, .value = &arguments.span},
        {.name = "--node", .takes_value = true, .value = &arguments.node},
        {.name = "--size", .takes_value = true, .value = &arguments.size},
        {.name = "--dark", .flag = &arguments.is_dark},
        {.name = "--seed", .takes_value = true, .value = &arguments.seed},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = NULL},
    };
    enum exit_status status = EXIT_INPUT;
    int operands = options_parse(argc, argv, specs);
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = arguments.sets,
                                       .set_count = arguments.set_count,
                                       .has_seed = arguments.seed != NULL};
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0], operands == 0 ? "expected the path of a scenario" : "expected one scenario, not %d",
                    operands);
    }
    if (operands == 1 &&
        (arguments.seed == NULL || options_read_u64(argv[0], "--seed", arguments.seed, &reading.seed)) &&
        understand(argv[0], &arguments, &order)) {
        struct text errors = {0};
        struct scenario *scenario = scenario_read(argv[1], &reading, &errors);
        if (scenario == NULL) {
            fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
        } else {
            status = view(argv[0], scenario, &arguments, &order);
        }
        scenario_free(scenario);
        text_free(&errors);
    }
    free(arguments.sets);
    return status;
}

const struct command command_view = {
    .name = "view",
    .arguments = "SCENARIO --png|--svg|--pdf FILE [options]",
    .summary = "draws a run: an overview, or one of its charts, without a display",
    .help =
        "Runs a scenario and draws it. Needs no display.\n\n"
        "  --png FILE, --svg FILE, --pdf FILE   where the picture goes\n"
        "  --chart NAME           one chart instead of the overview (see below)\n"
        "  --charts LIST          several, as NAME.png in the folder of --out: \"all\", or names with commas\n"
        "  --out DIR              the folder for --charts\n"
        "  --format png|svg|pdf   of the files of --charts (default png)\n"
        "  --at TIME              the moment of the stage and the end of the space-time diagram: 12.5s\n"
        "  --span TIME            length of the space-time diagram (default: about a hundred messages)\n"
        "  --node NAME            whose last event by then the space-time diagram explains: store/3\n"
        "  --size WIDTHxHEIGHT    in pixels (default 1600x900)\n"
        "  --dark                 light on dark\n"
        "  --seed N               this seed instead of the scenario's\n"
        "  --set PATH=VALUE       changes a value of the scenario; may be given again\n\n"
        "charts: overview, stage, space-time, timeline, latency, tail, latency-over-time, availability, staleness,\n"
        "elections, load, witness (why the operations are not linearizable)\n\n"
        "examples:\n"
        "  spacelike view scenarios/raft/leader-partition.json --png overview.png\n"
        "  spacelike view scenarios/raft/leader-partition.json --chart stage --at 20.5s --svg stage.svg --dark\n"
        "  spacelike view scenarios/raft/leader-partition.json --charts all --out pictures\n",
    .run = run_view,
    .takes_plugins = true,
};
