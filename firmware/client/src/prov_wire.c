#include "prov_wire.h"

#include "prov_bytes.h"
#include "prov_hash.h"
#include "prov_reply.h"
#include "prov_stream.h"

#define HEADER_SIZE 16U
#define MAJOR 1U
#define MESSAGE_MAX 95U
#define FEATURE_AUTH 1U
#define RIGHT_CERT_REQUEST 1U

static const uint8_t MAGIC[4] = {0x41U, 0x54U, 0x50U, 0x52U};

/* --- sending ---------------------------------------------------------------------------------------------------------- */

/* Which signer is wanted (7.2). */
static void put_selection(struct atcaprov_client *c)
{
    const atcaprov_cert_info_t *info = c->plan->cert_info;

    stream_put_byte(c, 0x0110U, info->chain_id);
    stream_put_field(c, 0x0111U, info->signer_ca_public_key, 64U);
    stream_put_byte(c, 0x0113U, info->device_template_id);
    stream_put_byte(c, 0x0114U, info->signer_template_id);
    stream_put_field(c, 0x0115U, info->device_def_sha256, 32U);
    if (!bytes_all(info->required_signer_sn, 0U, sizeof info->required_signer_sn)) {
        stream_put_field(c, 0x0116U, info->required_signer_sn, sizeof info->required_signer_sn);
    }
}

/* What a request is made of; the members that a type does not use are NULL. */
struct question {
    enum wire_type type;
    const uint8_t *code;
    const uint8_t *proof;
};

static void put_body(struct atcaprov_client *c, const struct question *question)
{
    const struct atcaprov_plan *plan = c->plan;

    switch (question->type) {
    case WIRE_HELLO:
        stream_put_text(c, 0x0001U, plan->client_name);
        stream_put_text(c, 0x0002U, plan->software_version);
        stream_put_text(c, 0x0003U, plan->station);
        stream_put_text(c, 0x0004U, plan->site);
        return;
    case WIRE_AUTH:
        stream_put_text(c, 0x0003U, plan->station);
        stream_put_field(c, 0x0017U, question->code, 32U);
        return;
    case WIRE_LOOKUP:
    case WIRE_CERT_REQUEST:
        stream_put_field(c, 0x0101U, c->config, sizeof c->config);
        stream_put_field(c, 0x0102U, c->public_key, sizeof c->public_key);
        put_selection(c);
        break;
    case WIRE_HELLO_OK:
    case WIRE_AUTH_OK:
    case WIRE_CERT_REPLY:
    case WIRE_LOOKUP_OK:
    case WIRE_WORKING:
    case WIRE_ERROR:
    default:
        return;
    }
    if (question->type == WIRE_CERT_REQUEST) {
        uint8_t limit[2];

        if (c->order != NULL) {
            stream_put_text(c, 0x0120U, c->order->operator_name);
            stream_put_text(c, 0x0121U, c->order->batch);
            stream_put_text(c, 0x0122U, c->order->unit_label);
        }
        if (question->proof != NULL) {
            stream_put_field(c, 0x0130U, question->proof, 64U);
        }
        put_u16_be(limit, (uint16_t)ATCAPROV_REPLY_MAX);
        stream_put_field(c, 0x0140U, limit, sizeof limit);
    }
}

/* Sends a whole frame; its body is made twice, the first time to learn its length. */
static void send_question(struct atcaprov_client *c, const struct question *question)
{
    struct prov_wire *wire = &c->wire;
    uint8_t head[HEADER_SIZE];

    wire->counting = true;
    wire->counted = 0U;
    put_body(c, question);
    wire->counting = false;

    wire->at = 0U;
    wire->have = 0U;
    wire->left = 0U;
    wire->transaction++;
    bytes_copy(head, MAGIC, sizeof MAGIC);
    head[4] = MAJOR;
    head[5] = 0U;
    put_u16_be(&head[6], (uint16_t)question->type);
    put_u32_be(&head[8], wire->transaction);
    put_u32_be(&head[12], wire->counted);
    stream_put(c, head, sizeof head);
    put_body(c, question);
    stream_flush(c);
    wire->asked_at = c->port->millis(c->port->context);
}

/* Length of text whose last character may have been cut: continuation bytes at the end go, and the first byte before them. */
static size_t whole_characters(const uint8_t *text, size_t length)
{
    size_t end = length;

    while ((end > 0U) && ((text[end - 1U] & 0xC0U) == 0x80U)) {
        end--;
    }
    return ((end > 0U) && (text[end - 1U] >= 0xC0U)) ? (end - 1U) : length;
}

/* ERROR: told to the user, and the end of this exchange. */
static void read_error(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    uint8_t text[MESSAGE_MAX + 1U];
    uint8_t number[4] = {0U, 0U, 0U, 0U};
    uint8_t after[4] = {0U, 0U, 0U, 0U};
    uint8_t retryable = 0U;
    uint32_t seen = 0U;
    uint32_t code;
    uint16_t tag = 0U;
    uint16_t length = 0U;
    size_t kept = 0U;

    while (stream_next(c, &tag, &length)) {
        if ((tag >= 0x0F01U) && (tag <= 0x0F04U)) {
            stream_note(wire, &seen, (uint32_t)tag - 0x0F00U);
        }
        if (tag == 0x0F01U) {
            stream_take_whole(c, number, sizeof number);
        } else if (tag == 0x0F02U) {
            kept = (length < MESSAGE_MAX) ? length : MESSAGE_MAX;
            stream_take(c, text, kept);
            if (length > MESSAGE_MAX) {
                kept = whole_characters(text, kept);
            }
        } else if (tag == 0x0F03U) {
            stream_take_whole(c, &retryable, 1U);
        } else if (tag == 0x0F04U) {
            stream_take_whole(c, after, sizeof after);
        } else {
            stream_unknown(wire, tag);
        }
    }
    code = u32_be(number);
    if ((wire->fault != ATCAPROV_SUCCESS) || ((seen & 0x0EU) != 0x0EU) || (code == 0U)) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        return;
    }
    text[kept] = 0U;
    {
        const void *message = text;

        c->funcs->request_error(c->funcs->context, code, message);
    }
    wire->retryable = retryable != 0U;
    wire->retry_after_ms = u32_be(after);
    if (code == (uint32_t)ATCAPROV_VERSION) {
        stream_fault(wire, ATCAPROV_SERVER_VERSION);
    } else {
        stream_fault(wire, (code < (uint32_t)ATCAPROV_INTERNAL) ? (enum atcaprov_code)code : ATCAPROV_INTERNAL);
    }
}

static void read_working(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    uint8_t position[2] = {0U, 0U};
    uint8_t reason = 0U;
    uint32_t seen = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (stream_next(c, &tag, &length)) {
        if (tag == 0x0F05U) {
            stream_note(wire, &seen, 0U);
            stream_take_whole(c, position, sizeof position);
        } else if (tag == 0x0F06U) {
            stream_note(wire, &seen, 1U);
            stream_take_whole(c, &reason, 1U);
        } else {
            stream_unknown(wire, tag);
        }
    }
    if ((wire->fault == ATCAPROV_SUCCESS) && (c->funcs->working != NULL)) {
        c->funcs->working(c->funcs->context, reason, u16_be(position));
    }
    wire->asked_at = c->port->millis(c->port->context);
}

/* Reads frames until the one that answers the question; its body is then to be read. False after a fault. */
static bool await(struct atcaprov_client *c, enum wire_type wanted)
{
    struct prov_wire *wire = &c->wire;

    while (wire->fault == ATCAPROV_SUCCESS) {
        uint8_t head[HEADER_SIZE];
        uint16_t type;
        uint32_t length;

        wire->left = HEADER_SIZE;
        wire->value_left = 0U;
        wire->fields = 0U;
        stream_take_raw(c, head, sizeof head);
        type = u16_be(&head[6]);
        length = u32_be(&head[12]);
        if (wire->fault != ATCAPROV_SUCCESS) {
            break;
        }
        if (!bytes_equal(head, MAGIC, sizeof MAGIC)) {
            stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        } else if (head[4] != MAJOR) {
            stream_fault(wire, ATCAPROV_SERVER_VERSION);
        } else if (length > ATCAPROV_REPLY_MAX) {
            stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        } else {
            wire->left = length;
            if (type == (uint16_t)WIRE_ERROR) {
                read_error(c);
            } else if (u32_be(&head[8]) != wire->transaction) {
                /* The answer to an earlier question that was given up. */
                stream_skip(c, length);
            } else if (type == (uint16_t)WIRE_WORKING) {
                read_working(c);
            } else if (type == (uint16_t)wanted) {
                return true;
            } else {
                stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
            }
        }
    }
    return false;
}

/* --- questions and answers -------------------------------------------------------------------------------------------- */

/* What HELLO_OK is read for. */
struct greeting {
    uint8_t features[4];
    uint8_t nonce[32];
};

static void read_greeting(struct atcaprov_client *c, struct greeting *greeting)
{
    struct prov_wire *wire = &c->wire;
    uint32_t seen = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (stream_next(c, &tag, &length)) {
        if ((tag >= 0x0010U) && (tag <= 0x0016U)) {
            stream_note(wire, &seen, (uint32_t)tag - 0x0010U);
        }
        if (tag == 0x0013U) {
            stream_take_whole(c, wire->session_id, sizeof wire->session_id);
        } else if (tag == 0x0015U) {
            stream_take_whole(c, greeting->features, sizeof greeting->features);
        } else if (tag == 0x0016U) {
            stream_take_whole(c, greeting->nonce, sizeof greeting->nonce);
        } else {
            stream_unknown(wire, tag);
        }
    }
    if ((seen & 0x68U) != 0x68U) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
}

static void read_rights(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    uint8_t rights[4] = {0U, 0U, 0U, 0U};
    uint32_t seen = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (stream_next(c, &tag, &length)) {
        if (tag == 0x0018U) {
            stream_note(wire, &seen, 0U);
            stream_take_whole(c, rights, sizeof rights);
        } else {
            stream_unknown(wire, tag);
        }
    }
    if ((rights[3] & RIGHT_CERT_REQUEST) == 0U) {
        stream_fault(wire, (seen == 0U) ? ATCAPROV_SERVER_GARBAGE : ATCAPROV_NOT_ALLOWED);
    }
}

/* HMAC over "ATPR-AUTH", nonce, session id, station (7.1). */
static void identify_station(struct atcaprov_client *c, const uint8_t nonce[32])
{
    static const uint8_t LABEL[9] = {0x41U, 0x54U, 0x50U, 0x52U, 0x2DU, 0x41U, 0x55U, 0x54U, 0x48U};
    const struct atcaprov_plan *plan = c->plan;
    const void *station = plan->station;
    struct sha256 sha;
    uint8_t code[32];
    struct question question = {WIRE_AUTH, code, NULL};

    if (plan->station_key == NULL) {
        stream_fault(&c->wire, ATCAPROV_AUTH_REQUIRED);
        return;
    }
    hmac256_begin(&sha, plan->station_key);
    sha256_add(&sha, LABEL, sizeof LABEL);
    sha256_add(&sha, nonce, 32U);
    sha256_add(&sha, c->wire.session_id, sizeof c->wire.session_id);
    sha256_add(&sha, station, text_length(plan->station));
    hmac256_end(&sha, plan->station_key, code);
    send_question(c, &question);
    bytes_wipe(code, sizeof code);
    if (await(c, WIRE_AUTH_OK)) {
        read_rights(c);
    }
}

enum atcaprov_code wire_open(struct atcaprov_client *c)
{
    static const struct question HELLO = {WIRE_HELLO, NULL, NULL};
    struct prov_wire *wire = &c->wire;
    struct greeting greeting;

    wire->fault = ATCAPROV_SUCCESS;
    wire->retryable = false;
    wire->retry_after_ms = 0U;
    bytes_fill(wire->session_id, 0U, sizeof wire->session_id);
    bytes_fill(greeting.features, 0U, sizeof greeting.features);
    bytes_fill(greeting.nonce, 0U, sizeof greeting.nonce);
    if (c->funcs->certreq_start(c->funcs->context) != 0) {
        wire->fault = ATCAPROV_SERVER_UNREACHABLE;
        return wire->fault;
    }
    wire->open = true;
    send_question(c, &HELLO);
    if (await(c, WIRE_HELLO_OK)) {
        read_greeting(c, &greeting);
    }
    if ((wire->fault == ATCAPROV_SUCCESS) && ((greeting.features[3] & FEATURE_AUTH) != 0U)) {
        identify_station(c, greeting.nonce);
    }
    return wire->fault;
}

void wire_close(struct atcaprov_client *c)
{
    if (c->wire.open) {
        (void)c->funcs->certreq_done(c->funcs->context);
        c->wire.open = false;
    }
}

enum atcaprov_code wire_lookup(struct atcaprov_client *c, enum wire_lookup *state)
{
    static const struct question LOOKUP = {WIRE_LOOKUP, NULL, NULL};
    struct prov_wire *wire = &c->wire;
    uint8_t number = 0xFFU;
    uint32_t seen = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    send_question(c, &LOOKUP);
    if (await(c, WIRE_LOOKUP_OK)) {
        while (stream_next(c, &tag, &length)) {
            if (tag == 0x0270U) {
                stream_note(wire, &seen, 0U);
                stream_take_whole(c, &number, 1U);
            } else if (tag == 0x0232U) {
                stream_note(wire, &seen, 1U);
            } else {
                stream_unknown(wire, tag);
            }
        }
        if (number > (uint8_t)LOOKUP_SEVERAL) {
            stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
    }
    if (wire->fault == ATCAPROV_SUCCESS) {
        *state = (enum wire_lookup)number;
    }
    return wire->fault;
}

enum atcaprov_code wire_request(struct atcaprov_client *c, const uint8_t *proof, struct wire_reply *reply)
{
    const struct question question = {WIRE_CERT_REQUEST, NULL, proof};

    send_question(c, &question);
    if (await(c, WIRE_CERT_REPLY)) {
        reply_read(c, reply);
    }
    return c->wire.fault;
}

bool wire_may_ask_again(const struct atcaprov_client *c)
{
    const enum atcaprov_code fault = c->wire.fault;

    if ((fault == ATCAPROV_SERVER_LOST) || (fault == ATCAPROV_SERVER_SILENT)) {
        return true;
    }
    return c->wire.retryable && ((fault == ATCAPROV_BUSY) || (fault == ATCAPROV_SIGN_FAILED));
}
