/* Disk: an append log and named records. Writes wait in order until a sync covers them; a crash drops the rest.
 *
 * One sync is under way at a time. It covers what was written before it began, and it begins at the end of the handler
 * that wrote, or when the sync before it ends: what comes meanwhile shares the next one (group commit). */
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
}

/* ---- Blocks ---- */

static struct disk_block block_new(struct node *node, const void *bytes, size_t size) {
    struct disk_block block = {arena_alloc(node->cluster->arena, size), size};
    if (size > 0) {
        memcpy(block.bytes, bytes, size);
    }
    return block;
}

static void block_free(struct node *node, struct disk_block *block) {
    arena_free(node->cluster->arena, block->bytes, block->size);
    *block = (struct disk_block){0};
}

/* ---- Writing ---- */

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
    return ++disk->last;
}

disk_ticket node_log_append(struct node *node, const void *record, size_t bytes) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_APPEND, .block = block_new(node, record, bytes)});
}

disk_ticket node_log_truncate(struct node *node, uint64_t end) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_TRUNCATE, .number = end});
}

disk_ticket node_log_trim(struct node *node, uint64_t first) {
    return enqueue_write(node, (struct disk_write){.kind = WRITE_TRIM, .number = first});
}

disk_ticket node_record_put(struct node *node, uint32_t record, const void *bytes, size_t size) {
    return enqueue_write(
        node, (struct disk_write){.kind = WRITE_PUT, .record = record, .block = block_new(node, bytes, size)});
}

void node_disk_extra(struct node *node, size_t extra) {
    node->disk.extra += extra;
}

bool node_disk_done(const struct node *node, disk_ticket ticket) {
    return ticket <= node->disk.durable;
}

disk_ticket node_disk_last(const struct node *node) {
    return node->disk.last;
}

/* ---- Syncing ---- */

static sim_time draw_sync(struct node *node) {
    struct disk *disk = &node->disk;
    struct draw draw = draw_at(disk->draw_key, disk->draws++);
    sim_time sync = dist_draw(&node->system->disk_sync, &draw);
    return disk->slow != 1.0 ? time_of((double)sync * disk->slow) : sync;
}

void disk_kick(struct node *node) {
    struct disk *disk = &node->disk;
    if (disk->count == 0 || disk->syncing != 0) {
        return;
    }
    disk->syncing = disk->last;
    node->cluster->traffic.disk_syncs++;
    timer_arm(node->cluster->world, &disk->sync, time_add(world_now(node->cluster->world), draw_sync(node)));
}

static void log_truncate(struct node *node, uint64_t end) {
    struct disk *disk = &node->disk;
    while (disk->end > end && disk->end > disk->first) {
        disk->end--;
        block_free(node, &disk->log[disk->end - disk->first]);
    }
}

static void log_trim(struct node *node, uint64_t first) {
    struct disk *disk = &node->disk;
    uint64_t upto = first < disk->end ? first : disk->end;
    if (upto <= disk->first) {
        return;
    }
    uint64_t count = upto - disk->first;
    for (uint64_t i = 0; i < count; i++) {
        block_free(node, &disk->log[i]);
    }
    memmove(disk->log, disk->log + count, (disk->end - upto) * sizeof *disk->log);
    disk->first = upto;
}

static void apply_write(struct node *node, struct disk_write *write) {
    struct disk *disk = &node->disk;
    switch (write->kind) {
    case WRITE_APPEND:
        disk->log = arena_array_reserve(node->cluster->arena, disk->log, (uint32_t)(disk->end - disk->first),
                                        &disk->log_capacity, sizeof *disk->log);
        disk->log[disk->end++ - disk->first] = write->block;
        break;
    case WRITE_TRUNCATE:
        log_truncate(node, write->number);
        break;
    case WRITE_TRIM:
        log_trim(node, write->number);
        break;
    case WRITE_PUT:
        block_free(node, &disk->records[write->record]);
        disk->records[write->record] = write->block;
        break;
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
        if (send.ticket <= disk->durable) {
            net_send(node->cluster, send.to, send.packet);
        } else {
            disk->held[kept++] = send;
        }
    }
    disk->held_count = kept;
}

void disk_synced(struct node *node) {
    struct disk *disk = &node->disk;
    if (disk->stalls > 0) {
        disk->is_stalled_sync = true;
        return;
    }
    uint32_t writes = (uint32_t)(disk->syncing - disk->durable);
    while (disk->durable < disk->syncing) {
        apply_write(node, &disk->pending[disk->head]);
        disk->head = (disk->head + 1) & (disk->capacity - 1);
        disk->count--;
        disk->durable++;
    }
    disk->syncing = 0;
    if (disk->slow != 1.0) {
        faults_count_writes(node->cluster, node->id, writes);
    }
    disk_release_held(node);
    disk_kick(node);
    if (node->system->model->disk_done != NULL) {
        core_submit(node, (struct input){.kind = INPUT_DISK, .word = disk->durable});
    }
}

void disk_stall(struct node *node) {
    node->disk.stalls++;
}

void disk_unstall(struct node *node) {
    struct disk *disk = &node->disk;
    if (--disk->stalls == 0 && disk->is_stalled_sync) {
        disk->is_stalled_sync = false;
        faults_count_writes(node->cluster, node->id, disk->count);
        disk_synced(node);
    }
}

uint32_t disk_crash(struct node *node) {
    struct disk *disk = &node->disk;
    uint32_t dropped = disk->count;
    while (disk->count > 0) {
        block_free(node, &disk->pending[disk->head].block);
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
    disk->durable = disk->last; /* tickets of the lost writes are never done: nobody who holds one is alive */
    timer_cancel(&disk->sync);
    return dropped;
}

/* ---- Reading ---- */

uint64_t node_log_first(const struct node *node) {
    return node->disk.first;
}

uint64_t node_log_end(const struct node *node) {
    return node->disk.end;
}

const void *node_log_read(const struct node *node, uint64_t number, size_t *bytes) {
    const struct disk *disk = &node->disk;
    if (number < disk->first || number >= disk->end) {
        return NULL;
    }
    *bytes = disk->log[number - disk->first].size;
    return disk->log[number - disk->first].bytes;
}

const void *node_record_get(const struct node *node, uint32_t record, size_t *bytes) {
    *bytes = node->disk.records[record].size;
    return node->disk.records[record].bytes;
}
