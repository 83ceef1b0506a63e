/* How do the benches use simdjson? As its documentation advises */
#include <simdjson.h>

#include "bench/json_bench.h"

using namespace simdjson;

static const int64_t powers_of_ten[] = { 1,      10,      100,      1000,     10000,
                                         100000, 1000000, 10000000, 100000000 };

/* Exactly as the others: digits to an int64 at the scale, nothing through a double. */
static int64_t scaled(std::string_view text)
{
    int64_t number = 0;
    size_t behind = 0;
    bool has_point = false;
    for (char c : text) {
        if (c == '.') {
            has_point = true;
            continue;
        }
        if (c < '0' || c > '9')
            throw simdjson_error(NUMBER_ERROR);
        number = number * 10 + (c - '0');
        behind += has_point;
    }
    return number * powers_of_ten[DEPTH_SCALE - behind];
}

static void read_side(ondemand::value value, struct depth_side &side)
{
    size_t count = 0;
    for (ondemand::array pair : value.get_array()) {
        cmb_scaled_level &level = side.levels[count++];
        auto element = pair.begin();
        level.price = scaled((*element).get_string());
        ++element;
        level.amount = scaled((*element).get_string());
    }
    side.count = count;
}

static void read_depth(ondemand::object object, struct depth &depth)
{
    for (auto field : object) {
        ondemand::raw_json_string key = field.key();
        if (key == "E")
            depth.event_ms = field.value().get_int64();
        else if (key == "U")
            depth.first_id = field.value().get_int64();
        else if (key == "u")
            depth.last_id = field.value().get_int64();
        else if (key == "pu")
            depth.previous_id = field.value().get_int64();
        else if (key == "b")
            read_side(field.value(), depth.bids);
        else if (key == "a")
            read_side(field.value(), depth.asks);
    }
}

/* Makes a tree of the whole text. */
extern "C" int parse_with_simdjson(const char *text, size_t length, size_t padded)
{
    static dom::parser parser;
    (void)padded;
    return parser.parse(text, length, /* realloc_if_needed= */ false).error() == SUCCESS;
}

extern "C" int decode_with_simdjson(const char *frame, size_t length, size_t padded,
                                    struct depth *depth)
{
    static ondemand::parser parser;
    try {
        ondemand::document document = parser.iterate(frame, length, length + padded);
        for (auto field : document.get_object()) {
            ondemand::raw_json_string key = field.key();
            if (key == "data")
                read_depth(field.value().get_object(), *depth);
        }
        return 1;
    } catch (const simdjson_error &) {
        return 0;
    }
}
