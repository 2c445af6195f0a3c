#include "viz/lanes.h"

uint32_t lanes_take(struct lanes *lanes, sim_time from, sim_time until) {
    uint32_t lane = 0;
    while (lane + 1 < LANES_MOST && lanes->ends[lane] > from) {
        lane++;
    }
    lanes->ends[lane] = until > lanes->ends[lane] ? until : lanes->ends[lane];
    lanes->count = lane + 1 > lanes->count ? lane + 1 : lanes->count;
    return lane;
}
