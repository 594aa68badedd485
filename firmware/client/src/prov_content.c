#include "prov_content.h"

#include "prov_bytes.h"
#include "prov_chip.h"
#include "prov_hash.h"

#define PUBLIC_KEY_INVALID_MARK 0xA0U

/* --- certificates ----------------------------------------------------------------------------------------------------- */

static bool open_certificate(const struct atcaprov_client *c, struct certificate *certificate, bool device)
{
    const struct certificate_source source = {
        .compressed = device ? c->device_compressed : c->signer_compressed,
        .public_key = device ? c->public_key : c->signer_public_key,
        .authority_key = device ? c->signer_public_key : c->plan->cert_info->signer_ca_public_key,
        .config = c->config,
        .stored_serial = device ? c->device_certificate_sn : c->signer_certificate_sn,
    };

    return certificate_open(certificate, device ? c->plan->device_definition : c->plan->signer_definition, &source);
}

bool content_device_certificate(const struct atcaprov_client *c, struct certificate *certificate)
{
    return open_certificate(c, certificate, true);
}

bool content_signer_certificate(const struct atcaprov_client *c, struct certificate *certificate)
{
    return open_certificate(c, certificate, false);
}

/* A place in a slot and what belongs there. */
struct part {
    const atcacert_device_loc_t *place;
    const uint8_t *bytes;
    /* A public key in 72 bytes: four zero bytes before each half. */
    bool padded;
};

#define PART_COUNT 5U

static void parts_of(const struct atcaprov_client *c, struct part parts[PART_COUNT])
{
    const atcacert_def_t *device = c->plan->device_definition;
    const atcacert_def_t *signer = c->plan->signer_definition;

    parts[0] = (struct part){&device->comp_cert_dev_loc, c->device_compressed, false};
    parts[1] = (struct part){&signer->comp_cert_dev_loc, c->signer_compressed, false};
    parts[2] = (struct part){&signer->public_key_dev_loc, c->signer_public_key, signer->public_key_dev_loc.count == 72U};
    parts[3] = (struct part){definition_stores_serial(device) ? &device->cert_sn_dev_loc : NULL, c->device_certificate_sn,
                             false};
    parts[4] = (struct part){definition_stores_serial(signer) ? &signer->cert_sn_dev_loc : NULL, c->signer_certificate_sn,
                             false};
}

static uint8_t part_byte(const struct part *part, size_t at)
{
    if (!part->padded) {
        return part->bytes[at];
    }
    if ((at % 36U) < 4U) {
        return 0U;
    }
    return part->bytes[(32U * (at / 36U)) + (at % 36U) - 4U];
}

bool content_certificate(const struct atcaprov_client *c, uint8_t slot, uint8_t block, uint8_t bytes[32])
{
    const size_t start = (size_t)BLOCK_SIZE * block;
    struct part parts[PART_COUNT];
    bool found = false;

    parts_of(c, parts);
    bytes_fill(bytes, 0U, BLOCK_SIZE);
    for (size_t i = 0U; i < PART_COUNT; i++) {
        const atcacert_device_loc_t *place = parts[i].place;

        if ((place != NULL) && (place->slot == slot)) {
            for (size_t at = 0U; at < place->count; at++) {
                const size_t position = (size_t)place->offset + at;

                if ((position >= start) && (position < (start + BLOCK_SIZE))) {
                    bytes[position - start] = part_byte(&parts[i], at);
                    found = true;
                }
            }
        }
    }
    return found;
}

bool content_is_certificate_slot(const struct atcaprov_client *c, uint8_t slot)
{
    struct part parts[PART_COUNT];

    parts_of(c, parts);
    for (size_t i = 0U; i < PART_COUNT; i++) {
        if ((parts[i].place != NULL) && (parts[i].place->slot == slot)) {
            return true;
        }
    }
    return false;
}

/* --- slots ------------------------------------------------------------------------------------------------------------ */

static uint32_t slot_config(const struct atcaprov_client *c, uint8_t slot)
{
    return u16_le(&c->image[20U + (2U * slot)]);
}

static uint32_t key_config(const struct atcaprov_client *c, uint8_t slot)
{
    return u16_le(&c->image[96U + (2U * slot)]);
}

bool content_is_private(const struct atcaprov_client *c, uint8_t slot)
{
    return (key_config(c, slot) & 0x0001U) != 0U;
}

static bool is_secret(const struct atcaprov_client *c, uint8_t slot)
{
    return (slot_config(c, slot) & 0x0080U) != 0U;
}

bool content_is_clear(const struct atcaprov_client *c, uint8_t slot)
{
    return !content_is_private(c, slot) && ((slot_config(c, slot) & 0x00C0U) == 0U);
}

/* A public key that must be validated before use: the chip itself marks it as invalid whenever it is written. */
static bool needs_validation(const struct atcaprov_client *c, uint8_t slot)
{
    return (key_config(c, slot) & 0x001FU) == 0x0012U;
}

/* Plain writes are allowed after the data lock, too. */
static bool is_writable(const struct atcaprov_client *c, uint8_t slot)
{
    return ((slot_config(c, slot) & 0xF000U) == 0U) && ((((uint32_t)u16_le(&c->config[88]) >> slot) & 1U) != 0U);
}

/* --- blocks ----------------------------------------------------------------------------------------------------------- */

enum kind { KIND_CERTIFICATE, KIND_PLANNED, KIND_FILL };

struct block {
    uint8_t zone;
    uint8_t slot;
    uint8_t number;
    enum kind kind;
    /* Bytes that the chip really has of it. */
    size_t length;
    uint8_t bytes[32];
};

static enum atcaprov_code ask_user(const struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t number, uint8_t bytes[32],
                                   bool *given)
{
    const struct atcaprov_block block = {
        .serial_number = c->report.serial_number,
        .zone = (zone == ZONE_OTP) ? ATCAPROV_ZONE_OTP : ATCAPROV_ZONE_DATA,
        .slot = slot,
        .block = number,
    };
    enum atcaprov_data answer = ATCAPROV_DATA_NONE;

    bytes_fill(bytes, 0U, BLOCK_SIZE);
    if (c->funcs->write_data_zone != NULL) {
        answer = c->funcs->write_data_zone(c->funcs->context, &block, bytes);
    }
    *given = answer == ATCAPROV_DATA_BLOCK;
    return ((answer == ATCAPROV_DATA_BLOCK) || (answer == ATCAPROV_DATA_NONE)) ? ATCAPROV_SUCCESS : ATCAPROV_DATA_SOURCE;
}

/* Whether the user gives any block of the slot. */
static enum atcaprov_code is_planned(const struct atcaprov_client *c, uint8_t slot, bool *planned)
{
    enum atcaprov_code code = ATCAPROV_SUCCESS;
    uint8_t ignored[32];

    *planned = false;
    for (uint8_t number = 0U; (number < slot_blocks(slot)) && (code == ATCAPROV_SUCCESS) && !*planned; number++) {
        code = ask_user(c, ZONE_DATA, slot, number, ignored, planned);
    }
    bytes_wipe(ignored, sizeof ignored);
    return code;
}

enum atcaprov_code content_writes_slot(const struct atcaprov_client *c, uint8_t slot, bool *writes)
{
    *writes = content_is_certificate_slot(c, slot);
    if (*writes || content_is_private(c, slot)) {
        return ATCAPROV_SUCCESS;
    }
    if (c->plan->data_lock == ATCAPROV_FILL_CRC) {
        *writes = true;
        return ATCAPROV_SUCCESS;
    }
    return is_planned(c, slot, writes);
}

/* Random bytes that can be drawn again: SHA-256 over the run's seed and the block's place. */
static void fill_random(const struct atcaprov_client *c, struct block *block)
{
    const uint8_t place[2] = {block->slot, block->number};
    struct sha256 sha;

    sha256_begin(&sha);
    sha256_add(&sha, c->fill_seed, sizeof c->fill_seed);
    sha256_add(&sha, place, sizeof place);
    sha256_end(&sha, block->bytes);
}

/* What belongs into a block whose zone, slot and number are set. */
static enum atcaprov_code make_block(const struct atcaprov_client *c, struct block *block)
{
    const bool otp = block->zone == ZONE_OTP;
    const size_t start = (size_t)BLOCK_SIZE * block->number;
    const size_t size = otp ? 64U : slot_size(block->slot);
    const bool of_certificates = !otp && content_is_certificate_slot(c, block->slot);
    enum atcaprov_code code;
    bool given = false;

    block->length = ((size - start) < BLOCK_SIZE) ? (size - start) : BLOCK_SIZE;
    block->kind = KIND_FILL;
    if (of_certificates) {
        if (content_certificate(c, block->slot, block->number, block->bytes)) {
            block->kind = KIND_CERTIFICATE;
            return ATCAPROV_SUCCESS;
        }
    } else {
        code = ask_user(c, block->zone, block->slot, block->number, block->bytes, &given);
        if ((code != ATCAPROV_SUCCESS) || given) {
            block->kind = KIND_PLANNED;
            return code;
        }
    }
    bytes_fill(block->bytes, otp ? 0xFFU : 0x00U, BLOCK_SIZE);
    if (!otp && is_secret(c, block->slot)) {
        /* A secret slot without data gets random bytes; beside planned data there are zeros. */
        code = of_certificates ? ATCAPROV_SUCCESS : is_planned(c, block->slot, &given);
        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
        if (!given) {
            fill_random(c, block);
        }
    }
    bytes_fill(&block->bytes[block->length], 0U, BLOCK_SIZE - block->length);
    return ATCAPROV_SUCCESS;
}

/* The block as the chip will hold it. */
static void as_stored(const struct atcaprov_client *c, struct block *block)
{
    if ((block->zone == ZONE_DATA) && (block->number == 0U) && needs_validation(c, block->slot)) {
        block->bytes[0] = (uint8_t)(PUBLIC_KEY_INVALID_MARK | (block->bytes[0] & 0x0FU));
    }
}

static enum atcaprov_code compare(struct atcaprov_client *c, const struct block *block, bool *same)
{
    uint8_t found[32];
    const enum atcaprov_code code = chip_read_block(c, block->zone, block->slot, block->number, found);

    if ((code == ATCAPROV_SUCCESS) && (block->zone == ZONE_DATA) && (block->number == 0U) &&
        needs_validation(c, block->slot)) {
        /* Validated or not is not this comparison's business. */
        found[0] = (uint8_t)(PUBLIC_KEY_INVALID_MARK | (found[0] & 0x0FU));
    }
    *same = (code == ATCAPROV_SUCCESS) && bytes_equal(found, block->bytes, block->length);
    return code;
}

static enum atcaprov_code write(struct atcaprov_client *c, const struct block *block)
{
    return chip_write_block(c, block->zone, block->slot, block->number, block->bytes);
}

/* A block of a locked data zone: compared, and written again where that is still possible. */
static enum atcaprov_code mend(struct atcaprov_client *c, struct block *block)
{
    struct block stored = *block;
    enum atcaprov_code code;
    bool same;

    as_stored(c, &stored);
    code = compare(c, &stored, &same);
    if ((code != ATCAPROV_SUCCESS) || same) {
        return code;
    }
    if ((block->zone == ZONE_OTP) || !is_writable(c, block->slot)) {
        return ATCAPROV_SLOT_CONTENT_WRONG;
    }
    code = write(c, block);
    if (code == ATCAPROV_SUCCESS) {
        code = compare(c, &stored, &same);
    }
    return ((code == ATCAPROV_SUCCESS) && !same) ? ATCAPROV_READ_BACK_DIFFERS : code;
}

static enum atcaprov_code handle(struct atcaprov_client *c, enum content_pass pass, struct block *block)
{
    const bool fill = c->plan->data_lock == ATCAPROV_FILL_CRC;
    const bool wanted = fill || (block->kind != KIND_FILL);
    const bool clear = (block->zone == ZONE_OTP) || content_is_clear(c, block->slot);
    enum atcaprov_code code = ATCAPROV_SUCCESS;
    bool same = true;

    switch (pass) {
    case PASS_CERTIFICATES:
        return (block->kind == KIND_CERTIFICATE) ? write(c, block) : ATCAPROV_SUCCESS;
    case PASS_OTHERS:
        if (wanted && (block->kind != KIND_CERTIFICATE)) {
            code = write(c, block);
        }
        as_stored(c, block);
        c->lock_crc = crc_add(c->lock_crc, block->bytes, block->length);
        return code;
    case PASS_ALL:
        return wanted ? write(c, block) : ATCAPROV_SUCCESS;
    case PASS_COMPARE:
        if (wanted && clear) {
            as_stored(c, block);
            code = compare(c, block, &same);
        }
        return ((code == ATCAPROV_SUCCESS) && !same) ? ATCAPROV_READ_BACK_DIFFERS : code;
    case PASS_MEND_CERTIFICATES:
        return (block->kind == KIND_CERTIFICATE) ? mend(c, block) : ATCAPROV_SUCCESS;
    case PASS_MEND_DATA:
    default:
        return ((block->kind == KIND_PLANNED) && clear) ? mend(c, block) : ATCAPROV_SUCCESS;
    }
}

/* Whether a pass has anything to do with a slot; 16 stands for OTP. */
static bool concerns(const struct atcaprov_client *c, enum content_pass pass, uint8_t slot)
{
    const bool otp = slot == SLOT_COUNT;

    if ((pass == PASS_CERTIFICATES) || (pass == PASS_MEND_CERTIFICATES)) {
        return !otp && content_is_certificate_slot(c, slot);
    }
    return otp || !content_is_private(c, slot);
}

enum atcaprov_code content_run(struct atcaprov_client *c, enum content_pass pass)
{
    enum atcaprov_code code = ATCAPROV_SUCCESS;
    struct block block;

    if (pass == PASS_OTHERS) {
        c->lock_crc = 0U;
    }
    for (uint8_t slot = 0U; (slot <= SLOT_COUNT) && (code == ATCAPROV_SUCCESS); slot++) {
        const bool otp = slot == SLOT_COUNT;
        const uint8_t count = otp ? (uint8_t)OTP_BLOCKS : slot_blocks(slot);

        if (concerns(c, pass, slot)) {
            for (uint8_t number = 0U; (number < count) && (code == ATCAPROV_SUCCESS); number++) {
                block.zone = otp ? (uint8_t)ZONE_OTP : (uint8_t)ZONE_DATA;
                block.slot = otp ? 0U : slot;
                block.number = number;
                code = make_block(c, &block);
                if (code == ATCAPROV_SUCCESS) {
                    code = handle(c, pass, &block);
                }
            }
        }
    }
    bytes_wipe(block.bytes, sizeof block.bytes);
    return code;
}
