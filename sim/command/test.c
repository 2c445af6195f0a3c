/* spacelike test: every scenario under the paths given, with its expectations; TAP on stdout. */
#include "sim/base/text.h"
#include "sim/base/units.h"
#include "sim/command/command.h"
#include "sim/command/page.h"
#include "sim/command/paths.h"
#include "sim/command/report.h"
#include "sim/command/single.h"
#include "sim/study/output.h"
#include "sim/study/summary.h"
#include "sim/study/workers.h"
#include "viz/html_cases.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SEEDS = 1000000 };

/* One line of TAP: a scenario with a seed, or an expectation over many seeds. */
struct test_point {
    const char *path;
    size_t about; /* of its scenario */
    bool has_seed;
    uint64_t seed;
    uint32_t expectation; /* index of one over many seeds; UINT32_MAX: the scenario itself */
    bool is_skipped;
    bool is_done;
    enum exit_status status;
    double wall_s;
    char *output; /* diagnostics */
};

/* What a scenario says of itself; NULL where it cannot be read. */
struct about {
    char *title, *question;
};

struct test {
    struct path_list files;
    struct about *abouts; /* one a file */
    size_t about_count;
    struct test_point *points;
    size_t point_count, point_capacity;
    size_t printed; /* points are printed in order */
    bool with_large;
    enum exit_status worst;
    size_t failed;
};

static void *grow(void *array, size_t count, size_t *capacity, size_t element) {
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    array = realloc(array, *capacity * element);
    if (array == NULL) {
        abort();
    }
    return array;
}

/* ---- Points ---- */

static struct test_point *add_point(struct test *test, const char *path) {
    test->points = grow(test->points, test->point_count, &test->point_capacity, sizeof *test->points);
    struct test_point *point = &test->points[test->point_count++];
    *point = (struct test_point){.path = path, .about = test->about_count - 1, .expectation = UINT32_MAX};
    return point;
}

static struct scenario *read_scenario(const char *path, bool has_seed, uint64_t seed, struct text *errors) {
    struct scenario_options options = {.models = built_in_models(), .has_seed = has_seed, .seed = seed};
    return scenario_read(path, &options, errors);
}

/* A file that cannot be read is a point too, which fails. */
static void add_points(struct test *test, const char *path, bool has_seeds, uint64_t first, uint64_t last) {
    struct text errors = {0};
    struct scenario *scenario = read_scenario(path, false, 0, &errors);
    struct about *about = &test->abouts[test->about_count++];
    if (scenario != NULL) {
        about->title = strdup(scenario->title);
        about->question = scenario->question != NULL ? strdup(scenario->question) : NULL;
    }
    bool is_skipped = scenario != NULL && scenario->is_large && !test->with_large;
    if (scenario == NULL || is_skipped || !has_seeds) {
        add_point(test, path)->is_skipped = is_skipped;
    }
    for (uint64_t seed = first; has_seeds && scenario != NULL && !is_skipped && seed <= last; seed++) {
        struct test_point *point = add_point(test, path);
        point->has_seed = true;
        point->seed = seed;
        if (seed == UINT64_MAX) {
            break;
        }
    }
    for (uint32_t i = 0; scenario != NULL && !is_skipped && i < scenario->expectation_count; i++) {
        if (scenario->expectations[i].seed_last != 0) {
            add_point(test, path)->expectation = i;
        }
    }
    scenario_free(scenario);
    text_free(&errors);
}

/* ---- In the worker ---- */

static void add_failures(const struct run *run, struct text *out) {
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        if (run->expectations[i].verdict != VERDICT_HOLDS) {
            char line[256];
            report_expectation(&run->expectations[i], line, sizeof line);
            text_add(out, "%s: %s\n", verdict_name(run->expectations[i].verdict), line);
        }
    }
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        if (run_check_is_unexpected(run, check) ||
            (check->was_asked && check->result.verdict == VERDICT_INCONCLUSIVE)) {
            text_add(out, "%s: %s\n%s%s", check->name, verdict_name(check->result.verdict), check->result.detail,
                     check->result.detail[0] != '\0' ? "\n" : "");
        }
    }
    text_add(out, "replay: %s", program_folder());
    summary_replay(run->scenario, NULL, 0, &run->options, out);
    text_add(out, "\n");
}

static enum exit_status run_scenario_point(const struct test_point *point, struct text *out) {
    struct scenario *scenario = read_scenario(point->path, point->has_seed, point->seed, out);
    if (scenario == NULL) {
        return EXIT_INPUT;
    }
    struct run_options options = {0};
    struct run *run = run_execute(scenario, &options);
    enum exit_status status = exit_of_verdict(run->verdict);
    if (status != EXIT_HELD) {
        add_failures(run, out);
    }
    run_free(run);
    scenario_free(scenario);
    return status;
}

/* Whether a run with this seed gives the verdict that the expectation names. What could not be decided does not. */
static enum exit_status run_seed_of_share(const struct test_point *point, uint64_t seed, bool *is_kept,
                                          struct text *out) {
    struct scenario *scenario = read_scenario(point->path, true, seed, out);
    if (scenario == NULL) {
        return EXIT_INPUT;
    }
    const struct expectation *expectation = &scenario->expectations[point->expectation];
    struct run_options options = {0};
    struct run *run = run_execute(scenario, &options);
    *is_kept = run_judge_check(run, expectation) == VERDICT_HOLDS;
    run_free(run);
    scenario_free(scenario);
    return EXIT_HELD;
}

/* The share of seeds for which a check has the verdict that is expected. */
static enum exit_status run_share_point(const struct test_point *point, struct text *out) {
    struct scenario *scenario = read_scenario(point->path, false, 0, out);
    if (scenario == NULL) {
        return EXIT_INPUT;
    }
    struct expectation expectation = scenario->expectations[point->expectation];
    uint64_t runs = 0, kept = 0;
    for (uint64_t seed = expectation.seed_first;; seed++) {
        bool is_kept = false;
        if (run_seed_of_share(point, seed, &is_kept, out) != EXIT_HELD) {
            scenario_free(scenario);
            return EXIT_INPUT;
        }
        kept += is_kept;
        runs++;
        if (seed >= expectation.seed_last) {
            break;
        }
    }
    bool is_enough = (double)kept >= expectation.share * (double)runs;
    if (!is_enough) {
        text_add(out, "%s %s for %llu of %llu seeds, expected a share of at least %g\n", expectation.subject,
                 expectation.is_violated ? "is violated" : "holds", (unsigned long long)kept, (unsigned long long)runs,
                 expectation.share);
    }
    scenario_free(scenario);
    return is_enough ? EXIT_HELD : EXIT_BROKE;
}

static int run_point(void *context, uint64_t index, struct text *out) {
    struct test *test = context;
    const struct test_point *point = &test->points[index];
    if (point->is_skipped) {
        return EXIT_HELD;
    }
    return (int)(point->expectation == UINT32_MAX ? run_scenario_point(point, out) : run_share_point(point, out));
}

/* ---- In the parent ---- */

/* A "#" in a name would begin a directive of TAP. */
static void print_point_name(const struct test_point *point, FILE *to) {
    for (const char *at = point->path; *at != '\0'; at++) {
        fprintf(to, "%s%c", *at == '#' || *at == '\\' ? "\\" : "", *at == '\n' ? ' ' : *at);
    }
    if (point->has_seed) {
        fprintf(to, " seed %llu", (unsigned long long)point->seed);
    }
    if (point->expectation != UINT32_MAX) {
        fprintf(to, " expectation %u over its seeds", point->expectation + 1);
    }
}

static void print_points(struct test *test) {
    while (test->printed < test->point_count && test->points[test->printed].is_done) {
        const struct test_point *point = &test->points[test->printed++];
        printf("%s %zu - ", point->status == EXIT_HELD ? "ok" : "not ok", test->printed);
        print_point_name(point, stdout);
        printf("%s\n", point->is_skipped ? " # SKIP large; --large runs it" : "");
        for (const char *line = point->output; line != NULL && *line != '\0';) {
            size_t length = strcspn(line, "\n");
            printf("# %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
        fflush(stdout);
    }
}

static void add_replay(const struct test_point *point, struct text *out) {
    struct text errors = {0};
    struct scenario *scenario = read_scenario(point->path, point->has_seed, point->seed, &errors);
    if (scenario != NULL) {
        text_add(out, "replay: %s", program_folder());
        summary_replay(scenario, NULL, 0, &(struct run_options){0}, out);
        text_add(out, "\n");
    }
    scenario_free(scenario);
    text_free(&errors);
}

static bool point_done(void *context, const struct worker_result *result) {
    struct test *test = context;
    struct test_point *point = &test->points[result->task];
    point->is_done = true;
    point->wall_s = result->wall_s;
    point->status = result->status < 0 ? EXIT_OWN_FAULT : (enum exit_status)result->status;
    if (result->status < 0) {
        struct text message = {0};
        text_add(&message, "the run was ended by signal %d (%s)\n", result->signal, strsignal(result->signal));
        text_add(&message, "%s%s", result->note, result->note[0] != '\0' ? "\n" : "");
        add_replay(point, &message);
        point->output = message.bytes;
    } else {
        point->output = strdup(result->bytes);
    }
    test->failed += point->status != EXIT_HELD;
    test->worst = exit_worse(test->worst, point->status);
    print_points(test);
    return true;
}

/* ---- JUnit ---- */

static void add_xml_part(struct text *out, const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '<':
            text_add(out, "&lt;");
            break;
        case '>':
            text_add(out, "&gt;");
            break;
        case '&':
            text_add(out, "&amp;");
            break;
        case '"':
            text_add(out, "&quot;");
            break;
        default:
            if ((unsigned char)text[i] >= 0x20 || text[i] == '\n') {
                text_add_bytes(out, &text[i], 1);
            }
        }
    }
}

/* XML is UTF-8 without control characters, whatever the names of files are. */
static void add_xml(struct text *out, const char *text) {
    size_t bad = 0;
    while (!text_is_utf8(text, strlen(text), &bad)) {
        add_xml_part(out, text, bad);
        text_add(out, "?");
        text += bad + 1;
    }
    add_xml_part(out, text, strlen(text));
}

static enum exit_status write_junit(const struct test *test, const char *path) {
    struct text out = {0}, error = {0};
    text_add(
        &out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"spacelike\" tests=\"%zu\" failures=\"%zu\">\n",
        test->point_count, test->failed);
    for (size_t i = 0; i < test->point_count; i++) {
        const struct test_point *point = &test->points[i];
        text_add(&out, "  <testcase classname=\"");
        add_xml(&out, point->path);
        text_add(&out, "\" name=\"");
        if (point->has_seed) {
            text_add(&out, "seed %llu", (unsigned long long)point->seed);
        } else if (point->expectation != UINT32_MAX) {
            text_add(&out, "expectation %u over its seeds", point->expectation + 1);
        } else {
            text_add(&out, "own seed");
        }
        text_add(&out, "\" time=\"%.3f\">", point->wall_s);
        if (point->is_skipped) {
            text_add(&out, "<skipped/>");
        } else if (point->status != EXIT_HELD) {
            text_add(&out, "<failure message=\"exit status %d\">", (int)point->status);
            add_xml(&out, point->output != NULL ? point->output : "");
            text_add(&out, "</failure>");
        }
        text_add(&out, "</testcase>\n");
    }
    text_add(&out, "</testsuite>\n");
    bool is_written = output_write_file(path, &out, &error);
    if (!is_written) {
        fprintf(stderr, "spacelike test: %s", error.bytes);
    }
    text_free(&out);
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}

/* ---- As a page ---- */

static enum exit_status write_report(const struct test *test, const char *path, const char *again, double wall_s) {
    static const enum case_state states[] = {[EXIT_HELD] = CASE_PASSED,
                                             [EXIT_BROKE] = CASE_FAILED,
                                             [EXIT_INPUT] = CASE_UNREADABLE,
                                             [EXIT_INCONCLUSIVE] = CASE_INCONCLUSIVE,
                                             [EXIT_OWN_FAULT] = CASE_FAILED};
    struct html_case *cases = calloc(test->point_count + 1, sizeof *cases);
    char(*labels)[48] = calloc(test->point_count + 1, sizeof *labels);
    struct text page = {0};
    if (cases == NULL || labels == NULL) {
        abort();
    }
    for (size_t i = 0; i < test->point_count; i++) {
        const struct test_point *point = &test->points[i];
        if (point->has_seed) {
            snprintf(labels[i], sizeof labels[i], "seed %llu", (unsigned long long)point->seed);
        } else if (point->expectation != UINT32_MAX) {
            snprintf(labels[i], sizeof labels[i], "expectation %u over its seeds", point->expectation + 1);
        }
        cases[i] = (struct html_case){.path = point->path,
                                      .title = test->abouts[point->about].title,
                                      .question = test->abouts[point->about].question,
                                      .label = labels[i],
                                      .state = point->is_skipped ? CASE_SKIPPED : states[point->status],
                                      .wall_s = point->wall_s,
                                      .output = point->output};
    }
    struct page_origin origin = page_origin_of(again, wall_s);
    html_test_report(cases, test->point_count, &origin, &page);
    enum exit_status status = page_write("test", path, &page, stderr); /* stdout is TAP */
    text_free(&page);
    free(cases);
    free(labels);
    return status;
}

/* ---- The command ---- */

static void free_test(struct test *test) {
    for (size_t i = 0; i < test->point_count; i++) {
        free(test->points[i].output);
    }
    for (size_t i = 0; i < test->about_count; i++) {
        free(test->abouts[i].title);
        free(test->abouts[i].question);
    }
    free(test->abouts);
    paths_free(&test->files);
    free(test->points);
}

static enum exit_status run_all(struct test *test, uint64_t jobs, const char *junit, const char *report,
                                const char *again) {
    double start = wall_seconds();
    printf("TAP version 13\n1..%zu\n", test->point_count);
    workers_run(test->point_count, jobs < UINT32_MAX ? (uint32_t)jobs : UINT32_MAX, run_point, point_done, test);
    fprintf(stderr, "%zu passed, %zu failed\n", test->point_count - test->failed, test->failed);
    enum exit_status status = test->worst;
    if (junit != NULL) {
        status = exit_worse(status, write_junit(test, junit));
    }
    if (report != NULL) {
        status = exit_worse(status, write_report(test, report, again, wall_seconds() - start));
    }
    return status;
}

static enum exit_status run_test(int argc, char **argv) {
    struct test test = {0};
    const char *junit = NULL, *report = NULL, *seeds = NULL, *jobs_text = NULL;
    struct text again = {0};
    page_command(argc, argv, &again);
    const struct option_spec specs[] = {
        {.name = "--junit", .takes_value = true, .value = &junit},
        {.name = "--report", .takes_value = true, .value = &report},
        {.name = "--seeds", .takes_value = true, .value = &seeds},
        {.name = "--jobs", .takes_value = true, .value = &jobs_text},
        {.name = "--large", .flag = &test.with_large},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    if (operands <= 0) {
        return operands < 0 ? EXIT_INPUT : usage_error(argv[0], "expected a scenario or a folder of scenarios");
    }
    uint64_t first = 1, last = 0, jobs = 0;
    if ((seeds != NULL && !options_read_range(argv[0], "--seeds", seeds, &first, &last)) ||
        (jobs_text != NULL && !options_read_u64(argv[0], "--jobs", jobs_text, &jobs))) {
        return EXIT_INPUT;
    }
    if (last - first >= MOST_SEEDS && seeds != NULL) {
        return usage_error(argv[0], "--seeds %s: expected %d seeds at most", seeds, MOST_SEEDS);
    }
    enum exit_status status = paths_find(argv[0], &test.files, argv + 1, operands);
    test.abouts = calloc(test.files.count + 1, sizeof *test.abouts);
    if (test.abouts == NULL) {
        abort();
    }
    for (size_t i = 0; i < test.files.count && status == EXIT_HELD; i++) {
        add_points(&test, test.files.paths[i], seeds != NULL, first, last);
    }
    status = status == EXIT_HELD ? run_all(&test, jobs, junit, report, again.bytes) : status;
    free_test(&test);
    text_free(&again);
    return status;
}

const struct command command_test = {
    .name = "test",
    .arguments = "PATH... [options]",
    .summary = "runs every scenario under the paths and judges their expectations (TAP)",
    .help = "Runs every scenario file under the paths, each with its own seed, and judges its expectations and all\n"
            "invariants. Prints TAP; exit status 0 if everything held.\n\n"
            "  --seeds A-B    runs each scenario with each of these seeds instead\n"
            "  --jobs N       worker processes (default: one a core)\n"
            "  --large        also the scenarios of \"size\": \"large\"\n"
            "  --junit FILE   also writes the results as JUnit XML\n"
            "  --report FILE.html   also writes a page: an index of the scenarios with their verdicts\n\n"
            "example: spacelike test scenarios/ --seeds 1-100 --junit results.xml\n",
    .run = run_test,
    .takes_plugins = true,
};
