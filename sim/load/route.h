/* Which node a client asks, and what it learns from the answers. */
#ifndef SIM_LOAD_ROUTE_H
#define SIM_LOAD_ROUTE_H

#include "sim/base/draw.h"
#include "sim/load/config.h"
#include "sim/machine/cluster.h"

struct route {
    enum route_kind kind;
    node_id first; /* the nodes of the target: first .. first + count - 1 */
    uint32_t count;
    node_id preferred; /* the believed leader, the nearest, the one it sticks to */
    uint32_t turn;     /* of round-robin */
};

/* Of the client at `endpoint`, number `index` of its workload. At first client i believes in node i modulo their
 * number. */
void route_init(struct route *route, const struct cluster *cluster, const struct workload_config *workload,
                node_id endpoint, uint32_t index);

node_id route_first(struct route *route, struct draw *draw);              /* for a new operation */
node_id route_again(const struct route *route, node_id asked);            /* for a retry after `asked` */
node_id route_redirect(struct route *route, node_id asked, node_id hint); /* after a redirect */
void route_served(struct route *route, node_id by);
void route_unanswered(struct route *route, node_id asked);

#endif
