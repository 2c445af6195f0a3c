#include "viz/window/window.h"

#include <SDL.h>
#include <string.h>

enum { FRAME_MS = 16, IDLE_MS = 100 };

struct screen {
    struct player *player;
    const struct window_options *options;
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    struct canvas *canvas; /* as drawn last */
    int width, height;
    bool is_stale, is_open, is_dragging, has_dragged;
    int drag_x, drag_y; /* where the pointer is now; where the button went down */
};

/* ---- Opening ---- */

static bool open_window(struct screen *screen, struct text *error) {
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        text_add(error, "no window can be opened: %s\n", SDL_GetError());
        return false;
    }
    /* Where there is no display SDL takes a driver that shows nothing, which only tests want. */
    const char *driver = SDL_GetCurrentVideoDriver();
    bool shows_nothing = strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0;
    if (shows_nothing && SDL_getenv("SDL_VIDEODRIVER") == NULL) {
        text_add(error, "no window can be opened: there is no display\n");
        return false;
    }
    screen->window = SDL_CreateWindow(screen->options->title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                      screen->options->width, screen->options->height, SDL_WINDOW_RESIZABLE);
    screen->renderer = screen->window != NULL ? SDL_CreateRenderer(screen->window, -1, 0) : NULL;
    if (screen->renderer == NULL) {
        text_add(error, "no window can be opened: %s\n", SDL_GetError());
        return false;
    }
    SDL_SetWindowMinimumSize(screen->window, 640, 400);
    return true;
}

static void close_window(struct screen *screen) {
    canvas_free(screen->canvas);
    if (screen->texture != NULL) {
        SDL_DestroyTexture(screen->texture);
    }
    if (screen->renderer != NULL) {
        SDL_DestroyRenderer(screen->renderer);
    }
    if (screen->window != NULL) {
        SDL_DestroyWindow(screen->window);
    }
    SDL_Quit();
}

/* ---- Showing ---- */

static void draw(struct screen *screen) {
    int width, height, stride;
    SDL_GetWindowSize(screen->window, &width, &height);
    if (screen->texture == NULL || width != screen->width || height != screen->height) {
        if (screen->texture != NULL) {
            SDL_DestroyTexture(screen->texture);
        }
        screen->texture =
            SDL_CreateTexture(screen->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, width, height);
        screen->width = width;
        screen->height = height;
    }
    canvas_free(screen->canvas);
    screen->canvas = canvas_new(CANVAS_PNG, width, height, screen->options->theme, screen->options->title);
    player_draw(screen->player, screen->canvas);
    const unsigned char *pixels = canvas_pixels(screen->canvas, &stride);
    SDL_UpdateTexture(screen->texture, NULL, pixels, stride);
    SDL_RenderCopy(screen->renderer, screen->texture, NULL, NULL);
    SDL_RenderPresent(screen->renderer);
    screen->is_stale = false;
}

/* ---- Answering ---- */

static void press(struct screen *screen, SDL_Keycode key) {
    static const struct {
        SDL_Keycode key;
        enum player_key means;
    } keys[] = {{SDLK_SPACE, PLAYER_PAUSE},     {SDLK_PLUS, PLAYER_FASTER},  {SDLK_EQUALS, PLAYER_FASTER},
                {SDLK_KP_PLUS, PLAYER_FASTER},  {SDLK_MINUS, PLAYER_SLOWER}, {SDLK_KP_MINUS, PLAYER_SLOWER},
                {SDLK_RIGHT, PLAYER_FORTH},     {SDLK_LEFT, PLAYER_BACK},    {SDLK_PERIOD, PLAYER_STEP},
                {SDLK_COMMA, PLAYER_STEP_BACK}, {SDLK_TAB, PLAYER_SWITCH},   {SDLK_n, PLAYER_NEXT}};
    if (key == SDLK_ESCAPE || key == SDLK_q) {
        screen->is_open = false;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i].key == key) {
            player_press(screen->player, keys[i].means);
            screen->is_stale = true;
        }
    }
}

static void click(struct screen *screen, int x, int y) {
    if (screen->canvas != NULL) {
        player_click(screen->player, screen->canvas, x, y);
        screen->is_stale = true;
    }
    screen->is_dragging = true;
    screen->drag_y = y; /* a hand that slips off the timeline still drags the playhead */
}

/* Once for all motions that have come: only the last place matters. */
static void drag(struct screen *screen) {
    if (screen->has_dragged && screen->canvas != NULL) {
        player_drag(screen->player, screen->canvas, screen->drag_x, screen->drag_y);
        screen->is_stale = true;
    }
    screen->has_dragged = false;
}

static void answer(struct screen *screen, const SDL_Event *event) {
    switch (event->type) {
    case SDL_QUIT:
        screen->is_open = false;
        break;
    case SDL_WINDOWEVENT:
        screen->is_stale = true;
        break;
    case SDL_KEYDOWN:
        press(screen, event->key.keysym.sym);
        break;
    case SDL_MOUSEBUTTONDOWN:
        click(screen, event->button.x, event->button.y);
        break;
    case SDL_MOUSEBUTTONUP:
        screen->is_dragging = false;
        break;
    case SDL_MOUSEMOTION:
        screen->has_dragged = screen->is_dragging;
        screen->drag_x = event->motion.x;
        break;
    default:
        break;
    }
}

bool window_show(struct player *player, const struct window_options *options, struct text *error) {
    struct screen screen = {.player = player, .options = options, .is_stale = true, .is_open = true};
    bool is_good = open_window(&screen, error);
    uint64_t start = SDL_GetTicks64(), before = start;
    while (is_good && screen.is_open) {
        SDL_Event event;
        if (screen.is_stale) {
            draw(&screen);
        }
        if (SDL_WaitEventTimeout(&event, player_is_moving(player) ? FRAME_MS : IDLE_MS)) {
            do {
                answer(&screen, &event);
            } while (SDL_PollEvent(&event));
            drag(&screen);
        }
        uint64_t now = SDL_GetTicks64();
        screen.is_stale = player_tick(player, (double)(now - before) / 1e3) || screen.is_stale;
        screen.is_open = screen.is_open && (options->seconds <= 0 || (double)(now - start) / 1e3 < options->seconds);
        before = now;
    }
    close_window(&screen);
    return is_good;
}
