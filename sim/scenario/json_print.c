/* Values as text: whole trees, and what a message shows of one. */
#include "sim/scenario/json.h"

#include <stdio.h>
#include <string.h>

static bool is_flat(const cJSON *item) {
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        if (child->child != NULL) {
            return false;
        }
    }
    return true;
}

static void print_at(const cJSON *item, int indent, struct text *out) {
    if (cJSON_IsNumber(item)) {
        text_add_json_number(out, item->valuedouble);
    } else if (cJSON_IsString(item)) {
        text_add_json(out, item->valuestring);
    } else if (cJSON_IsBool(item)) {
        text_add(out, "%s", cJSON_IsTrue(item) ? "true" : "false");
    } else if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        bool is_object = cJSON_IsObject(item), on_one_line = is_flat(item) && indent > 0;
        text_add(out, is_object ? "{" : "[");
        for (const cJSON *child = item->child; child != NULL; child = child->next) {
            if (on_one_line) {
                text_add(out, child == item->child ? "" : " ");
            } else {
                text_add(out, "\n%*s", indent + 2, "");
            }
            if (is_object) {
                text_add_json(out, child->string);
                text_add(out, ": ");
            }
            print_at(child, indent + 2, out);
            text_add(out, child->next != NULL ? "," : "");
        }
        if (!on_one_line && item->child != NULL) {
            text_add(out, "\n%*s", indent, "");
        }
        text_add(out, is_object ? "}" : "]");
    } else {
        text_add(out, "null");
    }
}

void json_print(const cJSON *item, struct text *out) {
    print_at(item, 0, out);
}

const char *json_show(const cJSON *item, char *text, size_t size) {
    struct text shown = {0};
    if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        snprintf(text, size, "%s", cJSON_IsObject(item) ? "an object" : "an array");
        return text;
    }
    if (cJSON_IsString(item) && strlen(item->valuestring) > 60) {
        int length = 56;
        while (((unsigned char)item->valuestring[length] & 0xc0) == 0x80) { /* not inside a character */
            length--;
        }
        text_add(&shown, "\"%.*s...\"", length, item->valuestring);
    } else {
        json_print(item, &shown);
    }
    snprintf(text, size, "%s", shown.bytes);
    text_free(&shown);
    return text;
}
