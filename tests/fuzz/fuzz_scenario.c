/* Whatever the bytes, reading a scenario ends with a scenario or with messages, never with a crash.
 *
 * With libFuzzer (-DFUZZ_WITH_LIBFUZZER) it is a target for it. Without, its own main mutates the scenarios given as
 * arguments, the same way at every run, for a bounded number of rounds (FUZZ_ROUNDS in the environment says otherwise),
 * and prints TAP: bytes flipped, pieces cut out, doubled, or replaced by words that the language knows. */
#include "tests/scenario/fake_model.h"

#include "sim/base/draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct text errors = {0};
    struct scenario_options options = {.models = &fake_models};
    struct scenario *scenario = scenario_parse((const char *)data, size, "fuzz.json", &options, &errors);
    if ((scenario == NULL) != (errors.length > 0)) {
        fprintf(stderr, "neither a scenario nor a message, or both\n");
        abort();
    }
    if (scenario != NULL) { /* what was resolved must read again, to the same */
        struct scenario *again =
            scenario_parse(scenario->resolved, strlen(scenario->resolved), "again.json", &options, &errors);
        if (again == NULL || again->hash != scenario->hash) {
            fprintf(stderr, "the resolved text reads otherwise: %s\n", errors.bytes == NULL ? "" : errors.bytes);
            abort();
        }
        scenario_free(again);
    }
    scenario_free(scenario);
    text_free(&errors);
    return 0;
}

#ifndef FUZZ_WITH_LIBFUZZER

enum { ROUNDS = 3000, MOST_BYTES = 1 << 16 };

static const char *const words[] = {"{",           "}",           "[",
                                    "]",           ",",           ":",
                                    "\"",          "null",        "true",
                                    "-1",          "0",           "1e308",
                                    "16777216",    "1e12",        "0.5",
                                    "\"1ms\"",     "\"-1ms\"",    "\"$rtt\"",
                                    "\"leader\"",  "\"store/1\"", "\"store/9\"",
                                    "\"all\"",     "{}",          "[]",
                                    "\"\\u0041\"", "\xff",        "\"constant\"",
                                    "\"mixture\"", "\"random\"",  "\"east\"",
                                    "\"extends\"", "\"292y\"",    "\"9223372036854775807ns\""};

static size_t read_seed(const char *path, char *bytes) {
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(bytes, 1, MOST_BYTES / 2, file);
    if (file == NULL) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    fclose(file);
    return size;
}

/* Replaces `cut` bytes at `at` by `length` bytes of `piece`. */
static size_t splice(char *bytes, size_t size, size_t at, size_t cut, const char *piece, size_t length) {
    if (at + cut > size || size - cut + length > MOST_BYTES) {
        return size;
    }
    memmove(bytes + at + length, bytes + at + cut, size - at - cut);
    memcpy(bytes + at, piece, length);
    return size - cut + length;
}

static size_t mutate(struct draw *draw, char *bytes, size_t size) {
    static char copy[MOST_BYTES];
    size_t at = (size_t)draw_below(draw, size + 1), piece = (size_t)draw_below(draw, size - at + 1);
    piece = piece > 200 ? 200 : piece;
    const char *word = words[draw_below(draw, sizeof words / sizeof words[0])];
    switch (draw_below(draw, 6)) {
    case 0: /* a bit flips */
        if (at < size) {
            bytes[at] = (char)(bytes[at] ^ (1 << draw_below(draw, 8)));
        }
        return size;
    case 1: /* a piece is cut out */
        return splice(bytes, size, at, piece, "", 0);
    case 2: /* a piece stands somewhere else too */
        memcpy(copy, bytes + at, piece);
        return splice(bytes, size, (size_t)draw_below(draw, size + 1), 0, copy, piece);
    case 3: /* a word comes in */
        return splice(bytes, size, at, 0, word, strlen(word));
    case 4: { /* a value is replaced by a word */
        const char *colon = memchr(bytes + at, ':', size - at);
        size_t start = colon == NULL ? at : (size_t)(colon - bytes) + 1, end = start;
        while (end < size && strchr(",}]\n", bytes[end]) == NULL) {
            end++;
        }
        return splice(bytes, size, start, end - start, word, strlen(word));
    }
    default: /* the rest is lost */
        return draw_below(draw, 20) == 0 ? at : size;
    }
}

int main(int count, char **paths) {
    static char seed[MOST_BYTES], bytes[MOST_BYTES];
    const char *wanted = getenv("FUZZ_ROUNDS");
    uint64_t rounds = wanted != NULL ? strtoull(wanted, NULL, 10) : ROUNDS;
    printf("1..%d\n", count - 1); /* first, so that a crash shows as cases that are missing */
    for (int i = 1; i < count; i++) {
        size_t seed_size = read_seed(paths[i], seed);
        LLVMFuzzerTestOneInput((const uint8_t *)seed, seed_size);
        for (uint64_t round = 0; round < rounds; round++) {
            struct draw draw = draw_at(draw_key((uint64_t)i, DRAW_TEST, 0), round);
            size_t size = seed_size;
            memcpy(bytes, seed, seed_size);
            for (uint64_t left = 1 + draw_below(&draw, 4); left > 0; left--) {
                size = mutate(&draw, bytes, size);
            }
            LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
        }
        printf("ok %d - %llu mutations of seed %d\n", i, (unsigned long long)rounds, i);
        fflush(stdout);
    }
    return 0;
}

#endif
