/* The memory of the invariants: tables of facts, mirrors of logs, leaders. */
#include "sim/check/invariant_state.h"

#include "sim/base/hash.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_FACTS = 64 };

static struct fact *place_of(struct fact *facts, uint32_t capacity, uint64_t a, uint64_t b) {
    uint32_t at = (uint32_t)hash_add(hash_mix(a), b) & (capacity - 1);
    while (facts[at].is_used && (facts[at].a != a || facts[at].b != b)) {
        at = (at + 1) & (capacity - 1);
    }
    return &facts[at];
}

static void grow(struct arena *arena, struct fact_table *table) {
    uint32_t capacity = table->capacity == 0 ? FIRST_FACTS : table->capacity * 2;
    struct fact *facts = arena_alloc(arena, capacity * sizeof *facts);
    for (uint32_t i = 0; i < table->capacity; i++) {
        if (table->facts[i].is_used) {
            *place_of(facts, capacity, table->facts[i].a, table->facts[i].b) = table->facts[i];
        }
    }
    arena_free(arena, table->facts, table->capacity * sizeof *facts);
    table->facts = facts;
    table->capacity = capacity;
}

struct fact *fact_of(struct arena *arena, struct fact_table *table, uint64_t a, uint64_t b, bool *is_new) {
    if (table->count >= table->capacity / 4 * 3) {
        grow(arena, table);
    }
    struct fact *fact = place_of(table->facts, table->capacity, a, b);
    *is_new = !fact->is_used;
    if (*is_new) {
        *fact = (struct fact){.a = a, .b = b, .is_used = true};
        table->count++;
    }
    return fact;
}

struct log_mirror *mirror_of(struct invariants *invariants, node_id node) {
    return &invariants->mirrors[node - invariants->first];
}

const char *invariants_node_name(const struct invariants *invariants, node_id node) {
    return invariants->name_of(invariants->context, node);
}

const struct log_entry *mirror_entry(const struct invariants *invariants, const struct log_mirror *mirror,
                                     uint64_t index) {
    return index <= mirror->base ? &invariants->committed[index - 1].entry : &mirror->entries[index - mirror->base - 1];
}

void mirror_append(struct invariants *invariants, struct log_mirror *mirror, uint64_t term, uint64_t content) {
    uint64_t chain = log_chain(invariants, mirror, mirror->length, term, content);
    mirror->entries = arena_array_reserve(invariants->arena, mirror->entries, mirror->length - mirror->base,
                                          &mirror->capacity, sizeof *mirror->entries);
    mirror->entries[mirror->length - mirror->base] = (struct log_entry){term, content, chain};
    mirror->length++;
}

uint64_t log_chain(const struct invariants *invariants, const struct log_mirror *mirror, uint32_t length, uint64_t term,
                   uint64_t content) {
    uint64_t before = length == 0 ? 0 : mirror_entry(invariants, mirror, length)->chain;
    return hash_add(hash_add(before, term), content);
}

void mirror_cut(struct log_mirror *mirror, uint64_t length) {
    length = length > mirror->base ? length : mirror->base;
    mirror->length = length < mirror->length ? (uint32_t)length : mirror->length;
}

void mirror_empty(struct log_mirror *mirror) {
    mirror->base = mirror->length = mirror->applied = 0;
}

void mirror_rebase(struct invariants *invariants, struct log_mirror *mirror, uint32_t base) {
    if (base <= mirror->base) {
        return;
    }
    uint32_t kept = mirror->length > base ? mirror->length - base : 0;
    if (kept > 0) {
        memmove(mirror->entries, mirror->entries + (base - mirror->base), kept * sizeof *mirror->entries);
    }
    mirror->base = base;
    mirror->length = base + kept;
    uint64_t chain = invariants->committed[base - 1].entry.chain;
    for (uint32_t i = 0; i < kept; i++) { /* as they were, unless they followed another log */
        struct log_entry *entry = &mirror->entries[i];
        chain = hash_add(hash_add(chain, entry->term), entry->content);
        if (entry->chain == chain) {
            break;
        }
        entry->chain = chain;
    }
}

void mirror_lead(struct invariants *invariants, struct log_mirror *mirror, uint64_t term, sim_time at) {
    if (mirror->leads && mirror->term == term) {
        return;
    }
    if (!mirror->leads) {
        invariants->leaders[invariants->leader_count++] = (uint32_t)(mirror - invariants->mirrors);
    }
    mirror->leads = true;
    mirror->term = term;
    mirror->since = at;
}

void mirror_stop_leading(struct invariants *invariants, struct log_mirror *mirror) {
    for (uint32_t i = 0; mirror->leads && i < invariants->leader_count; i++) {
        if (invariants->leaders[i] == (uint32_t)(mirror - invariants->mirrors)) {
            invariants->leaders[i] = invariants->leaders[--invariants->leader_count];
            mirror->leads = false;
        }
    }
}

void invariants_break(struct invariants *invariants, enum invariant_kind kind, sim_time at, const char *format, ...) {
    struct check_result *result = &invariants->results[kind];
    if (result->verdict == VERDICT_VIOLATED) {
        return;
    }
    result->verdict = VERDICT_VIOLATED;
    result->at = at;
    invariants->broke |= UINT32_C(1) << kind;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(result->detail, sizeof result->detail, format, arguments);
    va_end(arguments);
}
