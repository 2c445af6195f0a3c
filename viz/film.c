#include "viz/film.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEPT_VOYAGES = 1 << 16 };

struct film {
    const struct scenario *scenario;
    struct run_options options;
    struct run *run;
    struct tracer *tracer;
    sim_time now; /* a run stands at its last event; the film, where somebody wanted it */
};

static void start(struct film *film) {
    film->run = run_prepare(film->scenario, &film->options);
    film->tracer = tracer_new(film->run, 0, KEPT_VOYAGES);
    film->now = 0;
}

static void stop(struct film *film) {
    tracer_free(film->tracer);
    run_free(film->run);
}

struct film *film_new(const struct scenario *scenario, uint64_t tie_salt) {
    struct film *film = calloc(1, sizeof *film);
    if (film == NULL) {
        abort();
    }
    film->scenario = scenario;
    film->options.tie_salt = tie_salt;
    start(film);
    return film;
}

void film_free(struct film *film) {
    if (film != NULL) {
        stop(film);
        free(film);
    }
}

void film_seek(struct film *film, sim_time at) {
    at = at < 0 ? 0 : at < film->scenario->duration ? at : film->scenario->duration;
    if (at < film->now) {
        stop(film);
        start(film);
    }
    run_advance(film->run, at, UINT64_MAX);
    film->now = at;
}

bool film_step(struct film *film) {
    if (run_advance(film->run, film->scenario->duration, 1) == 0) {
        return false;
    }
    film->now = world_now(film->run->world);
    return true;
}

sim_time film_now(const struct film *film) {
    return film->now;
}

struct moment *film_moment(const struct film *film) {
    struct moment *moment = tracer_moment(film->tracer);
    moment->at = film->now;
    return moment;
}

struct stretch *film_stretch(const struct film *film, sim_time until, sim_time span, uint32_t most) {
    return tracer_stretch(film->tracer, until, span, most);
}

/* ---- Inspection ---- */

struct lines {
    struct inspector base; /* first: handed over as that */
    struct text *out;
};

static void add_number(struct inspector *to, const char *name, int64_t value) {
    struct lines *lines = (struct lines *)to;
    text_add(lines->out, "%s: %" PRId64 "\n", name, value);
}

static void add_text(struct inspector *to, const char *name, const char *value) {
    struct lines *lines = (struct lines *)to;
    text_add(lines->out, "%s: %s\n", name, value);
}

void film_inspect(const struct film *film, node_id node, struct text *out) {
    struct lines lines = {.base = {.number = add_number, .text = add_text}, .out = out};
    cluster_inspect(film->run->cluster, node, &lines.base);
}
