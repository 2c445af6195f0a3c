/* Colours of message types in one picture: the most frequent types get one each, the rest shares another. */
#ifndef VIZ_MESSAGE_KEY_H
#define VIZ_MESSAGE_KEY_H

#include "viz/canvas.h"
#include "viz/tracer.h"

enum { MESSAGE_KEY_TYPES = 5 };

struct message_key {
    struct {
        const char *name;
        uint32_t count;
    } types[MESSAGE_KEY_TYPES]; /* by name, so that a picture a moment later has the same colours */
    uint32_t type_count;
    uint32_t others;
};

struct message_key message_key_of(const struct voyage *voyages, uint32_t count);
enum ink message_key_ink(const struct message_key *key, const char *type);

/* One line from `x` on: a dot and a name for each type, as far as `most` pixels reach. Returns where it ends. */
double message_key_draw(struct canvas *canvas, const struct message_key *key, double x, double y, double most);

#endif
