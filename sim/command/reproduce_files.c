#include "sim/command/reproduce_files.h"

#include "sim/command/reproduce_plot.h"
#include "sim/study/output.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void reproduce_complain(const struct reproduce_arguments *arguments, const struct text *error) {
    fprintf(stderr, "spacelike %s: %s", arguments->command, error->bytes != NULL ? error->bytes : "it failed\n");
}

bool reproduce_read_file(const char *path, struct text *content) {
    FILE *file = fopen(path, "rb");
    char block[65536];
    size_t length;
    while (file != NULL && (length = fread(block, 1, sizeof block, file)) > 0) {
        text_add_bytes(content, block, length);
    }
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

enum exit_status reproduce_compare_file(const char *folder, const char *name, const struct text *content) {
    struct text path = {0}, there = {0};
    text_add(&path, "%s/%s", folder, name);
    bool is_there = reproduce_read_file(path.bytes, &there);
    bool is_same = is_there && there.length == content->length &&
                   (there.length == 0 || memcmp(there.bytes, content->bytes, there.length) == 0);
    if (!is_there) {
        fprintf(stderr, "differs: %s is not there\n", path.bytes);
    } else if (!is_same) {
        uint32_t line = 1;
        for (size_t i = 0; i < there.length && i < content->length && there.bytes[i] == content->bytes[i]; i++) {
            line += there.bytes[i] == '\n';
        }
        fprintf(stderr, "differs: %s, from line %" PRIu32 " on\n", path.bytes, line);
    }
    text_free(&path);
    text_free(&there);
    return is_same ? EXIT_HELD : EXIT_BROKE;
}

/* Drawn from figures.csv, so that it can be drawn again without a run. */
static enum exit_status keep_plot(const struct reproduce_work *work, const struct text *figures) {
    const struct reproduction *reproduction = work->reproduction;
    struct measured *measured = calloc(reproduction->figure_count + 1, sizeof *measured);
    struct output_file plot = {.name = "figures.svg"};
    struct text error = {0};
    if (measured == NULL) {
        abort();
    }
    bool is_good = reproduce_read_figures(reproduction, figures->bytes != NULL ? figures->bytes : "", measured, &error);
    if (is_good) {
        reproduce_plot(reproduction, measured, &plot.content);
        is_good = output_write(reproduction->folder, &plot, 1, &error);
    }
    if (!is_good) {
        reproduce_complain(work->arguments, &error);
    }
    text_free(&plot.content);
    text_free(&error);
    free(measured);
    return is_good ? EXIT_HELD : EXIT_INPUT;
}

enum exit_status reproduce_plot_again(const struct reproduce_work *work) {
    struct text path = {0}, figures = {0};
    text_add(&path, "%s/figures.csv", work->reproduction->folder);
    enum exit_status status = EXIT_HELD;
    if (reproduce_read_file(path.bytes, &figures)) {
        status = keep_plot(work, &figures);
    } else {
        fprintf(stderr, "%s has no figures yet: spacelike reproduce %s\n", work->reproduction->name,
                work->reproduction->name);
    }
    text_free(&path);
    text_free(&figures);
    return status;
}

enum exit_status reproduce_keep_files(const struct reproduce_work *work) {
    struct output_file files[] = {
        {"README.md", work->page}, {"figures.csv", work->figures}, {"samples.csv", work->samples}};
    size_t count = work->samples.length > 0 ? 3 : 2;
    enum exit_status status = EXIT_HELD;
    struct text error = {0};
    for (size_t i = 0; i < count && work->arguments->check; i++) {
        status =
            exit_worse(status, reproduce_compare_file(work->reproduction->folder, files[i].name, &files[i].content));
    }
    if (!work->arguments->check && !output_write(work->reproduction->folder, files, count, &error)) {
        reproduce_complain(work->arguments, &error);
        status = EXIT_INPUT;
    }
    /* Where letters end depends on the fonts of the machine: the plot is no part of a check. */
    status = work->arguments->check ? status : exit_worse(status, keep_plot(work, &work->figures));
    text_free(&error);
    return status;
}

/* The line of a reproduction in host-times.tsv: all lines but its own, and then this one, sorted. */
static void add_times(const struct reproduce_work *work, struct text *lines) {
    const char *name = work->reproduction->name;
    uint64_t done = 0, before = 0;
    double wall_s = 0;
    for (uint32_t i = 0; i < work->reproduction->experiment_count; i++) {
        done += work->sweeps[i].result.done;
        before += work->sweeps[i].result.before;
        wall_s += work->sweeps[i].wall_s;
    }
    struct text result = {0};
    for (char *line = lines->bytes, *end; line != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        bool is_own = strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == '\t';
        if (is_own && before > 0) { /* it goes on */
            done += strtoull(line + strlen(name) + 1, NULL, 10);
            wall_s += strtod(strchr(line + strlen(name) + 1, '\t') + 1, NULL);
        }
        if (!is_own) {
            text_add_bytes(&result, line, (size_t)(end + 1 - line));
        }
    }
    text_add(&result, "%s\t%" PRIu64 "\t%.1f\n", name, done, wall_s);
    text_free(lines);
    *lines = result;
}

enum exit_status reproduce_keep_times(const struct reproduce_work *work) {
    static const char head[] = "reproduction\truns\twall seconds\n";
    uint64_t done = 0;
    for (uint32_t i = 0; i < work->reproduction->experiment_count; i++) {
        done += work->sweeps[i].result.done;
    }
    if (done == 0) {
        return EXIT_HELD;
    }
    struct text path = {0}, lines = {0}, error = {0};
    text_add(&path, "%s/host-times.tsv", work->arguments->folder);
    if (!reproduce_read_file(path.bytes, &lines) || lines.length == 0) {
        text_add(&lines, "%s", head);
    }
    add_times(work, &lines);
    bool is_written = output_write_file(path.bytes, &lines, &error);
    if (!is_written) {
        reproduce_complain(work->arguments, &error);
    }
    text_free(&path);
    text_free(&lines);
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}
