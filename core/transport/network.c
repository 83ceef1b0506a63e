/* How does what is asked of a network reach real connections? */
#include "transport/network.h"

#include "transport/pool_inner.h"

/* A pool begins with its network. */
static struct cmb_pool *own(struct cmb_network *network)
{
    return (struct cmb_pool *)(void *)network;
}

static struct cmb_origin *open_origin(struct cmb_network *network, const char *url,
                                      struct cambist_error *error)
{
    return cmb_pool_open_origin(own(network), url, error);
}

static void warm(struct cmb_network *network, struct cmb_origin *origin, uint32_t count)
{
    cmb_pool_warm(own(network), origin, count);
}

static struct cmb_flight *send_request(struct cmb_network *network,
                                       const struct cmb_request *request,
                                       struct cambist_error *error)
{
    return cmb_pool_send(own(network), request, error);
}

static bool cancel(struct cmb_network *network, struct cmb_flight *flight)
{
    return cmb_pool_cancel(own(network), flight);
}

static struct cmb_websocket *open_websocket(struct cmb_network *network,
                                            const struct cmb_websocket_settings *settings,
                                            struct cambist_error *error)
{
    struct cmb_websocket_settings placed = *settings;
    placed.loop = own(network)->loop;
    placed.connector = own(network)->connector;
    return cmb_websocket_open(&placed, error);
}

const struct cmb_network cmb_network_of_connections = {
    .open_origin = open_origin,
    .warm = warm,
    .send = send_request,
    .cancel = cancel,
    .open_websocket = open_websocket,
    .send_text = cmb_websocket_send,
    .send_ping = cmb_websocket_ping,
    .close_websocket = cmb_websocket_close,
};

struct cmb_network *cmb_pool_network(struct cmb_pool *pool)
{
    return &pool->network;
}
