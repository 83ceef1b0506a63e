/* What every broken plugin shares: the shortest plugin that is right, to break one thing in. */
#ifndef BROKEN_H
#define BROKEN_H

#include <cambist/plugin.h>

#define SERVERS .servers = CAMBIST_ROWS(server, { "rest", "https://api.example.com" })
#define FIELDS  .fields = CAMBIST_ROWS(field, { "timestamp", "time", CAMBIST_MS })

/* A plugin with this one endpoint.  The file defines MORE (further tables, with a comma behind)
 * and NAME. */
#define ENDPOINT(...)                                                                              \
    CAMBIST_PLUGIN(.name = NAME, SERVERS, MORE.endpoints = CAMBIST_ROWS(endpoint, __VA_ARGS__))

#endif
