/* spacelike view: pictures of a run or of many, without a display. */
#include "sim/command/view.h"

#include "sim/base/units.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct arguments {
    const char *png, *svg, *pdf, *chart, *charts, *out, *format, *at, *span, *node, *size, *seed, *window, *closes;
    const char **sets, **metrics;
    uint32_t set_count, metric_count;
    bool is_dark;
};

static const char *const extensions[] = {[CANVAS_PNG] = "png", [CANVAS_SVG] = "svg", [CANVAS_PDF] = "pdf"};

/* ---- Understanding the arguments ---- */

static bool read_size(const char *command, const char *text, struct view_order *order) {
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

static bool read_form(const char *command, const struct arguments *arguments, struct view_order *order) {
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
        order->out = arguments->out;
        order->charts = arguments->charts;
        return true;
    }
    order->opens_window = given == 0;
    if (given == 0 && (arguments->chart != NULL || arguments->out != NULL || arguments->format != NULL)) {
        usage_error(command, "where to? --png FILE, --svg FILE or --pdf FILE; or --charts all --out DIR");
        return false;
    }
    if (arguments->chart != NULL && (strchr(arguments->chart, ',') != NULL || strcmp(arguments->chart, "all") == 0)) {
        usage_error(command, "--chart %s: expected one chart; --charts %s --out DIR draws several", arguments->chart,
                    arguments->chart);
        return false;
    }
    order->charts = arguments->chart;
    return true;
}

static bool understand(const char *command, const struct arguments *arguments, struct view_order *order) {
    order->command = command;
    order->theme = arguments->is_dark ? THEME_DARK : THEME_LIGHT;
    order->node = arguments->node;
    order->has_at = arguments->at != NULL;
    order->at_text = arguments->at;
    order->metrics = arguments->metrics;
    order->metric_count = arguments->metric_count;
    order->window = arguments->window;
    order->seed = arguments->seed;
    order->sets = arguments->sets;
    order->set_count = arguments->set_count;
    return read_form(command, arguments, order) && read_size(command, arguments->size, order) &&
           (arguments->closes == NULL || read_time(command, "--for", arguments->closes, &order->closes_after)) &&
           (arguments->at == NULL || read_time(command, "--at", arguments->at, &order->at)) &&
           (arguments->span == NULL || read_time(command, "--span", arguments->span, &order->span));
}

/* ---- Which pictures ---- */

static bool list_one(const struct view_order *order, const char *name, const char *const *names, uint32_t count,
                     const char *const *others, uint32_t other_count, const char *hint, bool *is_listed) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return is_listed[i] = true;
        }
    }
    for (uint32_t i = 0; i < other_count; i++) {
        if (strcmp(others[i], name) == 0) {
            usage_error(order->command, "the chart \"%s\" %s", name, hint);
            return false;
        }
    }
    const char *near = text_suggest(name, names, count);
    if (near != NULL) {
        usage_error(order->command, "there is no chart \"%s\"; did you mean \"%s\"?", name, near);
    } else {
        struct text all = {0};
        for (uint32_t i = 0; i < count; i++) {
            text_add(&all, "%s%s", i > 0 ? ", " : "", names[i]);
        }
        usage_error(order->command, "there is no chart \"%s\"; expected one of %s", name, all.bytes);
        text_free(&all);
    }
    return false;
}

bool view_list(const struct view_order *order, const char *const *names, uint32_t count, uint32_t usual,
               const char *const *others, uint32_t other_count, const char *hint, bool *is_listed) {
    memset(is_listed, 0, count * sizeof *is_listed);
    if (order->charts == NULL) {
        return is_listed[usual] = true;
    }
    if (strcmp(order->charts, "all") == 0) {
        memset(is_listed, true, count * sizeof *is_listed);
        return true;
    }
    for (const char *list = order->charts; *list != '\0';) {
        char name[64];
        size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), list);
        if (!list_one(order, name, names, count, others, other_count, hint, is_listed)) {
            return false;
        }
        list += length + (list[length] == ',');
    }
    return true;
}

/* ---- Drawing and writing ---- */

struct canvas *view_canvas(const struct view_order *order, const char *title) {
    return canvas_new(order->form, order->width, order->height, order->theme, title);
}

enum exit_status view_add(struct view_pictures *pictures, const struct view_order *order, const char *name,
                          struct canvas *canvas) {
    struct text error = {0};
    char *file = pictures->names[pictures->count];
    snprintf(file, sizeof pictures->names[0], "%s.%s", name, extensions[order->form]);
    pictures->files[pictures->count].name = file;
    bool is_drawn = canvas_finish(canvas, &pictures->files[pictures->count].content, &error);
    if (!is_drawn) {
        fprintf(stderr, "spacelike view: %s", error.bytes);
    }
    pictures->count++;
    canvas_free(canvas);
    text_free(&error);
    return is_drawn ? EXIT_HELD : EXIT_OWN_FAULT;
}

enum exit_status view_write(struct view_pictures *pictures, const struct view_order *order) {
    struct text error = {0};
    bool is_written = order->path != NULL ? output_write_file(order->path, &pictures->files[0].content, &error)
                                          : output_write(order->out, pictures->files, pictures->count, &error);
    if (!is_written) {
        fprintf(stderr, "spacelike view: %s", error.bytes);
    }
    for (size_t i = 0; i < pictures->count; i++) {
        text_free(&pictures->files[i].content);
    }
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}

/* ---- What the operand is ---- */

char *view_read_file(const char *command, const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    struct text bytes = {0};
    char part[65536];
    size_t got;
    while (file != NULL && (got = fread(part, 1, sizeof part, file)) > 0) {
        text_add_bytes(&bytes, part, got);
    }
    bool has_failed = file == NULL || ferror(file);
    if (has_failed) {
        fprintf(stderr, "spacelike %s: %s: %s\n", command, path, strerror(errno));
    }
    if (file != NULL) {
        fclose(file);
    }
    if (has_failed) {
        text_free(&bytes);
        return NULL;
    }
    *length = bytes.length;
    text_add_bytes(&bytes, "", 1);
    return bytes.bytes;
}

static bool is_comparison(const char *bytes) {
    cJSON *json = cJSON_Parse(bytes);
    bool is_it = cJSON_HasObjectItem(json, "designs");
    cJSON_Delete(json);
    return is_it;
}

static bool is_sqlite(const char *path) {
    static const char magic[] = "SQLite format 3";
    char start[sizeof magic] = "";
    FILE *file = fopen(path, "rb");
    bool is_it =
        file != NULL && fread(start, 1, sizeof start, file) == sizeof start && memcmp(start, magic, sizeof magic) == 0;
    if (file != NULL) {
        fclose(file);
    }
    return is_it;
}

/* What is no file of its own (a pipe) can be read once only, and is a scenario. */
static enum exit_status view_operand(struct view_order *order) {
    struct stat status;
    size_t length;
    if (stat(order->operand, &status) != 0 || (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))) {
        return view_scenario(order);
    }
    if (S_ISDIR(status.st_mode)) {
        return view_folder(order);
    }
    if (is_sqlite(order->operand)) {
        return view_sweep(order);
    }
    char *bytes = view_read_file(order->command, order->operand, &length);
    if (bytes == NULL) {
        return EXIT_INPUT;
    }
    enum exit_status result = is_comparison(bytes) ? view_comparison(order, bytes) : view_scenario(order);
    free(bytes);
    return result;
}

/* A window shows a run; what else there is has to go to a file. */
static enum exit_status view_window_of(const struct view_order *order) {
    struct stat status;
    bool is_folder = stat(order->operand, &status) == 0 && S_ISDIR(status.st_mode);
    if (is_folder || is_sqlite(order->operand) || order->metric_count > 0) {
        return usage_error(order->command, "where to? --png FILE, --svg FILE or --pdf FILE; or --charts all --out DIR "
                                           "(without, a window shows a scenario)");
    }
    return view_window(order);
}

static enum exit_status run_view(int argc, char **argv) {
    struct arguments arguments = {0};
    struct view_order order = {0};
    arguments.sets = calloc((size_t)argc, sizeof *arguments.sets);
    arguments.metrics = calloc((size_t)argc, sizeof *arguments.metrics);
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
        {.name = "--metric", .takes_value = true, .values = arguments.metrics, .value_count = &arguments.metric_count},
        {.name = "--window", .takes_value = true, .value = &arguments.window},
        {.name = "--for", .takes_value = true, .value = &arguments.closes},
        {.name = "--size", .takes_value = true, .value = &arguments.size},
        {.name = "--dark", .flag = &arguments.is_dark},
        {.name = "--seed", .takes_value = true, .value = &arguments.seed},
        {.name = "--set", .takes_value = true, .values = arguments.sets, .value_count = &arguments.set_count},
        {.name = NULL},
    };
    enum exit_status status = EXIT_INPUT;
    int operands = options_parse(argc, argv, specs);
    if (operands >= 0 && operands != 1) {
        usage_error(argv[0],
                    operands == 0 ? "expected a scenario, the folder of a run, or results of many runs"
                                  : "expected one scenario, folder or file of results, not %d",
                    operands);
    }
    if (operands == 1 && understand(argv[0], &arguments, &order)) {
        order.operand = argv[1];
        status = order.opens_window ? view_window_of(&order) : view_operand(&order);
    }
    free(arguments.sets);
    free(arguments.metrics);
    return status;
}

const struct command command_view = {
    .name = "view",
    .arguments = "SCENARIO|DIR|DB|FILE.json [--png|--svg|--pdf FILE] [options]",
    .summary = "shows a run in a window; or draws it, or the results of many, without one",
    .help =
        "Shows the run of a SCENARIO in a window: the stage, or with Tab messages in space and time, the state of a\n"
        "node, and the timeline with a playhead. With a file to draw to, draws it instead, and needs no display: the "
        "run\n"
        "of a SCENARIO, or the one that spacelike run --out DIR stored; or the results of many runs: of a sweep (DB, "
        "as\n"
        "spacelike sweep --db wrote it), or what spacelike compare --json printed (FILE.json).\n\n"
        "  --png FILE, --svg FILE, --pdf FILE   where the picture goes\n"
        "  --chart NAME           one chart instead of the usual one (see below)\n"
        "  --charts LIST          several, as NAME.png in the folder of --out: \"all\", or names with commas\n"
        "  --out DIR              the folder for --charts\n"
        "  --format png|svg|pdf   of the files of --charts (default png)\n"
        "  --size WIDTHxHEIGHT    in pixels (default 1600x900)\n"
        "  --dark                 light on dark\n"
        "  --for TIME             closes the window after so much real time\n\n"
        "charts of a run: overview (the usual one), stage, space-time, timeline, latency, tail, latency-over-time,\n"
        "availability, staleness, elections, load, pacelc, witness (why the operations are not linearizable)\n"
        "  --at TIME              the moment of the stage and the end of the space-time diagram: 12.5s\n"
        "  --span TIME            length of the space-time diagram (default: about a hundred messages)\n"
        "  --node NAME            whose last event by then the space-time diagram explains: store/3\n"
        "  --seed N               this seed instead of the scenario's\n"
        "  --set PATH=VALUE       changes a value of the scenario; may be given again\n"
        "  Of a stored run, charts that its files hold are drawn from them; for the others it is run again, and has "
        "to\n"
        "  have the same trace.\n\n"
        "charts of many runs: sweep (lines over a parameter), heat-map (two parameters), pareto, pacelc,\n"
        "designs, over-seeds\n"
        "  --metric NAME          this metric instead of the usual ones; may be given again (pareto: two)\n"
        "  --window NAME          of the metrics (default: all)\n\n"
        "examples:\n"
        "  spacelike view scenarios/raft/leader-partition.json\n"
        "  spacelike view scenarios/raft/leader-partition.json --png overview.png\n"
        "  spacelike view scenarios/raft/leader-partition.json --chart stage --at 20.5s --svg stage.svg --dark\n"
        "  spacelike view scenarios/raft/leader-partition.json --charts all --out pictures\n"
        "  spacelike view nodes.db --chart sweep --metric write.latency.p99 --png nodes.png\n",
    .run = run_view,
    .takes_plugins = true,
};
