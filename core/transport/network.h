/* transport/network.h - the way out: requests and WebSockets to servers, whoever carries them.
 *
 * All that decides (requests, streams, orders) reaches servers through this table, so that the same
 * code runs over real connections and over a network that is played from a seed.  The real one is a
 * pool and its connector; another one keeps their promises, as pool.h and websocket.h make them:
 * callbacks come from the loop, never from inside a function of the table, and exactly once; what
 * an answer says about bytes that have left is a proof.
 *
 * Origins, flights and WebSockets are the network's that made them: nobody else looks inside.
 */
#ifndef CMB_TRANSPORT_NETWORK_H
#define CMB_TRANSPORT_NETWORK_H

#include "transport/pool.h"
#include "transport/websocket.h"

struct cmb_network {
    /* ---- requests: pool.h ---- */

    /* As cmb_pool_open_origin. */
    struct cmb_origin *(*open_origin)(struct cmb_network *network, const char *url,
                                      struct cambist_error *error);
    /* As cmb_pool_warm; where nothing has to be opened ahead it does nothing. */
    void (*warm)(struct cmb_network *network, struct cmb_origin *origin, uint32_t count);
    /* As cmb_pool_send. */
    struct cmb_flight *(*send)(struct cmb_network *network, const struct cmb_request *request,
                               struct cambist_error *error);
    /* As cmb_pool_cancel. */
    bool (*cancel)(struct cmb_network *network, struct cmb_flight *flight);

    /* ---- WebSockets: websocket.h ---- */

    /* As cmb_websocket_open; the settings' loop and connector are the network's to say. */
    struct cmb_websocket *(*open_websocket)(struct cmb_network *network,
                                            const struct cmb_websocket_settings *settings,
                                            struct cambist_error *error);
    /* As cmb_websocket_send, _ping and _close. */
    int (*send_text)(struct cmb_websocket *websocket, struct cmb_text text);
    int (*send_ping)(struct cmb_websocket *websocket, struct cmb_text payload);
    void (*close_websocket)(struct cmb_websocket *websocket);
};

/* The network of a pool's connections; the pool's, and lives as long. */
struct cmb_network *cmb_pool_network(struct cmb_pool *pool);

#endif
