/* The pictures and the report of real runs: each scenario that is named on the command line, or lies below a folder
 * named there. With --all-pages, light and dark at both sizes; else one of each. */
#define _GNU_SOURCE /* nftw */
#include "models/registry.h"
#include "tests/viz/made_facts.h"
#include "viz/html.h"
#include "viz/scene.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tests, failures;
static bool wants_all_pages;

static void report_case(const char *path, const char *what, const struct text *problems) {
    tests++;
    failures += problems->length > 0;
    printf("%s %d - %s: %s\n", problems->length > 0 ? "not ok" : "ok", tests, path, what);
    for (const char *line = problems->bytes; line != NULL && *line != '\0';) {
        size_t length = strcspn(line, "\n");
        printf("# %.*s\n", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

static void check_pictures(const char *path, const struct scenario *scenario, struct run *run) {
    static const struct {
        double width, height;
        enum theme theme;
    } pages[] = {{1600, 900, THEME_LIGHT}, {800, 450, THEME_DARK}, {1600, 900, THEME_DARK}, {800, 450, THEME_LIGHT}};
    size_t page_count = wants_all_pages ? 4 : 2;
    struct facts *facts = facts_of_run(run);
    char label[96];
    struct scene_wish moment = {.at = scene_usual_moment(facts), .is_about = true, .chosen = NODE_NONE};
    struct scene_wish stretch = scene_usual_stretch(facts, label, sizeof label);
    struct scene *stage = scene_new(scenario, 0, &moment), *diagram = scene_new(scenario, 0, &stretch);
    struct picture_data data = {.facts = facts, .moment = stage->moment, .stretch = diagram->stretch};
    struct text problems = {0};
    for (uint32_t p = 0; p < picture_count; p++) {
        for (size_t page = 0; page < page_count; page++) {
            struct text report = {0};
            struct canvas *canvas =
                canvas_new(CANVAS_PNG, pages[page].width, pages[page].height, pages[page].theme, path);
            picture_draw(canvas, &pictures[p], &data);
            if (label_faults(canvas, &report) > 0) {
                text_add(&problems, "%s at %.0fx%.0f:\n%s", pictures[p].name, pages[page].width, pages[page].height,
                         report.bytes);
            }
            text_free(&report);
            canvas_free(canvas);
        }
    }
    report_case(path, "labels of all pictures stand apart and are whole", &problems);
    text_free(&problems);
    scene_free(stage);
    scene_free(diagram);
    facts_free(facts);
}

/* What a browser would fetch. */
static void find_requests(const char *page, struct text *problems) {
    static const char *const signs[] = {"src=\"",         "url(",        "@import", "fetch(",
                                        "XMLHttpRequest", "href=\"http", "<iframe"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strstr(page, signs[i]) != NULL) {
            text_add(problems, "the page asks the network: %s\n", signs[i]);
        }
    }
}

static void check_page(const char *path, struct run *run) {
    const char **expectations = calloc(run->expectation_count + 1, sizeof *expectations);
    for (uint32_t i = 0; i < run->expectation_count; i++) {
        expectations[i] = "an expectation with < and & in it";
    }
    struct html_source source = {.run = run,
                                 .expectations = expectations,
                                 .origin = {.command = "spacelike run", .version = "0", .build = "test", .wall_s = 1}};
    struct text pages[2] = {{0}, {0}}, problems = {0};
    html_report(&source, &pages[0]);
    html_report(&source, &pages[1]);
    char problem[256];
    size_t at;
    if (!is_well_formed(pages[0].bytes, problem, sizeof problem)) {
        text_add(&problems, "%s\n", problem);
    }
    if (!text_is_utf8(pages[0].bytes, pages[0].length, &at)) {
        text_add(&problems, "not UTF-8 at byte %zu\n", at);
    }
    if (pages[0].length > PAGE_MOST_BYTES) {
        text_add(&problems, "%zu bytes\n", pages[0].length);
    }
    if (pages[0].length != pages[1].length || memcmp(pages[0].bytes, pages[1].bytes, pages[0].length) != 0) {
        text_add(&problems, "two pages of the same run differ\n");
    }
    bool has_violation = false;
    for (uint32_t i = 0; i < run->check_count; i++) {
        has_violation = has_violation || run->checks[i].result.verdict == VERDICT_VIOLATED;
    }
    if (has_violation != (strstr(pages[0].bytes, "id=\"first-error\"") != NULL)) {
        text_add(&problems, "the first error has %s place on the page\n", has_violation ? "no" : "a");
    }
    find_requests(pages[0].bytes, &problems);
    report_case(path, "the report is well formed, bounded, self-contained and the same twice", &problems);
    text_free(&problems);
    text_free(&pages[0]);
    text_free(&pages[1]);
    free(expectations);
}

static void check_scenario(const char *path) {
    struct model_list models = {.models = model_registry, .count = model_registry_count};
    struct scenario_options options = {.models = &models};
    struct text errors = {0};
    struct scenario *scenario = scenario_read(path, &options, &errors);
    if (scenario == NULL) {
        report_case(path, "is read", &errors);
    } else {
        struct run_options run_options = {0};
        struct run *run = run_execute(scenario, &run_options);
        check_pictures(path, scenario, run);
        check_page(path, run);
        run_free(run);
    }
    scenario_free(scenario);
    text_free(&errors);
}

static int check_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status;
    size_t length = strlen(path);
    bool is_scenario =
        length > 5 && strcmp(path + length - 5, ".json") == 0 && strcmp(path + place->base, "schema.json") != 0;
    if (type == FTW_F && is_scenario) {
        check_scenario(path);
    }
    return 0;
}

int main(int argc, char **argv) {
    enum { OPEN_FOLDERS = 16 };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--all-pages") == 0) {
            wants_all_pages = true;
        } else {
            nftw(argv[i], check_entry, OPEN_FOLDERS, FTW_PHYS);
        }
    }
    printf("1..%d\n", tests);
    return 0;
}
