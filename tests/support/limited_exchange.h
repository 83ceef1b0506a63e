/* support/limited_exchange.h - a made-up exchange that counts by address and by account. */
#ifndef TEST_SUPPORT_LIMITED_EXCHANGE_H
#define TEST_SUPPORT_LIMITED_EXCHANGE_H

#include "support/test_exchange.h"

static const struct cambist_server limited_servers[] = {
    { "rest", "https://made.up", "https://sand.box" } };
static const struct cambist_credential limited_credentials[] = {
    { "secret", "the secret", CAMBIST_SECRET }, { "key", "the key", CAMBIST_SENT } };
static const struct cambist_limit limited_limits[] = {
    { "weight", CAMBIST_PER_ADDRESS, CAMBIST_FIXED_WINDOW, 100, 60000 },
    { "orders", CAMBIST_PER_ACCOUNT, CAMBIST_FIXED_WINDOW, 10, 10000 } };
static const struct cambist_field limited_clock_fields[] = { { "timestamp", "time", CAMBIST_MS } };
static const struct cambist_endpoint limited_endpoints[] = {
    { "fetch_time", "GET /time", .fields = CAMBIST_TABLE(limited_clock_fields),
      .charges = CAMBIST_ROWS(charge, { "weight", 1 }, { "orders", 1 }) } };
static const struct cambist_plugin limited_exchange = {
    .magic = CAMBIST_PLUGIN_MAGIC, .abi_major = CAMBIST_ABI_MAJOR, .abi_minor = CAMBIST_ABI_MINOR,
    .size = sizeof(struct cambist_plugin), .name = "made_up", .body = CAMBIST_JSON,
    .servers = CAMBIST_TABLE(limited_servers),
    .credentials = CAMBIST_TABLE(limited_credentials),
    .limits = CAMBIST_TABLE(limited_limits), .endpoints = CAMBIST_TABLE(limited_endpoints),
};

#endif
