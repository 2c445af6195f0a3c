#include "sim/base/draw.h"

#include "sim/base/hash.h"

uint64_t draw_key(uint64_t seed, enum draw_purpose purpose, uint64_t entity) {
    return hash_add(hash_add(hash_mix(seed + DRAW_GOLDEN), (uint64_t)purpose + 1), entity);
}

uint64_t draw_below(struct draw *draw, uint64_t bound) { /* Lemire, Fast random integer generation, 2019 */
    unsigned __int128 product = (unsigned __int128)draw_u64(draw) * bound;
    if ((uint64_t)product < bound) {
        uint64_t threshold = -bound % bound;
        while ((uint64_t)product < threshold) {
            product = (unsigned __int128)draw_u64(draw) * bound;
        }
    }
    return (uint64_t)(product >> 64);
}

int64_t draw_between(struct draw *draw, int64_t low, int64_t high) {
    uint64_t width = (uint64_t)high - (uint64_t)low + 1;
    uint64_t offset = width == 0 ? draw_u64(draw) : draw_below(draw, width);
    return (int64_t)((uint64_t)low + offset);
}
