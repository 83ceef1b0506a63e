/* Are counters written in the form that Prometheus reads? */
#include "metrics/counters.h"

#include "support/test.h"

enum { SENT, FAILED };

static struct cmb_counter counters[] = {
    [SENT] = { .name = "sent", .help = "requests written to the wire" },
    [FAILED] = { .name = "failed", .help = "requests that failed" },
};
static struct cmb_counter_table table = { .name = "request", .counters = counters, .count = 2 };
static struct cmb_histogram answer;
static struct cmb_histogram_row row = { .name = "request_answer",
                                        .help = "from request to answer",
                                        .histogram = &answer };

static void writes_what_was_counted(void)
{
    struct cmb_metrics metrics = { 0 };
    struct cmb_buffer buffer;
    cmb_buffer_init(&buffer, 65536);
    cmb_histogram_init(&answer, false);
    cmb_metrics_add_table(&metrics, &table);
    cmb_metrics_add_histogram(&metrics, &row);
    cmb_counter_add(&table, SENT, 1);
    cmb_histogram_record(&answer, 5);
    cmb_metrics_switch(&metrics, true);
    cmb_counter_add(&table, SENT, 2);
    cmb_counter_add(&table, FAILED, 1);
    cmb_histogram_record(&answer, 1500000000);
    cmb_metrics_switch(&metrics, false);
    cmb_counter_add(&table, FAILED, 1);
    cmb_metrics_write(&metrics, &buffer);
    ASSERT_TEXT(cmb_buffer_string(&buffer),
                "# HELP cambist_request_sent_total requests written to the wire\n"
                "# TYPE cambist_request_sent_total counter\n"
                "cambist_request_sent_total 2\n"
                "# HELP cambist_request_failed_total requests that failed\n"
                "# TYPE cambist_request_failed_total counter\n"
                "cambist_request_failed_total 1\n"
                "# HELP cambist_request_answer_seconds from request to answer\n"
                "# TYPE cambist_request_answer_seconds summary\n"
                "cambist_request_answer_seconds{quantile=\"0.5\"} 1.500000000\n"
                "cambist_request_answer_seconds{quantile=\"0.9\"} 1.500000000\n"
                "cambist_request_answer_seconds{quantile=\"0.99\"} 1.500000000\n"
                "cambist_request_answer_seconds{quantile=\"0.999\"} 1.500000000\n"
                "cambist_request_answer_seconds{quantile=\"1\"} 1.500000000\n"
                "cambist_request_answer_seconds_sum 1.500000000\n"
                "cambist_request_answer_seconds_count 1\n");
    cmb_buffer_clear(&buffer);
}

TEST_SUITE("metrics/counters",
           { "writes what was counted while it was on", writes_what_was_counted })
