/* A register that the last write wins. */
#include "models/multileader/crdt.h"

static bool is_later(const struct ml_register *a, const struct ml_register *b) {
    return a->stamp > b->stamp || (a->stamp == b->stamp && a->replica > b->replica);
}

bool ml_register_write(struct ml_register *to, const struct ml_register *write) {
    /* A clock that stands still or is set back gives a stamp twice; two writes of one replica must not look the same.
     */
    bool is_same = write->stamp == to->stamp && write->replica == to->replica;
    bool wins = is_same || is_later(write, to);
    if (wins) {
        *to = *write;
        to->stamp += is_same;
    }
    return wins;
}

void ml_register_merge(struct ml_register *to, const struct ml_register *from) {
    if (is_later(from, to)) {
        *to = *from;
    }
}
