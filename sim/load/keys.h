/* Which key an operation works on. */
#ifndef SIM_LOAD_KEYS_H
#define SIM_LOAD_KEYS_H

#include "sim/base/draw.h"
#include "sim/load/config.h"

/* A chooser; prepared once, then a draw gives a key. */
struct keys {
    const struct keys_config *config;
    double zipf_low, zipf_high, zipf_squeeze; /* constants of the rejection-inversion */
    uint64_t newest;                          /* of `latest` and `sequential`: keys handed out so far */
};

void keys_init(struct keys *keys, const struct keys_config *config);

/* The key of an operation. `is_insert`: of `latest`, a write makes a new key; reads choose among those made, the newest
 * most often. `sequential` goes round all keys in order. */
uint64_t keys_choose(struct keys *keys, struct draw *draw, bool is_insert);

/* A rank from 0 to count-1 with chance proportional to 1 / (rank + 1)^exponent, for exponent >= 0. */
uint64_t keys_draw_zipf(const struct keys *keys, struct draw *draw);

#endif
