#include "sim/study/story.h"

#include "sim/base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All lines of a story before it is cut to size; on the C heap, freed by story_tell. */
struct draft {
    struct story_line *lines;
    uint32_t count, capacity;
};

static struct story_line *add_line(struct draft *draft, sim_time at) {
    if (draft->count == draft->capacity) {
        draft->capacity = draft->capacity == 0 ? 64 : draft->capacity * 2;
        draft->lines = realloc(draft->lines, draft->capacity * sizeof *draft->lines);
        if (draft->lines == NULL) {
            abort();
        }
    }
    struct story_line *line = &draft->lines[draft->count++];
    *line = (struct story_line){.at = at};
    return line;
}

/* "store/1 and store/4", "store/1, store/2 and 7 more" */
static void list_targets(const struct run *run, const struct fault_occurrence *occurrence, char *text, size_t size) {
    enum { SHOWN = 3 };
    uint32_t count = occurrence->target_count;
    uint32_t shown = count <= SHOWN ? count : SHOWN - 1;
    size_t at = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < shown && at < size; i++) {
        const char *joint = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        at += (size_t)snprintf(text + at, size - at, "%s%s", joint, cluster_name(run->cluster, occurrence->targets[i]));
    }
    if (count > shown && at < size) {
        snprintf(text + at, size - at, " and %u more", count - shown);
    } else if (count == 0) {
        snprintf(text, size, "nobody");
    }
}

static const char *verb_of(enum fault_kind kind) {
    switch (kind) {
    case FAULT_CRASH:
        return "crashes";
    case FAULT_RESTART:
        return "restarts";
    case FAULT_PAUSE:
        return "pauses";
    case FAULT_LOSE_DISK:
        return "destroys the disk of";
    case FAULT_TORN_WRITE:
        return "crashes in the middle of writing:";
    case FAULT_CORRUPT_DISK:
        return "corrupts the disk of";
    case FAULT_LYING_SYNC:
        return "lets the disk lie about its syncs, at";
    case FAULT_FULL_DISK:
        return "fills the disk of";
    case FAULT_SLOW_DISK:
        return "slows the disk of";
    case FAULT_STALL_DISK:
        return "stalls the disk of";
    case FAULT_SLOW_NODE:
        return "slows";
    case FAULT_CLOCK_DRIFT:
        return "changes the pace of the clock of";
    case FAULT_CLOCK_JUMP:
        return "moves the wall clock of";
    case FAULT_MEMBER_ADD:
        return "asks the leader for a vote for";
    case FAULT_MEMBER_REMOVE:
        return "asks the leader to do without";
    case FAULT_TRANSFER_LEADER:
        return "asks the leader to hand over to";
    default:
        return "hits";
    }
}

static void describe_start(const struct run *run, const struct fault_occurrence *occurrence, char *text, size_t size) {
    const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
    char targets[128];
    list_targets(run, occurrence, targets, sizeof targets);
    if (fault->kind == FAULT_PARTITION) {
        static const char *const forms[] = {
            [PARTITION_GROUPS] = "splits the network: on one side",
            [PARTITION_ISOLATE] = "cuts off",
            [PARTITION_HALVES] = "splits the network in halves: on one side",
            [PARTITION_BRIDGE] = "leaves one node as the only bridge between two halves: on one side",
            [PARTITION_ONE_WAY] = "stops messages in one direction, from",
        };
        if (fault->form == PARTITION_RING) {
            snprintf(text, size, "%s: every node sees another majority", fault->name);
        } else {
            snprintf(text, size, "%s: %s %s", fault->name, forms[fault->form], targets);
        }
    } else if (fault->kind == FAULT_DEGRADE) {
        snprintf(text, size, "%s: messages from %s are degraded", fault->name, targets);
    } else if (fault->kind == FAULT_DROP_MESSAGES) {
        snprintf(text, size, "%s: %s messages are dropped", fault->name,
                 fault->message != NULL ? fault->message : "some");
    } else {
        snprintf(text, size, "%s: %s %s", fault->name, verb_of(fault->kind), targets);
    }
}

/* What became of the writes, or of the records, that a kind of fault counts. */
struct harm {
    const char *one, *many;
};

static struct harm harm_of(enum fault_kind kind) {
    switch (kind) {
    case FAULT_CRASH:
        return (struct harm){"write lost", "writes lost"};
    case FAULT_LOSE_DISK:
        return (struct harm){"record lost", "records lost"};
    case FAULT_TORN_WRITE:
        return (struct harm){"write torn or lost", "writes torn or lost"};
    case FAULT_CORRUPT_DISK:
        return (struct harm){"record corrupted", "records corrupted"};
    case FAULT_LYING_SYNC:
        return (struct harm){"write acknowledged too early", "writes acknowledged too early"};
    case FAULT_FULL_DISK:
        return (struct harm){"write failed", "writes failed"};
    default:
        return (struct harm){"write delayed", "writes delayed"};
    }
}

void story_touched(const struct fault_config *fault, const struct fault_occurrence *occurrence, char *text,
                   size_t size) {
    bool acts_on_links =
        fault->kind == FAULT_PARTITION || fault->kind == FAULT_DEGRADE || fault->kind == FAULT_DROP_MESSAGES;
    struct harm harm = harm_of(fault->kind);
    const struct {
        uint64_t count;
        const char *one, *many;
    } touched[] = {
        {acts_on_links ? 0 : occurrence->nodes, "node hit", "nodes hit"},
        {occurrence->messages_stopped, "message stopped", "messages stopped"},
        {occurrence->messages_changed, "message changed", "messages changed"},
        {occurrence->disk_writes, harm.one, harm.many},
    };
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof touched / sizeof touched[0] && at < size; i++) {
        if (touched[i].count > 0) {
            char count[32];
            units_print_count(count, sizeof count, (double)touched[i].count);
            at += (size_t)snprintf(text + at, size - at, "%s%s %s", at == 0 ? "" : ", ", count,
                                   touched[i].count == 1 ? touched[i].one : touched[i].many);
        }
    }
    if (at == 0) {
        snprintf(text, size, "it touched nothing");
    }
}

/* A short occurrence is one line, a long one has a line for its beginning and one for its end. */
static void add_faults(const struct run *run, struct draft *draft) {
    const sim_time short_ns = 100 * SIM_MILLISECOND;
    for (uint32_t i = 0; i < cluster_occurrence_count(run->cluster); i++) {
        const struct fault_occurrence *occurrence = cluster_occurrence(run->cluster, i);
        const struct fault_config *fault = &run->scenario->faults[occurrence->fault];
        struct story_line *line = add_line(draft, occurrence->start);
        describe_start(run, occurrence, line->text, sizeof line->text);
        sim_time length = occurrence->end == SIM_NEVER ? 0 : occurrence->end - occurrence->start;
        if (length > 0 && length < short_ns) {
            char text[32];
            units_print_duration(text, sizeof text, (double)length / 1e9);
            size_t used = strlen(line->text);
            snprintf(line->text + used, sizeof line->text - used, " for %s", text);
        } else if (length > 0) {
            char touched[160];
            story_touched(fault, occurrence, touched, sizeof touched);
            line = add_line(draft, occurrence->end);
            snprintf(line->text, sizeof line->text, "%s ends: %s", fault->name, touched);
        }
    }
}

static void add_phases(const struct run *run, struct draft *draft) {
    for (uint32_t i = 0; i < run->scenario->phase_count; i++) {
        const struct phase_config *phase = &run->scenario->phases[i];
        char rate[32] = "";
        if (phase->rate != 1) {
            snprintf(rate, sizeof rate, ": the load times %g", phase->rate);
        }
        if (phase->at < run->ended) {
            struct story_line *line = add_line(draft, phase->at);
            snprintf(line->text, sizeof line->text, "%s begins%s", phase->name, rate);
        }
        if (phase->at < run->ended && run->ended - phase->at > phase->length) {
            struct story_line *line = add_line(draft, phase->at + phase->length);
            snprintf(line->text, sizeof line->text, "%s ends", phase->name);
        }
    }
}

static void add_leaders(const struct run *run, struct draft *draft) {
    for (uint32_t i = 0; i < measures_leadership_count(run->measures); i++) {
        const struct leadership *leadership = measures_leadership(run->measures, i);
        const char *name = cluster_name(run->cluster, leadership->leader);
        struct story_line *line = add_line(draft, leadership->from);
        snprintf(line->text, sizeof line->text, "%s is elected leader of term %llu", name,
                 (unsigned long long)leadership->term);
        if (leadership->until < run->ended) {
            line = add_line(draft, leadership->until);
            snprintf(line->text, sizeof line->text, "%s leads no more", name);
        }
    }
}

static void add_violations(const struct run *run, struct draft *draft) {
    for (uint32_t i = 0; i < run->check_count; i++) {
        const struct run_check *check = &run->checks[i];
        if (check->result.verdict == VERDICT_VIOLATED) {
            struct story_line *line = add_line(draft, check->result.at >= 0 ? check->result.at : run->ended);
            line->is_violation = true;
            int first_line = (int)strcspn(check->result.detail, "\n");
            snprintf(line->text, sizeof line->text, "%s is violated: %.*s", check->name, first_line,
                     check->result.detail);
        }
    }
}

/* Votes, in the last moments before a violation: where two leaders came from. */
static void add_votes(const struct run *run, struct draft *draft, sim_time violated_at) {
    const sim_time moments = 2 * SIM_SECOND;
    for (uint32_t i = 0; i < run->probe_count; i++) {
        const struct probe *probe = &run->probes[i];
        if (probe->kind == PROBE_VOTE && probe->at <= violated_at && probe->at >= violated_at - moments) {
            struct story_line *line = add_line(draft, probe->at);
            snprintf(line->text, sizeof line->text, "%s votes for %s in term %llu",
                     cluster_name(run->cluster, probe->node),
                     probe->a == probe->node ? "itself" : cluster_name(run->cluster, (node_id)probe->a),
                     (unsigned long long)probe->b);
        }
    }
}

/* The term of the entry that the node had at an index when probe number `now` came; 0: unknown. */
static uint64_t term_of_entry(const struct run *run, uint32_t now, uint64_t index) {
    for (uint32_t i = now; i-- > 0;) {
        const struct probe *probe = &run->probes[i];
        if (probe->node == run->probes[now].node && probe->kind == PROBE_APPEND && probe->a == index) {
            return probe->b;
        }
    }
    return 0;
}

/* In the same moments: the first commit of each leader, which makes good what its predecessors left, and what was
 * dropped from logs. */
static void add_log_changes(const struct run *run, struct draft *draft, sim_time violated_at) {
    const sim_time moments = 2 * SIM_SECOND;
    bool *is_new = calloc(cluster_node_count(run->cluster) + (size_t)1, sizeof *is_new);
    if (is_new == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < run->probe_count && run->probes[i].at <= violated_at; i++) {
        const struct probe *probe = &run->probes[i];
        const char *name = cluster_name(run->cluster, probe->node);
        bool is_late = probe->at >= violated_at - moments;
        if (probe->kind == PROBE_ROLE) {
            is_new[probe->node] = probe->a == ROLE_LEADER;
        } else if (probe->kind == PROBE_COMMIT && is_new[probe->node]) {
            uint64_t term = term_of_entry(run, i, probe->a);
            is_new[probe->node] = false;
            if (is_late && term > 0) {
                struct story_line *line = add_line(draft, probe->at);
                snprintf(line->text, sizeof line->text,
                         "%s, which leads term %llu, commits up to entry %llu, of term %llu", name,
                         (unsigned long long)probe->b, (unsigned long long)probe->a, (unsigned long long)term);
            }
        } else if (probe->kind == PROBE_TRUNCATE && is_late) {
            struct story_line *line = add_line(draft, probe->at);
            snprintf(line->text, sizeof line->text, "%s drops its entries from %llu on", name,
                     (unsigned long long)probe->a);
        }
    }
    free(is_new);
}

static int by_time(const void *a, const void *b) {
    const struct story_line *one = a, *other = b;
    if (one->at != other->at) {
        return one->at < other->at ? -1 : 1;
    }
    return strcmp(one->text, other->text);
}

static void keep_line(struct story *story, const struct story_line *line, bool is_kept) {
    if (is_kept && story->count < STORY_LINES) {
        story->lines[story->count++] = *line;
    } else {
        story->gap = story->left_out++ == 0 ? story->count : story->gap;
    }
}

/* Without a violation: the beginning and the end. */
static void cut_middle(const struct draft *draft, struct story *story) {
    uint32_t tail = draft->count > STORY_LINES ? STORY_LINES / 3 : 0;
    for (uint32_t i = 0; i < draft->count; i++) {
        keep_line(story, &draft->lines[i], i < STORY_LINES - tail || i >= draft->count - tail);
    }
}

/* With one: what came just before the first violation, and what broke; the rest of the run is its consequence. */
static void cut_around_violation(const struct draft *draft, struct story *story, uint32_t first_violation) {
    enum { MOST_VIOLATIONS = 3 };
    uint32_t violations = 0;
    for (uint32_t i = first_violation; i < draft->count; i++) {
        violations += draft->lines[i].is_violation && violations < MOST_VIOLATIONS;
    }
    uint32_t room = STORY_LINES - violations;
    uint32_t from = first_violation > room ? first_violation - room : 0;
    uint32_t shown = 0;
    for (uint32_t i = 0; i < first_violation + 1 || (i < draft->count && shown < violations); i++) {
        const struct story_line *line = &draft->lines[i];
        if (i < first_violation) {
            keep_line(story, line, i >= from);
        } else if (line->is_violation) {
            keep_line(story, line, true);
            shown++;
        }
    }
}

static uint32_t find_first_violation(const struct draft *draft) {
    uint32_t first = 0;
    while (first < draft->count && !draft->lines[first].is_violation) {
        first++;
    }
    return first;
}

static void sort(struct draft *draft) {
    if (draft->count > 0) {
        qsort(draft->lines, draft->count, sizeof *draft->lines, by_time);
    }
}

void story_tell(const struct run *run, struct story *story) {
    struct draft draft = {0};
    *story = (struct story){0};
    add_phases(run, &draft);
    add_faults(run, &draft);
    add_leaders(run, &draft);
    add_violations(run, &draft);
    sort(&draft);
    uint32_t first = find_first_violation(&draft);
    if (first < draft.count) {
        sim_time violated_at = draft.lines[first].at;
        add_votes(run, &draft, violated_at);
        add_log_changes(run, &draft, violated_at);
        sort(&draft);
        cut_around_violation(&draft, story, find_first_violation(&draft));
    } else {
        cut_middle(&draft, story);
    }
    free(draft.lines);
}
