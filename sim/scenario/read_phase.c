/* Phases: windows with a name, which may multiply the load. */
#include "sim/scenario/reader.h"

#include <string.h>

static const struct field phase_fields[] = {
    {.name = "name",
     .type = FIELD_TEXT,
     .offset = offsetof(struct phase_config, name),
     .is_required = true,
     .meaning = "For windows"},
    {.name = "at",
     .type = FIELD_DURATION,
     .offset = offsetof(struct phase_config, at),
     .is_required = true,
     .meaning = "Its start"},
    {.name = "for",
     .type = FIELD_DURATION,
     .offset = offsetof(struct phase_config, length),
     .low = 1e-9,
     .high = -1,
     .is_required = true,
     .meaning = "How long"},
    {.name = "rate",
     .type = FIELD_REAL,
     .offset = offsetof(struct phase_config, rate),
     .low = 0,
     .high = 1e9,
     .preset = "1",
     .meaning = "Multiplies the rate of all arrivals meanwhile; 1 makes it a window only"},
    {.name = NULL}};

const struct object_type phase_type = {
    .name = "phase",
    .what = "an object such as {\"name\": \"peak\", \"at\": \"20s\", \"for\": \"10s\", \"rate\": 3}",
    .fields = phase_fields,
    .is_whole = true};

static void check_phase(struct reader *reader, const cJSON *item, const struct phase_config *phases, uint32_t index) {
    const struct phase_config *phase = &phases[index];
    const cJSON *name = json_get(item, "name"), *at = json_get(item, "at");
    size_t mark = reader_enter(reader, "name");
    if (phase->name != NULL && reader_check_name(reader, name, false, phase->name, reader_window_words)) {
        for (uint32_t i = 0; i < index; i++) {
            if (phases[i].name != NULL && strcmp(phases[i].name, phase->name) == 0) {
                reader_fail(reader, name, "a second phase \"%s\"; expected different names", phase->name);
                break;
            }
        }
    }
    reader_leave(reader, mark);
    if (at != NULL && reader->scenario->duration > 0 && phase->at >= reader->scenario->duration) {
        reader_fail(reader, at,
                    "the phase starts at the end of the run or after it; expected a start before the duration");
    }
}

void read_phases(struct reader *reader, const cJSON *items) {
    if (items == NULL) {
        return;
    }
    size_t mark = reader_enter(reader, "phases");
    uint32_t count = reader_array(reader, items, 0, READER_MOST_ELEMENTS, "an array of phases");
    if (count != UINT32_MAX) {
        struct phase_config *phases = reader_alloc(reader, count, sizeof *phases);
        const cJSON *child = items->child;
        for (uint32_t i = 0; i < count; i++, child = child->next) {
            size_t inner = reader_enter_element(reader, i);
            reader_object(reader, &phase_type, child, &phases[i]);
            if (cJSON_IsObject(child)) {
                check_phase(reader, child, phases, i);
            }
            phases[i].name = phases[i].name == NULL ? "" : phases[i].name; /* said already */
            reader_leave(reader, inner);
        }
        reader->scenario->phases = phases;
        reader->scenario->phase_count = count;
    }
    reader_leave(reader, mark);
}
