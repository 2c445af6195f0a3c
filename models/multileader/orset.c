/* An observed-remove set without tombstones. */
#include "models/multileader/crdt.h"

void ml_orset_add(struct ml_orset *to, uint32_t replica, uint32_t element) {
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to->dots[element][i] = 0; /* the new addition stands for those that it knew */
    }
    to->dots[element][replica] = ++to->seen[replica];
}

bool ml_orset_has(const struct ml_orset *set, uint32_t element) {
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        if (set->dots[element][i] > 0) {
            return true;
        }
    }
    return false;
}

bool ml_orset_remove(struct ml_orset *to, uint32_t element) {
    bool was_there = ml_orset_has(to, element);
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to->dots[element][i] = 0;
    }
    return was_there;
}

/* A dot stays if both sides hold it, or one does and the other has not seen it. */
static uint64_t merge_dot(uint64_t ours, uint64_t ours_seen, uint64_t theirs, uint64_t theirs_seen) {
    if (ours == theirs) {
        return ours;
    }
    return ours > theirs_seen ? ours : theirs > ours_seen ? theirs : 0;
}

void ml_orset_merge(struct ml_orset *to, const struct ml_orset *from, bool is_careless) {
    for (uint32_t element = 0; element < ML_MOST_ELEMENTS; element++) {
        if (is_careless && ml_orset_has(to, element) && ml_orset_has(from, element)) {
            continue; /* Q06: it is on both sides, so it stays as it is here */
        }
        for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
            uint64_t *dot = &to->dots[element][i];
            *dot = merge_dot(*dot, to->seen[i], from->dots[element][i], from->seen[i]);
        }
    }
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        to->seen[i] = from->seen[i] > to->seen[i] ? from->seen[i] : to->seen[i];
    }
}

uint32_t ml_orset_dots(const struct ml_orset *set) {
    uint32_t count = 0;
    for (uint32_t element = 0; element < ML_MOST_ELEMENTS; element++) {
        for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
            count += set->dots[element][i] > 0;
        }
    }
    return count;
}

int64_t ml_orset_digest(const struct ml_orset *set) {
    int64_t digest = 0;
    for (uint32_t element = 0; element < ML_MOST_ELEMENTS; element++) {
        digest = ml_orset_has(set, element) ? operation_append(digest, (int64_t)element + 1) : digest;
    }
    return digest;
}

int64_t ml_orset_state_digest(const struct ml_orset *set) {
    uint64_t hash = 0;
    for (uint32_t i = 0; i < ML_MOST_REPLICAS; i++) {
        hash = probe_hash(hash, set->seen[i]);
        for (uint32_t element = 0; element < ML_MOST_ELEMENTS; element++) {
            hash = probe_hash(hash, set->dots[element][i]);
        }
    }
    return (int64_t)hash;
}
