#include "sim/command/branch.h"

#include "sim/base/units.h"
#include "sim/command/branch_show.h"
#include "sim/command/single.h"
#include "sim/command/state.h"
#include "sim/study/branch.h"
#include "sim/study/crash.h"
#include "sim/study/summary.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BRANCHES = 25, MOST_CHANGES = 32 };

static void *must(void *memory) {
    if (memory == NULL) {
        abort();
    }
    return memory;
}

/* ---- Reading ---- */

/* Cuts "a=1; b=[2; 3]" at the semicolons that stand outside of brackets and strings. Returns the number of changes,
 * each from malloc, or 0 if there are too many. */
static uint32_t split(const char *text, char **changes) {
    uint32_t count = 0;
    while (*text != '\0') {
        int depth = 0;
        bool is_string = false;
        size_t length = 0;
        for (; text[length] != '\0' && (is_string || depth > 0 || text[length] != ';'); length++) {
            if (is_string && text[length] == '\\' && text[length + 1] != '\0') {
                length++;
            } else if (text[length] == '"') {
                is_string = !is_string;
            } else if (!is_string) {
                depth += (text[length] == '[' || text[length] == '{') - (text[length] == ']' || text[length] == '}');
            }
        }
        size_t start = strspn(text, " \t\n"), end = length;
        while (end > start && strchr(" \t\n", text[end - 1]) != NULL) {
            end--;
        }
        if (start < length) {
            if (count == MOST_CHANGES) {
                return 0;
            }
            changes[count++] = must(strndup(text + start, end - start));
        }
        text += length + (text[length] == ';');
    }
    return count;
}

static struct scenario *read_branch(const struct branching *branching, const char *text, sim_time at) {
    char *changes[MOST_CHANGES];
    uint32_t count = split(text, changes);
    struct scenario *scenario = NULL;
    struct text errors = {0};
    if (count == 0) {
        usage_error(branching->command, "--branch \"%s\" changes %s; expected up to %d of path=value, with ; between",
                    text, text[strspn(text, " \t\n;")] == '\0' ? "nothing" : "too much", MOST_CHANGES);
        return NULL;
    }
    struct scenario_options reading = branching->reading;
    reading.changes = (const char *const *)changes;
    reading.change_count = count;
    reading.change_at = at;
    scenario = scenario_read(branching->path, &reading, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes);
    }
    text_free(&errors);
    for (uint32_t i = 0; i < count; i++) {
        free(changes[i]);
    }
    return scenario;
}

static struct scenario *read_base(const struct branching *branching) {
    struct text errors = {0};
    struct scenario *scenario = scenario_read(branching->path, &branching->reading, &errors);
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes);
    }
    text_free(&errors);
    return scenario;
}

static bool read_moment(const struct branching *branching, const struct scenario *scenario, sim_time *at) {
    char error[160], duration[32];
    int64_t ns;
    if (!units_read_duration(branching->at, &ns, error, sizeof error)) {
        usage_error(branching->command, "--at %s: %s", branching->at, error);
        return false;
    }
    if (ns < 0 || ns >= scenario->duration) {
        usage_error(branching->command, "--at %s: no moment of the run; expected 0s or later, and less than %s",
                    branching->at, units_write_duration(duration, sizeof duration, scenario->duration));
        return false;
    }
    *at = ns;
    return true;
}

/* ---- Running ---- */

struct telling {
    const struct branching *branching;
    struct future *futures;
};

static void replay_of(const struct branching *branching, const struct scenario *scenario, uint32_t branch,
                      struct text *out) {
    summary_replay(scenario, branching->reading.sets, branching->reading.set_count, &branching->options, out);
    summary_add_option(out, "--at", branching->at);
    if (branch > 0) {
        summary_add_option(out, "--branch", branching->branches[branch - 1]);
    }
}

static void tell(void *context, struct run *run, uint32_t branch) {
    const struct telling *telling = context;
    struct text replay = {0};
    replay_of(telling->branching, run->scenario, branch, &replay);
    future_take(&telling->futures[branch], run, replay.bytes);
    text_free(&replay);
}

static enum exit_status run_branches(const struct branching *branching, struct run *run,
                                     const struct scenario *const *scenarios) {
    uint32_t count = branching->branch_count + 1;
    struct text error = {0}, state = {0};
    struct future *futures = must(calloc(count, sizeof *futures));
    struct telling telling = {branching, futures};
    enum exit_status status = EXIT_INPUT;
    sim_time at = world_now(run->world);
    for (uint32_t i = 0; i < count; i++) {
        futures[i].from = at;
        futures[i].changes = i == 0 ? NULL : branching->branches[i - 1];
    }
    state_json(run, &state);
    if (branches_run(run, scenarios, count, tell, &telling, &error)) {
        progress_clear();
        status = EXIT_HELD;
        for (uint32_t i = 0; i < count; i++) {
            status = exit_worse(status, exit_of_verdict(futures[i].verdict));
        }
        if (branching->json) {
            futures_json(futures, count, state.bytes, stdout);
        } else {
            struct report_style style = {.colour = wants_colour(stdout)};
            futures_show(run->scenario, futures, count, &style, stdout);
        }
    } else {
        progress_clear();
        usage_error(branching->command, "--branch: %.*s", (int)strcspn(error.bytes, "\n"), error.bytes);
    }
    for (uint32_t i = 0; i < count; i++) {
        future_free(&futures[i]);
    }
    free(futures);
    text_free(&error);
    text_free(&state);
    return status;
}

static void show_state(const struct branching *branching, const struct run *run) {
    if (branching->json) {
        struct text out = {0};
        state_json(run, &out);
        printf("%s\n", out.bytes);
        text_free(&out);
        return;
    }
    struct report_style style = {.colour = wants_colour(stdout)};
    struct text replay = {0};
    state_show(run, &style, stdout);
    replay_of(branching, run->scenario, 0, &replay);
    printf("\nreplay: ./%s\n", replay.bytes);
    text_free(&replay);
}

static enum exit_status run_at(const struct branching *branching, const struct scenario *const *scenarios,
                               const struct scenario *base, sim_time at) {
    struct text replay = {0};
    replay_of(branching, base, 0, &replay);
    crash_replay(replay.bytes);
    text_free(&replay);
    struct run *run = run_prepare(base, &branching->options);
    run_until(run, at);
    enum exit_status status = EXIT_HELD;
    if (branching->branch_count > 0) {
        status = run_branches(branching, run, scenarios);
    } else {
        progress_clear();
        show_state(branching, run);
    }
    run_free(run);
    return status;
}

enum exit_status branch_run(const struct branching *branching) {
    struct scenario *scenarios[MOST_BRANCHES + 1] = {NULL}; /* the first stays NULL: unchanged */
    enum exit_status status = EXIT_INPUT;
    sim_time at = 0;
    if (branching->branch_count > MOST_BRANCHES) {
        return usage_error(branching->command, "%u branches; expected at most %d", branching->branch_count,
                           MOST_BRANCHES);
    }
    struct scenario *base = read_base(branching);
    bool is_good = base != NULL && read_moment(branching, base, &at);
    for (uint32_t i = 0; i < branching->branch_count && is_good; i++) {
        scenarios[i + 1] = read_branch(branching, branching->branches[i], at);
        is_good = scenarios[i + 1] != NULL;
    }
    if (is_good) {
        status = run_at(branching, (const struct scenario *const *)scenarios, base, at);
    }
    for (uint32_t i = 0; i < branching->branch_count; i++) {
        scenario_free(scenarios[i + 1]);
    }
    scenario_free(base);
    return status;
}
