#include "viz/theme.h"

#include <math.h>

static const unsigned palette[THEME_COUNT][INK_COUNT] = {
    [THEME_LIGHT] = {[INK_PAPER] = 0xFFFFFF,
                     [INK_TEXT] = 0x1A1A1A,
                     [INK_FAINT] = 0x5C5C5C,
                     [INK_LINE] = 0xD0D0D0,
                     [INK_GRID] = 0xE4E4E4,
                     [INK_BAND] = 0xF0EAE0,
                     [INK_AREA] = 0xF6F7F8,
                     [INK_BLUE] = 0x0072B2,
                     [INK_ORANGE] = 0xE69F00,
                     [INK_GREEN] = 0x009E73,
                     [INK_VERMILION] = 0xD55E00,
                     [INK_PURPLE] = 0xCC79A7,
                     [INK_SKY] = 0x56B4E9,
                     [INK_YELLOW] = 0xF0E442},
    [THEME_DARK] = {[INK_PAPER] = 0x14171A,
                    [INK_TEXT] = 0xE6E6E6,
                    [INK_FAINT] = 0xA6ABB0,
                    [INK_LINE] = 0x3A3F44,
                    [INK_GRID] = 0x2A2E33,
                    [INK_BAND] = 0x2B2720,
                    [INK_AREA] = 0x1B1F23,
                    [INK_BLUE] = 0x3A9BD6, /* Okabe and Ito's blue is too dark on this paper: its lightness is raised */
                    [INK_ORANGE] = 0xE69F00,
                    [INK_GREEN] = 0x12B386,
                    [INK_VERMILION] = 0xE8742A,
                    [INK_PURPLE] = 0xCC79A7,
                    [INK_SKY] = 0x56B4E9,
                    [INK_YELLOW] = 0xF0E442},
};

struct colour theme_colour(enum theme theme, enum ink ink) {
    unsigned rgb = palette[theme][ink];
    return (struct colour){(rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0};
}

static double linear(double channel) {
    return channel <= 0.03928 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4);
}

static double luminance(struct colour colour) {
    return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

double colour_contrast(struct colour a, struct colour b) {
    double one = luminance(a), other = luminance(b);
    return one > other ? (one + 0.05) / (other + 0.05) : (other + 0.05) / (one + 0.05);
}

static struct colour mix(struct colour a, struct colour b, double share) {
    return (struct colour){a.red + (b.red - a.red) * share, a.green + (b.green - a.green) * share,
                           a.blue + (b.blue - a.blue) * share};
}

struct colour theme_text_colour(enum theme theme, enum ink ink) {
    static const enum ink grounds[] = {INK_PAPER, INK_BAND, INK_AREA};
    struct colour colour = theme_colour(theme, ink), text = theme_colour(theme, INK_TEXT);
    for (double share = 0; share < 1; share += 0.05) {
        struct colour mixed = mix(colour, text, share);
        double least = 21;
        for (unsigned i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
            least = fmin(least, colour_contrast(mixed, theme_colour(theme, grounds[i])));
        }
        if (least >= 4.5) {
            return mixed;
        }
    }
    return text;
}

const char *ink_name(enum ink ink) {
    static const char *const names[INK_COUNT] = {
        [INK_PAPER] = "paper",   [INK_TEXT] = "text",    [INK_FAINT] = "faint",         [INK_LINE] = "line",
        [INK_GRID] = "grid",     [INK_BAND] = "band",    [INK_AREA] = "area",           [INK_BLUE] = "blue",
        [INK_ORANGE] = "orange", [INK_GREEN] = "green",  [INK_VERMILION] = "vermilion", [INK_PURPLE] = "purple",
        [INK_SKY] = "sky",       [INK_YELLOW] = "yellow"};
    return names[ink];
}

enum ink ink_of_series(unsigned index) {
    static const enum ink series[] = {INK_BLUE, INK_ORANGE, INK_GREEN, INK_PURPLE, INK_SKY, INK_VERMILION};
    return series[index % (sizeof series / sizeof series[0])];
}
