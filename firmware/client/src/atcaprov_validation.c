#include "atcaprov_validation.h"

#ifdef ATCAPROV_CERT_VALIDATION

#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_chain.h"
#include "prov_chip.h"

/* `count` bytes at a place in a slot, read block by block. */
static enum atcaprov_code read_place(struct atcaprov_client *c, const atcacert_device_loc_t *place, uint8_t *bytes)
{
    size_t done = 0U;

    while (done < place->count) {
        const size_t at = (size_t)place->offset + done;
        const size_t left = (size_t)place->count - done;
        const size_t room = BLOCK_SIZE - (at % BLOCK_SIZE);
        const size_t part = (left < room) ? left : room;
        uint8_t block[32];
        const enum atcaprov_code code =
            chip_read_block(c, ZONE_DATA, (uint8_t)place->slot, (uint8_t)(at / BLOCK_SIZE), block);

        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
        bytes_copy(&bytes[done], &block[at % BLOCK_SIZE], part);
        done += part;
    }
    return ATCAPROV_SUCCESS;
}

/* Reads a part of the chip into the state; after a reply it must be there already. */
static enum atcaprov_code read_part(struct atcaprov_client *c, const atcacert_device_loc_t *place, uint8_t *into, size_t length)
{
    uint8_t bytes[72];
    enum atcaprov_code code = read_place(c, place, bytes);

    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if (place->count > length) {
        /* A public key with four zero bytes before each half. */
        bytes_copy(&bytes[0], &bytes[4], 32U);
        bytes_copy(&bytes[32], &bytes[40], 32U);
    }
    if (c->have_reply && !bytes_equal(bytes, into, length)) {
        return ATCAPROV_CERTIFICATE_WRONG;
    }
    bytes_copy(into, bytes, length);
    return ATCAPROV_SUCCESS;
}

static enum atcaprov_code read_serial(struct atcaprov_client *c, const atcacert_def_t *definition, uint8_t *into)
{
    if (!definition_stores_serial(definition)) {
        return ATCAPROV_SUCCESS;
    }
    return read_part(c, &definition->cert_sn_dev_loc, into, definition->cert_sn_dev_loc.count);
}

enum atcaprov_code validation_run(struct atcaprov_client *c)
{
    const atcacert_def_t *device = c->plan->device_definition;
    const atcacert_def_t *signer = c->plan->signer_definition;
    uint8_t key[64];
    enum atcaprov_code code = chip_public_key(c, (uint8_t)device->private_key_slot, key);

    if ((code == ATCAPROV_SUCCESS) && c->have_reply && !bytes_equal(key, c->public_key, sizeof key)) {
        code = ATCAPROV_CERTIFICATE_WRONG;
    }
    if (code == ATCAPROV_SUCCESS) {
        bytes_copy(c->public_key, key, sizeof key);
        code = read_part(c, &device->comp_cert_dev_loc, c->device_compressed, sizeof c->device_compressed);
    }
    if (code == ATCAPROV_SUCCESS) {
        code = read_part(c, &signer->comp_cert_dev_loc, c->signer_compressed, sizeof c->signer_compressed);
    }
    if (code == ATCAPROV_SUCCESS) {
        code = read_part(c, &signer->public_key_dev_loc, c->signer_public_key, sizeof c->signer_public_key);
    }
    if (code == ATCAPROV_SUCCESS) {
        code = read_serial(c, device, c->device_certificate_sn);
    }
    if (code == ATCAPROV_SUCCESS) {
        code = read_serial(c, signer, c->signer_certificate_sn);
    }
    if (code == ATCAPROV_SUCCESS) {
        code = chain_check(c, NULL);
    }
    return (code == ATCAPROV_SUCCESS) ? chain_challenge(c) : code;
}

#else

/* A translation unit must hold something. */
typedef int atcaprov_without_validation;

#endif
