#include "sim/command/page.h"

#include "sim/study/output.h"
#include "sim/study/summary.h"
#include "viz/html_many.h"

#include <string.h>

static void add_word(struct text *out, const char *word) {
    if (word[0] != '\0' && word[strcspn(word, " \t\n\r\"'$&|;<>()*?[]{}\\`!#~")] == '\0') {
        text_add(out, " %s", word);
        return;
    }
    text_add(out, " '");
    for (; *word != '\0'; word++) {
        text_add(out, *word == '\'' ? "'\\''" : "%c", *word);
    }
    text_add(out, "'");
}

void page_command(int argc, char *const *argv, struct text *out) {
    static const char option[] = "--report";
    text_add(out, "spacelike %s", argv[0]);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], option) == 0) {
            i++;
        } else if (strncmp(argv[i], option, sizeof option - 1) != 0 || argv[i][sizeof option - 1] != '=') {
            add_word(out, argv[i]);
        }
    }
    text_add(out, "%s", summary_plugins());
}

struct page_origin page_origin_of(const char *command, double wall_s) {
    return (struct page_origin){
        .command = command, .version = SPACELIKE_VERSION, .build = build_description(), .wall_s = wall_s};
}

enum exit_status page_write(const char *command, const char *path, const struct text *page, FILE *say_to) {
    struct text error = {0};
    bool is_written = output_write_file(path, page, &error);
    if (is_written) {
        fprintf(say_to, "report: %s\n", path);
    } else {
        fflush(stdout);
        fprintf(stderr, "spacelike %s: %s", command, error.bytes);
    }
    text_free(&error);
    return is_written ? EXIT_HELD : EXIT_INPUT;
}

enum exit_status page_write_store(const char *command, const char *path, struct store *store,
                                  const struct many_choice *choice, const struct page_origin *origin, FILE *say_to) {
    struct text page = {0}, error = {0};
    struct many *many = many_of_store(store, &error);
    enum exit_status status = EXIT_INPUT;
    if (many == NULL) {
        fprintf(stderr, "spacelike %s: %s", command, error.bytes);
    } else {
        html_many_report(many, choice, origin, &page);
        status = page_write(command, path, &page, say_to);
    }
    many_free(many);
    text_free(&page);
    text_free(&error);
    return status;
}
