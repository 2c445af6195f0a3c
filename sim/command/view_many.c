/* Pictures of many runs: of a sweep's results, or of a comparison. */
#include "sim/command/sweeping.h"
#include "sim/command/view.h"
#include "sim/study/store.h"
#include "viz/pictures.h"
#include "viz/pictures_many.h"

#include <string.h>

static bool check_choice(const struct view_order *order, const struct many *many) {
    const char *windows[64];
    uint32_t window_count = 0;
    if (sweep_check_metrics(order->command, order->metrics, order->metric_count) != EXIT_HELD) {
        return false;
    }
    for (uint32_t i = 0; i < many->metric_count && window_count < 64; i++) {
        bool is_new = true;
        for (uint32_t w = 0; w < window_count; w++) {
            is_new = is_new && strcmp(windows[w], many->metrics[i].window) != 0;
        }
        if (is_new) {
            windows[window_count++] = many->metrics[i].window;
        }
        if (order->window != NULL && strcmp(order->window, many->metrics[i].window) == 0) {
            return true;
        }
    }
    if (order->window != NULL) {
        const char *near = text_suggest(order->window, windows, window_count);
        if (near != NULL) {
            usage_error(order->command, "--window %s: there is no such window; did you mean \"%s\"?", order->window,
                        near);
        } else {
            usage_error(order->command, "--window %s: there is no such window in these results", order->window);
        }
        return false;
    }
    return true;
}

static enum exit_status draw(const struct view_order *order, const struct many *many) {
    const char *names[VIEW_MOST_PICTURES], *others[VIEW_MOST_PICTURES];
    bool is_listed[VIEW_MOST_PICTURES];
    for (uint32_t i = 0; i < many_picture_count; i++) {
        names[i] = many_pictures[i].name;
    }
    for (uint32_t i = 0; i < picture_count; i++) {
        others[i] = pictures[i].name;
    }
    if (!check_choice(order, many) ||
        !view_list(order, names, many_picture_count, (uint32_t)(many_picture_usual(many) - many_pictures), others,
                   picture_count, "is of one run: expected a scenario, or the folder of a stored run", is_listed)) {
        return EXIT_INPUT;
    }
    struct many_choice choice = {order->metrics, order->metric_count, order->window};
    if (order->window == NULL && many->metric_count > 0 && many_metric(many, many->metrics[0].name, "all") == NULL) {
        choice.window = many->metrics[0].window; /* a comparison may be of one window only */
    }
    struct view_pictures drawn = {0};
    enum exit_status status = EXIT_HELD;
    for (uint32_t i = 0; i < many_picture_count && status == EXIT_HELD; i++) {
        if (is_listed[i]) {
            struct canvas *canvas = view_canvas(order, many->title);
            many_picture_draw(canvas, &many_pictures[i], many, &choice);
            status = view_add(&drawn, order, many_pictures[i].name, canvas);
        }
    }
    return exit_worse(status, view_write(&drawn, order));
}

enum exit_status view_sweep(const struct view_order *order) {
    struct text error = {0};
    struct store *store = store_open_existing(order->operand, &error);
    struct many *many = store != NULL ? many_of_store(store, &error) : NULL;
    enum exit_status status = EXIT_INPUT;
    if (many == NULL) {
        fprintf(stderr, "spacelike %s: %s", order->command, error.bytes);
    } else {
        status = draw(order, many);
    }
    many_free(many);
    store_close(store);
    text_free(&error);
    return status;
}

enum exit_status view_comparison(const struct view_order *order, const char *json) {
    struct text error = {0};
    struct many *many = many_of_comparison(json, &error);
    enum exit_status status = EXIT_INPUT;
    if (many == NULL) {
        fprintf(stderr, "%s: %s", order->operand, error.bytes);
    } else {
        status = draw(order, many);
    }
    many_free(many);
    text_free(&error);
    return status;
}
