#include "suites.h"

#include <string.h>

#include "check.h"
#include "prov_bytes.h"
#include "prov_wire.h"
#include "workbench.h"

/* The run ends in the request, with nothing of the certificates in the chip. */
static void check_fails(enum atcaprov_code expected, int line)
{
    check_number(expected, bench_provision(), "code", __FILE__, line);
    check_number(ATCAPROV_STAGE_CERTS_REQUEST, bench.client.report.stage, "stage", __FILE__, line);
    check_true(bytes_all(bench.chip.slots[10], 0x3CU, 72U), "slot 10 as it was", __FILE__, line);
    check_true(!bench.server.connected, "connection closed", __FILE__, line);
    /* The board is not lost: the next run finishes it. */
    bench.server.spoil = NULL;
    bench.server.flip_at = 0U;
    bench.server.replaced_body = NULL;
    bench.server.answer_type_instead = 0U;
    bench.server.frame_length_instead = 0U;
    bench.server.silent = false;
    check_number(ATCAPROV_SUCCESS, bench_provision(), "code of the next run", __FILE__, line);
}

static void bytes_come_as_they_like(void)
{
    static const size_t SLICES[] = {1U, 3U, 15U, 63U};

    for (size_t i = 0U; i < (sizeof SLICES / sizeof SLICES[0]); i++) {
        bench_fresh(0x50U);
        bench.server.slice = SLICES[i];
        bench.server.hesitates = i == 2U;
        CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    }
}

/* signer-and-server.md 7.2: what is asked, and for whom. */
static void a_request_names_signer_and_claims(void)
{
    size_t length;
    uint8_t *body = bench.server.last_body;

    bench_fresh(0x50U);
    bench.order = (struct atcaprov_order){.operator_name = "Ada", .batch = "B 7", .unit_label = "unit 12"};
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(WIRE_CERT_REQUEST, bench.server.last_type);
    CHECK(memcmp(server_find_field(body, bench.server.last_body_length, 0x0102U, 0U, &length), CHAIN_EXAMPLE.device_key, 64U) ==
          0);
    CHECK(memcmp(server_find_field(body, bench.server.last_body_length, 0x0111U, 0U, &length), CHAIN_EXAMPLE.root_key, 64U) ==
          0);
    CHECK(memcmp(server_find_field(body, bench.server.last_body_length, 0x0120U, 0U, &length), "Ada", 3U) == 0);
    CHECK(memcmp(server_find_field(body, bench.server.last_body_length, 0x0121U, 0U, &length), "B 7", 3U) == 0);
    CHECK(memcmp(server_find_field(body, bench.server.last_body_length, 0x0122U, 0U, &length), "unit 12", 7U) == 0);
    CHECK_NUMBER(ATCAPROV_REPLY_MAX, u16_be(server_find_field(body, bench.server.last_body_length, 0x0140U, 0U, &length)));
    CHECK(server_find_field(body, bench.server.last_body_length, 0x0116U, 0U, &length) == NULL);
    /* Exactly this signer. */
    bench_fresh(0x50U);
    memcpy(bench.cert_info.required_signer_sn, "\x01\x23\x1E\x6C\xD8\x2C\xA5\x71\xEE", 9U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK(server_find_field(body, bench.server.last_body_length, 0x0116U, 0U, &length) != NULL);
    bench_fresh(0x50U);
    memcpy(bench.cert_info.required_signer_sn, "\x01\x23\x1E\x6C\xD8\x2C\xA5\x71\xEF", 9U);
    CHECK_NUMBER(ATCAPROV_WRITE_ITEMS_DIFFER, bench_provision());
}

static void stations_identify_themselves(void)
{
    uint8_t key[32];

    bench_fresh(0x50U);
    bench.server.needs_auth = true;
    bench.plan.station_key = STATION_KEY;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK(bench.server.identified);
    bench_fresh(0x50U);
    bench.server.needs_auth = true;
    CHECK_NUMBER(ATCAPROV_AUTH_REQUIRED, bench_provision());
    CHECK_NUMBER(0, bench.chip.changes);
    bench_fresh(0x50U);
    bench.server.needs_auth = true;
    memcpy(key, STATION_KEY, sizeof key);
    key[0] = 1U;
    bench.plan.station_key = key;
    CHECK_NUMBER(ATCAPROV_AUTH_FAILED, bench_provision());
    CHECK_NUMBER(52, bench.server.told_code);
    bench_fresh(0x50U);
    bench.server.needs_auth = true;
    bench.server.no_rights = true;
    bench.plan.station_key = STATION_KEY;
    CHECK_NUMBER(ATCAPROV_NOT_ALLOWED, bench_provision());
    bench_fresh(0x50U);
    bench.server.needs_auth = true;
    bench.plan.station_key = STATION_KEY;
    bench.server.replaced_type = WIRE_AUTH_OK;
    bench.server.replaced_body = (const uint8_t *)"\x00\x19\x00\x00";
    bench.server.replaced_length = 4U;
    CHECK_NUMBER(ATCAPROV_SERVER_GARBAGE, bench_provision());
}

static void errors_are_told_to_the_user(void)
{
    static const char LONG[] = "Ein sehr langer Satz, der zeigt, dass nur ganze Zeichen ankommen, auch wenn viel gesagt wird: "
                               "\xC3\xA4\xC3\xB6\xC3\xBC \xE2\x82\xAC";

    bench_fresh(0x50U);
    bench.server.errors = 1U;
    bench.server.error_code = 37U;
    bench.server.error_text = "another key";
    CHECK_NUMBER(ATCAPROV_DUPLICATE_DEVICE, bench_provision());
    CHECK_NUMBER(37, bench.server.told_code);
    CHECK_TEXT("another key", bench.server.told_text);
    CHECK_TEXT("1s1+2s2+3s3+4s4+5s5!", bench.server.stages);
    /* Cut at 95 bytes, between two characters. */
    bench_fresh(0x50U);
    bench.server.errors = 1U;
    bench.server.error_code = 12345U;
    bench.server.error_text = LONG;
    CHECK_NUMBER(ATCAPROV_INTERNAL, bench_provision());
    CHECK_NUMBER(12345, bench.server.told_code);
    CHECK_NUMBER(94, strlen(bench.server.told_text));
    CHECK(memcmp(bench.server.told_text, LONG, 94U) == 0);
    bench_fresh(0x50U);
    bench.server.errors = 1U;
    bench.server.error_code = 2U;
    CHECK_NUMBER(ATCAPROV_SERVER_VERSION, bench_provision());
}

static void what_may_go_away_is_tried_again(void)
{
    bench_fresh(0x50U);
    bench.server.errors = 2U;
    bench.server.error_code = 8U;
    bench.server.error_retryable = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(3, bench.server.connections);
    bench_fresh(0x50U);
    bench.server.errors = 3U;
    bench.server.error_code = 8U;
    bench.server.error_retryable = true;
    CHECK_NUMBER(ATCAPROV_BUSY, bench_provision());
    CHECK_NUMBER(3, bench.server.requests);
    bench_fresh(0x50U);
    bench.server.errors = 1U;
    bench.server.error_code = 17U;
    bench.server.error_retryable = true;
    CHECK_NUMBER(ATCAPROV_SIGNER_LOCKED, bench_provision());
    CHECK_NUMBER(1, bench.server.requests);
    /* The proof of possession belongs to the session: it is made anew. */
    bench_fresh(0x50U);
    bench.server.errors = 1U;
    bench.server.error_code = 20U;
    bench.server.error_retryable = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(2, bench.server.proofs);
}

static void the_look_up_is_tried_again_too(void)
{
    bench_fresh(0x50U);
    chip_double_fault(&bench.chip, FAULT_CUT_BEFORE, 0x12U, 14U);
    (void)bench_provision();
    bench.server.errors = 1U;
    bench.server.error_code = 8U;
    bench.server.error_retryable = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(1, bench.chip.creations);
}

static void the_server_goes_away(void)
{
    /* Broken once in every place of the whole dialogue: the request is made again, or the next run does it. */
    for (size_t at = 1U; at < 2300U; at += 37U) {
        bench_fresh(0x50U);
        bench.server.break_after = at;
        CHECK_NUMBER(ATCAPROV_SUCCESS, bench_finish(2U));
        CHECK_CONTENT();
    }
    /* Gone for good after HELLO. */
    bench_fresh(0x50U);
    bench.server.break_after = 200U;
    bench.server.refuses_after_break = true;
    CHECK_NUMBER(ATCAPROV_SERVER_UNREACHABLE, bench_provision());
    CHECK_NUMBER(ATCAPROV_STAGE_CERTS_REQUEST, bench.client.report.stage);
}

static void a_silent_server_is_given_up_after_15_seconds(void)
{
    uint64_t before;

    bench_fresh(0x50U);
    bench.server.silent = true;
    before = bench.chip.now_us;
    CHECK_NUMBER(ATCAPROV_SERVER_SILENT, bench_provision());
    CHECK((bench.chip.now_us - before) > 15000000U);
    CHECK((bench.chip.now_us - before) < 16000000U);
    CHECK_NUMBER(0, bench.chip.changes);
}

static void interim_frames_and_late_answers(void)
{
    bench_fresh(0x50U);
    bench.server.working_frames = 3U;
    bench.server.stale_answer_first = true;
    bench.server.refuses_done = true;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    CHECK_NUMBER(3, bench.server.told_working);
}

/* Every byte of the whole dialogue turned: never a wrong content, never a locked chip without its certificates. */
static void no_byte_of_the_server_can_be_changed_unseen(void)
{
    unsigned passed = 0U;
    size_t all;

    bench_fresh(0x50U);
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    all = bench.server.sent;
    CHECK(all > 1500U);
    for (size_t at = 1U; at <= all; at++) {
        enum atcaprov_code code;

        bench_fresh(0x50U);
        bench.plan.validate = false;
        bench.server.flip_at = at;
        bench.server.flip = (uint8_t)(1U << (at % 8U));
        code = bench_provision();
        if (code == ATCAPROV_SUCCESS) {
            passed++;
            CHECK_CONTENT();
        } else {
            CHECK(!chip_double_data_locked(&bench.chip));
            CHECK(bytes_all(bench.chip.slots[10], 0x3CU, 72U));
        }
    }
    /* What may differ: names, versions, times, session id, what is ignored, the log's reference. */
    CHECK(passed < (all / 10U));
}

static void a_reply_may_end_nowhere_but_at_its_end(void)
{
    uint8_t body[4096];
    size_t length;

    bench_fresh(0x50U);
    length = server_reply_body(&bench.server, body);
    for (size_t kept = 0U; kept < length; kept += 13U) {
        bench_fresh(0x50U);
        bench.server.replaced_type = WIRE_CERT_REPLY;
        bench.server.replaced_body = body;
        bench.server.replaced_length = kept;
        check_fails(ATCAPROV_SERVER_GARBAGE, __LINE__);
    }
}

/* --- replies that are wrong in one point ------------------------------------------------------------------------------ */

static size_t swap_two_items(uint8_t *body, size_t length)
{
    size_t ignored;
    uint8_t *first = server_find_field(body, length, 0x0220U, 0U, &ignored);
    uint8_t *last = server_find_field(body, length, 0x0220U, 8U, &ignored);
    uint8_t item[36];

    memcpy(item, first, 36U);
    memcpy(first, last, 36U);
    memcpy(last, item, 36U);
    return length;
}

static size_t repeat_an_item(uint8_t *body, size_t length)
{
    size_t ignored;

    memcpy(server_find_field(body, length, 0x0220U, 1U, &ignored), server_find_field(body, length, 0x0220U, 0U, &ignored), 36U);
    return length;
}

static size_t change_item(uint8_t *body, size_t length, size_t at, uint8_t value)
{
    size_t ignored;

    server_find_field(body, length, 0x0220U, 2U, &ignored)[at] = value;
    return length;
}

static size_t item_in_config(uint8_t *body, size_t length)
{
    return change_item(body, length, 0U, 0x00U);
}

static size_t item_in_no_slot(uint8_t *body, size_t length)
{
    return change_item(body, length, 1U, 16U);
}

static size_t item_in_a_free_slot(uint8_t *body, size_t length)
{
    return change_item(body, length, 1U, 13U);
}

static size_t item_beside_the_blocks(uint8_t *body, size_t length)
{
    return change_item(body, length, 3U, 65U);
}

static size_t item_behind_the_slot(uint8_t *body, size_t length)
{
    return change_item(body, length, 3U, 96U);
}

static size_t item_with_other_bytes(uint8_t *body, size_t length)
{
    return change_item(body, length, 35U, 1U);
}

/* Cuts one field out, or puts bytes in its place. */
static size_t replace_field(uint8_t *body, size_t length, uint16_t tag, const uint8_t *with, size_t with_length)
{
    size_t value_length = 0U;
    uint8_t *value = server_find_field(body, length, tag, 0U, &value_length);
    const size_t from = (size_t)(value - body) - 4U;
    const size_t rest = from + 4U + value_length;

    memmove(&body[from + with_length], &body[rest], length - rest);
    if (with_length > 0U) {
        memcpy(&body[from], with, with_length);
    }
    return (length - (rest - from)) + with_length;
}

static size_t one_item_less(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0220U, NULL, 0U);
}

static size_t no_signer_key(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0214U, NULL, 0U);
}

static size_t no_log(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0232U, NULL, 0U);
}

static size_t other_key_slot(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0221U, (const uint8_t *)"\x02\x21\x00\x01\x02", 5U);
}

static size_t other_signer_id(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0203U, (const uint8_t *)"\x02\x03\x00\x02\xC4\x8C", 6U);
}

static size_t other_serial(uint8_t *body, size_t length)
{
    size_t ignored;

    server_find_field(body, length, 0x0231U, 0U, &ignored)[3] ^= 1U;
    return length;
}

static size_t short_serial(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0231U, (const uint8_t *)"\x02\x31\x00\x01\x40", 5U);
}

static size_t empty_serial(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0231U, (const uint8_t *)"\x02\x31\x00\x00", 4U);
}

static size_t empty_certificate(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0210U, (const uint8_t *)"\x02\x10\x00\x00", 4U);
}

static size_t item_of_another_size(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0220U, (const uint8_t *)"\x02\x20\x00\x04\x02\x0A\x00\x00", 8U);
}

static size_t field_twice(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0202U, (const uint8_t *)"\x02\x01\x00\x09\x01\x23\x1E\x6C\xD8\x2C\xA5\x71\xEE", 13U);
}

static size_t fields_that_descend(uint8_t *body, size_t length)
{
    return replace_field(body, length, 0x0205U, (const uint8_t *)"\x01\x05\x00\x00", 4U);
}

static size_t field_that_must_be_known(uint8_t *body, size_t length)
{
    return server_put_field(body, length, 0x8001U, "x", 1U);
}

static size_t field_that_may_be_unknown(uint8_t *body, size_t length)
{
    return server_put_field(body, length, 0x7FFFU, "x", 1U);
}

static size_t field_over_the_end(uint8_t *body, size_t length)
{
    const size_t longer = server_put_field(body, length, 0x0300U, "x", 1U);

    body[longer - 2U] = 2U;
    return longer;
}

static size_t too_many_fields(uint8_t *body, size_t length)
{
    size_t longer = length;

    for (uint16_t i = 0U; i < 60U; i++) {
        longer = server_put_field(body, longer, (uint16_t)(0x0300U + i), "", 0U);
    }
    return longer;
}

/* Another signature of the same form: everything agrees but the chip's Verify. */
static size_t signature_of_another(uint8_t *body, size_t length)
{
    size_t ignored;
    uint8_t *compressed = server_find_field(body, length, 0x0212U, 0U, &ignored);
    uint8_t *item = server_find_field(body, length, 0x0220U, 0U, &ignored);
    const size_t integer = (CHAIN_EXAMPLE.device.compressed[0] >= 0x80U) ? 1U : 0U;
    uint8_t *certificate = server_find_field(body, length, 0x0210U, 0U, &ignored);

    compressed[20] ^= 0x04U;
    item[4U + 20U] ^= 0x04U;
    certificate[359U + 7U + integer + 20U] ^= 0x04U;
    return length;
}

static size_t certificate_of_another_root(uint8_t *body, size_t length)
{
    size_t ignored;

    /* A byte of the signer's authority key id. */
    server_find_field(body, length, 0x0211U, 0U, &ignored)[400] ^= 1U;
    return length;
}

static void replies_that_are_wrong_in_one_point(void)
{
    static const struct {
        size_t (*spoil)(uint8_t *body, size_t length);
        enum atcaprov_code code;
        int line;
    } CASES[] = {
        {repeat_an_item, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_in_config, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_in_no_slot, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_in_a_free_slot, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_beside_the_blocks, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_behind_the_slot, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {item_with_other_bytes, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {one_item_less, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {no_signer_key, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {no_log, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {other_key_slot, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {other_signer_id, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {other_serial, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {short_serial, ATCAPROV_WRITE_ITEMS_DIFFER, __LINE__},
        {empty_serial, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {empty_certificate, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {item_of_another_size, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {field_twice, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {fields_that_descend, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {field_that_must_be_known, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {field_over_the_end, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {too_many_fields, ATCAPROV_SERVER_GARBAGE, __LINE__},
        {signature_of_another, ATCAPROV_CERTIFICATE_WRONG, __LINE__},
        {certificate_of_another_root, ATCAPROV_CERTIFICATE_WRONG, __LINE__},
    };

    for (size_t i = 0U; i < (sizeof CASES / sizeof CASES[0]); i++) {
        bench_fresh(0x50U);
        bench.server.spoil = CASES[i].spoil;
        check_fails(CASES[i].code, CASES[i].line);
    }
    bench_fresh(0x50U);
    bench.server.spoil = swap_two_items;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
    bench_fresh(0x50U);
    bench.server.spoil = field_that_may_be_unknown;
    CHECK_NUMBER(ATCAPROV_SUCCESS, bench_provision());
}

/* A whole body in the place of one kind of answer. */
static void check_body(uint16_t type, const char *body, size_t length, enum atcaprov_code expected, int line)
{
    bench_fresh(0x50U);
    if (type == (uint16_t)WIRE_LOOKUP_OK) {
        chip_double_fault(&bench.chip, FAULT_CUT_BEFORE, 0x12U, 14U);
        (void)bench_provision();
    }
    bench.server.working_frames = (type == (uint16_t)WIRE_WORKING) ? 1U : 0U;
    bench.server.errors = (type == (uint16_t)WIRE_ERROR) ? 1U : 0U;
    bench.server.error_code = 37U;
    bench.server.replaced_type = type;
    bench.server.replaced_body = (const uint8_t *)body;
    bench.server.replaced_length = length;
    check_number(expected, bench_provision(), "code", __FILE__, line);
}

#define BODY(type, text, expected) check_body((uint16_t)(type), (text), sizeof(text) - 1U, (expected), __LINE__)

static void other_answers_that_are_none(void)
{
    BODY(WIRE_HELLO_OK, "", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_HELLO_OK, "\x00\x13\x00\x01x", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_HELLO_OK, "\x00\x10\x00\x00\x00\x10\x00\x00", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_HELLO_OK, "\x90\x10\x00\x00", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_HELLO_OK, "\x00\x10", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_LOOKUP_OK, "", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_LOOKUP_OK, "\x02\x70\x00\x01\x04", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_LOOKUP_OK, "\x02\x70\x00\x02\x01\x01", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_LOOKUP_OK, "\x02\x70\x00\x01\x01\x02\x70\x00\x01\x01", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_LOOKUP_OK, "\x02\x70\x00\x01\x01\x02\x71\x00\x01\x01", ATCAPROV_SUCCESS);
    BODY(WIRE_LOOKUP_OK, "\x02\x70\x00\x01\x01\x82\x71\x00\x01\x01", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_WORKING, "\x0F\x05\x00\x02\x00\x01\x0F\x06\x00\x01\x07\x0F\x07\x00\x00", ATCAPROV_SUCCESS);
    BODY(WIRE_WORKING, "\x0F\x06\x00\x02\x00\x01", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_WORKING, "\x8F\x06\x00\x02\x00\x01", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_ERROR, "", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_ERROR, "\x0F\x01\x00\x04\x00\x00\x00\x00\x0F\x02\x00\x00\x0F\x03\x00\x01\x00", ATCAPROV_SERVER_GARBAGE);
    BODY(WIRE_ERROR, "\x0F\x01\x00\x04\x00\x00\x00\x25\x0F\x02\x00\x00\x0F\x03\x00\x01\x00", ATCAPROV_DUPLICATE_DEVICE);
    BODY(WIRE_ERROR, "\x0F\x01\x00\x04\x00\x00\x00\x25\x0F\x02\x00\x00\x0F\x03\x00\x01\x00\x0F\x09\x00\x00",
         ATCAPROV_DUPLICATE_DEVICE);
    BODY(WIRE_ERROR, "\x0F\x01\x00\x04\x00\x00\x00\x25\x0F\x03\x00\x01\x00", ATCAPROV_SERVER_GARBAGE);
}

static void frames_that_are_none(void)
{
    bench_fresh(0x50U);
    bench.server.flip_at = 2U;
    bench.server.flip = 0x20U;
    CHECK_NUMBER(ATCAPROV_SERVER_GARBAGE, bench_provision());
    bench_fresh(0x50U);
    bench.server.flip_at = 5U;
    bench.server.flip = 0x03U;
    CHECK_NUMBER(ATCAPROV_SERVER_VERSION, bench_provision());
    bench_fresh(0x50U);
    bench.server.frame_length_instead = ATCAPROV_REPLY_MAX + 1U;
    CHECK_NUMBER(ATCAPROV_SERVER_GARBAGE, bench_provision());
    bench_fresh(0x50U);
    bench.server.answer_type_instead = WIRE_LOOKUP_OK;
    CHECK_NUMBER(ATCAPROV_SERVER_GARBAGE, bench_provision());
}

static size_t more_than_asked(void)
{
    return 65U;
}

/* A receive function that breaks its own rules must not break ours. */
static int generous_recv(void *context, uint8_t *bytes, size_t wanted, size_t *received)
{
    (void)context;
    bytes_fill(bytes, 0x41U, wanted);
    *received = more_than_asked();
    return 0;
}

static void a_receive_function_that_breaks_its_rules(void)
{
    bench_fresh(0x50U);
    bench.server.funcs.certreq_recv = generous_recv;
    CHECK_NUMBER(ATCAPROV_INTERNAL, bench_provision());
}

void wire_suite(void)
{
    RUN(bytes_come_as_they_like);
    RUN(a_request_names_signer_and_claims);
    RUN(stations_identify_themselves);
    RUN(errors_are_told_to_the_user);
    RUN(what_may_go_away_is_tried_again);
    RUN(the_look_up_is_tried_again_too);
    RUN(the_server_goes_away);
    RUN(a_silent_server_is_given_up_after_15_seconds);
    RUN(interim_frames_and_late_answers);
    RUN(no_byte_of_the_server_can_be_changed_unseen);
    RUN(a_reply_may_end_nowhere_but_at_its_end);
    RUN(replies_that_are_wrong_in_one_point);
    RUN(other_answers_that_are_none);
    RUN(frames_that_are_none);
    RUN(a_receive_function_that_breaks_its_rules);
}
