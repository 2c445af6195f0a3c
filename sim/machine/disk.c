/* Disk: an append log and named records. Writes wait in order until a sync covers them; a crash drops the rest.
 *
 * One sync is under way at a time. It covers what was written before it began, and it begins at the end of the handler
 * that wrote, or when the sync before it ends: what comes meanwhile shares the next one (group commit). A write to a
 * full disk takes its place among the others, and fails when the sync that covers it ends. */
#include "sim/base/hash.h"
#include "sim/machine/internal.h"

#include <assert.h>
#include <string.h>

void disk_init(struct node *node) {
    struct cluster *cluster = node->cluster;
    struct disk *disk = &node->disk;
    timer_init(&disk->sync, EVENT_SYNCED, node->id, 0, 0);
    disk->slow = 1;
    disk->draw_key = draw_key(world_seed(cluster->world), DRAW_DISK, cluster->name_hashes[node->id]);
    uint32_t records = 0;
    while (node->system->model->records != NULL && node->system->model->records[records] != NULL) {
        records++;
    }
    disk->records = arena_alloc(cluster->arena, records * sizeof *disk->records);
    disk->record_count = records;
}

/* ---- Blocks ---- */

struct disk_block disk_block_new(struct node *node, const void *bytes, size_t size) {
    struct disk_block block = {.bytes = arena_alloc(node->cluster->arena, size), .size = size};
    if (size > 0) {
        memcpy(block.bytes, bytes, size);
    }
    return block;
}

void disk_block_free(struct node *node, struct disk_block *block) {
    arena_free(node->cluster->arena, block->bytes, block->size);
    *block = (struct disk_block){0};
}

/* ---- Writing ---- */

/* Once a write has failed, those behind it fail too until the model has heard of it: a model that waits for a later
 * ticket may trust that everything before it is durable. */
static bool is_failing(const struct disk *disk) {
    return disk->fulls > 0 || disk->untold > 0;
}

static void fail_write(struct node *node, disk_ticket ticket) {
    struct disk *disk = &node->disk;
    disk->untold++;
    node->cluster->occurrences[disk->full_by].disk_writes++;
    if (disk->failed_count > 0 && disk->failed[disk->failed_count - 1].last == ticket - 1) {
        disk->failed[disk->failed_count - 1].last = ticket;
        return;
    }
    disk->failed = arena_array_reserve(node->cluster->arena, disk->failed, disk->failed_count, &disk->failed_capacity,
                                       sizeof *disk->failed);
    disk->failed[disk->failed_count++] = (struct ticket_range){ticket, ticket};
}

bool disk_has_failed(const struct disk *disk, disk_ticket ticket) {
    for (uint32_t i = disk->failed_count; i > 0 && disk->failed[i - 1].last >= ticket; i--) {
        if (disk->failed[i - 1].first <= ticket) {
            return true;
        }
    }
    return false;
}

static disk_ticket enqueue_write(struct node *node, struct disk_write write) {
    struct disk *disk = &node->disk;
    if (disk->count == disk->capacity) {
        uint32_t capacity = disk->capacity == 0 ? 16 : disk->capacity * 2;
        struct disk_write *ring = arena_alloc(node->cluster->arena, capacity * sizeof *ring);
        for (uint32_t i = 0; i < disk->count; i++) {
            ring[i] = disk->pending[(disk->head + i) & (disk->capacity - 1)];
        }
        arena_free(node->cluster->arena, disk->pending, disk->capacity * sizeof *ring);
        disk->pending = ring;
        disk->capacity = capacity;
        disk->head = 0;
    }
    disk->pending[(disk->head + disk->count++) & (disk->capacity - 1)] = write;
    node->cluster->traffic.disk_writes++;
    node->cluster->traffic.disk_bytes += write.block.size + disk->extra;
    disk->extra = 0;
    disk->last++;
    if (disk->is_stalled_sync) {
        faults_count_writes(node->cluster, node->id, FAULT_STALL_DISK, 1);
    }
    if (is_failing(disk)) {
        fail_write(node, disk->last);
    }
    return disk->last;
}

disk_ticket node_log_append(struct node *node, const void *record, size_t bytes) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_APPEND, .block = disk_block_new(node, record, bytes)});
}

disk_ticket node_log_truncate(struct node *node, uint64_t end) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_TRUNCATE, .number = end});
}

disk_ticket node_log_trim(struct node *node, uint64_t first) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_TRIM, .number = first});
}

disk_ticket node_record_put(struct node *node, uint32_t record, const void *bytes, size_t size) {
    return enqueue_write(
        node, (struct disk_write){.kind = WRITE_PUT, .record = record, .block = disk_block_new(node, bytes, size)});
}

void node_disk_extra(struct node *node, size_t extra) {
    node->disk.extra += extra;
}

bool node_disk_done(const struct node *node, disk_ticket ticket) {
    return ticket <= node->disk.done && !disk_has_failed(&node->disk, ticket);
}

disk_ticket node_disk_last(const struct node *node) {
    return node->disk.last;
}

/* ---- Syncing ---- */

static sim_time draw_sync(struct node *node) {
    struct disk *disk = &node->disk;
    struct draw draw = draw_at(disk->draw_key, disk->draws++);
    sim_time sync = dist_draw(&node->system->disk_sync, &draw);
    if (disk->slow != 1.0 && sync > 0) {
        sync = time_of((double)sync * disk->slow);
        faults_count_writes(node->cluster, node->id, FAULT_SLOW_DISK, disk->last - disk->done);
    }
    return sync;
}

void disk_kick(struct node *node) {
    struct disk *disk = &node->disk;
    disk_ticket made = disk->lies > 0 ? disk->done : disk->durable;
    if (made == disk->last || disk->syncing != 0) {
        return;
    }
    disk->syncing = disk->last;
    node->cluster->traffic.disk_syncs++;
    timer_arm(node->cluster->world, &disk->sync, time_add(world_now(node->cluster->world), draw_sync(node)));
}

void disk_log_truncate(struct node *node, uint64_t end) {
    struct disk *disk = &node->disk;
    while (disk->end > end && disk->end > disk->first) {
        disk->end--;
        disk_block_free(node, &disk->log[disk->end - disk->first]);
    }
}

void disk_log_trim(struct node *node, uint64_t first) {
    struct disk *disk = &node->disk;
    uint64_t upto = first < disk->end ? first : disk->end;
    if (upto <= disk->first) {
        return;
    }
    uint64_t count = upto - disk->first;
    for (uint64_t i = 0; i < count; i++) {
        disk_block_free(node, &disk->log[i]);
    }
    memmove(disk->log, disk->log + count, (disk->end - upto) * sizeof *disk->log);
    disk->first = upto;
}

void disk_log_set(struct node *node, uint64_t number, struct disk_block block) {
    struct disk *disk = &node->disk;
    while (disk->end <= number) {
        disk->log = arena_array_reserve(node->cluster->arena, disk->log, (uint32_t)(disk->end - disk->first),
                                        &disk->log_capacity, sizeof *disk->log);
        disk->log[disk->end++ - disk->first] = (struct disk_block){.is_unreadable = true};
    }
    disk->log[number - disk->first] = block;
}

static void apply_write(struct node *node, struct disk_write *write) {
    struct disk *disk = &node->disk;
    switch (write->kind) {
    case WRITE_APPEND:
        disk_log_set(node, disk->end, write->block);
        break;
    case WRITE_TRUNCATE:
        disk_log_truncate(node, write->number);
        break;
    case WRITE_TRIM:
        disk_log_trim(node, write->number);
        break;
    case WRITE_PUT:
        disk_block_free(node, &disk->records[write->record]);
        disk->records[write->record] = write->block;
        break;
    }
    disk->is_lost = false;
}

static void make_durable(struct node *node, disk_ticket upto) {
    struct disk *disk = &node->disk;
    while (disk->durable < upto) {
        struct disk_write *write = &disk->pending[disk->head];
        disk->head = (disk->head + 1) & (disk->capacity - 1);
        disk->count--;
        if (disk_has_failed(disk, ++disk->durable)) {
            disk_block_free(node, &write->block);
        } else {
            apply_write(node, write);
        }
    }
}

/* ---- Sends that wait ---- */

static void drop_held(struct node *node, struct packet *packet) {
    node->cluster->occurrences[node->disk.full_by].messages_stopped++;
    packet_release(node->cluster, packet);
}

void disk_send_after(struct node *node, disk_ticket ticket, node_id to, struct packet *packet) {
    struct disk *disk = &node->disk;
    if (ticket > disk->done) {
        disk->held = arena_array_reserve(node->cluster->arena, disk->held, disk->held_count, &disk->held_capacity,
                                         sizeof *disk->held);
        disk->held[disk->held_count++] = (struct held_send){ticket, to, packet};
    } else if (disk_has_failed(disk, ticket)) {
        drop_held(node, packet);
    } else {
        net_send(node->cluster, to, packet);
    }
}

void disk_release_held(struct node *node) {
    struct disk *disk = &node->disk;
    if (node->pauses > 0) {
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < disk->held_count; i++) {
        struct held_send send = disk->held[i];
        if (send.ticket > disk->done) {
            disk->held[kept++] = send;
        } else if (disk_has_failed(disk, send.ticket)) {
            drop_held(node, send.packet);
        } else {
            net_send(node->cluster, send.to, send.packet);
        }
    }
    disk->held_count = kept;
}

/* ---- The end of a sync ---- */

/* One call for each failed write, and one for each run of others between them. */
static void tell_model(struct node *node, disk_ticket from, disk_ticket upto) {
    struct disk *disk = &node->disk;
    if (node->system->model->disk_done == NULL) {
        disk->untold = 0;
        return;
    }
    while (from <= upto) {
        bool has_failed = disk_has_failed(disk, from);
        disk_ticket ticket = disk->failed_count == 0 ? upto : from;
        while (!has_failed && ticket < upto && !disk_has_failed(disk, ticket + 1)) {
            ticket++;
        }
        core_submit(node, (struct input){.kind = INPUT_DISK, .number = has_failed, .word = ticket});
        from = ticket + 1;
    }
}

void disk_synced(struct node *node) {
    struct disk *disk = &node->disk;
    if (disk->stalls > 0) {
        disk->is_stalled_sync = true;
        faults_count_writes(node->cluster, node->id, FAULT_STALL_DISK, disk->last - disk->done);
        return;
    }
    disk_ticket before = disk->done;
    disk->done = disk->syncing;
    disk->syncing = 0;
    if (disk->lies > 0) {
        faults_count_writes(node->cluster, node->id, FAULT_LYING_SYNC, disk->done - before);
    } else {
        make_durable(node, disk->done);
    }
    disk_release_held(node);
    disk_kick(node);
    tell_model(node, before + 1, disk->done);
}

uint32_t disk_crash(struct node *node) {
    struct disk *disk = &node->disk;
    uint32_t dropped = disk->count;
    while (disk->count > 0) {
        disk_block_free(node, &disk->pending[disk->head].block);
        disk->head = (disk->head + 1) & (disk->capacity - 1);
        disk->count--;
    }
    for (uint32_t i = 0; i < disk->held_count; i++) {
        packet_release(node->cluster, disk->held[i].packet);
    }
    disk->held_count = 0;
    disk->syncing = 0;
    disk->is_stalled_sync = false;
    disk->extra = 0;
    disk->durable = disk->done = disk->last; /* the lost writes' tickets are never done: who holds one is not alive */
    disk->failed_count = disk->untold = 0;
    timer_cancel(&disk->sync);
    return dropped;
}

/* ---- Reading ---- */

static const void *read_block(const struct disk_block *block, size_t *bytes) {
    *bytes = block->is_unreadable ? 0 : block->size;
    return block->is_unreadable ? NULL : block->bytes;
}

uint64_t node_log_first(const struct node *node) {
    return node->disk.first;
}

uint64_t node_log_end(const struct node *node) {
    return node->disk.end;
}

const void *node_log_read(const struct node *node, uint64_t number, size_t *bytes) {
    const struct disk *disk = &node->disk;
    if (number < disk->first || number >= disk->end) {
        *bytes = 0;
        return NULL;
    }
    return read_block(&disk->log[number - disk->first], bytes);
}

const void *node_record_get(const struct node *node, uint32_t record, size_t *bytes) {
    return read_block(&node->disk.records[record], bytes);
}
