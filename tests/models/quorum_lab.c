#include "tests/models/quorum_lab.h"

struct qr_params quorum_params(void) {
    return (struct qr_params){
        .n = 3,
        .r = 2,
        .w = 2,
        .read_repair = QR_REPAIR_WRITE_BACK,
        .vnodes = 16,
        .handoff_after = 50 * SIM_MILLISECOND,
        .hint_limit = 1000,
        .hint_interval = SIM_SECOND,
        .tombstone_grace = 864000 * SIM_SECOND,
        .timeout = SIM_SECOND,
        .speculate_after = 20 * SIM_MILLISECOND,
    };
}

struct test_cluster *quorum_cluster(const struct qr_params *params, const struct test_options *options) {
    struct test_options all = *options;
    all.model = &quorum_model;
    all.params = params;
    struct test_cluster *test = cluster_make(&all);
    cluster_begin(test);
    return test;
}

static const struct test_reply *ask(struct test_cluster *test, uint32_t client, node_id to, struct request request) {
    request.session = client + 1;
    request.sequence = test->calls + 1;
    request.clock = cluster_now(test);
    return cluster_call(test, client, to, request, cluster_now(test) + 60 * SIM_SECOND);
}

const struct test_reply *quorum_write(struct test_cluster *test, uint32_t client, node_id to, uint64_t key,
                                      int64_t value) {
    return ask(test, client, to, (struct request){.kind = OP_WRITE, .key = key, .value = value});
}

const struct test_reply *quorum_read(struct test_cluster *test, uint32_t client, node_id to, uint64_t key) {
    return ask(test, client, to, (struct request){.kind = OP_READ, .key = key});
}
