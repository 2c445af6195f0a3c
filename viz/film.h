/* A run that can be looked at, at any time of it. Forwards it goes on, and takes a still now and then: a snapshot of
 * the run and of what was noted about it. Backwards it returns to the last still before that time and goes on from
 * there, which gives the same run. Stills stand closer than a sixtieth of the run at first, and further apart where
 * they would take more than 256 MiB; there are at most 64. */
#ifndef VIZ_FILM_H
#define VIZ_FILM_H

#include "viz/tracer.h"

struct film;

/* `scenario` must live as long. */
struct film *film_new(const struct scenario *scenario, uint64_t tie_salt);
void film_free(struct film *film);

/* To `at`, or to the end of the run. */
void film_seek(struct film *film, sim_time at);
/* One event further; false at the end. */
bool film_step(struct film *film);
/* One event back; false at the start. */
bool film_step_back(struct film *film);
sim_time film_now(const struct film *film);

/* As tracer.h has them. */
struct moment *film_moment(const struct film *film);
struct stretch *film_stretch(const struct film *film, sim_time until, sim_time span, uint32_t most);
/* What the node's state says, "name: value" a line; of a node that is down, nothing. */
void film_inspect(const struct film *film, node_id node, struct text *out);

uint32_t film_still_count(const struct film *film);

#endif
