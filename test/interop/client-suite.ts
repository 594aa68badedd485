import assert from 'node:assert/strict';
import { createECDH, createHash } from 'node:crypto';
import type { Part } from '../../src-shared/atecc/command.ts';
import { compareReadBack, presetImage } from '../../src-shared/atecc/config/index.ts';
import {
  checkMacOtherData,
  checkMacResponse,
  genDigDigest,
  genDigHeader,
  macDigest,
  nonceDigest,
  shaHmac,
} from '../../src-shared/atecc/host/digests.ts';
import { configLockCrc } from '../../src-shared/atecc/lock-crc.ts';
import { padPublicKey } from '../../src-shared/atecc/public-key.ts';
import { concat, toHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { publicKeyOf, signDigest, verifyDigest } from '../../src-shared/certificates/index.ts';
import { bytes, count, flag, type Library, libraryStatus, number, out } from './library.ts';
import { type LineKind, openLine, type SerialBoard } from './lines.ts';
import type { Tally } from './tally.ts';

/**
 * The library as the client of our boards: everything that it asks of a chip goes through one of our kits, and what it
 * gets is judged by our host computations and by node:crypto, never by the simulator that answered.
 */
export async function clientSuite(tally: Tally, library: Library, kind: LineKind, part: Part): Promise<void> {
  const board = await openLine(kind, { part });
  try {
    const found = await tally.check('is found by the library', async () => {
      await library.open(board);
      return true;
    });
    if (found !== true) return;
    const suite = new ClientSuite(tally, library, board);
    await suite.identity();
    await suite.configuration();
    await suite.memory();
    await suite.keys();
    await suite.symmetric();
    await suite.encrypted();
    await suite.locks();
    await library.close();
  } finally {
    await board.close();
  }
}

const DATA = 2;
const CONFIG = 0;

const images: Readonly<Record<Part, Uint8Array>> = {
  ATECC508A: presetImage('library-test-508'),
  ATECC608: presetImage('library-test-608'),
};

/** In the library's own test configuration slot 4 is the parent of the encrypted slots, 8 and 1 are read and written under it. */
const PARENT = 4;
const SIGNING = 0;
const STORED_PUBLIC = 11;
const AGREEING = 2;
const IMPORTED = 7;

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);
const sha256 = (value: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(value).digest());

class ClientSuite {
  readonly #tally: Tally;
  readonly #library: Library;
  readonly #board: SerialBoard;
  readonly #key = pattern(32, 0x40);
  readonly #newKey = pattern(32, 0x90);
  #publicKey = new Uint8Array(64);

  constructor(tally: Tally, library: Library, board: SerialBoard) {
    this.#tally = tally;
    this.#library = library;
    this.#board = board;
  }

  async identity(): Promise<void> {
    const { chip } = this.#board;
    await this.#tally.check('info, serial number, configuration and random numbers', async () => {
      const [revision] = await this.#library.python('atcab_info', ['bytearray', 4]);
      assert.equal(revision, toHex(chip.inspect().config.subarray(4, 8)).toLowerCase());
      assert.deepEqual(await this.#library.bytes('atcab_read_serial_number', out(9)), chip.serialNumber);
      assert.deepEqual(await this.#library.bytes('atcab_read_config_zone', out(128)), chip.inspect().config);
      // Before the lock a chip gives FF FF 00 00 … and nothing else (atecc-device.md 7.2).
      const random = await this.#library.bytes('atcab_random', out(32));
      assert.equal(toHex(random), 'FFFF0000'.repeat(8));
    });
  }

  async configuration(): Promise<void> {
    const { chip, part } = this.#board;
    const image = images[part];
    await this.#tally.check('writes the configuration and finds it the same', async () => {
      await this.#library.call('atcab_write_config_zone', bytes(image));
      assert.equal(await this.#library.yes('atcab_cmp_config_zone', bytes(image), flag), true);
      const readBack = await this.#library.bytes('atcab_read_config_zone', out(128));
      assert.deepEqual(compareReadBack(image, readBack, part, 'before-config-lock').differences, []);
    });
    await this.#tally.check('locks the configuration by the CRC that we compute, and not by another', async () => {
      const crc = configLockCrc(await this.#library.bytes('atcab_read_config_zone', out(128)));
      const wrong = await this.#library.attempt('atcab_lock_config_zone_crc', number(crc ^ 1));
      assert.notEqual(wrong.status, libraryStatus.success);
      assert.equal(await this.#library.yes('atcab_is_locked', number(CONFIG), flag), false);
      await this.#library.call('atcab_lock_config_zone_crc', number(crc));
      assert.equal(await this.#library.yes('atcab_is_locked', number(CONFIG), flag), true);
      assert.equal(chip.inspect().configLocked, true);
      const random = await this.#library.bytes('atcab_random', out(32));
      assert.notEqual(toHex(random), 'FFFF0000'.repeat(8));
    });
    await this.#tally.check('cannot write the locked configuration', async () => {
      const answer = await this.#library.attempt('atcab_write_config_zone', bytes(image));
      assert.equal(answer.status, libraryStatus.executionError);
    });
  }

  async memory(): Promise<void> {
    const { chip } = this.#board;
    await this.#tally.check('fills slots of every size before the data lock', async () => {
      for (const [slot, length] of [
        [PARENT, 32],
        [8, 416],
        [10, 64],
        [13, 64],
      ] as const) {
        const content = slot === PARENT ? this.#key : pattern(length, slot);
        await this.#library.call(
          'atcab_write_bytes_zone',
          number(DATA),
          number(slot),
          number(0),
          bytes(content),
          number(content.length),
        );
        assert.deepEqual(chip.inspect().slots[slot]?.slice(0, content.length), content);
      }
    });
    await this.#tally.check('cannot read or write less than a block before the data lock', async () => {
      const write = [number(DATA), number(13), number(64), bytes(pattern(4, 1)), number(4)] as const;
      assert.equal(
        (await this.#library.attempt('atcab_write_bytes_zone', ...write)).status,
        libraryStatus.executionError,
      );
      const read = [number(DATA), number(13), number(0), out(32), number(32)] as const;
      assert.equal(
        (await this.#library.attempt('atcab_read_bytes_zone', ...read)).status,
        libraryStatus.executionError,
      );
    });
    await this.#tally.check('makes keys and asks for them again', async () => {
      this.#publicKey = new Uint8Array(await this.#library.bytes('atcab_genkey', number(SIGNING), out(64)));
      assert.deepEqual(await this.#library.bytes('atcab_get_pubkey', number(SIGNING), out(64)), this.#publicKey);
    });
    await this.#tally.check('keeps a public key in a slot as we would pad it', async () => {
      const foreign = publicKeyOf(new Secret(sha256(pattern(32, 1))));
      await this.#library.call('atcab_write_pubkey', number(STORED_PUBLIC), bytes(foreign));
      assert.deepEqual(chip.inspect().slots[STORED_PUBLIC]?.slice(0, 72), padPublicKey(foreign));
    });
    await this.#tally.check('locks data and OTP', async () => {
      await this.#library.call('atcab_lock_data_zone');
      assert.equal(await this.#library.yes('atcab_is_locked', number(1), flag), true);
      assert.equal(chip.inspect().dataLocked, true);
    });
    await this.#tally.check('reads what it stored', async () => {
      const foreign = publicKeyOf(new Secret(sha256(pattern(32, 1))));
      assert.deepEqual(await this.#library.bytes('atcab_read_pubkey', number(STORED_PUBLIC), out(64)), foreign);
      const read = [number(DATA), number(13), number(0), out(64), number(64)] as const;
      assert.deepEqual(await this.#library.bytes('atcab_read_bytes_zone', ...read), pattern(64, 13));
      const secret = [number(DATA), number(PARENT), number(0), out(32), number(32)] as const;
      assert.equal(
        (await this.#library.attempt('atcab_read_bytes_zone', ...secret)).status,
        libraryStatus.executionError,
      );
    });
  }

  async keys(): Promise<void> {
    const digest = sha256(pattern(100, 3));
    await this.#tally.check('signs, and only this signature verifies', async () => {
      const signature = await this.#library.bytes('atcab_sign', number(SIGNING), bytes(digest), out(64));
      assert.equal(verifyDigest(this.#publicKey, digest, signature), true);
      const extern = [bytes(digest), bytes(signature), bytes(this.#publicKey), flag] as const;
      assert.equal(await this.#library.yes('atcab_verify_extern', ...extern), true);
      const other = sha256(digest);
      const tampered = [bytes(other), bytes(signature), bytes(this.#publicKey), flag] as const;
      assert.equal(await this.#library.yes('atcab_verify_extern', ...tampered), false);
    });
    await this.#tally.check('verifies our signature by the key that it stored', async () => {
      const signature = signDigest(new Secret(sha256(pattern(32, 1))), digest);
      const stored = (message: Uint8Array): Promise<boolean> =>
        this.#library.yes('atcab_verify_stored', bytes(message), bytes(signature), number(STORED_PUBLIC), flag);
      assert.equal(await stored(digest), true);
      assert.equal(await stored(sha256(digest)), false);
    });
    await this.#tally.check('puts an encrypted private key in, and it is the one', async () => {
      const key = sha256(pattern(32, 5));
      const padded = new Uint8Array(36);
      padded.set(key, 4);
      await this.#library.call(
        'atcab_priv_write',
        number(IMPORTED),
        bytes(padded),
        number(PARENT),
        bytes(this.#key),
        bytes(pattern(20, 6)),
      );
      const expected = publicKeyOf(new Secret(key));
      assert.deepEqual(await this.#library.bytes('atcab_get_pubkey', number(IMPORTED), out(64)), expected);
    });
    await this.#tally.check('agrees with us on an ECDH secret', async () => {
      const chipKey = await this.#library.bytes('atcab_genkey', number(AGREEING), out(64));
      const ours = createECDH('prime256v1');
      const ourPublic = new Uint8Array(ours.generateKeys()).subarray(1);
      const agreed = await this.#library.bytes('atcab_ecdh', number(AGREEING), bytes(ourPublic), out(32));
      assert.deepEqual(agreed, new Uint8Array(ours.computeSecret(concat(Uint8Array.of(4), chipKey))));
    });
  }

  async symmetric(): Promise<void> {
    const { chip, part } = this.#board;
    const challenge = pattern(32, 0x11);
    await this.#tally.check('MAC, and CheckMac of our response, are what we compute', async () => {
      const mac = await this.#library.bytes('atcab_mac', number(0), number(PARENT), bytes(challenge), out(32));
      const context = { mode: 0, keyId: PARENT, sn: chip.serialNumber };
      assert.deepEqual(mac, macDigest(this.#key, challenge, context));
      const full = await this.#library.bytes('atcab_mac', number(0x40), number(PARENT), bytes(challenge), out(32));
      assert.deepEqual(full, macDigest(this.#key, challenge, { ...context, mode: 0x40 }));
      const otherData = checkMacOtherData(PARENT);
      const response = checkMacResponse(this.#key, challenge, otherData, chip.serialNumber);
      const check = (value: Uint8Array) =>
        this.#library.attempt(
          'atcab_checkmac',
          number(0),
          number(PARENT),
          bytes(challenge),
          bytes(value),
          bytes(otherData),
        );
      assert.equal((await check(response)).status, libraryStatus.success);
      assert.equal((await check(sha256(response))).status, libraryStatus.checkMacFailed);
    });
    await this.#tally.check('Nonce, GenDig and a MAC over TempKey follow our TempKey', async () => {
      const numIn = pattern(20, 0x21);
      const randOut = await this.#library.bytes('atcab_nonce_rand', bytes(numIn), out(32));
      await this.#library.call('atcab_gendig', number(DATA), number(PARENT), bytes(new Uint8Array(4)), number(0));
      const tempKey = genDigDigest(
        this.#key,
        genDigHeader(DATA, PARENT),
        chip.serialNumber,
        nonceDigest(randOut, numIn),
      );
      // Mode 01: second block from TempKey; its source flag is 0, random.
      const mac = await this.#library.bytes('atcab_mac', number(1), number(PARENT), bytes(challenge), out(32));
      assert.deepEqual(mac, macDigest(this.#key, tempKey, { mode: 1, keyId: PARENT, sn: chip.serialNumber }));
    });
    await this.#tally.check('SHA-256, and HMAC with a key of the chip', async () => {
      const message = pattern(150, 0x31);
      const digest = await this.#library.bytes('atcab_sha', number(message.length), bytes(message), out(32));
      assert.deepEqual(digest, sha256(message));
      const target = part === 'ATECC608' ? 0xc0 : 0;
      const hmac = await this.#library.bytes(
        'atcab_sha_hmac',
        bytes(message),
        number(message.length),
        number(PARENT),
        out(32),
        number(target),
      );
      assert.deepEqual(hmac, shaHmac(this.#key, message));
    });
    await this.#tally.check('counts', async () => {
      const [before] = await this.#library.call('atcab_counter_read', number(1), ['count', 0]);
      const [after] = await this.#library.call('atcab_counter_increment', number(1), count);
      assert.equal(after, Number(before) + 1);
    });
  }

  async encrypted(): Promise<void> {
    const { chip } = this.#board;
    const session = [bytes(this.#key), number(PARENT), bytes(pattern(20, 0x41))] as const;
    await this.#tally.check('writes and reads under encryption', async () => {
      const secret = pattern(32, 0x51);
      await this.#library.call('atcab_write_enc', number(8), number(2), bytes(secret), ...session);
      assert.deepEqual(chip.inspect().slots[8]?.slice(64, 96), secret);
      const read = await this.#library.bytes('atcab_read_enc', number(8), number(2), out(32), ...session);
      assert.deepEqual(read, secret);
    });
    await this.#tally.check('an encrypted write with the wrong key changes nothing', async () => {
      const before = chip.inspect().slots[8];
      const wrong = [bytes(this.#newKey), number(PARENT), bytes(pattern(20, 0x41))] as const;
      const answer = await this.#library.attempt('atcab_write_enc', number(8), number(3), bytes(this.#key), ...wrong);
      assert.notEqual(answer.status, libraryStatus.success);
      assert.deepEqual(chip.inspect().slots[8], before);
    });
    await this.#tally.check('replaces the parent key, and the new one counts from then on', async () => {
      const write = [number(DATA), number(PARENT), number(0), bytes(this.#newKey), number(32)] as const;
      await this.#library.call('atcab_write_bytes_zone', ...write);
      const challenge = pattern(32, 0x61);
      const mac = await this.#library.bytes('atcab_mac', number(0), number(PARENT), bytes(challenge), out(32));
      assert.deepEqual(mac, macDigest(this.#newKey, challenge, { mode: 0, keyId: PARENT, sn: chip.serialNumber }));
    });
  }

  async locks(): Promise<void> {
    const { chip } = this.#board;
    await this.#tally.check('locks a single slot', async () => {
      assert.equal(await this.#library.yes('atcab_is_slot_locked', number(13), flag), false);
      await this.#library.call('atcab_lock_data_slot', number(13));
      assert.equal(await this.#library.yes('atcab_is_slot_locked', number(13), flag), true);
      assert.equal(((chip.inspect().config[88 + 1] ?? 0) & (1 << 5)) === 0, true);
      const write = [number(DATA), number(13), number(0), bytes(pattern(32, 1)), number(32)] as const;
      const answer = await this.#library.attempt('atcab_write_bytes_zone', ...write);
      assert.equal(answer.status, libraryStatus.executionError);
    });
  }
}
