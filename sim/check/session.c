/* One pass over each session's operations on each key. What precedes an operation is known by two numbers a writing
 * session: when the latest write of it that was read, or written, began. */
#include "sim/check/session.h"

#include "sim/base/sort.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_OPERATION UINT32_MAX

/* A version: a key with a value, and who wrote it. */
struct version {
    uint64_t key;
    int64_t value;
    uint32_t writer; /* NO_OPERATION: several */
    uint64_t reach;  /* of a key's first version: the sum of its increments whose results nobody knows */
};

/* An operation of a session on a key, with the version that it read or wrote. */
struct contact {
    uint64_t key;
    uint32_t process, operation, version;
    bool is_read;
};

/* A committed read of a version by a session: the first one. */
struct first_read {
    uint32_t version, process;
    uint32_t operation;
};

/* The first violation: a read, and what is newer than what it returned. */
struct example {
    uint32_t read, newer;
    const char *relation;
};

struct session_check {
    const struct history *history;
    struct version *versions; /* by key and value */
    uint32_t version_count;
    struct contact *contacts; /* by key, process, invocation */
    uint32_t contact_count;
    struct first_read *first_reads; /* by version and process */
    uint32_t first_read_count;
    uint32_t *latest;  /* of a group: by place of a writing process, the write read that began last */
    uint32_t *writers; /* of a group: the processes that wrote what was read */
    struct session_result *results;
    struct example examples[SESSION_GUARANTEE_COUNT];
    const struct order_speaker *speaker;
    int64_t initial;
};

const char *session_guarantee_name(enum session_guarantee guarantee) {
    static const char *const names[SESSION_GUARANTEE_COUNT] = {"read-your-writes", "monotonic-reads",
                                                               "monotonic-writes", "writes-follow-reads"};
    return names[guarantee];
}

static const struct operation *at(const struct session_check *check, uint32_t index) {
    return &check->history->operations[index];
}

/* ---- Versions ------------------------------------------------------------------------------------------------------
 */

static bool writes(const struct operation *operation) {
    return operation->outcome != OUTCOME_FAIL &&
           (operation->kind == OP_WRITE ||
            (operation->kind == OP_CAS && (operation->outcome == OUTCOME_INFO || operation->result == 1)) ||
            ((operation->kind == OP_INCREMENT || operation->kind == OP_APPEND) && operation->outcome == OUTCOME_OK));
}

static int64_t written_value(const struct operation *operation) {
    return operation->kind == OP_INCREMENT || operation->kind == OP_APPEND ? operation->result : operation->value;
}

static int compare_versions(const void *left, const void *right) {
    const struct version *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->value != b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->writer > b->writer) - (a->writer < b->writer);
}

static uint32_t first_version_of(const struct session_check *check, uint64_t key) {
    uint32_t low = 0, high = check->version_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (check->versions[middle].key < key) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < check->version_count && check->versions[low].key == key ? low : NO_OPERATION;
}

static uint64_t distance(int64_t a, int64_t b) {
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/* A value that a write or cas wrote may also be what an increment made whose result nobody knows, of another value
 * so near. */
static void doubt_what_increments_may_have_made(struct session_check *check, uint16_t workload) {
    for (uint32_t i = 0; i < check->history->count; i++) {
        const struct operation *operation = at(check, i);
        uint32_t first = first_version_of(check, operation->key);
        bool is_unknown = operation->kind == OP_INCREMENT && operation->outcome == OUTCOME_INFO;
        if (is_unknown && first != NO_OPERATION && (workload == UINT16_MAX || operation->workload == workload)) {
            check->versions[first].reach += distance(operation->value, 0);
        }
    }
    uint64_t reach = 0;
    for (uint32_t i = 0; i < check->version_count; i++) {
        struct version *version = &check->versions[i];
        bool is_first = i == 0 || version[-1].key != version->key;
        bool is_last = i + 1 == check->version_count || version[1].key != version->key;
        reach = is_first ? version->reach : reach;
        uint64_t nearest = distance(version->value, check->initial);
        uint64_t below = is_first ? nearest : distance(version->value, version[-1].value);
        uint64_t above = is_last ? nearest : distance(version->value, version[1].value);
        nearest = below < nearest ? below : nearest;
        nearest = above < nearest ? above : nearest;
        if (version->writer != NO_OPERATION && at(check, version->writer)->kind != OP_INCREMENT && nearest <= reach &&
            reach > 0) {
            version->writer = NO_OPERATION;
        }
    }
}

/* Each version once; those written several times, or perhaps by an increment that was never answered, have no writer.
 */
static void find_versions(struct session_check *check, uint16_t workload) {
    uint32_t count = 0, kept = 0;
    for (uint32_t i = 0; i < check->history->count; i++) {
        const struct operation *operation = at(check, i);
        if ((workload == UINT16_MAX || operation->workload == workload) && writes(operation)) {
            check->versions[count++] = (struct version){operation->key, written_value(operation), i, 0};
        }
    }
    qsort(check->versions, count, sizeof *check->versions, compare_versions);
    for (uint32_t i = 0; i < count; i++) {
        struct version *last = kept > 0 ? &check->versions[kept - 1] : NULL;
        if (last != NULL && last->key == check->versions[i].key && last->value == check->versions[i].value) {
            last->writer = NO_OPERATION;
        } else {
            check->versions[kept++] = check->versions[i];
        }
    }
    check->version_count = kept;
    doubt_what_increments_may_have_made(check, workload);
}

static uint32_t version_of(const struct session_check *check, uint64_t key, int64_t value) {
    struct version goal = {.key = key, .value = value, .writer = 0};
    uint32_t low = 0, high = check->version_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        struct version other = check->versions[middle];
        other.writer = 0;
        if (compare_versions(&other, &goal) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_found =
        low < check->version_count && check->versions[low].key == key && check->versions[low].value == value;
    return is_found ? low : NO_OPERATION;
}

static uint32_t writer_of(const struct session_check *check, uint32_t version) {
    return version == NO_OPERATION ? NO_OPERATION : check->versions[version].writer;
}

/* ---- Who did what -------------------------------------------------------------------------------------------------
 */

static int compare_contacts(const void *left, const void *right) {
    const struct contact *a = left, *b = right;
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->process != b->process) {
        return a->process < b->process ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

static int compare_first_reads(const void *left, const void *right) {
    const struct first_read *a = left, *b = right;
    if (a->version != b->version) {
        return a->version < b->version ? -1 : 1;
    }
    if (a->process != b->process) {
        return a->process < b->process ? -1 : 1;
    }
    return (a->operation > b->operation) - (a->operation < b->operation);
}

static void find_contacts(struct session_check *check, uint16_t workload) {
    for (uint32_t i = 0; i < check->history->count; i++) {
        const struct operation *operation = at(check, i);
        bool is_read = operation->kind == OP_READ;
        if ((workload != UINT16_MAX && operation->workload != workload) || operation->outcome != OUTCOME_OK ||
            (!is_read && !writes(operation))) {
            continue;
        }
        int64_t value = is_read ? operation->result : written_value(operation);
        uint32_t version = version_of(check, operation->key, value);
        bool is_initial = is_read && value == check->initial && version == NO_OPERATION;
        if (!is_initial && writer_of(check, version) == NO_OPERATION) {
            continue; /* a version that nobody, or more than one, wrote says nothing */
        }
        check->contacts[check->contact_count++] =
            (struct contact){operation->key, operation->process, i, version, is_read};
        if (is_read && !is_initial) {
            check->first_reads[check->first_read_count++] = (struct first_read){version, operation->process, i};
        }
    }
    qsort(check->contacts, check->contact_count, sizeof *check->contacts, compare_contacts);
    qsort(check->first_reads, check->first_read_count, sizeof *check->first_reads, compare_first_reads);
}

/* When the session had first read the version; SIM_NEVER. Among reads in order of invocation, the first to end is
 * nearly always the first: a later one that ends earlier is overlooked, which accuses nobody. */
static sim_time first_read_end(const struct session_check *check, uint32_t version, uint32_t process) {
    struct first_read goal = {version, process, 0};
    uint32_t low = 0, high = check->first_read_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_first_reads(&check->first_reads[middle], &goal) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool is_found = low < check->first_read_count && check->first_reads[low].version == version &&
                    check->first_reads[low].process == process;
    return is_found ? at(check, check->first_reads[low].operation)->completed : SIM_NEVER;
}

/* ---- Violations ----------------------------------------------------------------------------------------------------
 */

static void report(struct session_check *check, enum session_guarantee guarantee, uint32_t read, uint32_t newer,
                   const char *relation) {
    struct session_result *result = &check->results[guarantee];
    const struct operation *operation = at(check, read);
    if (result->violations++ > 0 && operation->completed >= result->check.at) {
        return;
    }
    result->check.verdict = VERDICT_VIOLATED;
    result->check.at = operation->completed;
    check->examples[guarantee] = (struct example){read, newer, relation};
}

static void tell_example(const struct session_check *check, enum session_guarantee guarantee) {
    struct session_result *result = &check->results[guarantee];
    const struct example *example = &check->examples[guarantee];
    char text[200];
    check->speaker->describe(check->speaker->context, example->read, text, sizeof text);
    order_say(&result->check, "%s: %s", text, example->relation);
    check->speaker->describe(check->speaker->context, example->newer, text, sizeof text);
    order_say(&result->check, "\nThe newer one is: %s.", text);
    if (result->violations > 1) {
        order_say(&result->check, "\nThis is the first of %" PRIu64 " such reads.", result->violations);
    }
}

/* What a session did on a key and was over before the operation at hand began. */
struct past {
    uint32_t own;  /* its write that began last; NO_OPERATION */
    uint32_t seen; /* of the writes that it read, the one that began last */
    uint32_t writer_count;
};

static uint32_t later(const struct session_check *check, uint32_t a, uint32_t b) {
    return a == NO_OPERATION || at(check, b)->invoked > at(check, a)->invoked ? b : a;
}

static void absorb(struct session_check *check, struct past *past, const struct contact *contact) {
    uint32_t writer = writer_of(check, contact->version);
    if (writer == NO_OPERATION) {
        return; /* the initial version is older than all */
    }
    if (!contact->is_read) {
        past->own = later(check, past->own, writer);
        return;
    }
    past->seen = later(check, past->seen, writer);
    uint32_t place = 0;
    while (place < past->writer_count && check->writers[place] != at(check, writer)->process) {
        place++;
    }
    if (place == past->writer_count) {
        check->writers[past->writer_count++] = at(check, writer)->process;
        check->latest[place] = NO_OPERATION;
    }
    check->latest[place] = later(check, check->latest[place], writer);
}

/* When the version's write was over; -1 for the initial version; SIM_NEVER if that is not known. */
static sim_time end_of(const struct session_check *check, uint32_t version) {
    uint32_t writer = writer_of(check, version);
    return writer == NO_OPERATION                     ? -1
           : at(check, writer)->outcome == OUTCOME_OK ? at(check, writer)->completed
                                                      : SIM_NEVER;
}

static void judge_read(struct session_check *check, const struct past *past, const struct contact *read) {
    sim_time end = end_of(check, read->version);
    uint32_t writer = writer_of(check, read->version);
    if (past->own != NO_OPERATION && at(check, past->own)->invoked > end) {
        report(check, SESSION_READ_YOUR_WRITES, read->operation, past->own,
               "older than what its client had written before.");
    }
    if (past->seen != NO_OPERATION && at(check, past->seen)->invoked > end) {
        report(check, SESSION_MONOTONIC_READS, read->operation, past->seen,
               "older than what its client had read before.");
    }
    for (uint32_t w = 0; w < past->writer_count && writer != NO_OPERATION; w++) {
        uint32_t newer = check->latest[w];
        if (check->writers[w] == at(check, writer)->process && at(check, newer)->invoked > end) {
            report(check, SESSION_MONOTONIC_WRITES, read->operation, newer, "behind a later write of the same client.");
        }
        if (newer != writer && first_read_end(check, read->version, check->writers[w]) < at(check, newer)->invoked) {
            report(check, SESSION_WRITES_FOLLOW_READS, read->operation, newer,
                   "behind a write of a client that had read that before it wrote.");
        }
    }
}

/* The contacts of one session with one key. */
static void judge_group(struct session_check *check, uint32_t first, uint32_t count, struct sort_entry *ends) {
    struct past past = {NO_OPERATION, NO_OPERATION, 0};
    for (uint32_t i = 0; i < count; i++) {
        sim_time completed = at(check, check->contacts[first + i].operation)->completed;
        ends[i] = (struct sort_entry){sort_key_of(completed), first + i};
    }
    sort_entries(ends, ends + count, count);
    uint32_t absorbed = 0;
    for (uint32_t i = first; i < first + count; i++) {
        const struct contact *contact = &check->contacts[i];
        while (absorbed < count && ends[absorbed].key < sort_key_of(at(check, contact->operation)->invoked)) {
            absorb(check, &past, &check->contacts[ends[absorbed++].what]);
        }
        if (contact->is_read) {
            judge_read(check, &past, contact);
        }
    }
}

bool session_check(const struct history *history, uint16_t workload, int64_t initial,
                   const struct order_speaker *speaker, struct session_result results[static SESSION_GUARANTEE_COUNT]) {
    size_t room = (size_t)history->count + 1;
    struct session_check check = {.history = history,
                                  .versions = malloc(room * sizeof *check.versions),
                                  .contacts = malloc(room * sizeof *check.contacts),
                                  .first_reads = malloc(room * sizeof *check.first_reads),
                                  .latest = malloc(room * sizeof *check.latest),
                                  .writers = malloc(room * sizeof *check.writers),
                                  .results = results,
                                  .initial = initial};
    struct order_speaker plain = order_speaker_of(history);
    check.speaker = speaker != NULL ? speaker : &plain;
    struct sort_entry *ends = malloc(2 * room * sizeof *ends); /* half of it is spare */
    bool has_memory = check.versions != NULL && check.contacts != NULL && check.first_reads != NULL &&
                      check.latest != NULL && check.writers != NULL && ends != NULL;
    memset(results, 0, SESSION_GUARANTEE_COUNT * sizeof *results);
    if (has_memory) {
        find_versions(&check, workload);
        find_contacts(&check, workload);
        for (uint32_t i = 0, end; i < check.contact_count; i = end) {
            for (end = i; end < check.contact_count && check.contacts[end].key == check.contacts[i].key &&
                          check.contacts[end].process == check.contacts[i].process;) {
                end++;
            }
            judge_group(&check, i, end - i, ends);
        }
    }
    for (int g = 0; g < SESSION_GUARANTEE_COUNT; g++) {
        struct check_result *result = &results[g].check;
        result->looked_at = check.contact_count;
        if (!has_memory) {
            result->verdict = VERDICT_INCONCLUSIVE;
            snprintf(result->detail, sizeof result->detail, "The memory of this machine is exhausted.");
        }
        if (result->verdict == VERDICT_VIOLATED) {
            tell_example(&check, (enum session_guarantee)g);
        } else {
            result->at = -1;
        }
    }
    free(check.versions);
    free(check.contacts);
    free(check.first_reads);
    free(check.latest);
    free(check.writers);
    free(ends);
    return has_memory;
}
