/*
 * Provisioning of the ATECC chip beside this microcontroller: the application note's example 3 (Atmel-8971A 4). No heap; all
 * memory is one struct atcaprov_client and the stack (README.md says how much of both).
 */
#ifndef ATCAPROV_H
#define ATCAPROV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "atcacert/atcacert_def.h"
#include "atcaprov/atcaprov_cert_info.h"
#include "atcaprov/atcaprov_return_codes.h"
#include "atcaprov/atcaprov_user_funcs.h"
#include "atecc_chip.h"
#include "kit_port.h"

/* Largest body of a reply that is taken; the server is told (field 0140). */
#ifndef ATCAPROV_REPLY_MAX
#define ATCAPROV_REPLY_MAX 4096U
#endif

/* Upper bound of sizeof(struct atcaprov_client); checked by the compiler. */
#define ATCAPROV_STATE_MAX 1536U

/* How the data zone is locked (provisioning-recipes.md 5). */
enum atcaprov_data_lock {
    /* Every block that can be written is written, and the chip locks only if its check sum is ours. */
    ATCAPROV_FILL_CRC,
    /* Only certificates and planned data are written; what can be read is compared after the lock. */
    ATCAPROV_NO_CRC
};

/* What is the same for every product of a line; meant for flash. */
struct atcaprov_plan {
    /* Configuration zone for an ATECC508A and for an ATECC608, 128 bytes each; 0..15 are ignored. NULL = that part is refused. */
    const uint8_t *image_508a;
    const uint8_t *image_608;
    const atcaprov_cert_info_t *cert_info;
    const atcacert_def_t *device_definition;
    const atcacert_def_t *signer_definition;
    enum atcaprov_data_lock data_lock;
    /* Bit n = slot n is locked in stage 9. */
    uint16_t lock_slots;
    /* Stage 10 is done; needs ATCAPROV_CERT_VALIDATION. */
    bool validate;
    /* 8-bit I2C address of a chip as delivered, usually C0. */
    uint8_t address;
    /* Texts for the server's log, at most 64 bytes of UTF-8 each. */
    const char *client_name;
    const char *software_version;
    const char *station;
    const char *site;
    /* 32 bytes for servers that want stations to identify themselves; may be NULL. */
    const uint8_t *station_key;
};

/* What differs from run to run; all of it may be NULL or zero. Texts of at most 64 bytes of UTF-8. */
struct atcaprov_order {
    const char *operator_name;
    const char *batch;
    const char *unit_label;
    /* A supervisor recorded at the server that this serial number may have another key. */
    bool rework;
    /* A supervisor accepts the key that is in the chip although no archive knows it, when no other can be made. */
    bool accept_key;
};

/* How a run went. */
struct atcaprov_report {
    enum atcaprov_code code;
    /* The stage that failed, or ATCAPROV_STAGE_NONE. */
    enum atcaprov_stage stage;
    /* 9 bytes, as soon as they are known. */
    uint8_t serial_number[9];
    /* The last status byte with which the chip refused a command. */
    uint8_t chip_status;
    /* The server handed out the archived certificate again. */
    bool reissued;
    /* The chip refused the first check sum; everything was written twice. */
    bool rewritten;
    /* Sequence number (8 bytes, big-endian) and hash (32) of the row in the server's signing log. */
    uint8_t log_reference[40];
};

/* Buffered reading and writing of the protocol; internal. */
struct prov_wire {
    uint8_t buffer[64];
    uint8_t at;
    uint8_t have;
    bool open;
    bool counting;
    bool retryable;
    /* Body bytes that have not been fetched, and bytes of the present field that have not been taken. */
    uint32_t left;
    uint32_t value_left;
    uint32_t counted;
    uint32_t transaction;
    uint32_t asked_at;
    uint32_t retry_after_ms;
    uint16_t fields;
    /* Sticky: the first thing that went wrong. */
    enum atcaprov_code fault;
    uint8_t session_id[16];
};

/* Everything that a run remembers. The members below `report` are internal. */
struct atcaprov_client {
    struct atcaprov_report report;

    const struct kit_port *port;
    const struct atcaprov_user_funcs *funcs;
    const struct atcaprov_plan *plan;
    const struct atcaprov_order *order;
    const uint8_t *image;

    struct atecc_chip chip;
    /* Whether its serial number was seen since it was woken. */
    bool guarded;
    bool answered;
    /* Status byte of the last answer, 00 when it had none. */
    uint8_t status;

    bool config_was_locked;
    bool data_was_locked;
    bool have_reply;
    uint16_t lock_crc;

    uint8_t config[128];
    uint8_t public_key[64];
    uint8_t device_compressed[72];
    uint8_t signer_compressed[72];
    uint8_t signer_public_key[64];
    /* Serial numbers of certificates, for definitions that keep them in the chip. */
    uint8_t device_certificate_sn[20];
    uint8_t signer_certificate_sn[20];
    /* Secret slots are filled with what follows from this. */
    uint8_t fill_seed[32];

    struct prov_wire wire;
    struct atecc_frame frame;
    uint8_t response[ATECC_RESPONSE_MAX];
};

_Static_assert(sizeof(struct atcaprov_client) <= ATCAPROV_STATE_MAX, "the state outgrew its limit");

/* Everything that is pointed to must stay until the run has ended. */
void atcaprov_init(struct atcaprov_client *client, const struct kit_port *port, const struct atcaprov_user_funcs *funcs,
                   const struct atcaprov_plan *plan);

/*
 * One attempt to provision the chip, all ten stages; `order` may be NULL. A chip that an earlier attempt left half-done is gone on with.
 * ATCAPROV_SUCCESS, or why not; client->report says where. The chip is asleep afterwards.
 */
enum atcaprov_code atcaprov_provision(struct atcaprov_client *client, const struct atcaprov_order *order);

/*
 * Stage 10 alone, on a chip whose data zone is locked: both certificates rebuilt from the chip, the chain to the certinfo's root and
 * a fresh challenge. No server is needed. ATCAPROV_OPTION_INVALID unless ATCAPROV_CERT_VALIDATION was defined for the build.
 */
enum atcaprov_code atcaprov_validate(struct atcaprov_client *client);

#endif
