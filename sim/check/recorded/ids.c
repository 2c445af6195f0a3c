/* Ids that are generated: no two operations that succeeded may have got the same one. */
#include "sim/check/recorded/judge.h"
#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

static void blame(struct recorded *recorded, struct judgement *judgement, uint32_t first, uint32_t second) {
    char line[RECORDED_LINE_BYTES];
    struct text *out = judgement_find(judgement, "duplicated", NULL);
    if (out != NULL) {
        text_add(out, "%s\n", recorded_describe(recorded, first, line));
        text_add(out, "%s\n", recorded_describe(recorded, second, line));
    }
}

bool judge_unique_ids(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                      struct read_error *error) {
    (void)options;
    value_id *ids = memory_alloc(recorded->count, sizeof *ids);
    bool is_read = true;
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        if (strcmp(recorded_function(recorded, operation), "generate") != 0) {
            is_read = judge_fail_function(recorded, i, "generate", error);
        } else if (operation->outcome == OUTCOME_OK) {
            ids[i] = datum_value(&recorded->document, operation->result);
            is_read = ids[i] != VALUE_NIL || read_fail(error, operation->event, "an id that was generated is a value");
        }
    }
    uint32_t *first = memory_alloc(recorded->document.values.count, sizeof *first); /* operation + 1, by id */
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        if (ids[i] == VALUE_NIL) {
            continue;
        }
        judgement->looked_at++;
        if (first[ids[i]] != 0) {
            blame(recorded, judgement, first[ids[i]] - 1, i);
        } else {
            first[ids[i]] = i + 1;
        }
    }
    free(first);
    free(ids);
    return is_read;
}
