/* How does a number leave JSON without passing through a double? */
#include "json/number.h"

#include "number/decimal.h"

/* Reads a bare number, a string or null. */
static bool read_text(struct cmb_json_reader *reader, struct cmb_json_value *ret_value)
{
    enum cmb_json_kind kind = cmb_json_peek(reader);
    if (kind != CMB_JSON_STRING && kind != CMB_JSON_NUMBER && kind != CMB_JSON_NULL)
        return cmb_json_fail(reader, "a number is expected");
    return cmb_json_read_value(reader, ret_value);
}

/* The failure belongs to where the number begins, not to what follows it. */
static bool refuse(struct cmb_json_reader *reader, const char *start, enum cmb_number_fault fault)
{
    reader->at = start;
    return cmb_json_fail(reader, cmb_number_fault_text(fault));
}

bool cmb_json_read_scaled_slowly(struct cmb_json_reader *reader, unsigned scale, int64_t *ret_value)
{
    struct cmb_json_value value;
    if (!read_text(reader, &value))
        return false;
    enum cmb_number_fault fault = value.kind == CMB_JSON_NULL
                                      ? CMB_NUMBER_ABSENT
                                      : cmb_scaled_parse(value.raw, scale, ret_value);
    return fault == CMB_NUMBER_FINE || refuse(reader, value.raw.at, fault);
}

/* Decimals as they are written; an exponent is no digit. */
static uint8_t decimals_of(struct cmb_text number)
{
    const char *point = memchr(number.at, '.', number.length);
    uint8_t decimals = 0;
    for (const char *at = point ? point + 1 : NULL;
         at && at < number.at + number.length && *at >= '0' && *at <= '9'; at++)
        decimals++;
    return decimals;
}

bool cmb_json_read_scaled_digits(struct cmb_json_reader *reader, unsigned scale,
                                 int64_t *ret_value, uint8_t *ret_decimals)
{
    cmb_json_next_byte(reader);
    const char *start = reader->at;
    if (!cmb_json_read_scaled(reader, scale, ret_value))
        return false;
    *ret_decimals = decimals_of((struct cmb_text){ start, (size_t)(reader->at - start) });
    return true;
}

bool cmb_json_read_decimal(struct cmb_json_reader *reader, struct cambist_decimal *ret_value)
{
    struct cmb_json_value value;
    if (!read_text(reader, &value))
        return false;
    if (value.kind == CMB_JSON_NULL || value.raw.length == 0) {
        *ret_value = (struct cambist_decimal){ 0 };
        return true;
    }
    enum cmb_number_fault fault = cmb_decimal_parse(value.raw, ret_value);
    return fault == CMB_NUMBER_FINE || refuse(reader, value.raw.at, fault);
}
