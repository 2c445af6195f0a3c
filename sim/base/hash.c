#include "sim/base/hash.h"

#include <string.h>

uint64_t hash_bytes(const void *bytes, size_t size) {
    const uint8_t *at = bytes;
    uint64_t hash = hash_mix(size);
    while (size > 0) {
        uint64_t word = 0;
        size_t step = size < 8 ? size : 8;
        for (size_t i = 0; i < step; i++) {
            word |= (uint64_t)at[i] << (8 * i);
        }
        hash = hash_add(hash, word);
        at += step;
        size -= step;
    }
    return hash;
}

uint64_t hash_text(const char *text) {
    return hash_bytes(text, strlen(text));
}
