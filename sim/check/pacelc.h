/* The label of PACELC that a run supports, from its numbers (Abadi, Consistency tradeoffs in modern distributed
 * database system design, 2012): under a Partition, Availability or Consistency; Else, Latency or Consistency.
 *
 * Under a partition. A side counts if it holds a live node, and clients that can talk with it alone.
 *   A          every side serves the share asked for of every kind of operation
 *   C          some side falls short, and the consistency level under the partition is not below the one without
 *   neither    some side falls short, and the level is below it all the same
 *   undecided  no side counts, or the partition stopped no message
 * Else, that is without a partition and after healing.
 *   L          reads are stale: the lower bound of their share is above zero
 *   C          no read was stale, and the level is linearizable
 *   undecided  anything else */
#ifndef SIM_CHECK_PACELC_H
#define SIM_CHECK_PACELC_H

#include "sim/check/level.h"

enum pacelc_partition { PACELC_PARTITION_UNDECIDED, PACELC_AVAILABLE, PACELC_CONSISTENT, PACELC_NEITHER };
enum pacelc_else { PACELC_ELSE_UNDECIDED, PACELC_ELSE_LATENCY, PACELC_ELSE_CONSISTENT };

#define PACELC_AVAILABLE_AT 0.99 /* the share that a side has to serve, if the scenario names none */

struct pacelc_evidence {
    bool has_partition;
    uint64_t messages_stopped; /* by partitions */
    const struct partition_side *sides;
    uint32_t side_count;
    uint32_t system; /* sides of others do not count */
    double available_at;
    struct level_result partition_level, else_level;
    uint64_t reads, stale_reads;  /* without a partition; reads that can be judged */
    double stale_low, stale_high; /* of their share, with the confidence that the caller chose */
};

struct pacelc_verdict {
    enum pacelc_partition partition;
    enum pacelc_else otherwise;
    char label[8]; /* "PA/EL"; "P-" for neither, "P?" and "E?" for undecided */
    uint32_t sides_judged;
    uint32_t worst_side; /* UINT32_MAX: none was judged */
    uint32_t worst_kind; /* the kind of operation that it served worst */
    double worst_share;
    char partition_why[384], else_why[384]; /* sentences with the numbers that decide, without a full stop */
};

struct pacelc_verdict pacelc_judge(const struct pacelc_evidence *evidence);

const char *pacelc_partition_name(enum pacelc_partition label); /* "A", "C", "neither", "undecided" */
const char *pacelc_else_name(enum pacelc_else label);           /* "L", "C", "undecided" */

/* True if a label may be expected: "PA/EL", "PC", "EL", "P-/E?", ... */
bool pacelc_is_label(const char *text);
/* True if the verdict has the label `wanted`, whose halves may stand alone. `*is_open`: it has not, and a half that is
 * wanted is undecided. */
bool pacelc_has_label(const struct pacelc_verdict *verdict, const char *wanted, bool *is_open);

#endif
