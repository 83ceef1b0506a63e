/* How does libcurl's multi interface wait on our loop? */
#include "transport/connector.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"

/* One socket that libcurl waits for; it has several while it tries addresses. */
struct curl_socket {
    struct cmb_watch watch;
    struct cmb_connector *connector;
};

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Tells the owners of the attempts that have ended.  An owner may close any connection: libcurl
 * then takes back the message of that one too. */
static void collect(struct cmb_connector *connector)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(connector->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *connection = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &connection);
        cmb_connection_settle((struct cmb_connection *)(void *)connection, message->data.result);
    }
}

static void on_socket_ready(struct cmb_watch *watch, uint32_t events, void *user)
{
    struct curl_socket *socket = user;
    struct cmb_connector *connector = socket->connector;
    int mask = 0, running;
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
        mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(connector->multi, watch->fd, mask, &running); /* may free `socket` */
    collect(connector);
}

static void on_timer_due(struct cmb_timer *timer, void *user)
{
    (void)timer;
    struct cmb_connector *connector = user;
    int running;
    curl_multi_socket_action(connector->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    collect(connector);
}

static uint32_t events_of(int what)
{
    return (what & CURL_POLL_IN ? (uint32_t)EPOLLIN : 0u) |
           (what & CURL_POLL_OUT ? (uint32_t)EPOLLOUT : 0u);
}

static int forget_socket(struct cmb_connector *connector, curl_socket_t fd,
                         struct curl_socket *socket)
{
    if (!socket)
        return 0;
    cmb_loop_stop_watch(connector->loop, &socket->watch);
    curl_multi_assign(connector->multi, fd, NULL);
    free(socket);
    return 0;
}

/* libcurl says what it wants to know about a socket.  Where it cannot be watched the attempt runs
 * into its deadline: any answer but 0 would end all attempts, also those to come. */
static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    (void)easy;
    struct cmb_connector *connector = user;
    struct curl_socket *socket = socket_user;
    if (what == CURL_POLL_REMOVE)
        return forget_socket(connector, fd, socket);
    if (!socket) {
        socket = cmb_calloc(1, sizeof *socket);
        if (!socket)
            return 0;
        socket->connector = connector;
        socket->watch = (struct cmb_watch){ .on_ready = on_socket_ready, .user = socket };
        curl_multi_assign(connector->multi, fd, socket);
    }
    cmb_loop_start_watch(connector->loop, &socket->watch, fd, events_of(what));
    return 0;
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    struct cmb_connector *connector = user;
    if (timeout_ms < 0)
        cmb_loop_stop_timer(connector->loop, &connector->timer);
    else
        cmb_loop_start_timer(connector->loop, &connector->timer, (int64_t)timeout_ms * 1000000);
    return 0;
}

static uint32_t or_default(uint32_t value, uint32_t usual)
{
    return value ? value : usual;
}

static void settle_settings(struct cmb_connector_settings *settings)
{
    settings->connect_timeout_ms = or_default(settings->connect_timeout_ms, 2000);
    settings->user_timeout_ms = or_default(settings->user_timeout_ms, 5000);
    settings->keepalive_idle_s = or_default(settings->keepalive_idle_s, 15);
    settings->keepalive_interval_s = or_default(settings->keepalive_interval_s, 5);
    settings->dns_cache_s = or_default(settings->dns_cache_s, 600);
}

static bool start_multi(struct cmb_connector *connector)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_curl);
    CURLM *multi = connector->multi = curl_multi_init();
    return multi && !curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket) &&
           !curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, connector) &&
           !curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) &&
           !curl_multi_setopt(multi, CURLMOPT_TIMERDATA, connector);
}

struct cmb_connector *cmb_connector_new(struct cmb_loop *loop, struct cmb_trust *trust,
                                        const struct cmb_connector_settings *settings)
{
    struct cmb_connector *connector = cmb_calloc(1, sizeof *connector);
    if (!connector)
        return NULL;
    connector->loop = loop;
    connector->trust = trust;
    connector->timer = (struct cmb_timer){ .on_due = on_timer_due, .user = connector };
    if (settings)
        connector->settings = *settings;
    settle_settings(&connector->settings);
    const char *proxy = connector->settings.proxy;
    connector->settings.proxy = connector->proxy = proxy ? cmb_strdup(proxy) : NULL;
    if ((proxy && !connector->proxy) || !start_multi(connector)) {
        cmb_connector_free(connector);
        return NULL;
    }
    return connector;
}

void cmb_connector_free(struct cmb_connector *connector)
{
    if (!connector)
        return;
    if (connector->multi)
        curl_multi_cleanup(connector->multi);
    cmb_loop_stop_timer(connector->loop, &connector->timer);
    free(connector->proxy);
    free(connector);
}
