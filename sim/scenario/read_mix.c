/* Which operations a workload invokes: its mix, or a workload of YCSB that stands for one. */
#include "sim/scenario/reader.h"

#include <string.h>

static const char *const kind_names[] = {"kv", "register", "requests", "staleness"}; /* enum workload_kind */
static const char *const ycsb_names[] = {"A", "B", "C", "D", "E", "F", NULL};

#define MIX_FIELD(text, kind)                                                                                          \
    { .name = text, .type = FIELD_SHARE, .offset = (kind) * sizeof(double), .meaning = "Share of the operations" }

/* In the order of enum operation_kind; and what is counted among the writes. */
static const struct field mix_fields[] = {
    MIX_FIELD("read", OP_READ),
    MIX_FIELD("write", OP_WRITE),
    MIX_FIELD("cas", OP_CAS),
    MIX_FIELD("increment", OP_INCREMENT),
    MIX_FIELD("append", OP_APPEND),
    MIX_FIELD("request", OP_REQUEST),
    {.name = "delete",
     .type = FIELD_SHARE,
     .offset = offsetof(struct workload_config, deletions) - offsetof(struct workload_config, mix),
     .meaning = "Share of the operations: writes of nothing"},
    {.name = NULL}};

const struct object_type mix_type = {
    .name = "mix", .what = "an object of shares, such as {\"read\": 0.5, \"write\": 0.5}", .fields = mix_fields};

static uint32_t allowed_operations(enum workload_kind kind) {
    switch (kind) {
    case WORKLOAD_KV:
        return 1u << OP_READ | 1u << OP_WRITE | 1u << OP_CAS | 1u << OP_INCREMENT | 1u << OP_APPEND;
    case WORKLOAD_REGISTER:
        return 1u << OP_READ | 1u << OP_WRITE | 1u << OP_CAS;
    case WORKLOAD_STALENESS:
        return 1u << OP_READ | 1u << OP_WRITE;
    default:
        return 1u << OP_REQUEST;
    }
}

/* YCSB: Cooper et al., Benchmarking Cloud Serving Systems with YCSB, SoCC 2010, table 2. An insert of D is a write. */
static void apply_ycsb(struct workload_config *workload, int32_t which) {
    static const double reads[] = {0.5, 0.95, 1, 0.95, 0, 0.5};
    workload->mix[OP_READ] = reads[which];
    workload->mix[OP_WRITE] = 1 - reads[which];
    workload->read_modify_write = which == 5;
    workload->keys.kind = which == 3 ? KEYS_LATEST : KEYS_ZIPF;
    workload->keys.exponent = 0.99;
}

static bool read_ycsb(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *ycsb = json_get(item, "ycsb");
    int32_t which = 0;
    if (ycsb == NULL || !reader_choice(reader, item, "ycsb", ycsb_names, &which)) {
        return ycsb != NULL;
    }
    size_t mark = reader_enter(reader, "ycsb");
    if (which == 4) {
        reader_fail(reader, ycsb,
                    "workload E needs scans, which are not supported yet by this version; expected A, B, C, D or F");
    } else if (workload->kind != WORKLOAD_KV) {
        reader_fail(reader, ycsb, "this is for kind kv only; expected another kind or no \"ycsb\"");
    } else if (json_get(item, "mix") != NULL) {
        reader_fail(reader, ycsb, "both \"ycsb\" and \"mix\" are given; expected one of them");
    } else {
        apply_ycsb(workload, which);
    }
    reader_leave(reader, mark);
    return true;
}

/* "read, write, cas" */
static void name_operations(uint32_t operations, struct text *out) {
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if ((operations & 1u << kind) != 0) {
            text_add(out, "%s%s", out->length > 0 ? ", " : "", mix_fields[kind].name);
        }
    }
}

static bool read_shares(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    const cJSON *mix = json_get(item, "mix");
    if (mix == NULL) {
        workload->mix[OP_READ] = workload->mix[OP_WRITE] = workload->kind == WORKLOAD_REQUESTS ? 0 : 0.5;
        workload->mix[OP_REQUEST] = workload->kind == WORKLOAD_REQUESTS ? 1 : 0;
        return true;
    }
    uint32_t before = reader->source->problems.count;
    size_t mark = reader_enter(reader, "mix");
    double sum = 0;
    struct text known = {0};
    reader_object(reader, &mix_type, mix, workload->mix);
    workload->mix[OP_WRITE] += workload->deletions;
    name_operations(allowed_operations(workload->kind), &known);
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        sum += workload->mix[kind];
        if (workload->mix[kind] > 0 && (allowed_operations(workload->kind) & 1u << kind) == 0) {
            reader_fail(reader, json_get(mix, mix_fields[kind].name),
                        "kind %s has no operation \"%s\"; expected only %s", kind_names[workload->kind],
                        mix_fields[kind].name, known.bytes);
        }
    }
    text_free(&known);
    if (reader->source->problems.count == before && workload->kind == WORKLOAD_STALENESS) {
        reader_fail(reader, mix, "kind staleness has a fixed mix, a write and the reads after it; expected no \"mix\"");
    } else if (reader->source->problems.count == before && !reader_sum_is_one(sum)) {
        reader_fail(reader, mix, "the shares sum to %.15g; expected 1", sum);
    }
    reader_leave(reader, mark);
    return reader->source->problems.count == before;
}

/* A model that does not understand an operation would leave it without an answer for ever. */
static void check_operations(struct reader *reader, const cJSON *item, const struct workload_config *workload) {
    const struct model *model = workload->target == UINT32_MAX ? NULL : reader->systems[workload->target].model;
    if (model == NULL) {
        return;
    }
    uint32_t needed = workload->read_modify_write ? 1u << OP_CAS : 0;
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        needed |= workload->mix[kind] > 0 ? 1u << kind : 0;
    }
    struct text known = {0};
    name_operations(model->operations, &known);
    for (uint32_t kind = 0; kind < OP_KIND_COUNT; kind++) {
        if ((needed & ~model->operations & 1u << kind) != 0) {
            const cJSON *at = json_get(item, "mix");
            at = at != NULL ? json_get(at, mix_fields[kind].name) : json_get(item, "ycsb");
            reader_fail(reader, at != NULL ? at : json_get(item, "kind"),
                        "the model \"%s\" has no operation \"%s\"; expected only %s", model->name,
                        mix_fields[kind].name, known.length > 0 ? known.bytes : "those of another model");
        }
    }
    text_free(&known);
}

void read_mix(struct reader *reader, const cJSON *item, struct workload_config *workload) {
    if (read_ycsb(reader, item, workload) || read_shares(reader, item, workload)) {
        check_operations(reader, item, workload);
    }
}
