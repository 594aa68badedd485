#include "prov_plan.h"

#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_chip.h"
#include "prov_content.h"
#include "prov_hash.h"

#define KEY_TYPE_P256 4U
#define KEY_TYPE_AES 6U
#define KEY_TYPE_DATA 7U

static enum atcaprov_code check_definition(const atcacert_def_t *definition, bool device, const uint8_t digest[32])
{
    uint8_t own[32];
    const enum atcaprov_code code = definition_check(definition, device);

    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    definition_digest(definition, own);
    return bytes_equal(own, digest, sizeof own) ? ATCAPROV_SUCCESS : ATCAPROV_DEFINITION_MISMATCH;
}

static bool texts_fit(const struct atcaprov_client *c)
{
    const struct atcaprov_plan *plan = c->plan;
    const struct atcaprov_order *order = c->order;
    const char *texts[7] = {plan->client_name, plan->software_version, plan->station, plan->site, NULL, NULL, NULL};

    if (order != NULL) {
        texts[4] = order->operator_name;
        texts[5] = order->batch;
        texts[6] = order->unit_label;
    }
    for (size_t i = 0U; i < (sizeof texts / sizeof texts[0]); i++) {
        if (text_length(texts[i]) > 64U) {
            return false;
        }
    }
    return true;
}

enum atcaprov_code plan_check(const struct atcaprov_client *c)
{
    const struct atcaprov_plan *plan = c->plan;
    const atcaprov_cert_info_t *info = plan->cert_info;
    uint8_t id[20];
    enum atcaprov_code code;

    if (!texts_fit(c)) {
        return ATCAPROV_OPTION_INVALID;
    }
#ifndef ATCAPROV_CERT_VALIDATION
    if (plan->validate) {
        return ATCAPROV_OPTION_INVALID;
    }
#endif
    key_id_of(info->signer_ca_public_key, id);
    if ((info->version != ATCAPROV_CERT_INFO_VERSION) || !bytes_equal(id, info->signer_ca_key_id, sizeof id) ||
        (plan->device_definition->chain_id != info->chain_id) || (plan->signer_definition->chain_id != info->chain_id) ||
        (plan->device_definition->template_id != info->device_template_id) ||
        (plan->signer_definition->template_id != info->signer_template_id) ||
        (plan->device_definition->private_key_slot != info->device_private_key_slot)) {
        return ATCAPROV_DEFINITION_MISMATCH;
    }
    code = check_definition(plan->device_definition, true, info->device_def_sha256);
    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    return check_definition(plan->signer_definition, false, info->signer_def_sha256);
}

/* 508A: the bytes 68..83 count uses of slot 15 and have one zero bit more each time. */
static bool is_use_count(uint8_t byte)
{
    return (byte & (uint8_t)((uint32_t)byte + 1U)) == 0U;
}

static bool fits_508a(const uint8_t *image)
{
    if ((image[18] != 0xAAU) && (image[18] != 0x55U)) {
        return false;
    }
    for (size_t i = 68U; i < 84U; i++) {
        if (!is_use_count(image[i])) {
            return false;
        }
    }
    return ((image[19] & 0xF8U) == 0U) && (image[90] == 0U) && (image[91] == 0U);
}

static bool fits_608(const uint8_t *image)
{
    const uint32_t secure_boot = u16_le(&image[70]);

    return ((image[18] & 0x0EU) == 0U) && (atecc_divider_of(image[19]) != ATECC_DIVIDER_UNKNOWN) &&
           ((image[69] & 0x70U) == 0U) && ((secure_boot & 0x00E4U) == 0U) && !bytes_all(&image[72], 0xFFU, 3U) &&
           bytes_all(&image[75], 0U, 9U);
}

static bool key_types_fit(const struct atcaprov_client *c)
{
    for (size_t slot = 0U; slot < SLOT_COUNT; slot++) {
        const uint32_t type = ((uint32_t)c->image[96U + (2U * slot)] >> 2U) & 7U;

        if ((type != KEY_TYPE_P256) && (type != KEY_TYPE_DATA) &&
            ((type != KEY_TYPE_AES) || (c->chip.part == ATECC_PART_508A))) {
            return false;
        }
    }
    return true;
}

/* Private keys are secret, and encrypted reading is for secret slots only. */
static bool slots_are_sound(const struct atcaprov_client *c)
{
    for (size_t slot = 0U; slot < SLOT_COUNT; slot++) {
        const uint32_t config = u16_le(&c->image[20U + (2U * slot)]);
        const bool secret = (config & 0x0080U) != 0U;
        const bool needs_secret = content_is_private(c, (uint8_t)slot) || ((config & 0x0040U) != 0U);

        if (needs_secret && !secret) {
            return false;
        }
    }
    return true;
}

/* The key of the device: made in the chip, and never written from outside. */
static bool key_slot_fits(const struct atcaprov_client *c)
{
    const uint8_t slot = (uint8_t)c->plan->device_definition->private_key_slot;
    const uint32_t config = u16_le(&c->image[20U + (2U * slot)]);
    const uint32_t key = u16_le(&c->image[96U + (2U * slot)]);

    return ((key & 0x001FU) == 0x0013U) && ((config & 0x4000U) == 0U);
}

enum atcaprov_code plan_take_image(struct atcaprov_client *c)
{
    const bool is_508a = c->chip.part == ATECC_PART_508A;

    c->image = is_508a ? c->plan->image_508a : c->plan->image_608;
    if (c->image == NULL) {
        return ATCAPROV_WRONG_PART;
    }
    if (!(is_508a ? fits_508a(c->image) : fits_608(c->image)) || !key_types_fit(c) || !slots_are_sound(c)) {
        return ATCAPROV_IMAGE_UNFIT;
    }
    if (!key_slot_fits(c) || (u16_le(&c->image[88]) != 0xFFFFU)) {
        return ATCAPROV_PLAN_UNSAFE;
    }
    for (uint8_t slot = 0U; slot < SLOT_COUNT; slot++) {
        const bool wanted = (((uint32_t)c->plan->lock_slots >> slot) & 1U) != 0U;

        if (wanted && ((c->image[96U + (2U * slot)] & 0x20U) == 0U)) {
            return ATCAPROV_SLOT_NOT_LOCKABLE;
        }
        if (content_is_certificate_slot(c, slot) && !content_is_clear(c, slot)) {
            return ATCAPROV_PLAN_UNSAFE;
        }
    }
    return ATCAPROV_SUCCESS;
}
