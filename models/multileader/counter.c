/* A counter that goes up and down: what each replica counted, which only grows. */
#include "models/multileader/crdt.h"

void ml_counter_add(struct ml_counter *to, uint32_t replica, int64_t amount) {
    if (amount >= 0) {
        to->more[replica] += (uint64_t)amount;
    } else {
        to->less[replica] += 0 - (uint64_t)amount;
    }
}

static void take_greater(uint64_t *to, const uint64_t *from) {
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to[i] = from[i] > to[i] ? from[i] : to[i];
    }
}

void ml_counter_merge(struct ml_counter *to, const struct ml_counter *from) {
    take_greater(to->more, from->more);
    take_greater(to->less, from->less);
}

int64_t ml_counter_value(const struct ml_counter *counter) {
    uint64_t value = 0; /* wraps */
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        value += counter->more[i] - counter->less[i];
    }
    return (int64_t)value;
}
