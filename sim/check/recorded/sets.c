/* Sets that are added to and read.
 *
 * set: the last read that succeeded holds every element whose addition succeeded.
 * set-full: every read counts. An element is known from the completion of its addition, or of the first read that shows
 * it. It is lost when, after it was known, a read began that lacks it and none that began later shows it; it is stable
 * when some time after which every read shows it exists; stale when it is stable, but a read that began after it was
 * known lacks it. Reads may lack an element only while it is not known. These are Jepsen's checkers of these names; but
 * in both no read may show an element that nobody had begun to add by its end, or one twice. */
#include "sim/check/recorded/judge.h"
#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LISTED = 8 };

struct element {
    value_id value;
    uint32_t add;     /* recorded operation of its first addition */
    bool is_added;    /* an addition succeeded */
    bool is_in_final; /* read last */
    uint32_t known;   /* position; UINT32_MAX: never */
    uint32_t present; /* the read invoked last that shows it: place among the reads + 1, or 0 */
    uint32_t absent;  /* the same of those that lack it and completed after its addition began */
};

struct set_history {
    struct recorded *recorded;
    struct element *elements;
    uint32_t count, capacity;
    uint32_t *element_of; /* of a value: element + 1, or 0 */
    uint32_t *reads;      /* that succeeded, by invocation */
    uint32_t read_count;
};

static void mark_added(struct set_history *set, uint32_t index, value_id value) {
    const struct recorded_operation *operation = &set->recorded->operations[index];
    if (set->element_of[value] == 0) {
        set->elements = memory_reserve(set->elements, set->count, &set->capacity, sizeof *set->elements);
        set->elements[set->count++] = (struct element){.value = value, .add = index, .known = UINT32_MAX};
        set->element_of[value] = set->count;
    }
    struct element *element = &set->elements[set->element_of[value] - 1];
    if (operation->outcome == OUTCOME_OK) {
        element->is_added = true;
        element->known = operation->completed < element->known ? operation->completed : element->known;
    }
}

static bool read_set(struct set_history *set, struct read_error *error) {
    struct recorded *recorded = set->recorded;
    set->reads = memory_alloc(recorded->count, sizeof *set->reads);
    value_id *values = memory_alloc(recorded->count, sizeof *values);
    bool is_read = true;
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        const struct recorded_operation *operation = &recorded->operations[i];
        const char *name = recorded_function(recorded, operation);
        if (strcmp(name, "add") == 0) {
            values[i] = datum_value(&recorded->document, recorded_value(operation));
        } else if (strcmp(name, "read") != 0) {
            is_read = judge_fail_function(recorded, i, "add or read", error);
        } else if (operation->outcome == OUTCOME_OK && !datum_is_nil(operation->result)) {
            if (!datum_is_sequence(operation->result)) {
                is_read = read_fail(error, operation->result, "a read of a set returns a list or set of its elements");
            }
            set->reads[set->read_count++] = i;
            for (uint32_t e = 0; is_read && e < operation->result->count; e++) {
                datum_value(&recorded->document, datum_at(&recorded->document, operation->result, e));
            }
        }
    }
    set->element_of = memory_alloc(recorded->document.values.count, sizeof *set->element_of);
    for (uint32_t i = 0; i < recorded->count && is_read; i++) {
        if (strcmp(recorded_function(recorded, &recorded->operations[i]), "add") == 0) {
            mark_added(set, i, values[i]);
        }
    }
    free(values);
    return is_read;
}

static void free_set(struct set_history *set) {
    free(set->elements);
    free(set->element_of);
    free(set->reads);
}

static value_id element_at(const struct set_history *set, const struct recorded_operation *read, uint32_t index) {
    return datum_value(&set->recorded->document, datum_at(&set->recorded->document, read->result, index));
}

static void list_element(const struct set_history *set, struct text *out, value_id value, uint64_t place) {
    char shown[48];
    if (place < MOST_LISTED) {
        text_add(out, "%s%s", place == 0 ? "" : ", ",
                 values_show(&set->recorded->document.values, value, shown, sizeof shown));
    } else if (place == MOST_LISTED) {
        text_add(out, ", ...");
    }
}

/* Counts the case, and lists its element among the first. */
static void find_element(const struct set_history *set, struct judgement *judgement, const char *name, value_id value) {
    judgement_find(judgement, name, NULL);
    for (uint32_t i = 0; i < judgement->finding_count; i++) {
        struct finding *finding = &judgement->findings[i];
        if (strcmp(finding->name, name) == 0) {
            list_element(set, &finding->example, value, finding->count - 1);
        }
    }
}

/* ---- What no read may show ----------------------------------------------------------------------------------------
 */

static void look_at_present(struct set_history *set, struct judgement *judgement, uint32_t *last_read_of) {
    for (uint32_t r = 0; r < set->read_count; r++) {
        const struct recorded_operation *read = &set->recorded->operations[set->reads[r]];
        for (uint32_t i = 0; i < read->result->count; i++) {
            value_id value = element_at(set, read, i);
            if (last_read_of[value] == r + 1) {
                find_element(set, judgement, "duplicated", value);
                continue;
            }
            last_read_of[value] = r + 1;
            struct element *element = set->element_of[value] > 0 ? &set->elements[set->element_of[value] - 1] : NULL;
            if (element == NULL || set->recorded->operations[element->add].invoked > read->completed) {
                find_element(set, judgement, "unexpected", value);
                continue;
            }
            element->present = r + 1;
            element->known = read->completed < element->known ? read->completed : element->known;
        }
    }
}

/* ---- The final read -------------------------------------------------------------------------------------------------
 */

bool judge_set(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
               struct read_error *error) {
    (void)options;
    struct set_history set = {.recorded = recorded};
    bool is_read = read_set(&set, error);
    if (!is_read) {
        free_set(&set);
        return false;
    }
    judgement->looked_at += recorded->count;
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; i < set.read_count; i++) {
        if (last == UINT32_MAX || recorded->operations[set.reads[i]].completed > recorded->operations[last].completed) {
            last = set.reads[i];
        }
    }
    if (last == UINT32_MAX) {
        judgement_doubt(judgement, "The set was never read.");
        free_set(&set);
        return true;
    }
    uint32_t *last_read_of = memory_alloc(recorded->document.values.count, sizeof *last_read_of);
    look_at_present(&set, judgement, last_read_of);
    free(last_read_of);
    const struct recorded_operation *read = &recorded->operations[last];
    for (uint32_t i = 0; i < read->result->count; i++) {
        value_id value = element_at(&set, read, i);
        if (set.element_of[value] > 0) {
            set.elements[set.element_of[value] - 1].is_in_final = true;
        }
    }
    uint32_t recovered = 0;
    for (uint32_t i = 0; i < set.count; i++) {
        if (set.elements[i].is_added && !set.elements[i].is_in_final) {
            find_element(&set, judgement, "lost", set.elements[i].value);
        }
        recovered += !set.elements[i].is_added && set.elements[i].is_in_final;
    }
    if (recovered > 0) {
        text_add(&judgement->note, "%" PRIu32 " elements were read though their addition was not acknowledged.",
                 recovered);
    }
    free_set(&set);
    return true;
}

/* ---- Every read -----------------------------------------------------------------------------------------------------
 */

/* For each element, the read invoked last that lacks it. From the last read back, elements stay on the list while the
 * reads show them: so the work is about that of reading the reads. */
static void look_at_absent(struct set_history *set, uint32_t *last_read_of) {
    uint32_t *open = memory_alloc(set->count, sizeof *open);
    uint32_t open_count = set->count;
    uint32_t stamp = set->read_count + 1; /* above those of look_at_present */
    for (uint32_t i = 0; i < set->count; i++) {
        open[i] = i;
    }
    for (uint32_t r = set->read_count; r-- > 0 && open_count > 0;) {
        const struct recorded_operation *read = &set->recorded->operations[set->reads[r]];
        for (uint32_t i = 0; i < read->result->count; i++) {
            last_read_of[element_at(set, read, i)] = stamp + r;
        }
        uint32_t kept = 0;
        for (uint32_t i = 0; i < open_count; i++) {
            struct element *element = &set->elements[open[i]];
            bool has_begun = set->recorded->operations[element->add].invoked < read->completed;
            if (has_begun && last_read_of[element->value] != stamp + r) {
                element->absent = r + 1;
            } else {
                open[kept++] = open[i];
            }
        }
        open_count = kept;
    }
    free(open);
}

static uint32_t invoked_at(const struct set_history *set, uint32_t read) {
    return set->recorded->operations[set->reads[read - 1]].invoked;
}

bool judge_set_full(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                    struct read_error *error) {
    struct set_history set = {.recorded = recorded};
    bool is_read = read_set(&set, error);
    if (!is_read) {
        free_set(&set);
        return false;
    }
    judgement->looked_at += recorded->count;
    uint32_t *last_read_of = memory_alloc(recorded->document.values.count, sizeof *last_read_of);
    look_at_present(&set, judgement, last_read_of);
    look_at_absent(&set, last_read_of);
    uint32_t stable = 0, stale = 0, lost = 0;
    for (uint32_t i = 0; i < set.count; i++) {
        const struct element *element = &set.elements[i];
        bool is_missed = element->absent > 0 && invoked_at(&set, element->absent) > element->known;
        if (element->present > element->absent) {
            stable++;
            stale += is_missed;
            if (is_missed && options->is_linearizable) {
                find_element(&set, judgement, "stale", element->value);
            }
        } else if (element->known != UINT32_MAX && is_missed) {
            lost++;
            find_element(&set, judgement, "lost", element->value);
        }
    }
    text_add(&judgement->note,
             "%" PRIu32 " elements stable (%" PRIu32 " of them stale for a while), %" PRIu32 " lost, %" PRIu32
             " never read.",
             stable, stale, lost, set.count - stable - lost);
    if (stable == 0 && judgement->finding_count == 0) {
        judgement_doubt(judgement, "No element was ever seen for good: there is nothing to judge.");
    }
    free(last_read_of);
    free_set(&set);
    return true;
}
