/* Queues.
 *
 * Four things can be wrong with a queue of distinct elements, and a history without any of them has an order that
 * explains it (Henzinger, Sezgin and Vafeiadis, Aspect-oriented linearizability proofs, 2013):
 *   phantom     an element came out that had not been put in
 *   duplicated  an element came out more often than it was put in
 *   reordered   a was in before b was put in, and b came out before a did; `lost` when a never came out
 *   not empty   a dequeue found nothing while there was something all the time
 * Where elements repeat or outcomes of dequeues are not known, a search decides. An element that is acknowledged and
 * never comes out is lost, too, if a drain began after it was put in. */
#include "sim/check/recorded/queue.h"

#include "sim/check/recorded/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

/* Where an element is in the history: the operations that put it in and take it out. */
struct passage {
    uint32_t enqueue, dequeue; /* of the queue's operations; NONE */
    uint32_t enqueues, dequeues;
};

struct queue_check {
    struct queue_history *queue;
    struct judgement *judgement;
    struct passage *passages; /* by element */
    uint32_t *starts;         /* by position: the enqueue invoked there + 1 */
    uint32_t *ends;           /* by position: the operation completed there + 1 */
};

static const struct queue_operation *operation_at(const struct queue_check *check, uint32_t index) {
    return &check->queue->operations[index];
}

static void describe(const struct queue_check *check, struct text *out, const char *before, uint32_t index) {
    char line[RECORDED_LINE_BYTES];
    if (index != NONE) {
        text_add(out, "%s%s\n", before,
                 recorded_describe(check->queue->recorded, operation_at(check, index)->recorded, line));
    }
}

static void find_passages(struct queue_check *check) {
    const struct queue_history *queue = check->queue;
    for (uint32_t e = 0; e < queue->element_count; e++) {
        check->passages[e] = (struct passage){.enqueue = NONE, .dequeue = NONE};
    }
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct queue_operation *operation = &queue->operations[i];
        struct passage *passage = &check->passages[operation->element];
        if (operation->kind == QUEUE_ENQUEUE) {
            passage->enqueue = passage->enqueues++ == 0 ? i : passage->enqueue;
        } else if (operation->kind == QUEUE_DEQUEUE) {
            passage->dequeue = passage->dequeues++ == 0 ? i : passage->dequeue;
        }
    }
}

/* ---- What comes out went in -------------------------------------------------------------------------------------- */

/* At each completion of a dequeue, as many enqueues of the element must have begun. For elements without order this
 * is all there is to it: then the dequeues can be matched with the enqueues. */
static void find_phantoms(struct queue_check *check) {
    const struct queue_history *queue = check->queue;
    uint32_t *begun = memory_alloc(queue->element_count, sizeof *begun);
    uint32_t *out = memory_alloc(queue->element_count, sizeof *out);
    uint32_t next = 0;
    uint32_t *by_end = memory_alloc(queue->count, sizeof *by_end);
    uint32_t end_count = 0;
    for (uint32_t position = 1; position <= queue->recorded->event_count; position++) {
        for (uint32_t i = check->ends[position]; i > 0 && i <= queue->count; i++) { /* a drain ends several at once */
            if (operation_at(check, i - 1)->completed != position) {
                break;
            }
            by_end[end_count++] = i - 1;
        }
    }
    for (uint32_t k = 0; k < end_count; k++) {
        const struct queue_operation *operation = operation_at(check, by_end[k]);
        while (next < queue->count && operation_at(check, next)->invoked < operation->completed) {
            begun[operation_at(check, next)->element] += operation_at(check, next)->kind == QUEUE_ENQUEUE;
            next++;
        }
        if (operation->kind != QUEUE_DEQUEUE || ++out[operation->element] <= begun[operation->element]) {
            continue;
        }
        const struct passage *passage = &check->passages[operation->element];
        bool is_phantom = passage->enqueues == 0 || out[operation->element] <= passage->enqueues;
        struct text *text = judgement_find(check->judgement, is_phantom ? "phantom" : "duplicated", NULL);
        if (text != NULL) {
            describe(check, text, "", by_end[k]);
            describe(check, text, is_phantom ? "It was put in later:\n  " : "It was put in by\n  ", passage->enqueue);
            if (!is_phantom) {
                describe(check, text, "and came out first by\n  ", passage->dequeue);
            } else if (passage->enqueue == NONE) {
                text_add(text, "Nobody put it in.\n");
            }
        }
    }
    free(begun);
    free(out);
    free(by_end);
}

/* ---- What goes in comes out -------------------------------------------------------------------------------------- */

/* Acknowledged elements that never came out, though a drain began after they were in. Each dequeue with an unknown
 * outcome may have taken one. */
static void find_lost(struct queue_check *check, bool is_drained) {
    const struct queue_history *queue = check->queue;
    uint32_t last_drain = is_drained ? POSITION_NEVER : 0, waiting = 0, lost = 0, first = NONE;
    if (queue->has_drain) {
        for (uint32_t i = 0; i < queue->recorded->count; i++) {
            const struct recorded_operation *operation = &queue->recorded->operations[i];
            bool is_drain =
                operation->outcome == OUTCOME_OK && strcmp(recorded_function(queue->recorded, operation), "drain") == 0;
            last_drain = is_drain && operation->invoked > last_drain ? operation->invoked : last_drain;
        }
    }
    uint32_t *acknowledged = memory_alloc(queue->element_count, sizeof *acknowledged);
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct queue_operation *operation = operation_at(check, i);
        if (operation->kind == QUEUE_ENQUEUE && operation->completed != POSITION_NEVER) {
            bool is_missing = ++acknowledged[operation->element] > check->passages[operation->element].dequeues;
            waiting += is_missing;
            if (is_missing && operation->completed < last_drain) {
                first = lost++ == 0 ? i : first;
            }
        }
    }
    free(acknowledged);
    if (lost > queue->unknown_count && !queue->has_unknown_drain) {
        struct text *out = judgement_find(check->judgement, "lost", NULL);
        for (uint32_t i = queue->unknown_count + 1; i < lost; i++) {
            judgement_find(check->judgement, "lost", NULL);
        }
        if (out != NULL) {
            describe(check, out, "", first);
            text_add(out, "It never came out, though the queue was drained after it was put in.\n");
        }
    } else if (waiting > 0) {
        text_add(&check->judgement->note,
                 "%s%" PRIu32 " elements were put in and did not come out while the history lasted.",
                 check->judgement->note.length > 0 ? "\n" : "", waiting);
    }
}

/* ---- Order ----------------------------------------------------------------------------------------------------------
 */

static void report_order(struct queue_check *check, const struct passage *a, const struct passage *b) {
    bool is_lost = a->dequeue == NONE;
    struct text *out = judgement_find(check->judgement, is_lost ? "lost" : "reordered", NULL);
    if (out != NULL) {
        describe(check, out, "", a->enqueue);
        describe(check, out, "was over before\n  ", b->enqueue);
        describe(check, out, "but what the second put in came out first:\n  ", b->dequeue);
        describe(check, out, "", a->dequeue);
        text_add(out, "%s", is_lost ? "and what the first put in never came out.\n" : "");
    }
}

/* Passes over the positions with the element, of those whose enqueue is over, that is taken out last. */
static void find_reordered(struct queue_check *check) {
    const struct queue_history *queue = check->queue;
    const struct passage *latest = NULL;
    uint32_t latest_out = 0;
    for (uint32_t position = 0; position <= queue->recorded->event_count; position++) {
        if (check->starts[position] > 0) {
            const struct passage *b = &check->passages[operation_at(check, check->starts[position] - 1)->element];
            if (b->dequeue != NONE && latest != NULL && latest_out > operation_at(check, b->dequeue)->completed) {
                report_order(check, latest, b);
            }
        }
        if (check->ends[position] == 0 || operation_at(check, check->ends[position] - 1)->kind != QUEUE_ENQUEUE) {
            continue;
        }
        const struct passage *a = &check->passages[operation_at(check, check->ends[position] - 1)->element];
        bool may_be_taken = a->dequeue == NONE && (queue->unknown_count > 0 || queue->has_unknown_drain);
        uint32_t out = a->dequeue == NONE ? POSITION_NEVER : operation_at(check, a->dequeue)->invoked;
        if (!may_be_taken && (latest == NULL || out > latest_out)) {
            latest = a;
            latest_out = out;
        }
    }
}

/* Within one drain the elements have an order, though not times of their own. */
static void find_reordered_in_drains(struct queue_check *check) {
    const struct queue_history *queue = check->queue;
    const struct passage *earliest = NULL; /* of those behind: whose enqueue was over first */
    uint32_t earliest_end = POSITION_NEVER, drain = 0;
    for (uint32_t i = queue->count; i-- > 0;) {
        const struct queue_operation *operation = operation_at(check, i);
        const struct passage *passage = &check->passages[operation->element];
        if (operation->drain == 0 || passage->enqueue == NONE) {
            continue;
        }
        if (operation->drain != drain) {
            drain = operation->drain;
            earliest = NULL;
        }
        if (earliest != NULL && earliest_end < operation_at(check, passage->enqueue)->invoked) {
            report_order(check, earliest, passage);
        }
        uint32_t end = operation_at(check, passage->enqueue)->completed;
        if (earliest == NULL || end < earliest_end) {
            earliest = passage;
            earliest_end = end;
        }
    }
}

/* ---- Dequeues that found nothing --------------------------------------------------------------------------------- */

/* Between two positions an element is surely in if its enqueue is over and its dequeue has not begun; unless nobody is
 * known to take it and dequeues of unknown outcome may have (`may_be_gone`). */
static void find_not_empty(struct queue_check *check, bool may_be_gone) {
    const struct queue_history *queue = check->queue;
    uint32_t events = queue->recorded->event_count;
    int64_t *change = memory_alloc((size_t)events + 2, sizeof *change);
    uint32_t *last_empty = memory_alloc((size_t)events + 2, sizeof *last_empty); /* gap + 1; gap p follows position p */
    for (uint32_t e = 0; e < queue->element_count; e++) {
        const struct passage *passage = &check->passages[e];
        if (passage->enqueue == NONE || operation_at(check, passage->enqueue)->completed == POSITION_NEVER ||
            (passage->dequeue == NONE && may_be_gone)) {
            continue;
        }
        uint32_t in = operation_at(check, passage->enqueue)->completed;
        uint32_t out = passage->dequeue != NONE ? operation_at(check, passage->dequeue)->invoked : events + 1;
        if (in < out) {
            change[in]++;
            change[out]--;
        }
    }
    int64_t inside = 0;
    for (uint32_t p = 0; p <= events; p++) {
        inside += change[p];
        last_empty[p] = inside == 0 ? p + 1 : p > 0 ? last_empty[p - 1] : 0;
    }
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct queue_operation *operation = operation_at(check, i);
        if (operation->kind == QUEUE_EMPTY && last_empty[operation->completed - 1] < operation->invoked + 1) {
            struct text *out = judgement_find(check->judgement, "not empty", NULL);
            if (out != NULL) {
                describe(check, out, "", i);
                text_add(out, "found nothing, though there was an element in the queue all the while.\n");
            }
        }
    }
    free(change);
    free(last_empty);
}

/* Of distinct elements: nothing is wrong even if no dequeue of unknown outcome took anything. */
static bool holds_without_unknown(const struct queue_check *check, bool is_unordered) {
    struct judgement scratch = {0};
    struct queue_history known = *check->queue;
    struct queue_check trial = *check;
    known.unknown_count = 0;
    known.has_unknown_drain = false;
    trial.queue = &known;
    trial.judgement = &scratch;
    if (!is_unordered) {
        find_reordered(&trial);
        find_reordered_in_drains(&trial);
    }
    find_not_empty(&trial, false);
    bool holds = scratch.finding_count == 0;
    judgement_free(&scratch);
    return holds;
}

bool judge_queue(struct recorded *recorded, const struct judge_options *options, struct judgement *judgement,
                 struct read_error *error) {
    struct queue_history queue;
    if (!queue_read(recorded, &queue, error)) {
        queue_free(&queue);
        return false;
    }
    struct queue_check check = {.queue = &queue,
                                .judgement = judgement,
                                .passages = memory_alloc(queue.element_count, sizeof *check.passages),
                                .starts = memory_alloc((size_t)recorded->event_count + 1, sizeof *check.starts),
                                .ends = memory_alloc((size_t)recorded->event_count + 1, sizeof *check.ends)};
    for (uint32_t i = queue.count; i-- > 0;) {
        if (queue.operations[i].kind == QUEUE_ENQUEUE) {
            check.starts[queue.operations[i].invoked] = i + 1;
        }
        if (queue.operations[i].completed != POSITION_NEVER) {
            check.ends[queue.operations[i].completed] = i + 1;
        }
    }
    find_passages(&check);
    find_phantoms(&check);
    find_lost(&check, options->is_drained);
    if (queue.is_distinct && !options->is_unordered) {
        find_reordered(&check);
        find_reordered_in_drains(&check);
    }
    bool takes_unknown = queue.unknown_count > 0 || queue.has_unknown_drain;
    if (queue.is_distinct && (!takes_unknown || options->is_unordered)) {
        find_not_empty(&check, takes_unknown);
    }
    bool is_decided = (options->is_unordered && queue.empty_count == 0) ||
                      (queue.is_distinct && (!takes_unknown || holds_without_unknown(&check, options->is_unordered)));
    if (judgement->finding_count > 0 || is_decided) {
        judgement->looked_at += queue.count;
    } else if (!queue_can_search(&queue, options->is_unordered)) {
        judgement->looked_at += queue.count;
        judgement_doubt(judgement, "Which elements the dequeues of unknown outcome took is open.");
    } else {
        queue_search(&queue, options->is_unordered, options->max_steps, judgement);
    }
    free(check.passages);
    free(check.starts);
    free(check.ends);
    queue_free(&queue);
    return true;
}
