/* Mixing of 64-bit words: for addressed draws, trace hashes and hash tables. The same bits on every machine. */
#ifndef SIM_BASE_HASH_H
#define SIM_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* A bijection on 64 bits in which every input bit flips each output bit with chance close to one half
 * (Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64). */
static inline uint64_t hash_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Folds `word` into a running hash; the order of words matters. */
static inline uint64_t hash_add(uint64_t hash, uint64_t word) {
    return hash_mix((hash ^ word) + UINT64_C(0x9e3779b97f4a7c15));
}

/* Of bytes, independent of the machine's byte order. */
uint64_t hash_bytes(const void *bytes, size_t size);
uint64_t hash_text(const char *text);

#endif
