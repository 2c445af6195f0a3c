#include "viz/html_parameters.h"

#include "viz/html_page.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

enum { MOST_ROWS = 400 };

/* "150ms" without its quotes; lists and objects as they are. */
static void add_value(const cJSON *given, const char *preset, struct text *out) {
    cJSON *parsed = given == NULL ? cJSON_Parse(preset) : NULL;
    const cJSON *value = given != NULL ? given : parsed;
    if (cJSON_IsString(value)) {
        text_add(out, "%s", value->valuestring);
    } else {
        char *printed = cJSON_PrintUnformatted(value);
        text_add(out, "%s", printed != NULL ? printed : preset);
        cJSON_free(printed);
    }
    cJSON_Delete(parsed);
}

static void add_row(const struct system_config *system, const struct parameter *parameter, const cJSON *params,
                    struct text *out) {
    const cJSON *given = cJSON_GetObjectItemCaseSensitive(params, parameter->name);
    struct text value = {0}, preset = {0};
    add_value(given, parameter->preset, &value);
    add_value(NULL, parameter->preset, &preset);
    page_row(out);
    page_cell(out, (double)NAN, system->name);
    page_cell(out, (double)NAN, parameter->name);
    page_cell(out, (double)NAN, value.bytes != NULL ? value.bytes : "");
    page_cell(out, (double)NAN, preset.bytes != NULL ? preset.bytes : "");
    page_cell(out, (double)NAN, parameter->meaning);
    page_row_end(out);
    text_free(&value);
    text_free(&preset);
}

void html_parameters(const struct scenario *scenario, struct text *out) {
    static const char *const columns[] = {"system", "parameter", "value", "default", "meaning"};
    cJSON *json = scenario->resolved != NULL ? cJSON_Parse(scenario->resolved) : NULL;
    const cJSON *systems = cJSON_GetObjectItemCaseSensitive(json, "systems");
    uint32_t rows = 0;
    page_section(out, "parameters", "Parameters");
    page_table(out, columns, 5);
    for (uint32_t s = 0; s < scenario->system_count; s++) {
        const struct system_config *system = &scenario->systems[s];
        const cJSON *params =
            cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(systems, system->name), "params");
        const struct parameter *parameter = system->model->parameters;
        for (; parameter != NULL && parameter->name != NULL && rows < MOST_ROWS; parameter++, rows++) {
            add_row(system, parameter, params, out);
        }
    }
    page_table_end(out);
    page_section_end(out);
    cJSON_Delete(json);
}
