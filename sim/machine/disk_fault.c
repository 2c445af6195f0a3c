/* What faults do to disks: stalls, lies, no room, torn writes, decay and loss.
 *
 * A torn write follows SQLite's test6.c: when the power goes, each write since the last sync may or may not have
 * reached the disk, whatever their order, and the oldest record is cut short. Two things are kept simpler than there.
 * A named record is replaced as a file is by rename: it is the old or the new one, never a mixture. And what follows a
 * truncation or trimming that did not reach the disk did not either, as a file system that journals its own data
 * orders them. Corruption hits whole records; there are no sectors that two records share. */
#include "sim/machine/internal.h"

/* ---- Stalls, lies, no room: states that last ---- */

uint32_t disk_stall(struct node *node) {
    struct disk *disk = &node->disk;
    disk->stalls++;
    return disk->is_stalled_sync ? (uint32_t)(disk->last - disk->done) : 0;
}

void disk_unstall(struct node *node) {
    struct disk *disk = &node->disk;
    if (--disk->stalls == 0 && disk->is_stalled_sync) {
        disk->is_stalled_sync = false;
        disk_synced(node);
    }
}

void disk_begin_lie(struct node *node) {
    node->disk.lies++;
}

/* An honest disk soon writes down what the lie left in its cache. */
void disk_end_lie(struct node *node) {
    if (--node->disk.lies == 0 && node->is_up) {
        disk_kick(node);
    }
}

void disk_begin_full(struct node *node, uint32_t occurrence) {
    node->disk.fulls++;
    node->disk.full_by = occurrence;
}

void disk_end_full(struct node *node) {
    node->disk.fulls--;
}

/* ---- A crash in the middle of writing ---- */

struct tear {
    uint64_t end;      /* of the log, had every write so far been done */
    bool is_cut;       /* a truncation or trimming did not reach the disk: nothing of the log behind it did */
    bool is_first;     /* of the writes under way */
    struct draw *draw; /* of the present write */
};

/* A beginning of the record, or not even that. */
static void tear_append(struct node *node, const struct disk_write *write, uint64_t number, struct draw *draw) {
    size_t size = write->block.size > 0 ? (size_t)draw_below(draw, write->block.size) : 0;
    if (size > 0) {
        disk_log_set(node, number, disk_block_new(node, write->block.bytes, size));
    }
}

/* True if the write reached the disk as a whole. */
static bool tear_write(struct node *node, struct disk_write *write, struct tear *tear) {
    struct disk *disk = &node->disk;
    bool is_done = draw_below(tear->draw, 2) == 0;
    uint64_t number = tear->end;
    switch (write->kind) {
    case WRITE_APPEND:
        tear->end++;
        is_done = is_done && !tear->is_cut && !tear->is_first;
        if (is_done) {
            disk_log_set(node, number, write->block);
        } else if (tear->is_first) {
            tear_append(node, write, number, tear->draw);
        }
        break;
    case WRITE_TRUNCATE:
        is_done = is_done && !tear->is_cut;
        tear->end = write->number < tear->end ? write->number : tear->end;
        tear->is_cut = !is_done;
        if (is_done) {
            disk_log_truncate(node, write->number);
        }
        break;
    case WRITE_TRIM:
        is_done = is_done && !tear->is_cut;
        tear->is_cut = !is_done;
        if (is_done) {
            disk_log_trim(node, write->number);
        }
        break;
    case WRITE_PUT:
        if (is_done) {
            disk_block_free(node, &disk->records[write->record]);
            disk->records[write->record] = write->block;
        }
        break;
    }
    return is_done;
}

void disk_tear(struct node *node, uint64_t key) {
    struct disk *disk = &node->disk;
    struct tear tear = {.end = disk->end, .is_first = true};
    uint32_t kept = 0;
    for (uint32_t i = 0; i < disk->count; i++) {
        struct disk_write *write = &disk->pending[(disk->head + i) & (disk->capacity - 1)];
        struct draw draw = draw_at(key, i);
        tear.draw = &draw;
        bool has_failed = disk_has_failed(disk, disk->durable + 1 + i);
        bool is_done = !has_failed && tear_write(node, write, &tear);
        tear.is_first = tear.is_first && has_failed;
        disk->is_lost = disk->is_lost && !is_done;
        if (!is_done) { /* the crash drops it */
            disk->pending[(disk->head + kept++) & (disk->capacity - 1)] = *write;
        }
    }
    disk->count = kept;
}

/* ---- Loss and decay of what was durable ---- */

uint32_t disk_empty(struct node *node) {
    struct disk *disk = &node->disk;
    uint32_t lost = (uint32_t)(disk->end - disk->first);
    disk_log_truncate(node, disk->first);
    disk->first = disk->end = 0;
    for (uint32_t i = 0; i < disk->record_count; i++) {
        lost += disk->records[i].bytes != NULL;
        disk_block_free(node, &disk->records[i]);
    }
    disk->is_lost = true;
    return lost;
}

static void corrupt_block(struct disk_block *block, struct draw *draw, bool is_detected) {
    if (is_detected) {
        block->is_unreadable = true;
    } else {
        uint8_t *bytes = block->bytes;
        uint64_t at = draw_below(draw, block->size);
        bytes[at] ^= (uint8_t)(1 + draw_below(draw, 255));
    }
}

uint32_t disk_corrupt(struct node *node, uint64_t key, uint32_t wanted, bool is_detected) {
    struct disk *disk = &node->disk;
    struct draw draw = draw_at(key, 0);
    uint32_t records = (uint32_t)(disk->end - disk->first), count = 0;
    size_t room = (records + disk->record_count) * sizeof(struct disk_block *);
    struct disk_block **sound = arena_alloc(node->cluster->arena, room);
    for (uint32_t i = 0; i < records + disk->record_count; i++) {
        struct disk_block *block = i < records ? &disk->log[i] : &disk->records[i - records];
        if (block->size > 0 && !block->is_unreadable) {
            sound[count++] = block;
        }
    }
    uint32_t hit = 0;
    for (; hit < wanted && hit < count; hit++) { /* a different one each time */
        uint32_t at = hit + (uint32_t)draw_below(&draw, count - hit);
        struct disk_block *block = sound[at];
        sound[at] = sound[hit];
        corrupt_block(block, &draw, is_detected);
    }
    arena_free(node->cluster->arena, sound, room);
    return hit;
}
