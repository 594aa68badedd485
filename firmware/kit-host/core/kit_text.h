/* The letters of the Kit Protocol: lines taken apart, hex both ways, replies put together (kit-protocol.md 1). */
#ifndef KIT_TEXT_H
#define KIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* target, command, sub, sub of sub: "e:physical:interface:i2c". */
#define KIT_FIELDS_MAX 4U

/* A stretch of the line. */
struct kit_span {
    const char *text;
    size_t length;
};

struct kit_request {
    struct kit_span fields[KIT_FIELDS_MAX];
    size_t field_count;
    bool has_argument;
    /* What stands between the parentheses. */
    struct kit_span argument;
};

enum kit_parse_result {
    KIT_PARSED,
    /* More fields than any command has, or an empty one. */
    KIT_UNKNOWN,
    /* Parentheses in the wrong places. */
    KIT_MALFORMED
};

/*
 * Takes one line apart (no line end in it; blanks at its end are ignored; a leading `lib...:` field is skipped). A closing
 * parenthesis may be missing where nothing stands between the two: what was cut off then was no data.
 * The spans point into `line`.
 */
enum kit_parse_result kit_parse(const char *line, size_t length, struct kit_request *request);

/* Whether a field is `word` or a beginning of it that is at least `shortest` letters long, in either case. */
bool kit_field_is(const struct kit_span *field, const char *word, size_t shortest);

/* Reads hex pairs in either case. False when there are more than `capacity` bytes, half bytes, or other characters. */
bool kit_hex_decode(const struct kit_span *hex, uint8_t *bytes, size_t capacity, size_t *length);

/* Reads one byte of one or two hex digits. False when it is anything else. */
bool kit_hex_byte(const struct kit_span *hex, uint8_t *value);

/* Longest reply: status, parentheses, newline and 155 bytes as hex. Board replies are shorter. */
#define KIT_REPLY_SIZE 320U

/* A reply under construction. Text beyond its size is dropped; no reply of this kit comes near. */
struct kit_reply {
    char text[KIT_REPLY_SIZE];
    size_t length;
};

void kit_reply_text(struct kit_reply *reply, const char *text);
/* Two upper-case digits. */
void kit_reply_hex(struct kit_reply *reply, uint8_t value);
/* `SS(HEX)` and the newline: always exactly two status digits. */
void kit_reply_end(struct kit_reply *reply, uint8_t status, const uint8_t *bytes, size_t length);

#endif
