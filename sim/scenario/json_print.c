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

static void add(struct text *out, const char *string) {
    text_add_bytes(out, string, strlen(string));
}

static void add_line(struct text *out, int indent) {
    static const char spaces[] = "                ";
    add(out, "\n");
    for (int left = indent, most = sizeof spaces - 1; left > 0; left -= most) {
        text_add_bytes(out, spaces, (size_t)(left < most ? left : most));
    }
}

static void print_at(const cJSON *item, int indent, struct text *out) {
    if (cJSON_IsNumber(item)) {
        text_add_json_number(out, item->valuedouble);
    } else if (cJSON_IsString(item)) {
        text_add_json(out, item->valuestring);
    } else if (cJSON_IsBool(item)) {
        add(out, cJSON_IsTrue(item) ? "true" : "false");
    } else if (cJSON_IsObject(item) || cJSON_IsArray(item)) {
        bool is_object = cJSON_IsObject(item), on_one_line = is_flat(item) && indent > 0;
        add(out, is_object ? "{" : "[");
        for (const cJSON *child = item->child; child != NULL; child = child->next) {
            if (!on_one_line) {
                add_line(out, indent + 2);
            } else if (child != item->child) {
                add(out, " ");
            }
            if (is_object) {
                text_add_json(out, child->string);
                add(out, ": ");
            }
            print_at(child, indent + 2, out);
            if (child->next != NULL) {
                add(out, ",");
            }
        }
        if (!on_one_line && item->child != NULL) {
            add_line(out, indent);
        }
        add(out, is_object ? "}" : "]");
    } else {
        add(out, "null");
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
