/* A small leaderless store for tests: its presets, a cluster of it, and single operations. */
#ifndef TESTS_MODELS_QUORUM_LAB_H
#define TESTS_MODELS_QUORUM_LAB_H

#include "models/quorum/quorum.h"
#include "tests/cluster.h"

struct qr_params quorum_params(void); /* n 3, r 2, w 2; the presets, but nothing that acts by itself */

/* Three nodes unless the options say otherwise, begun; `params` must outlive it. */
struct test_cluster *quorum_cluster(const struct qr_params *params, const struct test_options *options);

/* Ask and wait, for a minute at most. NULL: no answer. */
const struct test_reply *quorum_write(struct test_cluster *test, uint32_t client, node_id to, uint64_t key,
                                      int64_t value);
const struct test_reply *quorum_read(struct test_cluster *test, uint32_t client, node_id to, uint64_t key);

#endif
