/* Versions that did not know of one another, side by side. */
#include "models/multileader/crdt.h"

void ml_siblings_write(struct ml_siblings *to, uint32_t replica, int64_t value, sim_time stamp, uint32_t value_bytes) {
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to->versions[i] = (struct ml_version){0};
    }
    to->versions[replica] =
        (struct ml_version){.number = ++to->seen[replica], .value = value, .stamp = stamp, .value_bytes = value_bytes};
}

/* A version is alive if both sides hold it, or one does and the other has not seen it. */
void ml_siblings_merge(struct ml_siblings *to, const struct ml_siblings *from) {
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        const struct ml_version *theirs = &from->versions[i];
        struct ml_version *ours = &to->versions[i];
        if (ours->number != theirs->number) {
            bool is_ours = ours->number > from->seen[i], is_theirs = theirs->number > to->seen[i];
            *ours = is_ours ? *ours : is_theirs ? *theirs : (struct ml_version){0};
        }
    }
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to->seen[i] = from->seen[i] > to->seen[i] ? from->seen[i] : to->seen[i];
    }
}

uint32_t ml_siblings_count(const struct ml_siblings *siblings) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        count += siblings->versions[i].number > 0;
    }
    return count;
}

const struct ml_version *ml_siblings_shown(const struct ml_siblings *siblings) {
    const struct ml_version *shown = NULL;
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        const struct ml_version *version = &siblings->versions[i];
        if (version->number > 0 && (shown == NULL || version->stamp >= shown->stamp)) {
            shown = version;
        }
    }
    return shown;
}
