/* Colours by meaning, for light and dark (Okabe and Ito's palette, told apart by colour-blind eyes). Meaning is fixed
 * everywhere: ok green, failed vermilion, unknown yellow, stale purple, reads blue, writes orange. */
#ifndef VIZ_THEME_H
#define VIZ_THEME_H

enum theme { THEME_LIGHT, THEME_DARK, THEME_COUNT };

enum ink {
    INK_PAPER, /* the background */
    INK_TEXT,
    INK_FAINT, /* text that may be overlooked: ticks, notes */
    INK_LINE,  /* axes, outlines */
    INK_GRID,
    INK_BAND, /* a fault, behind everything */
    INK_AREA, /* a region or panel */
    INK_BLUE,
    INK_ORANGE,
    INK_GREEN,
    INK_VERMILION,
    INK_PURPLE,
    INK_SKY,
    INK_YELLOW,
    INK_COUNT
};

struct colour {
    double red, green, blue; /* 0 to 1, sRGB */
};

struct colour theme_colour(enum theme theme, enum ink ink);

/* The ink as text: moved towards the colour of text until its contrast with paper, bands and areas is 4.5 to 1. */
struct colour theme_text_colour(enum theme theme, enum ink ink);

/* Contrast of two colours as WCAG 2 defines it, 1 to 21. */
double colour_contrast(struct colour a, struct colour b);

const char *ink_name(enum ink ink); /* "blue": also the name of its CSS variable */

/* The ink of one of several things without a meaning of their own (nodes, designs); cycles. */
enum ink ink_of_series(unsigned index);

#endif
