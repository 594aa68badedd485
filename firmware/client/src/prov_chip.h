/*
 * What a run does with the chip, each step safe to be begun again (provisioning-recipes.md 0 to 7). Every function leaves the chip
 * awake or idle; chip_leave() puts it to sleep.
 */
#ifndef PROV_CHIP_H
#define PROV_CHIP_H

#include "atcaprov/atcaprov.h"
#include "prov_link.h"

#define ZONE_OTP 1U
#define ZONE_DATA 2U

#define SLOT_COUNT 16U
#define OTP_BLOCKS 2U

/* Bytes of a slot: 36, 416 or 72. */
uint16_t slot_size(uint8_t slot);
/* Blocks of 32 bytes that a slot has, the last one perhaps short. */
uint8_t slot_blocks(uint8_t slot);

/* Finds the chip at one of the plan's addresses, tells its part, reads its configuration zone and serial number. */
enum atcaprov_code chip_find(struct atcaprov_client *c);
/* The 128 bytes of the configuration zone into client->config; another serial number is ATCAPROV_BOARD_CHANGED. */
enum atcaprov_code chip_read_config(struct atcaprov_client *c);
/* The 13 writes of the image (config-zone.md 4) and their read-back. */
enum atcaprov_code chip_write_config(struct atcaprov_client *c);
/* Whether the configuration zone that was read agrees with the image in every byte that counts (config-zone.md 4). */
bool chip_config_matches(const struct atcaprov_client *c);
/* Locks the configuration zone by the CRC of what it holds. IRREVERSIBLE. */
enum atcaprov_code chip_lock_config(struct atcaprov_client *c);
/* Goes on at the address that the image gives the chip, or at the old one where that is not in force yet. */
enum atcaprov_code chip_follow_address(struct atcaprov_client *c);
/* Brings bytes 84 and 85 to the image's values where they differ. */
enum atcaprov_code chip_update_extra(struct atcaprov_client *c);

/* Public key of a private-key slot; ATCAPROV_CHIP_REFUSED when the slot holds no whole key. */
enum atcaprov_code chip_public_key(struct atcaprov_client *c, uint8_t slot, uint8_t key[64]);
/* Makes a new private key and gives the public key that is then in force. IRREVERSIBLE. */
enum atcaprov_code chip_create_key(struct atcaprov_client *c, uint8_t slot, uint8_t key[64]);
/* Signature R S over a digest by the key of a slot. */
enum atcaprov_code chip_sign(struct atcaprov_client *c, uint8_t slot, const uint8_t digest[32], uint8_t signature[64]);
/* Asks the chip whether a signature over a digest is good under a key from outside. */
enum atcaprov_code chip_verify(struct atcaprov_client *c, const uint8_t key[64], const uint8_t digest[32],
                               const uint8_t signature[64], bool *good);
/* 32 random bytes of the chip. */
enum atcaprov_code chip_random(struct atcaprov_client *c, uint8_t bytes[32]);

/* One 32-byte block in clear. `slot` counts in the data zone only. */
enum atcaprov_code chip_read_block(struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t block, uint8_t bytes[32]);
enum atcaprov_code chip_write_block(struct atcaprov_client *c, uint8_t zone, uint8_t slot, uint8_t block,
                                    const uint8_t bytes[32]);

/* What locking came to. */
enum lock_result { LOCK_DONE, LOCK_CRC_REFUSED, LOCK_FAILED };
/* Locks data zone and OTP, by a CRC or without. IRREVERSIBLE. `code` says why it failed. */
enum lock_result chip_lock_data(struct atcaprov_client *c, bool with_crc, uint16_t crc, enum atcaprov_code *code);
/* Locks one slot unless it is locked. IRREVERSIBLE. */
enum atcaprov_code chip_lock_slot(struct atcaprov_client *c, uint8_t slot);

/* Puts the chip to sleep: nothing volatile is left. */
void chip_leave(struct atcaprov_client *c);

#endif
