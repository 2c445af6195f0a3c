/* Anti-entropy (Dynamo 4.7): two nodes compare hash trees over the keys that both hold, descend where they differ, and
 * exchange what lies in the leaves that do.
 *
 * A tree has 4096 leaves, each a stretch of the ring, in three steps of sixteen. A node now and then sends the root to
 * another; whoever gets hashes compares them with its own, and answers with those of the children of the ones that
 * differ, or, at the leaves, with its data; that is answered with what the sender lacks. No state is kept between
 * messages, so that any of them may get lost. */
#include "models/quorum/quorum.h"

#include <string.h>

enum { FAN_OUT = 16, LEAF_LEVEL = 3, LEAVES = 4096, FIRST_LEAF = 1 + 16 + 256 };
enum { MOST_ENTRIES = 256, MOST_CELLS = 64 }; /* of one message */

struct qr_tree {
    uint64_t hashes[FIRST_LEAF + LEAVES];
    uint32_t starts[LEAVES + 1]; /* by leaf: its place in `order` */
    uint32_t *order;             /* cells that both nodes hold, by leaf */
    uint32_t capacity;
};

struct entry {
    uint64_t index, hash; /* place in the level, hash of the subtree */
};

struct tree_message {
    uint64_t level, count;
    struct entry entries[];
};

struct sync_message { /* followed by `count` times the data of a key */
    uint64_t leaf, count;
    uint64_t wants_reply;
};

static const uint32_t first_of_level[] = {0, 1, 1 + 16, FIRST_LEAF};

static uint32_t leaf_of(uint64_t key) {
    return (uint32_t)(qr_ring_position(key) >> 52);
}

/* ---- The tree over what this node and `peer` both hold ---- */

static void sort_by_leaf(struct node *node, struct quorum *quorum, struct qr_tree *tree, uint64_t both) {
    const struct node_table *table = &quorum->table;
    if (tree->capacity < table->count) {
        tree->capacity = table->capacity;
        node_free(node, tree->order);
        tree->order = node_alloc(node, tree->capacity * sizeof *tree->order);
    }
    memset(tree->starts, 0, sizeof tree->starts);
    for (uint32_t i = 0; i < table->count; i++) {
        if ((qr_cell_at(table, i)->homes & both) == both) {
            tree->starts[leaf_of(qr_cell_at(table, i)->key) + 1]++;
        }
    }
    for (uint32_t leaf = 0; leaf < LEAVES; leaf++) {
        tree->starts[leaf + 1] += tree->starts[leaf];
    }
    for (uint32_t i = table->count; i-- > 0;) { /* from the end: starts[leaf + 1] moves down to the leaf's begin */
        if ((qr_cell_at(table, i)->homes & both) == both) {
            tree->order[--tree->starts[leaf_of(qr_cell_at(table, i)->key) + 1]] = i;
        }
    }
    memmove(tree->starts, tree->starts + 1, LEAVES * sizeof tree->starts[0]);
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        count += (qr_cell_at(table, i)->homes & both) == both;
    }
    tree->starts[LEAVES] = count;
}

static struct qr_tree *tree_with(struct node *node, struct quorum *quorum, uint32_t peer) {
    if (quorum->tree == NULL) {
        quorum->tree = node_alloc(node, sizeof *quorum->tree);
    }
    struct qr_tree *tree = quorum->tree;
    sort_by_leaf(node, quorum, tree, UINT64_C(1) << quorum->self | UINT64_C(1) << peer);
    for (uint32_t leaf = 0; leaf < LEAVES; leaf++) {
        uint64_t sum = 0; /* whatever the order of the keys */
        for (uint32_t i = tree->starts[leaf]; i < tree->starts[leaf + 1]; i++) {
            sum += qr_digest(qr_cell_at(&quorum->table, tree->order[i])->data);
        }
        tree->hashes[FIRST_LEAF + leaf] = sum;
    }
    for (uint32_t at = FIRST_LEAF; at-- > 0;) {
        uint32_t hash_of = at * FAN_OUT + 1; /* the first child: levels lie behind one another */
        uint64_t hash = 0;
        for (uint32_t i = 0; i < FAN_OUT; i++) {
            hash = probe_hash(hash, tree->hashes[hash_of + i]);
        }
        tree->hashes[at] = hash;
    }
    return tree;
}

/* ---- Hashes ---- */

static void send_tree(struct node *node, node_id to, struct tree_message *message) {
    uint32_t encoded = QR_HEADER_BYTES + (uint32_t)message->count * (QR_NUMBER_BYTES + 2);
    size_t bytes = sizeof *message + message->count * sizeof message->entries[0];
    if (message->count > 0) {
        node_send(node, to, (struct outgoing){QR_TREE, encoded, message, bytes});
    }
    message->count = 0;
}

void qr_begin_sync(struct node *node, struct quorum *quorum) {
    node_arm(node, QR_TIMER_SYNC, qr_params(node)->anti_entropy);
    if (quorum->nodes < 2) {
        return;
    }
    uint32_t peer = (uint32_t)node_draw(node, QR_STREAM_PEER, 0, quorum->nodes - 2);
    peer += peer >= quorum->self;
    const struct qr_tree *tree = tree_with(node, quorum, peer);
    struct tree_message *message = quorum->outbox;
    message->level = 0;
    message->count = 1;
    message->entries[0] = (struct entry){0, tree->hashes[0]};
    send_tree(node, node_peer(node, peer), message);
}

static void add_children(struct node *node, node_id to, const struct qr_tree *tree, struct tree_message *message,
                         uint64_t parent) {
    if (message->count + FAN_OUT > MOST_ENTRIES) {
        send_tree(node, to, message);
    }
    for (uint64_t i = parent * FAN_OUT; i < (parent + 1) * FAN_OUT; i++) {
        message->entries[message->count++] = (struct entry){i, tree->hashes[first_of_level[message->level] + i]};
    }
}

/* ---- Data ---- */

static void send_sync(struct node *node, node_id to, struct sync_message *message, size_t bytes, uint32_t encoded) {
    node_send(node, to, (struct outgoing){QR_SYNC, QR_HEADER_BYTES + QR_NUMBER_BYTES + encoded, message, bytes});
}

/* What the other said of the key; NULL: nothing. */
static const struct qr_data *said(const struct sync_message *message, uint64_t key) {
    const char *at = (const char *)(message + 1);
    for (uint64_t i = 0; i < message->count; i++) {
        const struct qr_data *data = (const void *)at;
        if (data->key == key) {
            return data;
        }
        at += qr_data_bytes(data);
    }
    return NULL;
}

/* The cells of a leaf, but for those that the other has just said are the same at its place. Nothing goes out before
 * it is durable here. */
static void send_leaf(struct node *node, struct quorum *quorum, node_id to, uint64_t leaf,
                      const struct sync_message *answered) {
    const struct qr_tree *tree = quorum->tree;
    struct sync_message *message = quorum->outbox;
    size_t bytes = sizeof *message;
    uint32_t encoded = 0;
    *message = (struct sync_message){.leaf = leaf, .wants_reply = answered == NULL};
    for (uint32_t i = tree->starts[leaf]; i < tree->starts[leaf + 1]; i++) {
        const struct qr_cell *cell = qr_cell_at(&quorum->table, tree->order[i]);
        const struct qr_data *known = answered != NULL ? said(answered, cell->key) : NULL;
        if (!node_disk_done(node, cell->ticket) || (known != NULL && qr_digest(known) == qr_digest(cell->data))) {
            continue;
        }
        if (message->count == MOST_CELLS) {
            send_sync(node, to, message, bytes, encoded);
            message->count = 0;
            bytes = sizeof *message;
            encoded = 0;
        }
        memcpy((char *)message + bytes, cell->data, qr_data_bytes(cell->data));
        bytes += qr_data_bytes(cell->data);
        encoded += qr_wire_bytes(cell->data);
        message->count++;
    }
    if (message->count > 0 || answered == NULL) {
        send_sync(node, to, message, bytes, encoded);
    }
}

void qr_on_tree(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct tree_message *theirs = message->body;
    const struct qr_tree *tree = tree_with(node, quorum, (uint32_t)node_peer_index(node, message->from));
    struct tree_message *answer = quorum->outbox;
    bool is_leaf = theirs->level == LEAF_LEVEL;
    answer->level = theirs->level + 1;
    answer->count = 0;
    for (uint64_t i = 0; i < theirs->count; i++) {
        const struct entry *entry = &theirs->entries[i];
        if (tree->hashes[first_of_level[theirs->level] + entry->index] == entry->hash) {
            continue;
        }
        if (is_leaf) {
            send_leaf(node, quorum, message->from, entry->index, NULL);
        } else {
            add_children(node, message->from, tree, answer, entry->index);
        }
    }
    if (!is_leaf) {
        send_tree(node, message->from, answer);
    }
}

void qr_on_sync(struct node *node, struct quorum *quorum, const struct message *message) {
    const struct sync_message *theirs = message->body;
    const char *at = (const char *)(theirs + 1);
    for (uint64_t i = 0; i < theirs->count; i++) {
        const struct qr_data *data = (const void *)at;
        qr_store(node, quorum, data);
        at += qr_data_bytes(data);
    }
    if (theirs->wants_reply != 0) {
        tree_with(node, quorum, (uint32_t)node_peer_index(node, message->from));
        send_leaf(node, quorum, message->from, theirs->leaf, theirs);
    }
}

size_t qr_outbox_bytes(void) {
    size_t tree = sizeof(struct tree_message) + MOST_ENTRIES * sizeof(struct entry);
    size_t sync = sizeof(struct sync_message) + MOST_CELLS * QR_DATA_BYTES;
    return tree > sync ? tree : sync;
}
