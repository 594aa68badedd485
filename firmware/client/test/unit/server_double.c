#include "server_double.h"

#include <stdio.h>
#include <string.h>

#include "prov_bytes.h"
#include "prov_hash.h"
#include "prov_wire.h"

const uint8_t STATION_KEY[32] = {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
                                 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F};

size_t server_put_field(uint8_t *body, size_t length, uint16_t tag, const void *value, size_t value_length)
{
    put_u16_be(&body[length], tag);
    put_u16_be(&body[length + 2U], (uint16_t)value_length);
    if (value_length > 0U) {
        memcpy(&body[length + 4U], value, value_length);
    }
    return length + 4U + value_length;
}

uint8_t *server_find_field(uint8_t *body, size_t length, uint16_t tag, unsigned n, size_t *value_length)
{
    unsigned found = 0U;

    for (size_t at = 0U; (at + 4U) <= length; at += 4U + u16_be(&body[at + 2U])) {
        if (u16_be(&body[at]) == tag) {
            if (found == n) {
                *value_length = u16_be(&body[at + 2U]);
                return &body[at + 4U];
            }
            found++;
        }
    }
    return NULL;
}

static void send_frame(struct server_double *server, uint16_t type, uint32_t transaction, const uint8_t *body, size_t length)
{
    uint8_t *to = &server->out[server->out_length];
    const bool replaced = (server->replaced_body != NULL) && (server->replaced_type == type);
    const uint8_t *from = replaced ? server->replaced_body : body;
    const size_t size = replaced ? server->replaced_length : length;

    memcpy(to, "ATPR\x01\x00", 6U);
    put_u16_be(&to[6], (server->answer_type_instead != 0U) ? server->answer_type_instead : type);
    put_u32_be(&to[8], transaction);
    put_u32_be(&to[12], (server->frame_length_instead != 0U) ? server->frame_length_instead : (uint32_t)size);
    if (size > 0U) {
        memcpy(&to[16], from, size);
    }
    server->out_length += 16U + size;
}

static void send_error(struct server_double *server, uint32_t transaction, uint32_t code, const char *text, bool retryable)
{
    uint8_t body[700];
    uint8_t number[4];
    const uint8_t again = retryable ? 1U : 0U;
    size_t length;

    put_u32_be(number, code);
    length = server_put_field(body, 0U, 0x0F01U, number, 4U);
    length = server_put_field(body, length, 0x0F02U, text, strlen(text));
    length = server_put_field(body, length, 0x0F03U, &again, 1U);
    put_u32_be(number, 3U);
    length = server_put_field(body, length, 0x0F04U, number, 4U);
    send_frame(server, WIRE_ERROR, transaction, body, length);
}

static size_t put_items(uint8_t *body, size_t start, uint8_t slot, const uint8_t *bytes, size_t offset, size_t count)
{
    size_t length = start;
    uint8_t content[96] = {0};

    memcpy(content, bytes, count);
    for (size_t at = 0U; at < count; at += 32U) {
        uint8_t item[36] = {2U, slot, 0U, 0U};

        put_u16_be(&item[2], (uint16_t)(offset + at));
        memcpy(&item[4], &content[at], 32U);
        length = server_put_field(body, length, 0x0220U, item, sizeof item);
    }
    return length;
}

size_t server_reply_body(const struct server_double *server, uint8_t *body)
{
    const struct chain *chain = server->chain;
    const uint8_t slot = 0U;
    const uint8_t flags[4] = {0U, 0U, 0U, server->reissues ? 1U : 0U};
    uint8_t padded[72] = {0};
    uint8_t log[40];
    size_t length;

    memcpy(&padded[4], chain->signer_key, 32U);
    memcpy(&padded[40], &chain->signer_key[32], 32U);
    memset(log, 0x5A, sizeof log);
    length = server_put_field(body, 0U, 0x0201U, "\x01\x23\x1E\x6C\xD8\x2C\xA5\x71\xEE", 9U);
    length = server_put_field(body, length, 0x0202U, "Example signer", 14U);
    length = server_put_field(body, length, 0x0203U, &chain->device.compressed[67], 2U);
    /* A field that this client does not know, below 8000. */
    length = server_put_field(body, length, 0x0205U, "later", 5U);
    length = server_put_field(body, length, 0x0210U, chain->device.certificate, chain->device.certificate_size);
    length = server_put_field(body, length, 0x0211U, chain->signer.certificate, chain->signer.certificate_size);
    length = server_put_field(body, length, 0x0212U, chain->device.compressed, 72U);
    length = server_put_field(body, length, 0x0213U, chain->signer.compressed, 72U);
    length = server_put_field(body, length, 0x0214U, chain->signer_key, 64U);
    length = put_items(body, length, 10U, chain->device.compressed, 0U, 72U);
    length = put_items(body, length, 12U, chain->signer.compressed, 0U, 72U);
    length = put_items(body, length, 11U, padded, 0U, 72U);
    if (chain == &CHAIN_STORED) {
        length = put_items(body, length, 14U, chain->signer.serial, 0U, 16U);
        length = put_items(body, length, 14U, chain->device.serial, 32U, 16U);
    }
    length = server_put_field(body, length, 0x0221U, &slot, 1U);
    length = server_put_field(body, length, 0x0230U, flags, sizeof flags);
    length = server_put_field(body, length, 0x0231U, chain->device.serial, chain->device.serial_size);
    return server_put_field(body, length, 0x0232U, log, sizeof log);
}

static void greet(struct server_double *server, uint32_t transaction)
{
    const uint8_t features[4] = {0U, 0U, 0U, (uint8_t)(14U | (server->needs_auth ? 1U : 0U))};
    uint8_t body[200];
    size_t length;

    memset(server->session, 0x40 + (int)server->connections, sizeof server->session);
    memset(server->nonce, 0x77, sizeof server->nonce);
    length = server_put_field(body, 0U, 0x0010U, "double", 6U);
    length = server_put_field(body, length, 0x0012U, "\0\0\0\0\0\0\0\1", 8U);
    length = server_put_field(body, length, 0x0013U, server->session, sizeof server->session);
    length = server_put_field(body, length, 0x0014U, "\0\1\0\0", 4U);
    length = server_put_field(body, length, 0x0015U, features, sizeof features);
    length = server_put_field(body, length, 0x0016U, server->nonce, sizeof server->nonce);
    send_frame(server, WIRE_HELLO_OK, transaction, body, length);
}

static void authenticate(struct server_double *server, uint32_t transaction)
{
    const uint8_t rights[4] = {0U, 0U, 0U, server->no_rights ? 8U : 15U};
    uint8_t body[16];
    uint8_t expected[32];
    struct sha256 sha;
    size_t length = 0U;
    const uint8_t *station = server_find_field(server->last_body, server->last_body_length, 0x0003U, 0U, &length);

    hmac256_begin(&sha, STATION_KEY);
    sha256_add(&sha, (const uint8_t *)"ATPR-AUTH", 9U);
    sha256_add(&sha, server->nonce, sizeof server->nonce);
    sha256_add(&sha, server->session, sizeof server->session);
    sha256_add(&sha, station, length);
    hmac256_end(&sha, STATION_KEY, expected);
    server->identified =
        memcmp(server_find_field(server->last_body, server->last_body_length, 0x0017U, 0U, &length), expected, 32U) == 0;
    if (server->identified) {
        send_frame(server, WIRE_AUTH_OK, transaction, body, server_put_field(body, 0U, 0x0018U, rights, 4U));
    } else {
        send_error(server, transaction, 52U, "the station key is not accepted", false);
    }
}

static void look_up(struct server_double *server, uint32_t transaction)
{
    size_t length = 0U;
    const uint8_t *key = server_find_field(server->last_body, server->last_body_length, 0x0102U, 0U, &length);
    const bool same = server->certified && (memcmp(key, server->certified_key, 64U) == 0);
    uint8_t state = same ? 1U : (server->certified ? 2U : 0U);
    uint8_t body[64];
    uint8_t log[40] = {0};

    if (server->forced_lookup >= 0) {
        state = (uint8_t)server->forced_lookup;
    }
    length = server_put_field(body, 0U, 0x0270U, &state, 1U);
    if (state != 0U) {
        length = server_put_field(body, length, 0x0232U, log, sizeof log);
    }
    send_frame(server, WIRE_LOOKUP_OK, transaction, body, length);
}

static void certify(struct server_double *server, uint32_t transaction)
{
    size_t length = 0U;
    const uint8_t *key = server_find_field(server->last_body, server->last_body_length, 0x0102U, 0U, &length);
    uint8_t body[SERVER_BUFFER / 2U];

    if (memcmp(key, server->chain->device_key, 64U) != 0) {
        send_error(server, transaction, 35U, "the double knows one key only", false);
        return;
    }
    for (unsigned i = 0U; i < server->working_frames; i++) {
        const uint8_t reason = 4U;

        length = server_put_field(body, 0U, 0x0F05U, "\0\1", 2U);
        length = server_put_field(body, length, 0x0F06U, &reason, 1U);
        send_frame(server, WIRE_WORKING, transaction, body, length);
    }
    if (server->stale_answer_first) {
        send_frame(server, WIRE_LOOKUP_OK, transaction - 1U, body, server_put_field(body, 0U, 0x0270U, "\1", 1U));
    }
    server->reissues = server->certified;
    server->certified = true;
    memcpy(server->certified_key, key, sizeof server->certified_key);
    length = server_reply_body(server, body);
    if (server->spoil != NULL) {
        length = server->spoil(body, length);
    }
    send_frame(server, WIRE_CERT_REPLY, transaction, body, length);
}

static void serve(struct server_double *server)
{
    const uint32_t transaction = u32_be(&server->in[8]);
    size_t ignored;

    server->last_type = u16_be(&server->in[6]);
    server->last_body_length = u32_be(&server->in[12]);
    memcpy(server->last_body, &server->in[16], server->last_body_length);
    if (server->silent) {
        return;
    }
    if (server->last_type == (uint16_t)WIRE_HELLO) {
        greet(server, transaction);
        return;
    }
    if (server->last_type == (uint16_t)WIRE_AUTH) {
        authenticate(server, transaction);
        return;
    }
    server->requests++;
    if (server_find_field(server->last_body, server->last_body_length, 0x0130U, 0U, &ignored) != NULL) {
        server->proofs++;
    }
    if (server->errors > 0U) {
        server->errors--;
        send_error(server, transaction, server->error_code, server->error_text, server->error_retryable);
        return;
    }
    if (server->last_type == (uint16_t)WIRE_LOOKUP) {
        look_up(server, transaction);
    } else {
        certify(server, transaction);
    }
}

/* --- the user's functions --------------------------------------------------------------------------------------------- */

static int certreq_start(void *context)
{
    struct server_double *server = context;

    if (server->refuses_connection) {
        return -1;
    }
    if (!server->connected) {
        server->connected = true;
        server->connections++;
        server->in_length = 0U;
        server->out_length = 0U;
        server->out_at = 0U;
    }
    return 0;
}

static int certreq_send(void *context, const uint8_t *bytes, size_t length)
{
    struct server_double *server = context;

    if (!server->connected) {
        return -1;
    }
    memcpy(&server->in[server->in_length], bytes, length);
    server->in_length += length;
    if ((server->in_length >= 16U) && (server->in_length == (16U + u32_be(&server->in[12])))) {
        serve(server);
        server->in_length = 0U;
    }
    return 0;
}

static int certreq_recv(void *context, uint8_t *bytes, size_t wanted, size_t *received)
{
    struct server_double *server = context;
    size_t count = server->out_length - server->out_at;

    *received = 0U;
    if (!server->connected) {
        return -1;
    }
    server->wait(server->wait_context, (count == 0U) ? 100000U : 1000U);
    if ((count == 0U) || (server->hesitates && ((server->turns++ % 2U) == 0U))) {
        return 0;
    }
    count = (count < wanted) ? count : wanted;
    count = ((server->slice > 0U) && (server->slice < count)) ? server->slice : count;
    for (size_t i = 0U; i < count; i++) {
        if ((server->break_after > 0U) && (server->sent >= server->break_after)) {
            server->connected = false;
            server->break_after = 0U;
            server->refuses_connection = server->refuses_after_break;
            return -1;
        }
        bytes[i] = server->out[server->out_at];
        server->out_at++;
        server->sent++;
        if (server->sent == server->flip_at) {
            bytes[i] ^= server->flip;
        }
        *received = i + 1U;
    }
    if (server->out_at == server->out_length) {
        server->out_at = 0U;
        server->out_length = 0U;
    }
    return 0;
}

static int certreq_done(void *context)
{
    struct server_double *server = context;

    server->connected = false;
    return server->refuses_done ? -1 : 0;
}

static void request_error(void *context, uint32_t code, const char *message)
{
    struct server_double *server = context;

    server->told_code = code;
    (void)snprintf(server->told_text, sizeof server->told_text, "%s", message);
}

static enum atcaprov_data write_data_zone(void *context, const struct atcaprov_block *block, uint8_t bytes[32])
{
    const struct server_double *server = context;

    if (server->data_fails) {
        return ATCAPROV_DATA_FAILED;
    }
    for (size_t i = 0U; i < server->planned_count; i++) {
        const struct planned_block *one = &server->planned[i];

        if ((one->zone == block->zone) && (one->slot == block->slot) && (one->block == block->block)) {
            memcpy(bytes, one->bytes, 32U);
            return ATCAPROV_DATA_BLOCK;
        }
    }
    return ATCAPROV_DATA_NONE;
}

static void notify(void *context, enum atcaprov_stage stage, enum atcaprov_status status)
{
    static const char STATUS[] = {'s', '-', '+', '!'};
    struct server_double *server = context;
    const size_t length = strlen(server->stages);

    (void)snprintf(&server->stages[length], sizeof server->stages - length, "%d%c", (int)stage, STATUS[status]);
}

static int draw_random(void *context, uint8_t *bytes, size_t length)
{
    struct server_double *server = context;

    if (server->failing_random > 0U) {
        server->failing_random--;
        if (server->failing_random == 0U) {
            return -1;
        }
    }
    for (size_t i = 0U; i < length; i++) {
        server->random_calls = (server->random_calls * 1103515245U) + 12345U;
        bytes[i] = (uint8_t)(server->random_calls >> 16);
    }
    return 0;
}

static bool now(void *context, struct atcaprov_date *date)
{
    const struct server_double *server = context;

    *date = server->date;
    return server->has_clock;
}

static void working(void *context, uint8_t reason, uint16_t queue_position)
{
    struct server_double *server = context;

    server->told_working += ((reason == 4U) && (queue_position == 1U)) ? 1U : 0U;
}

void server_double_init(struct server_double *server, const struct chain *chain)
{
    memset(server, 0, sizeof *server);
    server->funcs = (struct atcaprov_user_funcs){.context = server,
                                                 .certreq_start = certreq_start,
                                                 .certreq_send = certreq_send,
                                                 .certreq_recv = certreq_recv,
                                                 .certreq_done = certreq_done,
                                                 .request_error = request_error,
                                                 .write_data_zone = write_data_zone,
                                                 .notify = notify,
                                                 .random = draw_random,
                                                 .now = now,
                                                 .working = working};
    server->chain = chain;
    server->forced_lookup = -1;
    server->error_text = "no";
}
