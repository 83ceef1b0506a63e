/* refused with: rows of table servers have 4000 bytes, this host */
#include "broken.h"

static const struct cambist_server servers[] = { { "rest", "https://api.example.com" } };
CAMBIST_PLUGIN(.name = "broken", .servers = { servers, 1, 4000 })
