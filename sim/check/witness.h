/* Why a history is not linearizable, as plain data for a picture: the operations around the impossible one, and the
 * longest order that explains the others. */
#ifndef SIM_CHECK_WITNESS_H
#define SIM_CHECK_WITNESS_H

#include "sim/check/linear.h"

enum { WITNESS_LABEL_BYTES = 64, WITNESS_CLIENT_BYTES = 32, WITNESS_MOST_BARS = 28 };

enum witness_kind { WITNESS_READ, WITNESS_WRITE, WITNESS_BOTH };

struct witness_bar {
    char label[WITNESS_LABEL_BYTES];   /* "read 4" */
    char client[WITNESS_CLIENT_BYTES]; /* "client 3" */
    sim_time from, to;                 /* SIM_NEVER: nobody answered */
    uint32_t place;                    /* in the longest order that fits, from 1; 0: it is not in it */
    enum witness_kind kind;
    bool is_culprit;     /* no order gets past its completion */
    bool is_in_conflict; /* the culprit and these suffice for the contradiction */
};

struct witness {
    char what[160];           /* "key 7, client 3: read 4" */
    char after[96];           /* "leaves the value 4"; empty if that is not known */
    bool has_times;           /* instants are nanoseconds of a run; else positions of events in a file */
    struct witness_bar *bars; /* by beginning */
    uint32_t count, left_out; /* shown; of the smallest failing prefix, but not shown */
    uint32_t path_count;      /* operations in the longest order, shown or not */
};

/* Empty; to be filled with bars. `room` bars come at most. False when memory is exhausted. */
bool witness_begin(struct witness *witness, uint32_t room);

/* Keeps at most so many bars, those that tell most: the culprit, those in conflict, those open beside it, and the last
 * of the order. */
void witness_choose(struct witness *witness, uint32_t most);
void witness_free(struct witness *witness);

/* Of a history of Spacelike's own operations; `found` as linear_check fills it in. */
bool witness_of_history(struct witness *witness, const struct history *history, const struct linear_witness *found);

#endif
