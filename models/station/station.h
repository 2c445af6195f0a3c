/* A service station: see station.c. */
#ifndef MODELS_STATION_STATION_H
#define MODELS_STATION_STATION_H

#include "sim/spacelike.h"

extern const struct model station_model;

#endif
