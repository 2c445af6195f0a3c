/* Judging histories recorded elsewhere. */
#include "sim/check/recorded/judge.h"
#include "sim/command/check_page.h"
#include "sim/command/command.h"
#include "sim/command/single.h"
#include "sim/study/output.h"
#include "viz/witness.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct check_run {
    struct judge_options options;
    bool is_json, is_dark;
    const char *svg, *png;   /* where the witness is drawn, or NULL */
    struct check_page *page; /* or NULL */
    struct text out;
    uint32_t printed;
};

static void add_lines(struct text *out, const struct text *lines, const char *indent) {
    for (const char *line = lines->bytes; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        text_add(out, "%s%.*s\n", indent, (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static const char *bytes_of(const struct text *text) {
    return text->bytes != NULL ? text->bytes : "";
}

static void print_text(struct check_run *run, const char *path, const struct judgement *judgement) {
    struct text *out = &run->out;
    text_add(out, "%s: %s", path, verdict_name(judgement->verdict));
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        const struct finding *finding = &judgement->findings[i];
        text_add(out, "%s%s", i == 0 ? " (" : ", ", finding->name);
        if (finding->count > 1) {
            text_add(out, " %" PRIu64 " times", finding->count);
        }
    }
    text_add(out, "%s\n", judgement->finding_count > 0 ? ")" : "");
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        const struct finding *finding = &judgement->findings[i];
        text_add(out, "  %s", finding->name);
        if (finding->breaks != NULL) {
            text_add(out, ", which %s forbids", finding->breaks);
        }
        text_add(out, ":\n");
        add_lines(out, &finding->example, "    ");
    }
    add_lines(out, &judgement->note, "  ");
}

/* The operations in conflict, from and to instants of the run (in nanoseconds) or events of the file. */
static void print_json_witness(struct text *out, const struct witness *witness) {
    if (witness->count == 0) {
        text_add(out, "null");
        return;
    }
    text_add(out, "{\"impossible\": ");
    text_add_json(out, witness->what);
    text_add(out, ", \"prefix\": %" PRIu32 ", \"longest_order\": %" PRIu32 ", \"conflict\": [",
             witness->count + witness->left_out, witness->path_count);
    const char *separator = "";
    for (uint32_t i = 0; i < witness->count; i++) {
        const struct witness_bar *bar = &witness->bars[i];
        if (bar->is_culprit || bar->is_in_conflict) {
            text_add(out, "%s{\"client\": ", separator);
            text_add_json(out, bar->client);
            text_add(out, ", \"operation\": ");
            text_add_json(out, bar->label);
            text_add(out, ", \"from\": %" PRId64 ", \"to\": ", bar->from);
            if (bar->to == SIM_NEVER) {
                text_add(out, "null}");
            } else {
                text_add(out, "%" PRId64 "}", bar->to);
            }
            separator = ", ";
        }
    }
    text_add(out, "]}");
}

static void print_json(struct check_run *run, const char *path, const struct judgement *judgement) {
    struct text *out = &run->out;
    text_add(out, "{\"file\": ");
    text_add_json(out, path);
    text_add(out, ", \"model\": \"%s\"", judge_model_names[run->options.model]);
    if (run->options.model == JUDGE_LIST_APPEND || run->options.model == JUDGE_RW_REGISTER) {
        text_add(out, ", \"level\": \"%s\"", judge_level_names[run->options.level]);
    } else if (run->options.model == JUDGE_REGISTER || run->options.model == JUDGE_CAS_REGISTER) {
        text_add(out, ", \"level\": \"%s\"", judge_register_level_name(run->options.register_level));
    }
    text_add(out, ", \"verdict\": \"%s\", \"operations\": %" PRIu64 ", \"anomalies\": [",
             verdict_name(judgement->verdict), judgement->looked_at);
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        const struct finding *finding = &judgement->findings[i];
        text_add(out, "%s{\"name\": \"%s\", \"count\": %" PRIu64, i > 0 ? ", " : "", finding->name, finding->count);
        if (finding->breaks != NULL) {
            text_add(out, ", \"breaks\": \"%s\"", finding->breaks);
        }
        text_add(out, ", \"example\": ");
        text_add_json(out, bytes_of(&finding->example));
        text_add(out, "}");
    }
    text_add(out, "], \"witness\": ");
    print_json_witness(out, &judgement->witness);
    text_add(out, ", \"note\": ");
    text_add_json(out, bytes_of(&judgement->note));
    text_add(out, "}");
}

static void print_unreadable(struct check_run *run, const char *path, const struct read_error *error) {
    char where[40] = "";
    if (error->line > 0) {
        snprintf(where, sizeof where, ":%" PRIu32 ":%" PRIu32, error->line, error->column);
    }
    fflush(stdout);
    fprintf(stderr, "%s%s: %s\n", path, where, error->text);
    if (run->is_json) {
        text_add(&run->out, "{\"file\": ");
        text_add_json(&run->out, path);
        text_add(&run->out,
                 ", \"verdict\": null, \"error\": {\"line\": %" PRIu32 ", \"column\": %" PRIu32 ", \"text\": ",
                 error->line, error->column);
        text_add_json(&run->out, error->text);
        text_add(&run->out, "}}");
    }
}

/* The whole file, to be freed; NULL with the error. */
static char *read_file(const char *path, size_t *length, struct read_error *error) {
    FILE *file = fopen(path, "rb");
    size_t capacity = 1 << 16;
    char *bytes = file != NULL ? malloc(capacity) : NULL;
    *length = 0;
    while (bytes != NULL) {
        size_t got = fread(bytes + *length, 1, capacity - *length, file);
        *length += got;
        if (got == 0) {
            break;
        }
        if (*length == capacity) {
            char *more = realloc(bytes, capacity *= 2);
            if (more == NULL) {
                free(bytes);
            }
            bytes = more;
        }
    }
    bool has_failed = file == NULL || bytes == NULL || ferror(file);
    if (has_failed || *length >= UINT32_MAX) {
        read_fail(error, NULL, "%s", has_failed ? strerror(errno) : "larger than 4 GiB");
        free(bytes);
        bytes = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

/* ---- The picture ------------------------------------------------------------------------------------------------- */

static bool draw_to(const struct check_run *run, const struct witness *witness, const char *path,
                    enum canvas_form form) {
    enum { WIDTH = 1200, MARGIN = 24 };
    struct text bytes = {0}, error = {0};
    double height = witness_height(witness);
    struct canvas *canvas = canvas_new(form, WIDTH, height + 2 * MARGIN, run->is_dark ? THEME_DARK : THEME_LIGHT,
                                       "Why it is not linearizable");
    witness_draw(canvas, (struct rect){MARGIN, MARGIN, WIDTH - 2 * MARGIN, height}, witness);
    bool is_written = canvas_finish(canvas, &bytes, &error) && output_write_file(path, &bytes, &error);
    if (!is_written) {
        fprintf(stderr, "spacelike check: %s", error.bytes);
    }
    canvas_free(canvas);
    text_free(&bytes);
    text_free(&error);
    return is_written;
}

static enum exit_status draw(const struct check_run *run, const char *path, const struct judgement *judgement) {
    if (run->svg == NULL && run->png == NULL) {
        return EXIT_HELD;
    }
    if (judgement->witness.count == 0) {
        fprintf(stderr, "%s: nothing to draw: no operation is impossible by linearizability\n", path);
        return EXIT_HELD;
    }
    bool is_drawn = (run->svg == NULL || draw_to(run, &judgement->witness, run->svg, CANVAS_SVG)) &&
                    (run->png == NULL || draw_to(run, &judgement->witness, run->png, CANVAS_PNG));
    return is_drawn ? EXIT_HELD : EXIT_INPUT;
}

static enum exit_status check_file(struct check_run *run, const char *path) {
    struct recorded recorded = {0};
    struct judgement judgement = {0};
    struct read_error error = {0};
    enum exit_status status = EXIT_INPUT;
    size_t length;
    char *bytes = read_file(path, &length, &error);
    run->out.length = 0;
    if (run->is_json) {
        text_add(&run->out, "%s", run->printed++ == 0 ? "[" : ",\n ");
    }
    if (bytes == NULL || !recorded_read(&recorded, bytes, length, &error) ||
        !judge(&recorded, &run->options, &judgement, &error)) {
        print_unreadable(run, path, &error);
        if (run->page != NULL) {
            check_page_add_unreadable(run->page, path, &error);
        }
    } else {
        (run->is_json ? print_json : print_text)(run, path, &judgement);
        status = exit_worse(exit_of_verdict(judgement.verdict), draw(run, path, &judgement));
        if (run->page != NULL) {
            check_page_add(run->page, path, &judgement);
        }
    }
    fwrite(bytes_of(&run->out), 1, run->out.length, stdout);
    judgement_free(&judgement);
    recorded_free(&recorded);
    free(bytes);
    return status;
}

/* ---- Options ----------------------------------------------------------------------------------------------------- */

static bool read_name(const char *command, const char *option, const char *text, const char *const *names,
                      uint32_t count, uint32_t *place) {
    for (*place = 0; *place < count; ++*place) {
        if (strcmp(names[*place], text) == 0) {
            return true;
        }
    }
    const char *near = text_suggest(text, names, count);
    struct text known = {0};
    for (uint32_t i = 0; i < count; i++) {
        text_add(&known, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    if (near != NULL) {
        usage_error(command, "%s has no \"%s\"; did you mean \"%s\"?", option, text, near);
    } else {
        usage_error(command, "%s has no \"%s\"; expected one of %s", option, text, known.bytes);
    }
    text_free(&known);
    return false;
}

/* Of transactions a level of isolation, of registers one of consistency. */
static bool read_level(const char *command, const char *text, enum judge_model model, struct judge_options *options) {
    uint32_t place;
    if (model == JUDGE_LIST_APPEND || model == JUDGE_RW_REGISTER) {
        if (!read_name(command, "--level", text != NULL ? text : "strict-serializable", judge_level_names, LEVEL_COUNT,
                       &place)) {
            return false;
        }
        options->level = (enum judge_level)place;
        return true;
    }
    if (text == NULL) {
        return true;
    }
    if (model != JUDGE_REGISTER && model != JUDGE_CAS_REGISTER) {
        usage_error(command, "--level is for the models register, cas-register, list-append and rw-register");
        return false;
    }
    const char *names[JUDGE_REGISTER_LEVEL_COUNT];
    for (uint32_t i = 0; i < JUDGE_REGISTER_LEVEL_COUNT; i++) {
        names[i] = judge_register_level_name(i);
    }
    return read_name(command, "--level", text, names, JUDGE_REGISTER_LEVEL_COUNT, &options->register_level);
}

static bool read_total(const char *command, const char *text, struct judge_options *options) {
    char *end;
    errno = 0;
    long long total = strtoll(text, &end, 10);
    options->has_total = true;
    options->total = total;
    if (*text == '\0' || *end != '\0' || errno != 0) {
        usage_error(command, "--total %s: expected a whole number", text);
        return false;
    }
    return true;
}

static enum exit_status run_check(int argc, char **argv) {
    const char *model = NULL, *level = NULL, *total = NULL, *group = "0", *steps = "0";
    const char *report = NULL;
    struct check_run run = {0};
    struct text again = {0};
    page_command(argc, argv, &again);
    const struct option_spec specs[] = {{.name = "--model", .takes_value = true, .value = &model},
                                        {.name = "--level", .takes_value = true, .value = &level},
                                        {.name = "--initial", .takes_value = true, .value = &run.options.initial},
                                        {.name = "--strict", .flag = &run.options.is_strict},
                                        {.name = "--keyed", .flag = &run.options.is_keyed},
                                        {.name = "--unordered", .flag = &run.options.is_unordered},
                                        {.name = "--drained", .flag = &run.options.is_drained},
                                        {.name = "--linearizable", .flag = &run.options.is_linearizable},
                                        {.name = "--total", .takes_value = true, .value = &total},
                                        {.name = "--negative-balances", .flag = &run.options.allows_negative_balances},
                                        {.name = "--group", .takes_value = true, .value = &group},
                                        {.name = "--steps", .takes_value = true, .value = &steps},
                                        {.name = "--report", .takes_value = true, .value = &report},
                                        {.name = "--json", .flag = &run.is_json},
                                        {.name = "--svg", .takes_value = true, .value = &run.svg},
                                        {.name = "--png", .takes_value = true, .value = &run.png},
                                        {.name = "--dark", .flag = &run.is_dark},
                                        {.name = NULL}};
    int operands = options_parse(argc, argv, specs);
    uint32_t model_place;
    uint64_t group_size;
    if (operands < 0) {
        return EXIT_INPUT;
    }
    if (operands == 0 || model == NULL) {
        return usage_error(argv[0], "expected files and --model");
    }
    if (operands > 1 && (run.svg != NULL || run.png != NULL)) {
        return usage_error(argv[0], "a picture is of one history, not of %d", operands);
    }
    if (!read_name(argv[0], "--model", model, judge_model_names, JUDGE_MODEL_COUNT, &model_place) ||
        !read_level(argv[0], level, (enum judge_model)model_place, &run.options) ||
        !options_read_u64(argv[0], "--group", group, &group_size) ||
        !options_read_u64(argv[0], "--steps", steps, &run.options.max_steps) ||
        (total != NULL && !read_total(argv[0], total, &run.options))) {
        return EXIT_INPUT;
    }
    run.options.model = (enum judge_model)model_place;
    run.options.group = (uint32_t)group_size;
    run.page = report != NULL ? check_page_new() : NULL;
    double start = wall_seconds();
    enum exit_status status = EXIT_HELD;
    for (int i = 1; i <= operands; i++) {
        status = exit_worse(status, check_file(&run, argv[i]));
    }
    if (run.is_json) {
        printf("]\n");
    }
    if (report != NULL) {
        struct page_origin origin = page_origin_of(again.bytes, wall_seconds() - start);
        status = exit_worse(status, check_page_write(run.page, report, model, &origin, run.is_json ? stderr : stdout));
    }
    check_page_free(run.page);
    text_free(&again);
    text_free(&run.out);
    return status;
}

const struct command command_check = {
    .name = "check",
    .arguments = "HISTORY... --model NAME [options]",
    .summary = "judges histories recorded elsewhere",
    .help =
        "Judges each history by one rule, and prints a verdict a file: holds, violated (with what is wrong and the\n"
        "operations that show it), or inconclusive.\n"
        "Reads Jepsen's EDN, JSON and logs (history.txt; lines such as `3 :ok :read 1`), Porcupine's kv files, and\n"
        "ops.csv of spacelike run --out.\n\n"
        "  --model NAME         register, cas-register, multi-register, kv, mutex: linearizability\n"
        "                       queue: lost, duplicated, reordered and phantom elements\n"
        "                       set, set-full, counter, bank, long-fork, unique-ids: as Jepsen's checkers of these "
        "names\n"
        "                       list-append, rw-register: isolation of transactions\n"
        "  --level LEVEL        of transactions: read-uncommitted, read-committed, snapshot-isolation, serializable,\n"
        "                       strict-serializable (the default)\n"
        "                       of register and cas-register: linearizable (the default);\n"
        "                       sequential: one order explains all and keeps each client's own; sequential-per-key;\n"
        "                       causal: causal-memory (an order a client) or causal-convergence (the last writer "
        "wins);\n"
        "                       sessions: read-your-writes, monotonic-reads, monotonic-writes, writes-follow-reads,\n"
        "                       or one of these alone\n"
        "  --initial VALUE      initial value of registers (0; of kv \"\", of rw-register and with --strict nil) or\n"
        "                       counters, as EDN\n"
        "  --strict             of registers: a read of nil found no value, and a cas that failed found another one "
        "(as\n"
        "                       Porcupine judges; so logs are judged); else neither says anything (Knossos)\n"
        "  --keyed              values are pairs [KEY VALUE], each key is judged by itself (jepsen.independent); told\n"
        "                       by its tag, or by reads of [KEY nil] if every value is a pair\n"
        "  --unordered          elements may leave a queue in any order\n"
        "  --drained            whatever went into a queue must have come out by the end of the history\n"
        "  --linearizable       set-full: a stale read is a violation, too\n"
        "  --total N            of the bank; else that of the first read\n"
        "  --negative-balances  accounts of the bank may be overdrawn\n"
        "  --group N            keys that each read of long-fork covers; else as many as the first read\n"
        "  --steps N            budget of a search (200 million)\n"
        "  --report FILE.html   writes a page with all verdicts and findings\n"
        "  --json               as JSON\n"
        "  --svg FILE           draws why a history is not linearizable: operations as bars over time, the impossible\n"
        "                       one marked, and the longest order that explains the others; --png FILE does too\n"
        "  --dark               light on dark\n\n"
        "exit status: the worst of 0 all hold; 1 one is violated; 3 one is inconclusive; 2 one cannot be read\n\n"
        "example: spacelike check history.edn --model cas-register --initial 0\n",
    .run = run_check,
};
