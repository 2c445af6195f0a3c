#include "sim/check/recorded/queue_matching.h"

#include "sim/check/recorded/memory.h"

#include <stdlib.h>
#include <string.h>

struct ending {
    uint32_t completed, dequeue;
};

static int compare_endings(const void *left, const void *right) {
    const struct ending *a = left, *b = right;
    if (a->completed != b->completed) {
        return a->completed < b->completed ? -1 : 1;
    }
    return (a->dequeue > b->dequeue) - (a->dequeue < b->dequeue);
}

static void append(uint32_t *next, uint32_t *previous, uint32_t head, uint32_t item) {
    previous[item] = previous[head];
    next[item] = head;
    next[previous[head]] = item;
    previous[head] = item;
}

void queue_matching_init(struct queue_matching *matching, const struct queue_operation *operations, uint32_t count) {
    size_t room = (size_t)count + 1;
    *matching = (struct queue_matching){.operations = operations,
                                        .count = count,
                                        .next_begun = memory_alloc(room, sizeof(uint32_t)),
                                        .previous_begun = memory_alloc(room, sizeof(uint32_t)),
                                        .next_ended = memory_alloc(room, sizeof(uint32_t)),
                                        .previous_ended = memory_alloc(room, sizeof(uint32_t)),
                                        .given = memory_alloc(room, sizeof(uint32_t)),
                                        .unknown = memory_alloc(room, sizeof(uint32_t))};
    struct ending *endings = memory_alloc(room, sizeof *endings);
    uint32_t ending_count = 0;
    matching->next_begun[count] = matching->previous_begun[count] = count;
    matching->next_ended[count] = matching->previous_ended[count] = count;
    for (uint32_t i = 0; i < count; i++) {
        if (operations[i].kind == QUEUE_DEQUEUE) {
            append(matching->next_begun, matching->previous_begun, count, i);
            endings[ending_count++] = (struct ending){operations[i].completed, i};
        } else if (operations[i].kind == QUEUE_UNKNOWN) {
            matching->unknown[matching->unknown_count++] = operations[i].invoked;
        }
    }
    qsort(endings, ending_count, sizeof *endings, compare_endings);
    for (uint32_t i = 0; i < ending_count; i++) {
        append(matching->next_ended, matching->previous_ended, count, endings[i].dequeue);
    }
    free(endings);
}

void queue_matching_free(struct queue_matching *matching) {
    free(matching->next_begun);
    free(matching->previous_begun);
    free(matching->next_ended);
    free(matching->previous_ended);
    free(matching->given);
    free(matching->unknown);
    memset(matching, 0, sizeof *matching);
}

static void unlink_from(uint32_t *next, uint32_t *previous, uint32_t item) {
    next[previous[item]] = next[item];
    previous[next[item]] = previous[item];
}

static void link_again(uint32_t *next, uint32_t *previous, uint32_t item) {
    next[previous[item]] = item;
    previous[next[item]] = item;
}

void queue_matching_take(struct queue_matching *matching, uint32_t dequeue) {
    if (matching->operations[dequeue].kind == QUEUE_UNKNOWN) {
        matching->unknown_taken++;
        return;
    }
    unlink_from(matching->next_begun, matching->previous_begun, dequeue);
    unlink_from(matching->next_ended, matching->previous_ended, dequeue);
}

void queue_matching_put_back(struct queue_matching *matching, uint32_t dequeue) {
    if (matching->operations[dequeue].kind == QUEUE_UNKNOWN) {
        matching->unknown_taken--;
        return;
    }
    link_again(matching->next_ended, matching->previous_ended, dequeue);
    link_again(matching->next_begun, matching->previous_begun, dequeue);
}

bool queue_matching_fits(struct queue_matching *matching, const uint32_t *elements, uint32_t element_count) {
    const struct queue_operation *operations = matching->operations;
    uint32_t question = ++matching->question, head = matching->count;
    uint32_t begun = matching->next_begun[head], ended = matching->next_ended[head], unknown = matching->unknown_taken;
    for (uint32_t i = 0; i < element_count; i++) {
        while (ended != head && matching->given[ended] == question) {
            ended = matching->next_ended[ended];
        }
        if (ended == head) {
            return true; /* nothing is left to take the others */
        }
        while (matching->given[begun] == question) {
            begun = matching->next_begun[begun];
        }
        uint32_t taker = head;
        for (uint32_t at = begun; at != head && operations[at].invoked < operations[ended].completed;
             at = matching->next_begun[at]) {
            if (matching->given[at] != question && operations[at].element == elements[i] &&
                (taker == head || operations[at].completed < operations[taker].completed)) {
                taker = at;
            }
        }
        if (taker != head) {
            matching->given[taker] = question;
        } else if (unknown == matching->unknown_count || matching->unknown[unknown++] > operations[ended].completed) {
            return false;
        }
    }
    return true;
}
