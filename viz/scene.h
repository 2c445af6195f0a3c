/* The scene of a picture: a second run of the same scenario and seed, advanced to the time that the picture shows, with
 * what a tracer saw on the way. */
#ifndef VIZ_SCENE_H
#define VIZ_SCENE_H

#include "viz/facts.h"
#include "viz/tracer.h"

struct scene_wish {
    sim_time at;        /* which moment, and the end of the stretch */
    bool is_about;      /* a moment soon after may serve better: one with more messages under way */
    sim_time span;      /* length of the stretch; 0: as long as about a hundred messages take */
    node_id chosen;     /* whose last event in the stretch is chosen; NODE_NONE: the scene chooses */
    bool chosen_is_now; /* the event is at `at`, not the last arrival before it */
    const char *label;  /* of the chosen event; or NULL */
    bool wants_stretch; /* else only the moment */
};

struct scene {
    struct run *run;
    struct tracer *tracer;
    struct moment *moment;
    struct stretch *stretch; /* NULL if it was not wanted */
};

struct scene *scene_new(const struct scenario *scenario, uint64_t tie_salt, const struct scene_wish *wish);
void scene_free(struct scene *scene);

/* The client whose operation was completed at that time, as an endpoint: a check of histories found it impossible.
 * NODE_NONE: none. */
node_id scene_culprit(const struct facts *facts, sim_time at);

/* What is worth a look where nobody says: the first violation, else the middle of the first fault with a length, or of
 * the run. */
sim_time scene_usual_moment(const struct facts *facts);

/* The wish for a space-time diagram where nobody says: how the first violation came about if it has a moment (what is
 * judged at the end of the run came about somewhere before), else how the first leader
 * after the first fault (or the first at all) came to lead. `label` of at least 96 bytes is filled and used. */
struct scene_wish scene_usual_stretch(const struct facts *facts, char *label, size_t size);

#endif
