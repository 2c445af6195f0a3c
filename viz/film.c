#include "viz/film.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEPT_VOYAGES = 1 << 14, MOST_STILLS = 64, LEAST_STILLS = 4 };

#define MOST_STILL_BYTES ((size_t)256 << 20) /* of all stills together */

/* The run as it was at some time, to go back to. */
struct still {
    struct snapshot *snapshot;
    struct tracer_notes *notes;
    uint64_t events;
};

struct film {
    const struct scenario *scenario;
    struct run *run;
    struct tracer *tracer;
    sim_time now;                     /* a run stands at its last event; the film, where somebody wanted it */
    struct still stills[MOST_STILLS]; /* by time; the first is of the start and stays */
    uint32_t still_count;
    sim_time still_gap; /* at least, from one to the next */
};

/* ---- Stills ---- */

static void drop_still(struct still *still) {
    snapshot_free(still->snapshot);
    tracer_notes_free(still->notes);
}

/* Every second one goes, and the others stand twice as far apart from now on. */
static void thin_out(struct film *film) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < film->still_count; i++) {
        if (i % 2 == 0) {
            film->stills[count++] = film->stills[i];
        } else {
            drop_still(&film->stills[i]);
        }
    }
    film->still_count = count;
    film->still_gap *= 2;
}

static bool is_full(const struct film *film) {
    size_t bytes = world_snapshot_bytes(film->run->world);
    for (uint32_t i = 0; i < film->still_count; i++) {
        bytes += tracer_notes_bytes(film->stills[i].notes);
    }
    return film->still_count == MOST_STILLS || (film->still_count > LEAST_STILLS && bytes > MOST_STILL_BYTES);
}

static void take_still(struct film *film) {
    while (is_full(film)) {
        thin_out(film);
    }
    const struct still *last = film->still_count > 0 ? &film->stills[film->still_count - 1] : NULL;
    film->stills[film->still_count++] =
        (struct still){.snapshot = run_save(film->run, last != NULL ? last->snapshot : NULL),
                       .notes = tracer_save(film->tracer),
                       .events = world_events(film->run->world)};
}

/* Later stills go: what the run records only at its end was taken back to this one. */
static void return_to(struct film *film, uint32_t index) {
    while (film->still_count > index + 1) {
        drop_still(&film->stills[--film->still_count]);
    }
    run_restore(film->run, film->stills[index].snapshot);
    tracer_restore(film->tracer, film->stills[index].notes);
    film->now = snapshot_at(film->stills[index].snapshot);
}

static sim_time next_still_at(const struct film *film) {
    return snapshot_at(film->stills[film->still_count - 1].snapshot) + film->still_gap;
}

/* ---- Life ---- */

struct film *film_new(const struct scenario *scenario, uint64_t tie_salt) {
    struct film *film = calloc(1, sizeof *film);
    struct run_options options = {.tie_salt = tie_salt};
    if (film == NULL) {
        abort();
    }
    film->scenario = scenario;
    film->run = run_prepare(scenario, &options);
    film->tracer = tracer_new(film->run, 0, KEPT_VOYAGES);
    film->still_gap = scenario->duration / MOST_STILLS + 1;
    take_still(film);
    return film;
}

void film_free(struct film *film) {
    if (film != NULL) {
        for (uint32_t i = 0; i < film->still_count; i++) {
            drop_still(&film->stills[i]);
        }
        tracer_free(film->tracer);
        run_free(film->run);
        free(film);
    }
}

/* ---- Time ---- */

void film_seek(struct film *film, sim_time at) {
    at = at < 0 ? 0 : at < film->scenario->duration ? at : film->scenario->duration;
    if (at < film->now) {
        uint32_t index = film->still_count - 1;
        while (index > 0 && snapshot_at(film->stills[index].snapshot) > at) {
            index--;
        }
        return_to(film, index);
    }
    for (sim_time next = next_still_at(film); next <= at; next = next_still_at(film)) {
        run_advance(film->run, next, UINT64_MAX);
        take_still(film);
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

bool film_step_back(struct film *film) {
    uint64_t events = world_events(film->run->world);
    uint32_t index = film->still_count - 1;
    if (events == 0) {
        return false;
    }
    while (index > 0 && film->stills[index].events >= events) {
        index--;
    }
    return_to(film, index);
    run_advance(film->run, film->scenario->duration, events - 1 - film->stills[index].events);
    film->now = world_now(film->run->world);
    return true;
}

uint32_t film_still_count(const struct film *film) {
    return film->still_count;
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
    const struct cluster *cluster;
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

static void add_node(struct inspector *to, const char *name, node_id value) {
    struct lines *lines = (struct lines *)to;
    text_add(lines->out, "%s: %s\n", name, value == NODE_NONE ? "nobody" : cluster_name(lines->cluster, value));
}

void film_inspect(const struct film *film, node_id node, struct text *out) {
    struct lines lines = {
        .base = {.number = add_number, .text = add_text, .node = add_node}, .cluster = film->run->cluster, .out = out};
    cluster_inspect(film->run->cluster, node, &lines.base);
}
