/* The window of spacelike view. */
#include "sim/base/units.h"
#include "sim/command/single.h"
#include "sim/command/view.h"
#include "sim/study/crash.h"
#include "sim/study/summary.h"

#ifdef SPACELIKE_WINDOW
#include "viz/window/window.h"

static enum exit_status show(const struct view_order *order, const struct scenario *scenario) {
    struct run_options options = {.progress = is_terminal(stderr) ? progress_show : NULL};
    struct text error = {0}, replay = {0};
    summary_replay(scenario, order->sets, order->set_count, &options, &replay);
    crash_replay(replay.bytes);
    struct run *run = run_execute(scenario, &options);
    progress_clear();
    struct facts *facts = facts_of_run(run);
    struct player *player = player_new(scenario, 0, facts);
    if (order->has_at) {
        player_seek(player, order->at);
    }
    struct window_options window = {.title = facts->title,
                                    .width = (int)order->width,
                                    .height = (int)order->height,
                                    .theme = order->theme,
                                    .seconds = (double)order->closes_after / 1e9};
    bool is_shown = window_show(player, &window, &error);
    if (!is_shown) {
        fprintf(stderr, "spacelike view: %s--png FILE, --svg FILE or --pdf FILE draws without a window\n", error.bytes);
    }
    player_free(player);
    facts_free(facts);
    run_free(run);
    text_free(&error);
    text_free(&replay);
    return is_shown ? EXIT_HELD : EXIT_INPUT;
}

enum exit_status view_window(const struct view_order *order) {
    struct scenario_options reading = {.models = built_in_models(),
                                       .sets = order->sets,
                                       .set_count = order->set_count,
                                       .has_seed = order->seed != NULL};
    struct text errors = {0};
    if (order->seed != NULL && !options_read_u64(order->command, "--seed", order->seed, &reading.seed)) {
        return EXIT_INPUT;
    }
    struct scenario *scenario = scenario_read(order->operand, &reading, &errors);
    enum exit_status status = EXIT_INPUT;
    if (scenario == NULL) {
        fprintf(stderr, "%s", errors.bytes != NULL ? errors.bytes : "the scenario cannot be read\n");
    } else {
        status = show(order, scenario);
    }
    scenario_free(scenario);
    text_free(&errors);
    return status;
}
#else
enum exit_status view_window(const struct view_order *order) {
    return usage_error(order->command,
                       "this program was built without SDL2, and has no window; --png FILE, --svg FILE or "
                       "--pdf FILE draws without one");
}
#endif
