#include "viz/fade.h"

#include <stdlib.h>
#include <string.h>

static const double length_s = 0.12;

struct fade {
    uint32_t node_count;
    struct moment_look *before, *shown; /* by node */
    double *shares;
    bool *cuts_before, *cuts_shown; /* node_count squared; all false: nothing is cut */
    double cuts_share;
    bool has_shown;
    struct moment_fade offered;
};

static void *make(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

struct fade *fade_new(uint32_t node_count) {
    struct fade *fade = make(1, sizeof *fade);
    fade->node_count = node_count;
    fade->before = make(node_count, sizeof *fade->before);
    fade->shown = make(node_count, sizeof *fade->shown);
    fade->shares = make(node_count, sizeof *fade->shares);
    return fade;
}

void fade_free(struct fade *fade) {
    if (fade != NULL) {
        free(fade->before);
        free(fade->shown);
        free(fade->shares);
        free(fade->cuts_before);
        free(fade->cuts_shown);
        free(fade);
    }
}

static bool is_same_look(const struct moment_look *a, const struct moment_look *b) {
    return a->is_up == b->is_up && a->is_paused == b->is_paused && a->has_reported == b->has_reported &&
           a->role == b->role;
}

/* The matrices are made when the first cut is seen: a thousand nodes without one need none. */
static void show_cuts(struct fade *fade, const bool *cuts) {
    size_t bytes = (size_t)fade->node_count * fade->node_count * sizeof *cuts;
    if (cuts != NULL && fade->cuts_shown == NULL) {
        fade->cuts_shown = make(bytes, 1);
        fade->cuts_before = make(bytes, 1);
    }
    if (fade->cuts_shown == NULL) {
        return;
    }
    bool *now = make(bytes, 1);
    if (cuts != NULL) {
        memcpy(now, cuts, bytes);
    }
    if (fade->has_shown && memcmp(now, fade->cuts_shown, bytes) != 0) {
        memcpy(fade->cuts_before, fade->cuts_shown, bytes);
        fade->cuts_share = 0;
    }
    memcpy(fade->cuts_shown, now, bytes);
    free(now);
}

void fade_show(struct fade *fade, struct moment *moment) {
    if (!fade->has_shown) {
        fade->cuts_share = 1;
    }
    for (uint32_t i = 0; i < fade->node_count; i++) {
        const struct moment_look *look = &moment->nodes[i].look;
        if (!fade->has_shown) {
            fade->shares[i] = 1;
        } else if (!is_same_look(look, &fade->shown[i])) {
            fade->before[i] = fade->shown[i];
            fade->shares[i] = 0;
        }
        fade->shown[i] = *look;
    }
    show_cuts(fade, moment->cuts);
    fade->has_shown = true;
    fade->offered = (struct moment_fade){.before = fade->before,
                                         .shares = fade->shares,
                                         .cuts_before = fade->cuts_before,
                                         .cuts_share = fade->cuts_share};
    moment->fade = &fade->offered;
}

bool fade_is_on(const struct fade *fade) {
    bool is_on = fade->has_shown && fade->cuts_share < 1;
    for (uint32_t i = 0; i < fade->node_count && fade->has_shown; i++) {
        is_on = is_on || fade->shares[i] < 1;
    }
    return is_on;
}

static double later(double share, double seconds) {
    double next = share + seconds / length_s;
    return next < 1 - 1e-9 ? next : 1;
}

bool fade_pass(struct fade *fade, double seconds) {
    if (!fade_is_on(fade)) {
        return false;
    }
    for (uint32_t i = 0; i < fade->node_count; i++) {
        fade->shares[i] = later(fade->shares[i], seconds);
    }
    fade->cuts_share = later(fade->cuts_share, seconds);
    return true;
}
