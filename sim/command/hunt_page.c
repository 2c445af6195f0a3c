#include "sim/command/hunt_page.h"

#include "sim/study/summary.h"
#include "viz/html_cases.h"

#include <string.h>

enum { MOST_TOLD = 3 }; /* failures whose story is told */

/* A run that breaks the program would break this one too: it is not told. */
static void add_prey(const struct hunt_options *options, const struct html_prey *prey, bool is_first, bool is_told,
                     struct text *out) {
    struct html_prey told = *prey;
    struct text errors = {0};
    struct scenario_options reading = {.models = options->swarm->models};
    struct scenario *scenario = is_told ? scenario_read(prey->path, &reading, &errors) : NULL;
    struct run_options running = {0};
    struct run *run = scenario != NULL ? run_execute(scenario, &running) : NULL;
    told.run = run;
    html_hunt_prey(&told, is_first, out);
    run_free(run);
    scenario_free(scenario);
    text_free(&errors);
}

static void describe_draw(const struct hunt_options *options, uint64_t seed, struct text *out) {
    struct text errors = {0};
    struct scenario *scenario = swarm_draw(options->swarm, seed, &errors);
    text_add(out, "%s", "");
    if (scenario != NULL) {
        swarm_describe(scenario, out);
    }
    scenario_free(scenario);
    text_free(&errors);
}

enum exit_status hunt_page_write(const struct hunt_page *page, const struct hunt_options *options,
                                 const struct hunt_result *result) {
    struct html_prey preys[HUNT_MOST_FINDINGS];
    struct text drawn[HUNT_MOST_FINDINGS] = {{0}}, out = {0}, title = {0};
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct hunt_finding *finding = &result->findings[i];
        describe_draw(options, finding->seed, &drawn[i]);
        preys[i] = (struct html_prey){.seed = finding->seed,
                                      .seeds = finding->seeds,
                                      .fingerprint = finding->trial.fingerprint.text,
                                      .detail = finding->trial.detail,
                                      .drawn = drawn[i].bytes,
                                      .path = page->scenarios[i],
                                      .options = summary_plugins()};
    }
    text_add(&title, "Hunt: %s", page->operand);
    struct html_hunt hunt = {.title = title.bytes,
                             .runs = result->totals.runs,
                             .failed = result->totals.failed,
                             .inconclusive = result->totals.inconclusive,
                             .simulated_s = result->totals.simulated_s,
                             .wall_s = result->totals.wall_s,
                             .preys = preys,
                             .prey_count = result->finding_count};
    html_hunt_begin(&hunt, &out);
    for (uint32_t i = 0; i < result->finding_count; i++) {
        char check[64];
        fingerprint_check_name(&result->findings[i].trial.fingerprint, check, sizeof check);
        add_prey(options, &preys[i], i == 0, i < MOST_TOLD && strcmp(check, "crash") != 0, &out);
    }
    struct page_origin origin = page_origin_of(page->again, result->totals.wall_s);
    html_hunt_end(&origin, &out);
    enum exit_status status = page_write("hunt", page->path, &out, page->say_to);
    for (uint32_t i = 0; i < result->finding_count; i++) {
        text_free(&drawn[i]);
    }
    text_free(&out);
    text_free(&title);
    return status;
}
