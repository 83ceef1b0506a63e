/* support/practice_account.h - the account that a practice exchange has made up, opened by the core. */
#ifndef TEST_SUPPORT_PRACTICE_ACCOUNT_H
#define TEST_SUPPORT_PRACTICE_ACCOUNT_H

#include "request/exchange.h"
#include "simulator/practice_network.h"
#include "support/test.h"

/* Opens the exchange `name` of a network that is played.  Of `settings` only clock and random are
 * the caller's. */
static inline struct cmb_exchange *practice_account_open(struct cmb_practice_network *network,
                                                         const char *name,
                                                         const struct cmb_plugin *plugin,
                                                         struct cmb_vault *vault,
                                                         struct cmb_exchange_settings settings)
{
    const struct cambist_plugin *tables = &plugin->tables;
    struct cmb_pair servers[CMB_SERVERS_MOST], secrets[CMB_CREDENTIAL_TEXTS];
    struct cmb_exchange *exchange = NULL;
    struct cambist_error error = { 0 };
    settings.environment = CMB_ENVIRONMENT_SIMULATED;
    settings.servers = servers;
    settings.credentials = secrets;
    for (uint32_t i = 0; i < tables->servers.count; i++) {
        const struct cambist_server *row = CMB_ROW(tables->servers, i);
        bool is_stream = strncmp(row->live, "wss:", 4) == 0;
        servers[settings.server_count++] = (struct cmb_pair){
            cmb_text_of(row->name),
            cmb_text_of(cmb_practice_network_url(network, name, is_stream)) };
    }
    for (uint32_t i = 0; i < tables->credentials.count; i++) {
        const char *credential = CMB_ROW(tables->credentials, i)->name;
        secrets[settings.credential_count++] = (struct cmb_pair){
            cmb_text_of(credential),
            cmb_text_of(cmb_practice_network_credential(network, name, credential)) };
    }
    int status = cmb_exchange_open(plugin, vault, &settings, &exchange, &error);
    if (status != CAMBIST_OK)
        printf("\n    %s", error.message);
    CU_ASSERT_FATAL(status == CAMBIST_OK);
    return exchange;
}

#endif
