#include "kit_text.h"

#include <string.h>

#include "check.h"
#include "suites.h"

static struct kit_request request;

static enum kit_parse_result parse(const char *line)
{
    return kit_parse(line, strlen(line), &request);
}

static struct kit_span span(const char *text)
{
    const struct kit_span whole = {text, strlen(text)};

    return whole;
}

static bool field_is(const char *field, const char *word, size_t shortest)
{
    const struct kit_span whole = span(field);

    return kit_field_is(&whole, word, shortest);
}

static void a_line_with_an_argument(void)
{
    CHECK_NUMBER(KIT_PARSED, parse("e:physical:select(C0)"));
    CHECK_NUMBER(3, request.field_count);
    CHECK_NUMBER(6, request.fields[2].length);
    CHECK(request.has_argument);
    CHECK_NUMBER(2, request.argument.length);
    CHECK(strncmp(request.argument.text, "C0", 2U) == 0);
}

static void a_line_without_parentheses(void)
{
    CHECK_NUMBER(KIT_PARSED, parse("E:physical:interface:i2c"));
    CHECK_NUMBER(4, request.field_count);
    CHECK(!request.has_argument);
}

static void blanks_behind_it_are_nothing(void)
{
    CHECK_NUMBER(KIT_PARSED, parse("e:w() \t "));
    CHECK(request.has_argument);
    CHECK_NUMBER(0, request.argument.length);
}

static void a_lib_field_is_skipped(void)
{
    CHECK_NUMBER(KIT_PARSED, parse("LIBecc:e:w()"));
    CHECK_NUMBER(2, request.field_count);
    CHECK_NUMBER(1, request.fields[0].length);
    /* Only the first one, and only with all three letters. */
    CHECK_NUMBER(KIT_PARSED, parse("e:lib:w()"));
    CHECK_NUMBER(3, request.field_count);
    CHECK_NUMBER(KIT_PARSED, parse("li:w()"));
    CHECK_NUMBER(2, request.field_count);
    CHECK_NUMBER(KIT_PARSED, parse("lax:w()"));
    CHECK_NUMBER(2, request.field_count);
    CHECK_NUMBER(KIT_PARSED, parse("lix:w()"));
    CHECK_NUMBER(2, request.field_count);
    CHECK_NUMBER(KIT_PARSED, parse("lib"));
    CHECK_NUMBER(0, request.field_count);
}

static void parentheses_in_wrong_places(void)
{
    static const char *const LINES[] = {"e:w)", "e:w)(", "e:t(07", "e:t(07)x", "e:w(x", "e:w(("};

    for (size_t i = 0U; i < (sizeof LINES / sizeof LINES[0]); i++) {
        CHECK_NUMBER(KIT_MALFORMED, parse(LINES[i]));
    }
}

static void nothing_cut_off_after_the_parenthesis(void)
{
    CHECK_NUMBER(KIT_PARSED, parse("e:w("));
    CHECK(request.has_argument);
    CHECK_NUMBER(0, request.argument.length);
    CHECK_NUMBER(KIT_PARSED, parse("e:w( "));
    CHECK_NUMBER(0, request.argument.length);
}

static void fields_with_nothing_in_them(void)
{
    static const char *const LINES[] = {":w()", "e:", "e::w()", "()", ""};

    for (size_t i = 0U; i < (sizeof LINES / sizeof LINES[0]); i++) {
        CHECK_NUMBER(KIT_UNKNOWN, parse(LINES[i]));
    }
}

static void more_fields_than_any_command_has(void)
{
    CHECK_NUMBER(KIT_UNKNOWN, parse("a:b:c:d:e()"));
    CHECK_NUMBER(KIT_PARSED, parse("lib:a:b:c:d()"));
}

static void words_may_be_shortened(void)
{
    CHECK(field_is("board", "board", 1U));
    CHECK(field_is("B", "board", 1U));
    CHECK(field_is("bOa", "board", 1U));
    CHECK(!field_is("boards", "board", 1U));
    CHECK(!field_is("bx", "board", 1U));
    CHECK(!field_is("d", "discover", 2U));
    CHECK(field_is("di", "discover", 2U));
    CHECK(!field_is("[", "{", 1U));
}

static void hex_in_either_case(void)
{
    const struct kit_span hex = span("0aFf10");
    uint8_t bytes[3];
    size_t length = 99U;

    CHECK(kit_hex_decode(&hex, bytes, sizeof bytes, &length));
    CHECK_NUMBER(3, length);
    CHECK_NUMBER(0x0A, bytes[0]);
    CHECK_NUMBER(0xFF, bytes[1]);
    CHECK_NUMBER(0x10, bytes[2]);
}

static void hex_that_is_none(void)
{
    static const char *const WRONG[] = {"0", "0g", "g0", "0 0 ", "/0", ":0", "0`", "0@", "01020304"};
    uint8_t bytes[3];
    size_t length;

    for (size_t i = 0U; i < (sizeof WRONG / sizeof WRONG[0]); i++) {
        const struct kit_span hex = span(WRONG[i]);

        CHECK(!kit_hex_decode(&hex, bytes, sizeof bytes, &length));
    }
}

static void one_byte(void)
{
    static const char *const WRONG[] = {"", "000", "x", "0x"};
    uint8_t value = 0U;

    for (size_t i = 0U; i < (sizeof WRONG / sizeof WRONG[0]); i++) {
        const struct kit_span hex = span(WRONG[i]);

        CHECK(!kit_hex_byte(&hex, &value));
    }
    {
        const struct kit_span two = span("c8");
        const struct kit_span one = span("7");

        CHECK(kit_hex_byte(&two, &value));
        CHECK_NUMBER(0xC8, value);
        CHECK(kit_hex_byte(&one, &value));
        CHECK_NUMBER(7, value);
    }
}

static void a_reply(void)
{
    static const uint8_t BYTES[] = {0x04, 0x11, 0xAB};
    struct kit_reply reply;

    reply.length = 0U;
    kit_reply_text(&reply, "KIT ");
    kit_reply_end(&reply, 0x0AU, BYTES, sizeof BYTES);
    CHECK_NUMBER(strlen("KIT 0A(0411AB)\n"), reply.length);
    CHECK(strncmp(reply.text, "KIT 0A(0411AB)\n", reply.length) == 0);
}

static void a_reply_never_grows_beyond_its_buffer(void)
{
    static const uint8_t BYTES[KIT_REPLY_SIZE] = {0U};
    struct kit_reply reply;

    reply.length = 0U;
    kit_reply_end(&reply, 0U, BYTES, sizeof BYTES);
    CHECK_NUMBER(KIT_REPLY_SIZE, reply.length);
}

void text_suite(void)
{
    RUN(a_line_with_an_argument);
    RUN(a_line_without_parentheses);
    RUN(blanks_behind_it_are_nothing);
    RUN(a_lib_field_is_skipped);
    RUN(parentheses_in_wrong_places);
    RUN(nothing_cut_off_after_the_parenthesis);
    RUN(fields_with_nothing_in_them);
    RUN(more_fields_than_any_command_has);
    RUN(words_may_be_shortened);
    RUN(hex_in_either_case);
    RUN(hex_that_is_none);
    RUN(one_byte);
    RUN(a_reply);
    RUN(a_reply_never_grows_beyond_its_buffer);
}
