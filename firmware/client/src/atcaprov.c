#include "atcaprov/atcaprov.h"

#include "atcaprov_validation.h"
#include "prov_bytes.h"
#include "prov_chain.h"
#include "prov_chip.h"
#include "prov_content.h"
#include "prov_hash.h"
#include "prov_plan.h"
#include "prov_wire.h"

#define UNLOCKED 0x55U
#define REQUEST_TRIES 3U
#define RETRY_PAUSE_MAX_MS 5000U

void atcaprov_init(struct atcaprov_client *client, const struct kit_port *port, const struct atcaprov_user_funcs *funcs,
                   const struct atcaprov_plan *plan)
{
    uint8_t *bytes = (uint8_t *)client;

    bytes_fill(bytes, 0U, sizeof *client);
    client->port = port;
    client->funcs = funcs;
    client->plan = plan;
}

static void notify(const struct atcaprov_client *c, enum atcaprov_stage stage, enum atcaprov_status status)
{
    if (c->funcs->notify != NULL) {
        c->funcs->notify(c->funcs->context, stage, status);
    }
}

/* --- before the first stage ------------------------------------------------------------------------------------------- */

static bool is_plausible(const uint8_t serial[9])
{
    return (serial[0] == 0x01U) && (serial[1] == 0x23U) && !bytes_all(&serial[2], 0x00U, 7U) &&
           !bytes_all(&serial[2], 0xFFU, 7U);
}

static uint32_t locked_slots(const struct atcaprov_client *c)
{
    return (uint32_t)u16_le(&c->config[88]) ^ 0xFFFFU;
}

/* The states in which a chip can be found (provisioning-recipes.md 0). */
static enum atcaprov_code judge_state(struct atcaprov_client *c)
{
    c->config_was_locked = c->config[87] != UNLOCKED;
    c->data_was_locked = c->config[86] != UNLOCKED;
    if (!c->config_was_locked) {
        return ATCAPROV_SUCCESS;
    }
    if (!chip_config_matches(c)) {
        return ATCAPROV_FOREIGN_CONFIG;
    }
    if (!c->data_was_locked) {
        for (uint8_t slot = 0U; slot < SLOT_COUNT; slot++) {
            bool writes;
            const enum atcaprov_code code = content_writes_slot(c, slot, &writes);

            if (code != ATCAPROV_SUCCESS) {
                return code;
            }
            if (writes && (((locked_slots(c) >> slot) & 1U) != 0U)) {
                return ATCAPROV_SCRAP;
            }
        }
    }
    return ATCAPROV_SUCCESS;
}

static bool all_is_locked(const struct atcaprov_client *c)
{
    return c->data_was_locked && ((c->plan->lock_slots & ~locked_slots(c)) == 0U);
}

static enum atcaprov_code look(struct atcaprov_client *c)
{
    enum atcaprov_code code = plan_check(c);

    if (code == ATCAPROV_SUCCESS) {
        code = chip_find(c);
    }
    if ((code == ATCAPROV_SUCCESS) && !is_plausible(c->report.serial_number)) {
        code = ATCAPROV_DEVICE_SN_INVALID;
    }
    if (code == ATCAPROV_SUCCESS) {
        code = plan_take_image(c);
    }
    return (code == ATCAPROV_SUCCESS) ? judge_state(c) : code;
}

/* The seed of the filling: the user's random numbers, and the chip's where they are random already. */
static enum atcaprov_code draw_seed(struct atcaprov_client *c)
{
    struct sha256 sha;
    uint8_t bytes[32];
    enum atcaprov_code code;

    if (c->funcs->random(c->funcs->context, bytes, sizeof bytes) != 0) {
        return ATCAPROV_DATA_SOURCE;
    }
    sha256_begin(&sha);
    sha256_add(&sha, bytes, sizeof bytes);
    code = chip_random(c, bytes);
    sha256_add(&sha, bytes, sizeof bytes);
    sha256_end(&sha, c->fill_seed);
    bytes_wipe(bytes, sizeof bytes);
    return code;
}

/* --- the stages ------------------------------------------------------------------------------------------------------- */

static enum atcaprov_code lock_config(struct atcaprov_client *c)
{
    enum atcaprov_code code = chip_lock_config(c);

    if (code == ATCAPROV_SUCCESS) {
        code = chip_follow_address(c);
    }
    return (code == ATCAPROV_SUCCESS) ? chip_update_extra(c) : code;
}

/* Asks again in a new connection, if that may help. */
static bool reconnect(struct atcaprov_client *c, uint32_t tries)
{
    if ((tries == REQUEST_TRIES) || !wire_may_ask_again(c)) {
        return false;
    }
    wire_close(c);
    for (uint32_t ms = 0U; (ms < c->wire.retry_after_ms) && (ms < RETRY_PAUSE_MAX_MS); ms++) {
        c->port->delay_us(c->port->context, 1000U);
    }
    return wire_open(c) == ATCAPROV_SUCCESS;
}

static enum atcaprov_code look_up(struct atcaprov_client *c, enum wire_lookup *known)
{
    enum atcaprov_code code;
    uint32_t tries = 0U;

    do {
        tries++;
        code = wire_lookup(c, known);
    } while ((code != ATCAPROV_SUCCESS) && reconnect(c, tries));
    return (code == ATCAPROV_SUCCESS) ? code : c->wire.fault;
}

/*
 * Whose key is it? A key that was found in a chip is used only if the archive knows it for this serial number (signer-and-server.md
 * 7.10); otherwise the chip makes a new one.
 */
static enum atcaprov_code choose_key(struct atcaprov_client *c, uint8_t slot, bool *create)
{
    const bool may_create = !c->data_was_locked && (((locked_slots(c) >> slot) & 1U) == 0U);
    const bool rework = (c->order != NULL) && c->order->rework;
    const bool accept = (c->order != NULL) && c->order->accept_key;
    enum wire_lookup known = LOOKUP_NONE;
    enum atcaprov_code code = chip_public_key(c, slot, c->public_key);

    *create = true;
    if (code == ATCAPROV_CHIP_REFUSED) {
        /* No whole key in it. */
        return may_create ? ATCAPROV_SUCCESS : ATCAPROV_SCRAP;
    }
    if (code == ATCAPROV_SUCCESS) {
        code = look_up(c, &known);
    }
    if (code != ATCAPROV_SUCCESS) {
        return code;
    }
    if ((known == LOOKUP_SAME_KEY) || (accept && !may_create)) {
        *create = false;
        return ATCAPROV_SUCCESS;
    }
    if ((known != LOOKUP_NONE) && !rework) {
        return ATCAPROV_DUPLICATE_DEVICE;
    }
    return may_create ? ATCAPROV_SUCCESS : ATCAPROV_KEY_OF_UNKNOWN_ORIGIN;
}

static enum atcaprov_code generate_key(struct atcaprov_client *c)
{
    const uint8_t slot = (uint8_t)c->plan->device_definition->private_key_slot;
    enum atcaprov_code code = ATCAPROV_SUCCESS;
    bool create = true;

    if (c->config_was_locked) {
        code = choose_key(c, slot, &create);
    }
    return ((code == ATCAPROV_SUCCESS) && create) ? chip_create_key(c, slot, c->public_key) : code;
}

/*
 * Signature over the session's digest (signer-and-server.md 7.2); none where the key may not sign for others, or the chip refuses to
 * before the data lock.
 */
static enum atcaprov_code prove_possession(struct atcaprov_client *c, uint8_t proof[64], bool *have)
{
    static const uint8_t LABEL[8] = {0x41U, 0x54U, 0x50U, 0x52U, 0x2DU, 0x50U, 0x4FU, 0x50U};
    const uint8_t slot = (uint8_t)c->plan->device_definition->private_key_slot;
    struct sha256 sha;
    uint8_t digest[32];
    enum atcaprov_code code;

    *have = false;
    if ((c->image[20U + (2U * slot)] & 0x01U) == 0U) {
        return ATCAPROV_SUCCESS;
    }
    sha256_begin(&sha);
    sha256_add(&sha, LABEL, sizeof LABEL);
    sha256_add(&sha, c->wire.session_id, sizeof c->wire.session_id);
    sha256_add(&sha, c->config, 16U);
    sha256_add(&sha, c->public_key, sizeof c->public_key);
    sha256_end(&sha, digest);
    code = chip_sign(c, slot, digest, proof);
    *have = code == ATCAPROV_SUCCESS;
    return (code == ATCAPROV_CHIP_REFUSED) ? ATCAPROV_SUCCESS : code;
}

/* Asking again is harmless: the same chip with the same key gets the same certificate (signer-and-server.md 7.3). */
static enum atcaprov_code request_certificates(struct atcaprov_client *c)
{
    struct wire_reply reply;
    enum atcaprov_code code;
    uint32_t tries = 0U;

    do {
        uint8_t proof[64];
        bool have = false;

        tries++;
        code = prove_possession(c, proof, &have);
        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
        code = wire_request(c, have ? proof : NULL, &reply);
    } while ((code != ATCAPROV_SUCCESS) && reconnect(c, tries));
    if (code == ATCAPROV_SUCCESS) {
        code = chain_check(c, &reply);
    } else {
        /* Why a further attempt was impossible counts for more than why it was made. */
        code = c->wire.fault;
    }
    c->have_reply = code == ATCAPROV_SUCCESS;
    return code;
}

static enum atcaprov_code lock_data(struct atcaprov_client *c)
{
    const bool with_crc = c->plan->data_lock == ATCAPROV_FILL_CRC;
    enum atcaprov_code code;
    enum lock_result result = chip_lock_data(c, with_crc, c->lock_crc, &code);

    if (result == LOCK_CRC_REFUSED) {
        code = content_run(c, PASS_ALL);
        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
        c->report.rewritten = true;
        result = chip_lock_data(c, with_crc, c->lock_crc, &code);
    }
    if (result == LOCK_CRC_REFUSED) {
        return ATCAPROV_DATA_CRC;
    }
    return (result == LOCK_DONE) ? content_run(c, PASS_COMPARE) : code;
}

static enum atcaprov_code lock_slots(struct atcaprov_client *c)
{
    for (uint8_t slot = 0U; slot < SLOT_COUNT; slot++) {
        if ((((uint32_t)c->plan->lock_slots >> slot) & 1U) != 0U) {
            const enum atcaprov_code code = chip_lock_slot(c, slot);

            if (code != ATCAPROV_SUCCESS) {
                return code;
            }
        }
    }
    return ATCAPROV_SUCCESS;
}

static bool is_skipped(const struct atcaprov_client *c, enum atcaprov_stage stage)
{
    switch (stage) {
    case ATCAPROV_STAGE_CONFIG_WRITE:
    case ATCAPROV_STAGE_CONFIG_LOCK:
        return c->config_was_locked;
    case ATCAPROV_STAGE_DATA_LOCK:
        return c->data_was_locked;
    case ATCAPROV_STAGE_DATA_WRITE:
        return (c->funcs->write_data_zone == NULL) && (c->data_was_locked || (c->plan->data_lock == ATCAPROV_NO_CRC));
    case ATCAPROV_STAGE_SLOTS_LOCK:
        return c->plan->lock_slots == 0U;
    case ATCAPROV_STAGE_VALIDATE_CERTS:
        return !c->plan->validate;
    case ATCAPROV_STAGE_NONE:
    case ATCAPROV_STAGE_CONFIG_READ:
    case ATCAPROV_STAGE_GEN_KEY:
    case ATCAPROV_STAGE_CERTS_REQUEST:
    case ATCAPROV_STAGE_CERTS_WRITE:
    default:
        return false;
    }
}

static enum atcaprov_code perform(struct atcaprov_client *c, enum atcaprov_stage stage)
{
    switch (stage) {
    case ATCAPROV_STAGE_CONFIG_WRITE:
        return chip_write_config(c);
    case ATCAPROV_STAGE_CONFIG_LOCK:
        return lock_config(c);
    case ATCAPROV_STAGE_CONFIG_READ:
        return chip_read_config(c);
    case ATCAPROV_STAGE_GEN_KEY:
        return generate_key(c);
    case ATCAPROV_STAGE_CERTS_REQUEST:
        return request_certificates(c);
    case ATCAPROV_STAGE_CERTS_WRITE:
        wire_close(c);
        return content_run(c, c->data_was_locked ? PASS_MEND_CERTIFICATES : PASS_CERTIFICATES);
    case ATCAPROV_STAGE_DATA_WRITE: {
        const enum atcaprov_code code = draw_seed(c);

        if (code != ATCAPROV_SUCCESS) {
            return code;
        }
        return content_run(c, c->data_was_locked ? PASS_MEND_DATA : PASS_OTHERS);
    }
    case ATCAPROV_STAGE_DATA_LOCK:
        return lock_data(c);
    case ATCAPROV_STAGE_SLOTS_LOCK:
        return lock_slots(c);
    case ATCAPROV_STAGE_VALIDATE_CERTS:
#ifdef ATCAPROV_CERT_VALIDATION
        return validation_run(c);
#else
        return ATCAPROV_OPTION_INVALID;
#endif
    case ATCAPROV_STAGE_NONE:
    default:
        return ATCAPROV_INTERNAL;
    }
}

static enum atcaprov_code run_stage(struct atcaprov_client *c, enum atcaprov_stage stage)
{
    enum atcaprov_code code;

    if (is_skipped(c, stage)) {
        notify(c, stage, ATCAPROV_STATUS_SKIPPED);
        return ATCAPROV_SUCCESS;
    }
    c->report.stage = stage;
    notify(c, stage, ATCAPROV_STATUS_START);
    code = perform(c, stage);
    notify(c, stage, (code == ATCAPROV_SUCCESS) ? ATCAPROV_STATUS_DONE : ATCAPROV_STATUS_ERROR);
    return code;
}

/* --- the two runs ----------------------------------------------------------------------------------------------------- */

static void start(struct atcaprov_client *c, const struct atcaprov_order *order)
{
    const struct kit_port *port = c->port;
    const struct atcaprov_user_funcs *funcs = c->funcs;
    const struct atcaprov_plan *plan = c->plan;
    const uint32_t transaction = c->wire.transaction;

    /* Nothing of an earlier run may be taken for this one's; only the numbers of transactions go on. */
    atcaprov_init(c, port, funcs, plan);
    c->order = order;
    c->wire.transaction = transaction;
}

static enum atcaprov_code finish(struct atcaprov_client *c, enum atcaprov_code code)
{
    wire_close(c);
    if (c->answered) {
        chip_leave(c);
    }
    bytes_wipe(c->fill_seed, sizeof c->fill_seed);
    bytes_wipe(c->frame.bytes, sizeof c->frame.bytes);
    c->order = NULL;
    c->report.code = code;
    if (code == ATCAPROV_SUCCESS) {
        c->report.stage = ATCAPROV_STAGE_NONE;
    }
    return code;
}

enum atcaprov_code atcaprov_provision(struct atcaprov_client *client, const struct atcaprov_order *order)
{
    enum atcaprov_code code;

    start(client, order);
    code = look(client);
    if ((code == ATCAPROV_SUCCESS) && all_is_locked(client)) {
        code = ATCAPROV_ALREADY_PROVISIONED;
    }
    if (code == ATCAPROV_SUCCESS) {
        /* A server that is not there is noticed before anything is changed. */
        code = wire_open(client);
    }
    for (uint32_t stage = 1U; (stage <= (uint32_t)ATCAPROV_STAGE_VALIDATE_CERTS) && (code == ATCAPROV_SUCCESS); stage++) {
        code = run_stage(client, (enum atcaprov_stage)stage);
    }
    return finish(client, code);
}

enum atcaprov_code atcaprov_validate(struct atcaprov_client *client)
{
    enum atcaprov_code code;

    start(client, NULL);
#ifdef ATCAPROV_CERT_VALIDATION
    code = look(client);
    if ((code == ATCAPROV_SUCCESS) && !client->data_was_locked) {
        code = ATCAPROV_CONFIG_NOT_LOCKED;
    }
    if (code == ATCAPROV_SUCCESS) {
        client->report.stage = ATCAPROV_STAGE_VALIDATE_CERTS;
        notify(client, ATCAPROV_STAGE_VALIDATE_CERTS, ATCAPROV_STATUS_START);
        code = validation_run(client);
        notify(client, ATCAPROV_STAGE_VALIDATE_CERTS,
               (code == ATCAPROV_SUCCESS) ? ATCAPROV_STATUS_DONE : ATCAPROV_STATUS_ERROR);
    }
#else
    code = ATCAPROV_OPTION_INVALID;
#endif
    return finish(client, code);
}
