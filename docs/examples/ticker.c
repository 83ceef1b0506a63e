/* How does a program ask several exchanges for a price, one after the other?
 *
 *     ticker CONFIG SYMBOL
 *
 * The shortest way: blocking calls.  Each answer is a record of exact decimals.
 */
#include <stdio.h>

#include <cambist/cambist.h>

int main(int count, char **words)
{
    struct cambist *host;
    struct cambist_error error = { 0 };
    if (count != 3)
        return 2;
    if (cambist_open(words[1], &host, &error) != CAMBIST_OK) {
        fprintf(stderr, "%s\n", error.message); /* names file, line and key */
        return 1;
    }
    struct cambist_arguments arguments = { .symbol = words[2] };
    struct cambist_exchange *exchange;
    int failures = 0;
    for (size_t i = 0; (exchange = cambist_exchange_at(host, i)); i++) {
        struct cambist_answer *answer;
        if (cambist_fetch_ticker(exchange, &arguments, &answer, &error) != CAMBIST_OK) {
            fprintf(stderr, "%s: %s\n", cambist_exchange_name(exchange), error.message);
            failures++;
            continue;
        }
        /* The record lives as long as the answer. */
        char last[CAMBIST_DECIMAL_TEXT_SIZE];
        cambist_decimal_format(&cambist_answer_ticker(answer, 0)->last, last);
        printf("%-10s %s\n", cambist_exchange_name(exchange), last);
        cambist_answer_free(answer);
    }
    cambist_close(host);
    return failures != 0;
}
