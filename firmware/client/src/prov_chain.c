#include "prov_chain.h"

#include "prov_bytes.h"
#include "prov_cert.h"
#include "prov_chip.h"
#include "prov_content.h"

/* -1, 0, 1 as the date is before, within or after the hour that year, month, day and hour name. */
static int32_t against(const struct atcaprov_date *now, uint32_t year, const struct certificate_dates *dates)
{
    const uint32_t left[4] = {now->year, now->month, now->day, now->hour};
    const uint32_t right[4] = {year, dates->month, dates->day, dates->hour};

    for (size_t i = 0U; i < 4U; i++) {
        if (left[i] != right[i]) {
            return (left[i] < right[i]) ? -1 : 1;
        }
    }
    return 0;
}

/* Whether a certificate is valid now, if there is a clock. */
static bool is_valid_now(const struct atcaprov_client *c, const uint8_t compressed[COMPRESSED_SIZE])
{
    struct atcaprov_date now;
    struct certificate_dates dates;

    if ((c->funcs->now == NULL) || !c->funcs->now(c->funcs->context, &now)) {
        return true;
    }
    if (!certificate_dates_of(compressed, &dates) || (against(&now, dates.issue_year, &dates) < 0)) {
        return false;
    }
    /* Minutes are not kept: in the hour of its expiry a certificate has expired. */
    return against(&now, dates.expire_year, &dates) < 0;
}

/* A certificate of which the signature is asked about under its issuer's key. */
static enum atcaprov_code check_one(struct atcaprov_client *c, bool device, const uint8_t *expected_digest)
{
    struct certificate certificate;
    uint8_t whole[32];
    uint8_t tbs[32];
    enum atcaprov_code code;
    bool good = false;

    if (!(device ? content_device_certificate(c, &certificate) : content_signer_certificate(c, &certificate))) {
        return ATCAPROV_CERTIFICATE_WRONG;
    }
    certificate_digests(&certificate, whole, tbs);
    if ((expected_digest != NULL) && !bytes_equal(whole, expected_digest, sizeof whole)) {
        return ATCAPROV_CERTIFICATE_WRONG;
    }
    code = chip_verify(c, certificate.source.authority_key, tbs, certificate.source.compressed, &good);
    if ((code == ATCAPROV_SUCCESS) && !good) {
        code = ATCAPROV_CERTIFICATE_WRONG;
    }
    return code;
}

/* The issuer's name in the device certificate is the subject's in the signer's: both have the signer id in it. */
static bool names_agree(const struct atcaprov_client *c)
{
    const bool named = (c->plan->device_definition->std_cert_elements[STDCERT_SIGNER_ID].count > 0U) &&
                       (c->plan->signer_definition->std_cert_elements[STDCERT_SIGNER_ID].count > 0U);

    return !named || bytes_equal(&c->device_compressed[67], &c->signer_compressed[67], 2U);
}

enum atcaprov_code chain_check(struct atcaprov_client *c, const struct wire_reply *reply)
{
    enum atcaprov_code code;

    if (!names_agree(c) || !is_valid_now(c, c->device_compressed) || !is_valid_now(c, c->signer_compressed)) {
        return ATCAPROV_CERTIFICATE_WRONG;
    }
    code = check_one(c, false, (reply == NULL) ? NULL : reply->signer_digest);
    if (code == ATCAPROV_SUCCESS) {
        code = check_one(c, true, (reply == NULL) ? NULL : reply->device_digest);
    }
    return code;
}

enum atcaprov_code chain_challenge(struct atcaprov_client *c)
{
    const uint8_t slot = (uint8_t)c->plan->device_definition->private_key_slot;
    uint8_t challenge[32];
    uint8_t signature[64];
    enum atcaprov_code code;
    bool good = false;

    if (c->funcs->random(c->funcs->context, challenge, sizeof challenge) != 0) {
        return ATCAPROV_DATA_SOURCE;
    }
    code = chip_sign(c, slot, challenge, signature);
    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    code = chip_verify(c, c->public_key, challenge, signature, &good);
    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if (!good) {
        return ATCAPROV_POSSESSION_NOT_PROVEN;
    }
    /* A chip that says yes to everything says yes to this, too. */
    challenge[31] ^= 0x01U;
    code = chip_verify(c, c->public_key, challenge, signature, &good);
    return ((code == ATCAPROV_SUCCESS) && good) ? ATCAPROV_POSSESSION_NOT_PROVEN : code;
}
