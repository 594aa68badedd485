#include "prov_wire.h"

#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_chip.h"
#include "prov_content.h"
#include "prov_hash.h"

#define HEADER_SIZE 16U
#define MAJOR 1U
#define FIELDS_MAX 64U
#define FIRST_CRITICAL_TAG 0x8000U
#define TEXT_MAX 64U
#define MESSAGE_MAX 95U
#define CERTIFICATE_MAX 4096U
#define FEATURE_AUTH 1U
#define RIGHT_CERT_REQUEST 1U

static const uint8_t MAGIC[4] = {0x41U, 0x54U, 0x50U, 0x52U};

static void set_fault(struct prov_wire *wire, enum atcaprov_code code)
{
    if (wire->fault == ATCAPROV_SUCCESS) {
        wire->fault = code;
    }
}

/* --- sending ---------------------------------------------------------------------------------------------------------- */

static void flush(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;

    if ((wire->fault == ATCAPROV_SUCCESS) && (wire->at > 0U) &&
        (c->funcs->certreq_send(c->funcs->context, wire->buffer, wire->at) != 0)) {
        set_fault(wire, ATCAPROV_SERVER_LOST);
    }
    wire->at = 0U;
}

static void put(struct atcaprov_client *c, const uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    if (wire->counting) {
        wire->counted += (uint32_t)length;
        return;
    }
    for (size_t i = 0U; i < length; i++) {
        wire->buffer[wire->at] = bytes[i];
        wire->at++;
        if (wire->at == sizeof wire->buffer) {
            flush(c);
        }
    }
}

static void put_field(struct atcaprov_client *c, uint16_t tag, const uint8_t *bytes, size_t length)
{
    uint8_t head[4];

    put_u16_be(&head[0], tag);
    put_u16_be(&head[2], (uint16_t)length);
    put(c, head, sizeof head);
    put(c, bytes, length);
}

static void put_byte(struct atcaprov_client *c, uint16_t tag, uint8_t value)
{
    put_field(c, tag, &value, 1U);
}

static void put_text(struct atcaprov_client *c, uint16_t tag, const char *text)
{
    const size_t length = text_length(text);

    if ((length > 0U) && (length <= TEXT_MAX)) {
        /* A text is bytes on the wire; only its signedness differs. */
        const void *bytes = text;

        put_field(c, tag, bytes, length);
    }
}

/* Which signer is wanted (7.2). */
static void put_selection(struct atcaprov_client *c)
{
    const atcaprov_cert_info_t *info = c->plan->cert_info;

    put_byte(c, 0x0110U, info->chain_id);
    put_field(c, 0x0111U, info->signer_ca_public_key, 64U);
    put_byte(c, 0x0113U, info->device_template_id);
    put_byte(c, 0x0114U, info->signer_template_id);
    put_field(c, 0x0115U, info->device_def_sha256, 32U);
    if (!bytes_all(info->required_signer_sn, 0U, sizeof info->required_signer_sn)) {
        put_field(c, 0x0116U, info->required_signer_sn, sizeof info->required_signer_sn);
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
    uint8_t limit[2];

    switch (question->type) {
    case WIRE_HELLO:
        put_text(c, 0x0001U, plan->client_name);
        put_text(c, 0x0002U, plan->software_version);
        put_text(c, 0x0003U, plan->station);
        put_text(c, 0x0004U, plan->site);
        return;
    case WIRE_AUTH:
        put_text(c, 0x0003U, plan->station);
        put_field(c, 0x0017U, question->code, 32U);
        return;
    case WIRE_LOOKUP:
    case WIRE_CERT_REQUEST:
        put_field(c, 0x0101U, c->config, sizeof c->config);
        put_field(c, 0x0102U, c->public_key, sizeof c->public_key);
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
        if (c->order != NULL) {
            put_text(c, 0x0120U, c->order->operator_name);
            put_text(c, 0x0121U, c->order->batch);
            put_text(c, 0x0122U, c->order->unit_label);
        }
        if (question->proof != NULL) {
            put_field(c, 0x0130U, question->proof, 64U);
        }
        put_u16_be(limit, (uint16_t)ATCAPROV_REPLY_MAX);
        put_field(c, 0x0140U, limit, sizeof limit);
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
    put(c, head, sizeof head);
    put_body(c, question);
    flush(c);
    wire->asked_at = c->port->millis(c->port->context);
}

/* --- receiving -------------------------------------------------------------------------------------------------------- */

/* Fetches at least one of the bytes that are left of this frame. */
static void fetch(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    const size_t wanted = (wire->left < sizeof wire->buffer) ? wire->left : sizeof wire->buffer;
    size_t received = 0U;

    wire->at = 0U;
    wire->have = 0U;
    while ((wire->fault == ATCAPROV_SUCCESS) && (received == 0U)) {
        if ((c->port->millis(c->port->context) - wire->asked_at) >= WIRE_SILENCE_MS) {
            set_fault(wire, ATCAPROV_SERVER_SILENT);
        } else if (c->funcs->certreq_recv(c->funcs->context, wire->buffer, wanted, &received) != 0) {
            set_fault(wire, ATCAPROV_SERVER_LOST);
        } else if (received > wanted) {
            set_fault(wire, ATCAPROV_INTERNAL);
        } else {
            wire->have = (uint8_t)received;
        }
    }
    wire->left -= wire->have;
}

/* The next bytes of the frame; the caller knows that there are so many. */
static void take_raw(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    for (size_t i = 0U; i < length; i++) {
        if (wire->at == wire->have) {
            fetch(c);
        }
        bytes[i] = 0U;
        if (wire->fault == ATCAPROV_SUCCESS) {
            bytes[i] = wire->buffer[wire->at];
            wire->at++;
        }
    }
}

static uint32_t bytes_left(const struct prov_wire *wire)
{
    return wire->left + ((uint32_t)wire->have - wire->at);
}

static void skip(struct atcaprov_client *c, uint32_t length)
{
    uint8_t byte;

    for (uint32_t i = 0U; (i < length) && (c->wire.fault == ATCAPROV_SUCCESS); i++) {
        take_raw(c, &byte, 1U);
    }
}

/* The next field of the body; what is left of the one before is passed over. False at the end, and after a fault. */
static bool next_field(struct atcaprov_client *c, uint16_t *tag, uint16_t *length)
{
    struct prov_wire *wire = &c->wire;
    uint8_t head[4];

    skip(c, wire->value_left);
    wire->value_left = 0U;
    if ((wire->fault != ATCAPROV_SUCCESS) || (bytes_left(wire) == 0U)) {
        return false;
    }
    if ((bytes_left(wire) < sizeof head) || (wire->fields == FIELDS_MAX)) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        return false;
    }
    wire->fields++;
    take_raw(c, head, sizeof head);
    *tag = u16_be(&head[0]);
    *length = u16_be(&head[2]);
    if (*length > bytes_left(wire)) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    wire->value_left = *length;
    return wire->fault == ATCAPROV_SUCCESS;
}

/* `length` bytes of the present field, which must have so many left. */
static void take(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    struct prov_wire *wire = &c->wire;

    if (wire->value_left < length) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    take_raw(c, bytes, length);
    wire->value_left = (wire->fault == ATCAPROV_SUCCESS) ? (wire->value_left - (uint32_t)length) : 0U;
}

/* A field of exactly this size. */
static void take_whole(struct atcaprov_client *c, uint8_t *bytes, size_t length)
{
    if (c->wire.value_left != length) {
        set_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    take(c, bytes, length);
}

/* A field that is not known: below 8000 it is passed over, from there on it must not be ignored (7.1). */
static void unknown_field(struct prov_wire *wire, uint16_t tag)
{
    if (tag >= FIRST_CRITICAL_TAG) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
}

/* Notes that a field came; a second copy is a fault. */
static void note(struct prov_wire *wire, uint32_t *seen, uint32_t bit)
{
    if ((*seen & (1UL << bit)) != 0U) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    *seen |= 1UL << bit;
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

    while (next_field(c, &tag, &length)) {
        if ((tag >= 0x0F01U) && (tag <= 0x0F04U)) {
            note(wire, &seen, (uint32_t)tag - 0x0F00U);
        }
        if (tag == 0x0F01U) {
            take_whole(c, number, sizeof number);
        } else if (tag == 0x0F02U) {
            kept = (length < MESSAGE_MAX) ? length : MESSAGE_MAX;
            take(c, text, kept);
            kept = (length > kept) ? whole_characters(text, kept) : kept;
        } else if (tag == 0x0F03U) {
            take_whole(c, &retryable, 1U);
        } else if (tag == 0x0F04U) {
            take_whole(c, after, sizeof after);
        } else {
            unknown_field(wire, tag);
        }
    }
    code = u32_be(number);
    if ((wire->fault != ATCAPROV_SUCCESS) || ((seen & 0x0EU) != 0x0EU) || (code == 0U)) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
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
        set_fault(wire, ATCAPROV_SERVER_VERSION);
    } else {
        set_fault(wire, (code < (uint32_t)ATCAPROV_INTERNAL) ? (enum atcaprov_code)code : ATCAPROV_INTERNAL);
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

    while (next_field(c, &tag, &length)) {
        if (tag == 0x0F05U) {
            note(wire, &seen, 0U);
            take_whole(c, position, sizeof position);
        } else if (tag == 0x0F06U) {
            note(wire, &seen, 1U);
            take_whole(c, &reason, 1U);
        } else {
            unknown_field(wire, tag);
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
        take_raw(c, head, sizeof head);
        type = u16_be(&head[6]);
        length = u32_be(&head[12]);
        if (wire->fault != ATCAPROV_SUCCESS) {
            break;
        }
        if (!bytes_equal(head, MAGIC, sizeof MAGIC)) {
            set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        } else if (head[4] != MAJOR) {
            set_fault(wire, ATCAPROV_SERVER_VERSION);
        } else if (length > ATCAPROV_REPLY_MAX) {
            set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        } else {
            wire->left = length;
            if (type == (uint16_t)WIRE_ERROR) {
                read_error(c);
            } else if (u32_be(&head[8]) != wire->transaction) {
                /* The answer to an earlier question that was given up. */
                skip(c, length);
            } else if (type == (uint16_t)WIRE_WORKING) {
                read_working(c);
            } else if (type == (uint16_t)wanted) {
                return true;
            } else {
                set_fault(wire, ATCAPROV_SERVER_GARBAGE);
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

    while (next_field(c, &tag, &length)) {
        if ((tag >= 0x0010U) && (tag <= 0x0016U)) {
            note(wire, &seen, (uint32_t)tag - 0x0010U);
        }
        if (tag == 0x0013U) {
            take_whole(c, wire->session_id, sizeof wire->session_id);
        } else if (tag == 0x0015U) {
            take_whole(c, greeting->features, sizeof greeting->features);
        } else if (tag == 0x0016U) {
            take_whole(c, greeting->nonce, sizeof greeting->nonce);
        } else {
            unknown_field(wire, tag);
        }
    }
    if ((seen & 0x68U) != 0x68U) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
}

static void read_rights(struct atcaprov_client *c)
{
    struct prov_wire *wire = &c->wire;
    uint8_t rights[4] = {0U, 0U, 0U, 0U};
    uint32_t seen = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (next_field(c, &tag, &length)) {
        if (tag == 0x0018U) {
            note(wire, &seen, 0U);
            take_whole(c, rights, sizeof rights);
        } else {
            unknown_field(wire, tag);
        }
    }
    if ((rights[3] & RIGHT_CERT_REQUEST) == 0U) {
        set_fault(wire, (seen == 0U) ? ATCAPROV_SERVER_GARBAGE : ATCAPROV_NOT_ALLOWED);
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
        set_fault(&c->wire, ATCAPROV_AUTH_REQUIRED);
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
        while (next_field(c, &tag, &length)) {
            if (tag == 0x0270U) {
                note(wire, &seen, 0U);
                take_whole(c, &number, 1U);
            } else if (tag == 0x0232U) {
                note(wire, &seen, 1U);
            } else {
                unknown_field(wire, tag);
            }
        }
        if (number > (uint8_t)LOOKUP_SEVERAL) {
            set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
    }
    if (wire->fault == ATCAPROV_SUCCESS) {
        *state = (enum wire_lookup)number;
    }
    return wire->fault;
}

/* A certificate as it passes: its digest, and the serial number where the definition keeps that in the chip. */
static void read_certificate(struct atcaprov_client *c, const atcacert_def_t *definition, uint8_t digest[32], uint8_t *serial)
{
    const atcacert_cert_loc_t *place = &definition->std_cert_elements[STDCERT_CERT_SN];
    const uint32_t length = c->wire.value_left;
    struct sha256 sha;

    if ((length == 0U) || (length > CERTIFICATE_MAX)) {
        set_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    sha256_begin(&sha);
    for (uint32_t at = 0U; (at < length) && (c->wire.fault == ATCAPROV_SUCCESS); at++) {
        uint8_t byte;

        take(c, &byte, 1U);
        sha256_add(&sha, &byte, 1U);
        if ((at >= place->offset) && (at < ((uint32_t)place->offset + place->count)) &&
            ((at - place->offset) < CERTIFICATE_SN_MAX)) {
            serial[at - place->offset] = byte;
        }
    }
    sha256_end(&sha, digest);
}

/* A write item: it must be the block that follows from what came before it, each block once. */
static void read_item(struct atcaprov_client *c, uint16_t seen[SLOT_COUNT])
{
    uint8_t item[4];
    uint8_t bytes[BLOCK_SIZE];
    uint8_t expected[BLOCK_SIZE];
    uint32_t offset;
    uint16_t bit;

    if (c->wire.value_left != (sizeof item + sizeof bytes)) {
        set_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    take(c, item, sizeof item);
    take(c, bytes, sizeof bytes);
    if (c->wire.fault != ATCAPROV_SUCCESS) {
        return;
    }
    offset = u16_be(&item[2]);
    if ((item[0] != ZONE_DATA) || (item[1] >= SLOT_COUNT) || ((offset % BLOCK_SIZE) != 0U) ||
        ((offset / BLOCK_SIZE) >= slot_blocks(item[1])) ||
        !content_certificate(c, item[1], (uint8_t)(offset / BLOCK_SIZE), expected) ||
        !bytes_equal(bytes, expected, sizeof bytes)) {
        set_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        return;
    }
    bit = (uint16_t)(1UL << (offset / BLOCK_SIZE));
    if ((seen[item[1]] & bit) != 0U) {
        set_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
    seen[item[1]] = (uint16_t)(seen[item[1]] | bit);
}

/* Every block that the certificates need was among the items. */
static bool items_complete(const struct atcaprov_client *c, const uint16_t seen[SLOT_COUNT])
{
    uint8_t ignored[BLOCK_SIZE];

    for (uint8_t slot = 0U; slot < SLOT_COUNT; slot++) {
        for (uint8_t block = 0U; block < slot_blocks(slot); block++) {
            if (content_certificate(c, slot, block, ignored) && ((seen[slot] & (1UL << block)) == 0U)) {
                return false;
            }
        }
    }
    return true;
}

/* 0231: the serial number of the certificate that follows from the compressed one. */
static void read_serial(struct atcaprov_client *c)
{
    const size_t count = c->plan->device_definition->std_cert_elements[STDCERT_CERT_SN].count;
    const uint32_t length = c->wire.value_left;
    struct certificate certificate;
    uint8_t serial[CERTIFICATE_SN_MAX];

    if ((length == 0U) || (length > 32U)) {
        set_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    if (length < count) {
        set_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
    take(c, serial, count);
    if ((c->wire.fault == ATCAPROV_SUCCESS) &&
        (!content_device_certificate(c, &certificate) || !bytes_equal(serial, certificate.serial, count))) {
        set_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
}

/* Bits of the fields of a reply that must be there. */
enum reply_field {
    REPLY_SIGNER_SN,
    REPLY_SIGNER_NAME,
    REPLY_SIGNER_ID,
    REPLY_DEVICE,
    REPLY_SIGNER,
    REPLY_DEVICE_COMPRESSED,
    REPLY_SIGNER_COMPRESSED,
    REPLY_SIGNER_KEY,
    REPLY_ITEM,
    REPLY_KEY_SLOT,
    REPLY_FLAGS,
    REPLY_SERIAL,
    REPLY_LOG,
    REPLY_FIELDS
};

static const uint16_t REPLY_TAGS[REPLY_FIELDS] = {0x0201U, 0x0202U, 0x0203U, 0x0210U, 0x0211U, 0x0212U, 0x0213U,
                                                  0x0214U, 0x0220U, 0x0221U, 0x0230U, 0x0231U, 0x0232U};

/* What is remembered while the fields of a reply pass. */
struct reply_state {
    uint32_t seen;
    uint16_t items[SLOT_COUNT];
    uint8_t signer_id[2];
};

static void read_reply_field(struct atcaprov_client *c, enum reply_field field, struct reply_state *state,
                             struct wire_reply *reply)
{
    const atcaprov_cert_info_t *info = c->plan->cert_info;
    struct prov_wire *wire = &c->wire;
    uint8_t bytes[9];

    switch (field) {
    case REPLY_SIGNER_SN:
        take_whole(c, bytes, 9U);
        if (!bytes_all(info->required_signer_sn, 0U, 9U) && !bytes_equal(bytes, info->required_signer_sn, 9U)) {
            set_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        }
        return;
    case REPLY_SIGNER_ID:
        take_whole(c, state->signer_id, sizeof state->signer_id);
        return;
    case REPLY_DEVICE:
        read_certificate(c, c->plan->device_definition, reply->device_digest, c->device_certificate_sn);
        return;
    case REPLY_SIGNER:
        read_certificate(c, c->plan->signer_definition, reply->signer_digest, c->signer_certificate_sn);
        return;
    case REPLY_DEVICE_COMPRESSED:
        take_whole(c, c->device_compressed, sizeof c->device_compressed);
        return;
    case REPLY_SIGNER_COMPRESSED:
        take_whole(c, c->signer_compressed, sizeof c->signer_compressed);
        return;
    case REPLY_SIGNER_KEY:
        take_whole(c, c->signer_public_key, sizeof c->signer_public_key);
        return;
    case REPLY_ITEM:
        /* The items can be judged only when all that they follow from is there; the tags ascend. */
        if ((state->seen & ((1UL << REPLY_ITEM) - 1U)) != ((1UL << REPLY_ITEM) - 1U)) {
            set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
        read_item(c, state->items);
        return;
    case REPLY_KEY_SLOT:
        take_whole(c, bytes, 1U);
        if (bytes[0] != info->device_private_key_slot) {
            set_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        }
        return;
    case REPLY_FLAGS:
        take_whole(c, bytes, 4U);
        c->report.reissued = (bytes[3] & 1U) != 0U;
        return;
    case REPLY_SERIAL:
        read_serial(c);
        return;
    case REPLY_LOG:
        take_whole(c, c->report.log_reference, sizeof c->report.log_reference);
        return;
    case REPLY_SIGNER_NAME:
    case REPLY_FIELDS:
    default:
        return;
    }
}

static void read_reply(struct atcaprov_client *c, struct wire_reply *reply)
{
    struct prov_wire *wire = &c->wire;
    struct reply_state state = {0U, {0U}, {0U, 0U}};
    uint16_t last = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (next_field(c, &tag, &length)) {
        enum reply_field field = REPLY_FIELDS;

        for (uint32_t i = 0U; i < (uint32_t)REPLY_FIELDS; i++) {
            field = (REPLY_TAGS[i] == tag) ? (enum reply_field)i : field;
        }
        if ((tag < last) || ((tag == last) && (field != REPLY_ITEM))) {
            set_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
        last = tag;
        if (field == REPLY_FIELDS) {
            unknown_field(wire, tag);
        } else {
            read_reply_field(c, field, &state, reply);
            state.seen |= 1UL << (uint32_t)field;
        }
    }
    if ((wire->fault == ATCAPROV_SUCCESS) && (state.seen != ((1UL << REPLY_FIELDS) - 1U))) {
        set_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    if ((wire->fault == ATCAPROV_SUCCESS) &&
        (!items_complete(c, state.items) ||
         ((c->plan->device_definition->std_cert_elements[STDCERT_SIGNER_ID].count > 0U) &&
          !bytes_equal(state.signer_id, &c->device_compressed[67], 2U)))) {
        set_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
}

enum atcaprov_code wire_request(struct atcaprov_client *c, const uint8_t *proof, struct wire_reply *reply)
{
    const struct question question = {WIRE_CERT_REQUEST, NULL, proof};

    send_question(c, &question);
    if (await(c, WIRE_CERT_REPLY)) {
        read_reply(c, reply);
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
