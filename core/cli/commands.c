/* Which commands are there? */
#include "cli/cli.h"

const struct cmb_command cmb_commands[] = {
    { "request", "EXCHANGE OPERATION [NAME=VALUE ...] | --batch",
      "prints the exact signed request of a question; sends nothing",
      "cambist request okx fetch_order_book symbol=BTC/USDT limit=20", cmb_cli_request },
    { "map", "--batch", "turns recorded answers into records; sends nothing",
      "cambist map --batch < answers.jsonl", cmb_cli_map },
};
const size_t cmb_command_count = sizeof cmb_commands / sizeof *cmb_commands;
