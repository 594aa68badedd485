#include "kit_text.h"

static char lower(char c)
{
    static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyz";

    if ((c >= 'A') && (c <= 'Z')) {
        return LETTERS[c - 'A'];
    }
    return c;
}

static bool is_blank(char c)
{
    return (c == ' ') || (c == '\t');
}

static size_t without_trailing_blanks(const char *line, size_t length)
{
    size_t end = length;

    while ((end > 0U) && is_blank(line[end - 1U])) {
        end--;
    }
    return end;
}

static bool begins_with_lib(const struct kit_span *field)
{
    return (field->length >= 3U) && (lower(field->text[0]) == 'l') && (lower(field->text[1]) == 'i') &&
           (lower(field->text[2]) == 'b');
}

/* Cuts line[0..length) at its colons. */
static enum kit_parse_result split(const char *line, size_t length, struct kit_request *request)
{
    size_t start = 0U;
    bool first = true;

    for (size_t i = 0U; i <= length; i++) {
        if ((i == length) || (line[i] == ':')) {
            const struct kit_span field = {&line[start], i - start};

            if (field.length == 0U) {
                return KIT_UNKNOWN;
            }
            if (!(first && begins_with_lib(&field))) {
                if (request->field_count == KIT_FIELDS_MAX) {
                    return KIT_UNKNOWN;
                }
                request->fields[request->field_count] = field;
                request->field_count++;
            }
            first = false;
            start = i + 1U;
        }
    }
    return KIT_PARSED;
}

enum kit_parse_result kit_parse(const char *line, size_t length, struct kit_request *request)
{
    const size_t end = without_trailing_blanks(line, length);
    size_t open = 0U;

    request->field_count = 0U;
    request->has_argument = false;
    request->argument.text = line;
    request->argument.length = 0U;

    while ((open < end) && (line[open] != '(')) {
        if (line[open] == ')') {
            return KIT_MALFORMED;
        }
        open++;
    }
    if (open < end) {
        /* What follows "(" up to the last character, which has to be ")". A second ")" before it is no hex digit. */
        request->has_argument = true;
        request->argument.text = &line[open + 1U];
        if ((open + 1U) < end) {
            if (line[end - 1U] != ')') {
                return KIT_MALFORMED;
            }
            request->argument.length = end - open - 2U;
        }
    }
    return split(line, open, request);
}

bool kit_field_is(const struct kit_span *field, const char *word, size_t shortest)
{
    if (field->length < shortest) {
        return false;
    }
    for (size_t i = 0U; i < field->length; i++) {
        /* The word's own end matches no letter of a field, so a field longer than the word fails here. */
        if ((word[i] == '\0') || (lower(field->text[i]) != word[i])) {
            return false;
        }
    }
    return true;
}

/* 0..15, or 16 when it is no hex digit. */
static uint32_t digit_value(char c)
{
    const char l = lower(c);

    if ((l >= '0') && (l <= '9')) {
        return (uint32_t)(l - '0');
    }
    if ((l >= 'a') && (l <= 'f')) {
        return (uint32_t)(l - 'a') + 10U;
    }
    return 16U;
}

bool kit_hex_decode(const struct kit_span *hex, uint8_t *bytes, size_t capacity, size_t *length)
{
    if (((hex->length % 2U) != 0U) || ((hex->length / 2U) > capacity)) {
        return false;
    }
    for (size_t i = 0U; i < (hex->length / 2U); i++) {
        const uint32_t high = digit_value(hex->text[2U * i]);
        const uint32_t low = digit_value(hex->text[(2U * i) + 1U]);

        if ((high > 15U) || (low > 15U)) {
            return false;
        }
        bytes[i] = (uint8_t)((high << 4U) | low);
    }
    *length = hex->length / 2U;
    return true;
}

bool kit_hex_byte(const struct kit_span *hex, uint8_t *value)
{
    uint32_t sum = 0U;

    if ((hex->length == 0U) || (hex->length > 2U)) {
        return false;
    }
    for (size_t i = 0U; i < hex->length; i++) {
        const uint32_t digit = digit_value(hex->text[i]);

        if (digit > 15U) {
            return false;
        }
        sum = (sum << 4U) | digit;
    }
    *value = (uint8_t)sum;
    return true;
}

static void put(struct kit_reply *reply, char c)
{
    if (reply->length < KIT_REPLY_SIZE) {
        reply->text[reply->length] = c;
        reply->length++;
    }
}

void kit_reply_text(struct kit_reply *reply, const char *text)
{
    for (size_t i = 0U; text[i] != '\0'; i++) {
        put(reply, text[i]);
    }
}

void kit_reply_hex(struct kit_reply *reply, uint8_t value)
{
    static const char DIGITS[] = "0123456789ABCDEF";

    put(reply, DIGITS[value >> 4U]);
    put(reply, DIGITS[value & 0x0FU]);
}

void kit_reply_end(struct kit_reply *reply, uint8_t status, const uint8_t *bytes, size_t length)
{
    kit_reply_hex(reply, status);
    put(reply, '(');
    for (size_t i = 0U; i < length; i++) {
        kit_reply_hex(reply, bytes[i]);
    }
    put(reply, ')');
    put(reply, '\n');
}
