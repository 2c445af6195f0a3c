/* Long forks: two reads that see two writes in opposite orders. Snapshot isolation forbids them, parallel snapshot
 * isolation does not. (Jepsen's long-fork.)
 *
 * A write sets one key, once for good; a read covers a whole group of keys. What a read saw of its group is a set of
 * keys, and without forks these sets form a chain: sorted by size, each is part of the next. */
#include "sim/check/recorded/groups.h"
#include "sim/check/recorded/judge.h"
#include "sim/check/recorded/memory.h"
#include "sim/check/recorded/micro.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_KEYS = 64 };

struct fork_read {
    uint64_t seen; /* bit k: the key of place k in the group, sorted, was not nil */
    uint32_t recorded, group;
    uint32_t seen_count;
};

struct fork_history {
    struct recorded *recorded;
    struct judgement *judgement;
    struct micro_list micros;
    struct fork_read *reads;
    uint32_t read_count;
    uint32_t group;    /* keys of a read */
    value_id *written; /* by key: the one value it may have; VALUE_NIL: not known yet */
    bool *has_write;
};

static int compare_micros(const void *left, const void *right) {
    const struct micro *a = left, *b = right;
    return (a->key > b->key) - (a->key < b->key);
}

static int compare_reads(const void *left, const void *right) {
    const struct fork_read *a = left, *b = right;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    if (a->seen_count != b->seen_count) {
        return a->seen_count < b->seen_count ? -1 : 1;
    }
    return (a->recorded > b->recorded) - (a->recorded < b->recorded);
}

/* The keys of a read as one value, so that reads of the same keys meet. */
static value_id name_group(struct recorded *recorded, const struct micro *micros, uint32_t count) {
    struct text text = {0};
    text_add(&text, "group");
    for (uint32_t i = 0; i < count; i++) {
        text_add(&text, " %u", micros[i].key);
    }
    value_id group = values_add(&recorded->document.values, VALUE_KIND_COMPOSITE, text.bytes, text.length);
    text_free(&text);
    return group;
}

static void add_read(struct fork_history *forks, uint32_t index, struct micro *micros, uint32_t count) {
    qsort(micros, count, sizeof *micros, compare_micros);
    forks->group = forks->group == 0 ? count : forks->group;
    if (count != forks->group || count > MOST_KEYS) {
        judgement_doubt(forks->judgement,
                        "The read of line %u covers %u keys, not %u (at most %d): it cannot be compared.",
                        forks->recorded->operations[index].event->line, count, forks->group, MOST_KEYS);
        return;
    }
    struct fork_read read = {.recorded = index};
    for (uint32_t i = 0; i < count; i++) {
        if (micros[i].value != VALUE_NIL) {
            read.seen |= UINT64_C(1) << i;
            read.seen_count++;
        }
    }
    read.group = name_group(forks->recorded, micros, count);
    forks->reads[forks->read_count++] = read;
}

static bool read_forks(struct fork_history *forks, struct read_error *error) {
    struct recorded *recorded = forks->recorded;
    for (uint32_t i = 0; i < recorded->count; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        uint32_t first = forks->micros.count;
        if (operation->outcome == OUTCOME_FAIL) {
            continue;
        }
        if (!micro_read(recorded, i, false, &forks->micros, error)) {
            return false;
        }
        if (forks->micros.count == first) {
            continue;
        }
        struct micro *micros = &forks->micros.items[first];
        uint32_t count = forks->micros.count - first, writes = 0;
        for (uint32_t m = 0; m < count; m++) {
            writes += micros[m].kind == MICRO_WRITE;
        }
        if (writes > 0 && count > 1) {
            return read_fail(error, operation->event, "an operation of this model is a read of a group or one write");
        }
        if (operation->outcome == OUTCOME_OK && writes == 0 && count > 0) {
            add_read(forks, i, micros, count);
        }
    }
    return true;
}

/* Every key has one value for good. */
static void check_values(struct fork_history *forks) {
    for (uint32_t i = 0; i < forks->micros.count; i++) {
        const struct micro *micro = &forks->micros.items[i];
        bool is_again = micro->kind == MICRO_WRITE && forks->has_write[micro->key];
        bool differs = micro->value != VALUE_NIL && forks->written[micro->key] != VALUE_NIL &&
                       forks->written[micro->key] != micro->value;
        if (is_again || differs) {
            char key[48];
            judgement_doubt(forks->judgement, "Key %s has more than one write: this rule needs one at most.",
                            values_show(&forks->recorded->document.values, micro->key, key, sizeof key));
            return;
        }
        forks->has_write[micro->key] = forks->has_write[micro->key] || micro->kind == MICRO_WRITE;
        if (micro->value != VALUE_NIL) {
            forks->written[micro->key] = micro->value;
        }
    }
}

bool judge_long_fork(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                     struct read_error *error) {
    struct fork_history forks = {.recorded = recorded,
                                 .judgement = judgement,
                                 .reads = memory_alloc(recorded->count, sizeof *forks.reads),
                                 .group = options->group};
    bool is_read = read_forks(&forks, error);
    if (is_read) {
        forks.written = memory_alloc(recorded->document.values.count, sizeof *forks.written);
        forks.has_write = memory_alloc(recorded->document.values.count, sizeof *forks.has_write);
        check_values(&forks);
        judgement->looked_at += forks.read_count;
        qsort(forks.reads, forks.read_count, sizeof *forks.reads, compare_reads);
        for (uint32_t i = 1; i < forks.read_count; i++) {
            const struct fork_read *a = &forks.reads[i - 1], *b = &forks.reads[i];
            char line[RECORDED_LINE_BYTES];
            struct text *out = NULL;
            if (a->group == b->group && (a->seen & ~b->seen) != 0) {
                out = judgement_find(judgement, "long fork", NULL);
            }
            if (out != NULL) {
                text_add(out, "%s\n", recorded_describe(recorded, a->recorded, line));
                text_add(out, "%s\nEach saw a write that the other did not.\n",
                         recorded_describe(recorded, b->recorded, line));
            }
        }
    }
    free(forks.reads);
    free(forks.micros.items);
    free(forks.written);
    free(forks.has_write);
    return is_read;
}
