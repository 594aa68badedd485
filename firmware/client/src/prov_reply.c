#include "prov_reply.h"

#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_chip.h"
#include "prov_content.h"
#include "prov_hash.h"
#include "prov_stream.h"

#define CERTIFICATE_MAX 4096U

/* A certificate as it passes: its digest, and the serial number where the definition keeps that in the chip. */
static void read_certificate(struct atcaprov_client *c, const atcacert_def_t *definition, uint8_t digest[32], uint8_t *serial)
{
    const atcacert_cert_loc_t *place = &definition->std_cert_elements[STDCERT_CERT_SN];
    const uint32_t length = c->wire.value_left;
    struct sha256 sha;

    if ((length == 0U) || (length > CERTIFICATE_MAX)) {
        stream_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    sha256_begin(&sha);
    for (uint32_t at = 0U; (at < length) && (c->wire.fault == ATCAPROV_SUCCESS); at++) {
        uint8_t byte;

        stream_take(c, &byte, 1U);
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
        stream_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    stream_take(c, item, sizeof item);
    stream_take(c, bytes, sizeof bytes);
    if (c->wire.fault != ATCAPROV_SUCCESS) {
        return;
    }
    offset = u16_be(&item[2]);
    if ((item[0] != ZONE_DATA) || (item[1] >= SLOT_COUNT) || ((offset % BLOCK_SIZE) != 0U) ||
        ((offset / BLOCK_SIZE) >= slot_blocks(item[1])) ||
        !content_certificate(c, item[1], (uint8_t)(offset / BLOCK_SIZE), expected) ||
        !bytes_equal(bytes, expected, sizeof bytes)) {
        stream_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        return;
    }
    bit = (uint16_t)(1U << (offset / BLOCK_SIZE));
    if ((seen[item[1]] & bit) != 0U) {
        stream_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
    seen[item[1]] = (uint16_t)(seen[item[1]] | bit);
}

/* Every block that the certificates need was among the items. */
static bool items_complete(const struct atcaprov_client *c, const uint16_t seen[SLOT_COUNT])
{
    uint8_t ignored[BLOCK_SIZE];

    for (uint8_t slot = 0U; slot < SLOT_COUNT; slot++) {
        for (uint8_t block = 0U; block < slot_blocks(slot); block++) {
            if (content_certificate(c, slot, block, ignored) && ((seen[slot] & (1U << block)) == 0U)) {
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
        stream_fault(&c->wire, ATCAPROV_SERVER_GARBAGE);
    }
    if (length < count) {
        stream_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
    stream_take(c, serial, count);
    if ((c->wire.fault == ATCAPROV_SUCCESS) &&
        (!content_device_certificate(c, &certificate) || !bytes_equal(serial, certificate.serial, count))) {
        stream_fault(&c->wire, ATCAPROV_WRITE_ITEMS_DIFFER);
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
        stream_take_whole(c, bytes, 9U);
        if (!bytes_all(info->required_signer_sn, 0U, 9U) && !bytes_equal(bytes, info->required_signer_sn, 9U)) {
            stream_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        }
        return;
    case REPLY_SIGNER_ID:
        stream_take_whole(c, state->signer_id, sizeof state->signer_id);
        return;
    case REPLY_DEVICE:
        read_certificate(c, c->plan->device_definition, reply->device_digest, c->device_certificate_sn);
        return;
    case REPLY_SIGNER:
        read_certificate(c, c->plan->signer_definition, reply->signer_digest, c->signer_certificate_sn);
        return;
    case REPLY_DEVICE_COMPRESSED:
        stream_take_whole(c, c->device_compressed, sizeof c->device_compressed);
        return;
    case REPLY_SIGNER_COMPRESSED:
        stream_take_whole(c, c->signer_compressed, sizeof c->signer_compressed);
        return;
    case REPLY_SIGNER_KEY:
        stream_take_whole(c, c->signer_public_key, sizeof c->signer_public_key);
        return;
    case REPLY_ITEM:
        /* The items can be judged only when all that they follow from is there; the tags ascend. */
        if ((state->seen & ((1U << REPLY_ITEM) - 1U)) != ((1U << REPLY_ITEM) - 1U)) {
            stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
        read_item(c, state->items);
        return;
    case REPLY_KEY_SLOT:
        stream_take_whole(c, bytes, 1U);
        if (bytes[0] != info->device_private_key_slot) {
            stream_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
        }
        return;
    case REPLY_FLAGS:
        stream_take_whole(c, bytes, 4U);
        c->report.reissued = (bytes[3] & 1U) != 0U;
        return;
    case REPLY_SERIAL:
        read_serial(c);
        return;
    case REPLY_LOG:
        stream_take_whole(c, c->report.log_reference, sizeof c->report.log_reference);
        return;
    case REPLY_SIGNER_NAME:
    case REPLY_FIELDS:
    default:
        return;
    }
}

void reply_read(struct atcaprov_client *c, struct wire_reply *reply)
{
    struct prov_wire *wire = &c->wire;
    struct reply_state state = {0U, {0U}, {0U, 0U}};
    uint16_t last = 0U;
    uint16_t tag = 0U;
    uint16_t length = 0U;

    while (stream_next(c, &tag, &length)) {
        enum reply_field field = REPLY_FIELDS;

        for (uint32_t i = 0U; i < (uint32_t)REPLY_FIELDS; i++) {
            field = (REPLY_TAGS[i] == tag) ? (enum reply_field)i : field;
        }
        if ((tag < last) || ((tag == last) && (field != REPLY_ITEM))) {
            stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
        }
        last = tag;
        if (field == REPLY_FIELDS) {
            stream_unknown(wire, tag);
        } else {
            read_reply_field(c, field, &state, reply);
            state.seen |= 1U << (uint32_t)field;
        }
    }
    if ((wire->fault == ATCAPROV_SUCCESS) && (state.seen != ((1U << REPLY_FIELDS) - 1U))) {
        stream_fault(wire, ATCAPROV_SERVER_GARBAGE);
    }
    if ((wire->fault == ATCAPROV_SUCCESS) &&
        (!items_complete(c, state.items) ||
         ((c->plan->device_definition->std_cert_elements[STDCERT_SIGNER_ID].count > 0U) &&
          !bytes_equal(state.signer_id, &c->device_compressed[67], 2U)))) {
        stream_fault(wire, ATCAPROV_WRITE_ITEMS_DIFFER);
    }
}
