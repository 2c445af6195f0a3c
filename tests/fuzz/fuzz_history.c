/* Whatever the bytes, reading and judging a history ends with a verdict or with a message, never with a crash.
 *
 * With libFuzzer (-DFUZZ_WITH_LIBFUZZER) it is a target for it. Without, its own main mutates the histories given as
 * arguments, the same way at every run, for a bounded number of rounds (FUZZ_ROUNDS in the environment says otherwise),
 * and prints TAP: bytes flipped, pieces cut out, doubled, or replaced by words that the formats know. */
#include "sim/base/draw.h"
#include "sim/check/recorded/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_STEPS = 20000 };

/* The first byte chooses model and options. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    struct judge_options options = {.model = (enum judge_model)(data[0] % JUDGE_MODEL_COUNT),
                                    .level = (enum judge_level)(data[0] / JUDGE_MODEL_COUNT % LEVEL_COUNT),
                                    .register_level = data[0] / JUDGE_MODEL_COUNT % JUDGE_REGISTER_LEVEL_COUNT,
                                    .is_keyed = data[0] >= 250,
                                    .is_unordered = data[0] % 2 == 1,
                                    .is_linearizable = data[0] % 4 >= 2,
                                    .max_steps = FUZZ_STEPS};
    struct recorded recorded;
    struct judgement judgement = {0};
    struct read_error error = {.text = ""};
    bool is_judged = recorded_read(&recorded, (const char *)data + 1, size - 1, &error) &&
                     judge(&recorded, &options, &judgement, &error);
    if (is_judged != (error.text[0] == '\0') ||
        (is_judged && (judgement.verdict == VERDICT_VIOLATED) != (judgement.finding_count > 0))) {
        fprintf(stderr, "neither a verdict nor a message, or both: %s\n", error.text);
        abort();
    }
    judgement_free(&judgement);
    recorded_free(&recorded);
    return 0;
}

#ifndef FUZZ_WITH_LIBFUZZER

enum { ROUNDS = 4000, MOST_BYTES = 1 << 16 };

static const char *const words[] = {"{",
                                    "}",
                                    "[",
                                    "]",
                                    "(",
                                    ")",
                                    "#{",
                                    "\"",
                                    ":",
                                    ",",
                                    "#_",
                                    "^",
                                    "nil",
                                    "null",
                                    ":ok",
                                    ":info",
                                    ":fail",
                                    "[]",
                                    ":invoke",
                                    "#inst",
                                    "-1",
                                    "0",
                                    "1",
                                    "1/2",
                                    "9e99",
                                    "1N",
                                    "\\a",
                                    "\\",
                                    "\xff",
                                    "\"\\ud800\"",
                                    ":read",
                                    ":add",
                                    ":drain",
                                    ":nemesis",
                                    ":process",
                                    ":value",
                                    ":f",
                                    ":key",
                                    "[[:r 0 1]]",
                                    "[[:append 0 1]]",
                                    "[[:w 0 1]]",
                                    "[0 nil]",
                                    ";",
                                    "\n",
                                    "ok",
                                    "info",
                                    "18446744073709551615",
                                    "-9223372036854775808",
                                    ",,",
                                    "#"};

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

static size_t below(struct draw *draw, size_t bound) {
    return bound == 0 ? 0 : (size_t)draw_below(draw, bound);
}

/* Replaces `length` bytes at `at` by `count` bytes. */
static size_t splice(char *bytes, size_t size, size_t at, size_t length, const char *with, size_t count) {
    if (size - length + count > MOST_BYTES) {
        return size;
    }
    memmove(bytes + at + count, bytes + at + length, size - at - length);
    memcpy(bytes + at, with, count);
    return size - length + count;
}

static size_t mutate(char *bytes, size_t size, struct draw *draw) {
    static const size_t word_count = sizeof words / sizeof words[0];
    char piece[256];
    for (size_t changes = 1 + below(draw, 6); changes > 0; changes--) {
        size_t at = below(draw, size), length = below(draw, size - at < 64 ? size - at : 64);
        const char *word = words[below(draw, word_count)];
        switch (below(draw, 5)) {
        case 0:
            bytes[at] = (char)(bytes[at] ^ (1 << below(draw, 8)));
            break;
        case 1:
            size = splice(bytes, size, at, length, "", 0);
            break;
        case 2:
            memcpy(piece, bytes + at, length);
            size = splice(bytes, size, below(draw, size), 0, piece, length);
            break;
        case 3:
            size = splice(bytes, size, at, 0, word, strlen(word));
            break;
        default:
            size = splice(bytes, size, at, length < 8 ? length : 8, word, strlen(word));
            break;
        }
        if (size == 0) {
            bytes[size++] = '[';
        }
    }
    return size;
}

int main(int argc, char **argv) {
    static char seed[MOST_BYTES], bytes[MOST_BYTES];
    const char *asked = getenv("FUZZ_ROUNDS");
    uint64_t rounds = asked == NULL ? ROUNDS : strtoull(asked, NULL, 10);
    printf("1..%d\n", argc - 1); /* first, so that a crash shows as cases that are missing */
    for (int i = 1; i < argc; i++) {
        size_t seed_size = 1 + read_seed(argv[i], seed + 1);
        for (uint64_t round = 0; round < rounds / (uint64_t)(argc - 1) + JUDGE_MODEL_COUNT; round++) {
            struct draw draw = draw_at(draw_key((uint64_t)i, DRAW_TEST, 1), round);
            bool is_seed = round < JUDGE_MODEL_COUNT; /* as it is, by each model */
            memcpy(bytes, seed, seed_size);
            size_t size = is_seed ? seed_size : mutate(bytes, seed_size, &draw);
            bytes[0] = is_seed ? (char)round : (char)below(&draw, 256);
            char *exact = malloc(size); /* so that a read behind the end is seen */
            if (exact == NULL) {
                return 2;
            }
            memcpy(exact, bytes, size);
            LLVMFuzzerTestOneInput((const uint8_t *)exact, size);
            free(exact);
        }
        printf("ok %d - mutations of seed %d\n", i, i);
        fflush(stdout);
    }
    return 0;
}

#endif
