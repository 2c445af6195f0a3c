/* spacelike reproduce: published figures and closed forms, beside ours. */
#include "sim/command/reproduce_files.h"
#include "sim/study/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Running ---- */

static enum exit_status open_sweep(const struct reproduce_work *work, uint32_t index, struct sweep_plan *plan) {
    const struct experiment *experiment = &work->reproduction->experiments[index];
    struct sweeping *sweeping = &work->sweeps[index];
    bool is_quick = work->arguments->quick;
    struct text errors = {0};
    *sweeping = (struct sweeping){.plan = plan, .replaces = true, .grid = experiment->grid};
    sweeping->options = (struct sweep_options){
        .path = experiment->scenario,
        .models = built_in_models(),
        .sets = is_quick ? experiment->quick_sets : experiment->sets,
        .set_count = is_quick ? experiment->quick_set_count : experiment->set_count,
        .grid = &experiment->grid,
        .seed_first = experiment->first,
        .seed_last = is_quick ? experiment->quick_last : experiment->last,
        .shard = 1,
        .shards = 1,
        .jobs = work->arguments->jobs,
        .kept = experiment->kept,
        .extra = experiment->extra,
    };
    struct sweep_options at_no_point = sweeping->options;
    struct grid none = {0};
    at_no_point.grid = &none;
    sweeping->scenario = sweep_read(&at_no_point, 0, &errors);
    if (sweeping->scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes);
    }
    text_free(&errors);
    return sweeping->scenario != NULL ? EXIT_HELD : EXIT_INPUT;
}

/* Two at once would do the same work twice, and throw each other's away if they are of different builds. The lock ends
 * with this process: workers that outlive it for a moment do not hold it, as they would one of flock. */
static enum exit_status lock_runs(const struct reproduce_work *work, const char *runs) {
    struct text path = {0};
    text_add(&path, "%s/lock", runs);
    int file = open(path.bytes, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    enum exit_status status = EXIT_HELD;
    if (file < 0) {
        status = usage_error(work->arguments->command, "%s: %s", path.bytes, strerror(errno));
    } else if (fcntl(file, F_SETLK, &lock) != 0) {
        status =
            usage_error(work->arguments->command, "%s: another process reproduces this", work->reproduction->folder);
    }
    text_free(&path);
    return status;
}

static enum exit_status run_experiments(const struct reproduce_work *work) {
    const struct reproduction *reproduction = work->reproduction;
    struct text runs = {0}, error = {0};
    struct sweep_plan plan = {.command = work->arguments->command};
    enum exit_status status = EXIT_HELD;
    text_add(&runs, "%s/runs", reproduction->folder);
    bool is_kept = !work->arguments->quick && !work->arguments->check; /* a check trusts no earlier run */
    if (is_kept && !output_write(runs.bytes, NULL, 0, &error)) {
        reproduce_complain(work->arguments, &error);
        status = EXIT_INPUT;
    } else if (is_kept) {
        status = lock_runs(work, runs.bytes);
    }
    for (uint32_t i = 0; i < reproduction->experiment_count && status == EXIT_HELD; i++) {
        struct text db = {0}, label = {0};
        const char *name = reproduction->experiments[i].name;
        text_add(&db, "%s/%s.db", runs.bytes, name);
        text_add(&label, "%s, %s", reproduction->name, name);
        status = open_sweep(work, i, &plan);
        work->sweeps[i].label = label.bytes;
        status = status == EXIT_HELD ? sweeping_run(&work->sweeps[i], is_kept ? db.bytes : ":memory:") : status;
        text_free(&db);
        text_free(&label);
    }
    text_free(&runs);
    text_free(&error);
    return status;
}

static bool measure(struct reproduce_work *work, struct text *error) {
    const struct reproduction *reproduction = work->reproduction;
    struct store **stores = calloc(reproduction->experiment_count, sizeof *stores);
    work->measured = calloc(reproduction->figure_count, sizeof *work->measured);
    if (stores == NULL || work->measured == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < reproduction->experiment_count; i++) {
        stores[i] = work->sweeps[i].store;
    }
    bool is_good = reproduction_measure(reproduction, stores, work->measured, error) &&
                   reproduction_samples_csv(reproduction, stores, &work->samples, error);
    reproduction_page(reproduction, work->measured, &work->page);
    reproduction_figures_csv(reproduction, work->measured, &work->figures);
    free(stores);
    return is_good;
}

/* ---- What is told ---- */

static void print_figures(const struct reproduce_work *work) {
    const struct reproduction *reproduction = work->reproduction;
    printf("%s: %s\n", reproduction->name, reproduction->title);
    for (uint32_t i = 0; i < reproduction->figure_count; i++) {
        const struct figure *figure = &reproduction->figures[i];
        const struct measured *measured = &work->measured[i];
        struct text line = {0};
        text_add(&line, "  %-19s %s: ", finding_word(measured->finding), figure->name);
        figure_show(figure, measured->ours.value, &measured->ours, &line);
        if (measured->ours.low == measured->ours.low) {
            text_add(&line, " (");
            figure_show(figure, measured->ours.low, &measured->ours, &line);
            text_add(&line, " to ");
            figure_show(figure, measured->ours.high, &measured->ours, &line);
            text_add(&line, ")");
        }
        if (figure->has_given) {
            text_add(&line, "; %s ", figure->theory != NULL ? "closed form" : "published");
            figure_show(figure, figure->given, figure->theory != NULL ? &measured->ours : NULL, &line);
        }
        printf("%s; %" PRIu64 " runs\n", line.bytes, measured->runs);
        text_free(&line);
    }
}

/* Few runs leave things open, and that is no failure of a quick look. */
static enum exit_status status_of(const struct reproduce_work *work) {
    enum finding finding = reproduction_finding(work->reproduction, work->measured);
    return finding == FINDING_CONTRADICTS                       ? EXIT_BROKE
           : finding == FINDING_OPEN && !work->arguments->quick ? EXIT_INCONCLUSIVE
                                                                : EXIT_HELD;
}

/* ---- One, and all ---- */

static void free_work(struct reproduce_work *work) {
    for (uint32_t i = 0; i < work->reproduction->experiment_count; i++) {
        store_close(work->sweeps[i].store);
        scenario_free(work->sweeps[i].scenario); /* the grid is the reproduction's */
    }
    text_free(&work->page);
    text_free(&work->figures);
    text_free(&work->samples);
    free(work->sweeps);
    free(work->measured);
    reproduction_free(work->reproduction);
}

static enum exit_status reproduce(const struct reproduce_arguments *arguments, const char *name, struct text *json) {
    struct text error = {0};
    struct reproduce_work work = {.arguments = arguments};
    work.reproduction = reproduction_read(arguments->folder, name, built_in_models(), &error);
    if (work.reproduction == NULL) {
        fprintf(stderr, "%s", error.bytes);
        text_free(&error);
        return EXIT_INPUT;
    }
    for (uint32_t i = 0; i < work.reproduction->figure_count && arguments->quick; i++) {
        work.reproduction->figures[i].precision = INFINITY; /* a few runs may be in the way of nothing, and no more */
    }
    work.sweeps = calloc(work.reproduction->experiment_count, sizeof *work.sweeps);
    if (work.sweeps == NULL) {
        abort();
    }
    enum exit_status status = EXIT_HELD;
    if (arguments->list) {
        printf("%-20s %s\n", name, work.reproduction->title);
    } else if (arguments->plots) {
        status = reproduce_plot_again(&work);
    } else {
        status = run_experiments(&work);
        if (status == EXIT_HELD && !measure(&work, &error)) {
            reproduce_complain(arguments, &error);
            status = EXIT_INPUT;
        }
        if (status == EXIT_HELD) {
            status = status_of(&work);
            if (arguments->json) {
                text_add(json, "%s", json->length == 0 ? "[" : ",\n ");
                reproduction_json(work.reproduction, work.measured, json);
            } else {
                print_figures(&work);
            }
            status = arguments->quick ? status : exit_worse(status, reproduce_keep_files(&work));
            status = arguments->quick || arguments->check ? status : exit_worse(status, reproduce_keep_times(&work));
            fflush(stdout);
        }
    }
    text_free(&error);
    free_work(&work);
    return status;
}

static int has_reproduction(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

struct names {
    char **items;
    uint32_t count;
};

static void free_names(struct names *names) {
    for (uint32_t i = 0; i < names->count; i++) {
        free(names->items[i]);
    }
    free(names->items);
}

/* The folders that hold a reproduction, in the order of their names. */
static struct names find_names(const char *folder) {
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, has_reproduction, alphasort);
    struct names names = {calloc((size_t)(count > 0 ? count : 1), sizeof *names.items), 0};
    for (int i = 0; i < count && names.items != NULL; i++) {
        struct text path = {0};
        text_add(&path, "%s/%s/reproduction.json", folder, entries[i]->d_name);
        FILE *file = fopen(path.bytes, "rb");
        if (file != NULL) {
            names.items[names.count++] = strdup(entries[i]->d_name);
            fclose(file);
        }
        text_free(&path);
        free(entries[i]);
    }
    free(entries);
    return names;
}

/* The page of all, made from the pages that are there. */
static enum exit_status keep_index(const struct reproduce_arguments *arguments, const struct names *all) {
    struct text *pages = calloc(all->count + 1, sizeof *pages);
    const char **texts = calloc(all->count + 1, sizeof *texts);
    struct output_file index = {.name = "README.md"};
    struct text error = {0}, head = {0}, head_path = {0};
    if (pages == NULL || texts == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < all->count; i++) {
        struct text path = {0};
        text_add(&path, "%s/%s/README.md", arguments->folder, all->items[i]);
        reproduce_read_file(path.bytes, &pages[i]);
        texts[i] = pages[i].bytes != NULL ? pages[i].bytes : "";
        text_free(&path);
    }
    text_add(&head_path, "%s/head.md", arguments->folder);
    reproduce_read_file(head_path.bytes, &head);
    reproduction_index(head.bytes != NULL ? head.bytes : "# Results\n", (const char *const *)all->items, texts,
                       all->count, &index.content);
    enum exit_status status = EXIT_HELD;
    if (arguments->check) {
        status = reproduce_compare_file(arguments->folder, index.name, &index.content);
    } else if (!output_write(arguments->folder, &index, 1, &error)) {
        reproduce_complain(arguments, &error);
        status = EXIT_INPUT;
    }
    for (uint32_t i = 0; i < all->count; i++) {
        text_free(&pages[i]);
    }
    text_free(&index.content);
    text_free(&head);
    text_free(&head_path);
    text_free(&error);
    free(pages);
    free(texts);
    return status;
}

static enum exit_status check_name(const struct reproduce_arguments *arguments, const struct names *all,
                                   const char *name) {
    for (uint32_t i = 0; i < all->count; i++) {
        if (strcmp(all->items[i], name) == 0) {
            return EXIT_HELD;
        }
    }
    const char *near = text_suggest(name, (const char *const *)all->items, all->count);
    return usage_error(arguments->command, "%s: there is no reproduction \"%s\"%s%s%s; --list names them",
                       arguments->folder, name, near != NULL ? "; did you mean \"" : "", near != NULL ? near : "",
                       near != NULL ? "\"?" : "");
}

static enum exit_status reproduce_all(const struct reproduce_arguments *arguments, char **chosen, int count) {
    struct names all = find_names(arguments->folder);
    enum exit_status status = EXIT_HELD;
    struct text json = {0};
    for (int i = 0; i < count && status == EXIT_HELD; i++) {
        status = check_name(arguments, &all, chosen[i]);
    }
    if (all.count == 0) {
        status = usage_error(arguments->command, "%s: there are no reproductions in this folder", arguments->folder);
    }
    bool goes_on = status == EXIT_HELD;
    for (uint32_t i = 0; i < (count > 0 ? (uint32_t)count : all.count) && goes_on; i++) {
        status = exit_worse(status, reproduce(arguments, count > 0 ? chosen[i] : all.items[i], &json));
        goes_on = status != EXIT_INPUT;
    }
    if (goes_on && !arguments->quick && !arguments->list && !arguments->plots) {
        status = exit_worse(status, keep_index(arguments, &all));
    }
    if (goes_on && arguments->json && !arguments->list && !arguments->plots) {
        printf("%s]\n", json.bytes);
    }
    text_free(&json);
    free_names(&all);
    return status;
}

static enum exit_status run_reproduce(int argc, char **argv) {
    struct reproduce_arguments arguments = {.command = argv[0]};
    uint64_t jobs = 0;
    const struct option_spec specs[] = {
        {.name = "--quick", .flag = &arguments.quick},
        {.name = "--check", .flag = &arguments.check},
        {.name = "--list", .flag = &arguments.list},
        {.name = "--plots", .flag = &arguments.plots},
        {.name = "--json", .flag = &arguments.json},
        {.name = "--results", .takes_value = true, .value = &arguments.folder},
        {.name = "--jobs", .takes_value = true, .value = &arguments.jobs_text},
        {.name = NULL},
    };
    int operands = options_parse(argc, argv, specs);
    if (operands < 0 ||
        (arguments.jobs_text != NULL && !options_read_u64(argv[0], "--jobs", arguments.jobs_text, &jobs))) {
        return EXIT_INPUT;
    }
    if (jobs > 256) {
        return usage_error(argv[0], "--jobs %s: expected at most 256", arguments.jobs_text);
    }
    if (arguments.quick && arguments.check) {
        return usage_error(argv[0], "--quick has too few runs for --check: expected one of them");
    }
    arguments.jobs = (uint32_t)jobs;
    arguments.folder = arguments.folder != NULL ? arguments.folder : results_folder();
    return reproduce_all(&arguments, argv + 1, operands);
}

const struct command command_reproduce = {
    .name = "reproduce",
    .arguments = "[NAME]... [options]",
    .summary = "published figures and closed forms beside ours, made again",
    .help = "Runs the reproductions in results/, or those named, and writes their tables: what a paper published or "
            "theory gives\n"
            "in closed form, what Spacelike measures, with 99.9 % intervals, and whether the two agree. The tables are "
            "the same\n"
            "to the byte for the same version; how long it took is in host-times.tsv. Finished runs are kept in "
            "NAME/runs/:\n"
            "the same command, after whatever interrupted it, does what is missing.\n\n"
            "  --list           what there is\n"
            "  --quick          a few seeds of each, and nothing is written: do they still agree?\n"
            "  --check          compares with the files that are there, instead of writing them\n"
            "  --plots          runs nothing, and draws figures.svg anew from figures.csv\n"
            "  --json           prints the figures as JSON\n"
            "  --results DIR    another folder of reproductions (default: results/ of the source tree)\n"
            "  --jobs N         worker processes (default: one a core)\n\n"
            "results/README.md says how to add one.\n\n"
            "Exit status: 1 if a figure contradicts, or with --check a file differs; 3 if there were too few runs to "
            "tell.\n\n"
            "examples:\n"
            "  spacelike reproduce --list\n"
            "  spacelike reproduce mm1 --quick\n"
            "  spacelike reproduce\n",
    .run = run_reproduce,
    .takes_plugins = true,
};
