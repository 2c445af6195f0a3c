/* Reading transactions: their micro-operations, and the versions that these mention. */
#include "sim/check/recorded/txn.h"

#include "sim/base/hash.h"
#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 1024 };

/* ---- Versions -------------------------------------------------------------------------------------------------------
 */

static uint32_t *find_bucket(const struct txn_history *history, value_id key, value_id value) {
    uint32_t mask = history->bucket_count - 1;
    uint32_t at = (uint32_t)hash_mix((uint64_t)key << 32 | value) & mask;
    while (history->buckets[at] != 0) {
        const struct version *version = &history->versions[history->buckets[at] - 1];
        if (version->key == key && version->value == value) {
            break;
        }
        at = (at + 1) & mask;
    }
    return &history->buckets[at];
}

static void grow_buckets(struct txn_history *history) {
    free(history->buckets);
    history->bucket_count = history->bucket_count == 0 ? FIRST_BUCKETS : history->bucket_count * 2;
    history->buckets = memory_alloc(history->bucket_count, sizeof *history->buckets);
    for (uint32_t i = 0; i < history->version_count; i++) {
        *find_bucket(history, history->versions[i].key, history->versions[i].value) = i + 1;
    }
}

static uint32_t add_version(struct txn_history *history, value_id key, value_id value) {
    history->versions = memory_reserve(history->versions, history->version_count, &history->version_capacity,
                                       sizeof *history->versions);
    history->versions[history->version_count] = (struct version){
        .key = key, .value = value, .writer = TXN_NONE, .failed_writer = TXN_NONE, .next_of_key = TXN_NONE};
    return history->version_count++;
}

uint32_t txn_version(struct txn_history *history, value_id key, value_id value) {
    if (history->version_count * 2 >= history->bucket_count) {
        grow_buckets(history);
    }
    uint32_t *bucket = find_bucket(history, key, value);
    if (*bucket == 0) {
        *bucket = add_version(history, key, value) + 1;
        if (value != VALUE_NIL) { /* the initial version is the first of each key */
            uint32_t made = *bucket - 1, initial = txn_version(history, key, VALUE_NIL);
            history->versions[made].next_of_key = history->versions[initial].next_of_key;
            history->versions[initial].next_of_key = made;
            return made;
        }
    }
    return *bucket - 1;
}

/* ---- Writers --------------------------------------------------------------------------------------------------------
 */

static void note_write(struct txn_history *history, uint32_t txn, uint32_t micro) {
    uint32_t index = txn_version(history, history->micros[micro].key, history->micros[micro].value);
    struct version *version = &history->versions[index];
    if (history->txns[txn].outcome == OUTCOME_FAIL) {
        version->failed_writer = txn;
        return;
    }
    version->is_ambiguous = version->is_ambiguous || (version->writer != TXN_NONE && version->writer != txn);
    version->writer = version->writer == TXN_NONE ? txn : version->writer;
    version->writer_micro = micro;
    for (uint32_t before = history->same_key[micro]; before > 0; before = history->same_key[before - 1]) {
        const struct micro *earlier = &history->micros[before - 1];
        if (earlier->kind != MICRO_READ) {
            uint32_t overwritten = txn_version(history, earlier->key, earlier->value);
            history->versions[overwritten].is_intermediate = true;
            break;
        }
    }
}

/* Chains the micro-operations of each transaction on the same key. */
static void link_same_keys(struct txn_history *history) {
    uint32_t value_count = history->recorded->document.values.count;
    uint32_t *last = memory_alloc(value_count, sizeof *last); /* by key: micro-operation + 1 */
    history->same_key = memory_alloc(history->micro_count, sizeof *history->same_key);
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        for (uint32_t m = txn->first; m < txn->first + txn->count; m++) {
            uint32_t *place = &last[history->micros[m].key];
            history->same_key[m] = *place > txn->first ? *place : 0;
            *place = m + 1;
        }
    }
    free(last);
}

/* ---- The history ----------------------------------------------------------------------------------------------------
 */

/* Reads of lists hold elements that no micro-operation mentions by itself: they get their numbers now, before tables
 * by value are made. */
static void number_elements(struct recorded *recorded, const struct micro_list *micros) {
    for (uint32_t m = 0; m < micros->count; m++) {
        const struct datum *list = micros->items[m].list;
        for (uint32_t i = 0; list != NULL && i < list->count; i++) {
            datum_value(&recorded->document, datum_at(&recorded->document, list, i));
        }
    }
}

/* Versions that committed transactions read: with them, all versions are known. */
static void note_read(struct txn_history *history, uint32_t micro) {
    value_id key = history->micros[micro].key;
    const struct datum *list = history->micros[micro].list;
    if (history->options->model == JUDGE_RW_REGISTER) {
        uint32_t version = txn_version(history, key, history->micros[micro].value);
        history->versions[version].is_read = true;
    }
    for (uint32_t i = 0; list != NULL && i < list->count; i++) {
        value_id element = datum_value(&history->recorded->document, datum_at(&history->recorded->document, list, i));
        uint32_t version = txn_version(history, key, element);
        history->versions[version].is_read = true;
    }
}

bool txn_read_history(struct txn_history *history, struct read_error *error) {
    struct recorded *recorded = history->recorded;
    struct micro_list micros = {0};
    bool has_lists = history->options->model == JUDGE_LIST_APPEND;
    history->txns = memory_alloc(recorded->count, sizeof *history->txns);
    bool is_read = true;
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        struct txn *txn = &history->txns[history->txn_count++];
        *txn = (struct txn){.first = micros.count,
                            .recorded = i,
                            .outcome = operation->outcome,
                            .invoked = operation->invoked,
                            .completed = operation->completed,
                            .process = operation->process};
        is_read = micro_read(recorded, i, has_lists, &micros, error);
        txn->count = micros.count - txn->first;
    }
    history->micros = micros.items;
    history->micro_count = micros.count;
    value_id initial = VALUE_NIL;
    if (is_read && history->options->initial != NULL) {
        is_read = judge_read_scalar(recorded, history->options->initial, &initial, error);
    }
    if (!is_read) {
        return false;
    }
    number_elements(recorded, &micros);
    history->first_of_key = memory_alloc(recorded->document.values.count, sizeof *history->first_of_key);
    for (uint32_t m = 0; m < history->micro_count; m++) {
        struct micro *micro = &history->micros[m];
        if (micro->kind == MICRO_READ && micro->value == initial) {
            micro->value = VALUE_NIL;
        }
        uint32_t first = txn_version(history, micro->key, VALUE_NIL);
        if (history->first_of_key[micro->key] == 0) {
            history->first_of_key[micro->key] = first + 1;
            history->keys =
                memory_reserve(history->keys, history->key_count, &history->key_capacity, sizeof *history->keys);
            history->keys[history->key_count++] = micro->key;
        }
    }
    link_same_keys(history);
    for (uint32_t t = 0; t < history->txn_count; t++) {
        const struct txn *txn = &history->txns[t];
        for (uint32_t m = txn->first; m < txn->first + txn->count; m++) {
            if (history->micros[m].kind != MICRO_READ) {
                note_write(history, t, m);
            } else if (txn->outcome == OUTCOME_OK) {
                note_read(history, m);
            }
        }
    }
    graph_init(&history->graph, history->txn_count);
    return true;
}

void txn_free_history(struct txn_history *history) {
    free(history->txns);
    free(history->micros);
    free(history->same_key);
    free(history->versions);
    free(history->buckets);
    free(history->first_of_key);
    free(history->keys);
    free(history->updater);
    graph_free(&history->graph);
}

const char *txn_show(const struct txn_history *history, value_id value, char *text, size_t size) {
    return values_show(&history->recorded->document.values, value, text, size);
}

void txn_describe(const struct txn_history *history, struct text *out, const char *name, uint32_t txn) {
    char line[RECORDED_LINE_BYTES];
    text_add(out, "%s%s\n", name, recorded_describe(history->recorded, history->txns[txn].recorded, line));
}

/* ---- What may be wrong with a read ------------------------------------------------------------------------------- */

static void describe_read(struct txn_history *history, struct text *out, uint32_t reader, const char *relation,
                          uint32_t writer) {
    if (out != NULL) {
        txn_describe(history, out, "", reader);
        if (writer != TXN_NONE) {
            text_add(out, "%s\n", relation);
            txn_describe(history, out, "", writer);
        }
    }
}

void txn_check_read(struct txn_history *history, uint32_t txn, uint32_t micro, uint32_t index, bool is_last) {
    const struct version *version = &history->versions[index];
    char value[64], key[64];
    if (version->value == VALUE_NIL) {
        return;
    }
    if (version->writer == TXN_NONE && version->failed_writer != TXN_NONE) {
        describe_read(history, judgement_find(history->judgement, "G1a", judge_level_names[LEVEL_READ_COMMITTED]), txn,
                      "read what an aborted transaction wrote:", version->failed_writer);
    } else if (version->writer == TXN_NONE) {
        struct text *out = judgement_find(history->judgement, "phantom", judge_level_names[LEVEL_READ_COMMITTED]);
        if (out != NULL) {
            txn_describe(history, out, "", txn);
            text_add(out, "read %s of key %s, which nobody wrote.\n",
                     txn_show(history, version->value, value, sizeof value),
                     txn_show(history, version->key, key, sizeof key));
        }
    } else if (version->writer == txn && version->writer_micro > micro) {
        struct text *out =
            judgement_find(history->judgement, "future read", judge_level_names[LEVEL_SNAPSHOT_ISOLATION]);
        if (out != NULL) {
            txn_describe(history, out, "", txn);
            text_add(out, "read %s of key %s before it wrote that itself.\n",
                     txn_show(history, version->value, value, sizeof value),
                     txn_show(history, version->key, key, sizeof key));
        }
    } else if (version->writer != txn && version->is_intermediate && is_last && !version->is_ambiguous) {
        describe_read(history, judgement_find(history->judgement, "G1b", judge_level_names[LEVEL_READ_COMMITTED]), txn,
                      "read what this transaction later overwrote:", version->writer);
    }
}

void txn_note_update(struct txn_history *history, uint32_t txn, uint32_t version) {
    if (history->updater == NULL) {
        history->updater = memory_alloc(history->version_count, sizeof *history->updater);
        memset(history->updater, 0xff, history->version_count * sizeof *history->updater);
    }
    uint32_t other = history->updater[version];
    if (other == TXN_NONE) {
        history->updater[version] = txn;
    } else if (other != txn) {
        struct text *out =
            judgement_find(history->judgement, "lost update", judge_level_names[LEVEL_SNAPSHOT_ISOLATION]);
        if (out != NULL) {
            char key[64];
            txn_describe(history, out, "", other);
            txn_describe(history, out, "", txn);
            text_add(out, "Both read the same version of key %s, and both wrote it.\n",
                     txn_show(history, history->versions[version].key, key, sizeof key));
        }
    }
}
