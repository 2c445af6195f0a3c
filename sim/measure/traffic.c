#include "sim/measure/traffic.h"

void traffic_note(struct traffic_notes *notes, const struct cluster *cluster) {
    sim_time now = world_now(cluster_world(cluster));
    if (notes->count > 0 && notes->items[notes->count - 1].at == now) {
        return; /* one look at an instant serves the window that ends there and the one that begins */
    }
    notes->items =
        arena_array_reserve(notes->arena, notes->items, notes->count, &notes->capacity, sizeof *notes->items);
    notes->items[notes->count++] = (struct traffic_note){now, cluster_traffic(cluster)};
}

static bool find(const struct traffic_notes *notes, sim_time at, struct traffic *traffic) {
    uint32_t low = 0, high = notes->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (notes->items[middle].at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == notes->count || notes->items[low].at != at) {
        return false;
    }
    *traffic = notes->items[low].seen;
    return true;
}

static void add_difference(struct traffic *sum, const struct traffic *until, const struct traffic *from) {
    sum->messages_sent += until->messages_sent - from->messages_sent;
    sum->bytes_sent += until->bytes_sent - from->bytes_sent;
    sum->cross_region_bytes += until->cross_region_bytes - from->cross_region_bytes;
    sum->disk_syncs += until->disk_syncs - from->disk_syncs;
}

bool traffic_of_window(const struct traffic_notes *notes, const struct cluster *cluster, const struct window *window,
                       sim_time warmup, sim_time ended, struct traffic *traffic) {
    *traffic = (struct traffic){0};
    for (uint32_t i = 0; i < window->count; i++) {
        struct traffic from = {0}, until = cluster_traffic(cluster);
        bool has_from = window->intervals[i].from <= warmup || find(notes, window->intervals[i].from, &from);
        bool has_until = window->intervals[i].until >= ended || find(notes, window->intervals[i].until, &until);
        if (!has_from || !has_until) {
            return false;
        }
        add_difference(traffic, &until, &from);
    }
    return window->count > 0;
}
