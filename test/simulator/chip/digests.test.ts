import { describe, expect, test } from 'vitest';
import {
  deriveKeyDigest,
  deriveKeyMac,
  hmacDigest,
  maskOutput,
  secureBootKey,
  secureBootMac,
  signInternalMessage,
  verifyMac,
} from '../../../src-main/simulator/chip/digests.ts';
import { type Bench, concat, count, op, sha, toHex, World, xor, zeros } from './bench.ts';
import { type Case, type Vector, vectors } from './vectors.ts';

/**
 * The vendor library's host-side digests against the chip: the chip is put into the state that the vector describes and is
 * asked with real packets. What no packet can reach (a TempKey nobody could load) is compared with the digest function.
 */
const all = vectors('host-crypto.json');
const of = (kind: string): readonly Vector[] =>
  all.filter((vector) => vector.kind === kind && vector.out.number('status') === 0);
const world = new World();

function tempKey(given: Case): Uint8Array {
  return given.inner('temp_key').bytes('value').slice(0, 32);
}

/** A chip whose TempKey holds the value: by pass-through, or as a random Nonce would leave it. */
function loaded(given: Case, setup: Parameters<World['bench']>[0] = {}): Bench | undefined {
  const state = given.inner('temp_key');
  if (state.number('source_flag') === 0) return undefined;
  const bench = world.bench({ sn: given.bytes('sn'), ...setup });
  bench.load(tempKey(given));
  return bench;
}

describe('Nonce (atecc-device.md 7.3)', () => {
  const random = of('atcah_nonce').filter(({ given }) => given.number('mode') < 2 && given.number('zero') === 0);
  test.each(random.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const bench = world.bench({ script: [given.bytes('rand_out')] });
    expect(toHex(bench.ok(op.nonce, given.number('mode'), 0, given.bytes('num_in')))).toBe(
      toHex(given.bytes('rand_out')),
    );
    expect(toHex(bench.chip.inspect().tempKey.value.slice(0, 32))).toBe(toHex(tempKey(out)));
  });

  const passed = of('atcah_nonce').filter(({ given }) => (given.number('mode') & 3) === 3);
  test.each(passed.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const bench = world.bench({ part: '608A' });
    const mode = given.number('mode');
    bench.ok(op.nonce, mode, 0, given.bytes('num_in'));
    const { tempKey: state, msgDigBufLength } = bench.chip.inspect();
    expect(state.valid).toBe(mode >> 6 === 0);
    if (mode >> 6 === 0) expect(toHex(state.value.slice(0, 32))).toBe(toHex(tempKey(out)));
    expect(msgDigBufLength).toBe(mode >> 6 === 1 ? given.bytes('num_in').length : 0);
  });
});

describe('MAC (atecc-device.md 7.11)', () => {
  // OTP bits must be 0 on these parts: the library's other modes are refused (rule mac.parse).
  const cases = of('atcah_mac').filter(
    ({ given }) => (given.number('mode') & 0x30) === 0 && given.number('key_id') < 16,
  );
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const mode = given.number('mode');
    const slot = given.number('key_id') & 15;
    const slots = { [slot]: { config: 0x8f8f, key: 0x001c, content: given.bytes('key') } };
    const sn = given.bytes('sn');
    const bench = world.bench({ slots, sn });
    if ((mode & 3) !== 0) {
      if ((mode & 4) === 0) return;
      bench.load(tempKey(given));
    }
    const answer = bench.ok(op.mac, mode, slot, (mode & 1) === 0 ? given.bytes('challenge') : []);
    expect(toHex(answer)).toBe(toHex(out.bytes('response')));
  });
});

describe('HMAC (atecc-device.md 7.20)', () => {
  // The vectors name slots that do not exist, so the digest function is asked; the scenario hmac.no-mac asks the chip.
  const cases = of('atcah_hmac').filter(({ given }) => (given.number('mode') & 0x30) === 0);
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const id = given.number('key_id');
    const head = Uint8Array.of(0x11, given.number('mode'), id & 255, id >> 8);
    const answer = hmacDigest(given.bytes('key'), tempKey(given), head, given.bytes('sn'));
    expect(toHex(answer)).toBe(toHex(out.bytes('response')));
  });
  test('has cases', () => expect(cases.length).toBeGreaterThan(3));
});

describe('CheckMac (atecc-device.md 7.12)', () => {
  const cases = of('atcah_check_mac').filter(({ given, out }) => {
    const mode = given.number('mode');
    const source = given.inner('temp_key').number('source_flag');
    return out.has('client_resp') && ((mode & 3) === 0 || ((mode & 4) !== 0 && source === 1));
  });
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const mode = given.number('mode');
    const slot = given.number('key_id') & 15;
    const slots = { [slot]: { config: 0x8f8f, key: 0x001c, content: given.bytes('slot_key') } };
    const otp = concat(given.bytes('otp'), zeros(56));
    const bench = world.bench({ part: '608A', slots, sn: given.bytes('sn'), otp });
    if ((mode & 3) !== 0) bench.load(tempKey(given));
    const data = concat(given.bytes('client_chal'), out.bytes('client_resp'), given.bytes('other_data'));
    bench.gives(0, op.checkMac, mode, slot, data);
  });
  test('has cases', () => expect(cases.length).toBeGreaterThan(3));
});

describe('GenDig (atecc-device.md 7.13)', () => {
  // Bytes 13..15 of block 0 and the slots of other zones are the vector's own only for data slots, OTP and shared nonces.
  const cases = of('atcah_gen_dig').filter(({ given }) => {
    const zone = given.number('zone');
    const reachable = given.inner('temp_key').flag('source_flag') && given.inner('temp_key').flag('valid');
    return reachable && (zone === 3 || zone === 1 || (zone === 2 && given.number('key_id') < 16));
  });
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const zone = given.number('zone');
    const id = given.number('key_id');
    const noMac = given.flag('is_key_nomac');
    const slots =
      zone === 2
        ? { [id]: { config: noMac ? 0x8f9f : 0x8f8f, key: 0x001c, content: given.bytes('stored_value') } }
        : {};
    const otp =
      zone === 1
        ? concat(id === 0 ? [] : zeros(32), given.bytes('stored_value'), id === 0 ? zeros(32) : [])
        : zeros(64);
    const bench = loaded(given, { slots, otp });
    const other = given.bytes('other_data');
    bench?.ok(op.genDig, zone, id, zone === 3 ? other.slice(0, 32) : noMac ? other.slice(0, 4) : []);
    expect(toHex(bench?.chip.inspect().tempKey.value.slice(0, 32) ?? zeros(0))).toBe(toHex(tempKey(out)));
    expect(bench?.chip.inspect().tempKey.genDigData).toBe(out.inner('temp_key').flag('gen_dig_data'));
    expect(bench?.chip.inspect().tempKey.keyId).toBe(out.inner('temp_key').number('key_id'));
  });
  test('has cases', () => expect(cases.length).toBeGreaterThan(3));

  test('zones 0, 4 and 5 take what the chip holds', () => {
    const bench = world.bench({ part: '608A', bytes: { 52: 0, 53: 0x3f } });
    const { config } = bench.chip.inspect();
    const sn3 = concat(bench.sn.subarray(8, 9), bench.sn.subarray(0, 2));
    const digest = (): string => toHex(bench.chip.inspect().tempKey.value.slice(0, 32));
    const nonce = count(0, 32);
    bench.load(nonce);
    bench.ok(op.genDig, 0, 2);
    expect(digest()).toBe(toHex(sha(config.subarray(64, 96), [0x15, 0, 2, 0], sn3, zeros(25), nonce)));
    bench.load(nonce);
    bench.ok(op.genDig, 4, 0);
    expect(digest()).toBe(toHex(sha(zeros(32), [0x15, 4, 0, 0], sn3, [0, 10, 0, 0, 0], zeros(20), nonce)));
    bench.load(nonce);
    bench.ok(op.genDig, 5, 3);
    const facts = concat([0], config.subarray(26, 28), config.subarray(102, 104), [1]);
    expect(digest()).toBe(toHex(sha(zeros(32), [0x15, 5, 3, 0], sn3, facts, zeros(19), nonce)));
  });
});

describe('GenKey digest (atecc-device.md 7.7)', () => {
  const cases = of('atcah_gen_key_msg').filter(
    ({ given }) => given.number('mode') === 16 && given.number('key_id') > 8,
  );
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const slot = given.number('key_id');
    const key = given.bytes('public_key');
    const content = concat(zeros(4), key.subarray(0, 32), zeros(4), key.subarray(32));
    const bench = loaded(given, { slots: { [slot]: { key: 0x0030, content } } });
    bench?.ok(op.genKey, 16, slot, given.bytes('other_data'));
    expect(toHex(bench?.chip.inspect().tempKey.value.slice(0, 32) ?? zeros(0))).toBe(toHex(tempKey(out)));
  });
});

describe('what leaves and enters encrypted (atecc-device.md 7.5, 7.15, 7.16)', () => {
  test.each(of('chain_encrypted_write').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const key = given.number('enc_key_id');
    const slot = given.number('slot');
    const slots = {
      [key]: { config: 0x8f8f, key: 0x001c, content: given.bytes('enc_key') },
      [slot]: { config: 0x408f | (key << 8), key: 0x001c },
    };
    const bench = world.bench({ slots, sn: given.bytes('sn'), script: [given.bytes('rand_out')] });
    bench.ok(op.nonce, 0, 0, given.bytes('num_in'));
    bench.ok(op.genDig, 2, key, [0x15, 2, key, 0]);
    const address = out.number('address');
    bench.ok(op.write, 0xc2, address, concat(out.bytes('encrypted_data'), out.bytes('auth_mac')));
    const block = given.number('block');
    const stored = bench.chip.inspect().slots[slot]?.slice(32 * block, 32 * block + 32) ?? zeros(0);
    expect(toHex(stored)).toBe(toHex(given.bytes('data').slice(0, stored.length)));
  });

  test.each(of('atcah_privwrite_auth_mac').map((vector) => [vector.name, vector] as const))(
    '%s',
    (_, { given, out }) => {
      const plain = given.bytes('input_data');
      const slot = given.number('key_id') & 15;
      const bench = world.bench({
        lock: 'config',
        sn: given.bytes('sn'),
        slots: { [slot]: { config: 0x4f83, key: 0x0033 } },
      });
      bench.load(tempKey(given));
      bench.ok(op.privWrite, 0x40, slot, concat(out.bytes('encrypted_data'), out.bytes('auth_mac')));
      expect(toHex(bench.chip.inspect().slots[slot]?.slice(0, 36) ?? zeros(0))).toBe(toHex(plain));
    },
  );

  test.each(of('atcah_io_decrypt').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const masked = maskOutput(out.bytes('data'), given.bytes('io_key'), given.bytes('out_nonce'));
    expect(toHex(masked)).toBe(toHex(concat(given.bytes('data'), given.bytes('out_nonce'))));
  });
});

describe('digests of keys, signatures and boot images', () => {
  test.each(of('atcah_derive_key').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const head = Uint8Array.of(0x1c, given.number('mode'), given.number('target_key_id'), 0);
    const field = out.has('target_key') ? 'target_key' : 'key';
    const key = deriveKeyDigest(given.bytes('parent_key'), head, given.bytes('sn'), tempKey(given));
    expect(toHex(key)).toBe(toHex(out.bytes(field)));
  });

  test.each(of('atcah_derive_key_mac').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const head = Uint8Array.of(0x1c, given.number('mode'), given.number('target_key_id'), 0);
    expect(toHex(deriveKeyMac(given.bytes('parent_key'), head, given.bytes('sn')))).toBe(toHex(out.bytes('mac')));
  });

  const signed = of('atcah_sign_internal_msg').filter(
    ({ given }) => given.flag('for_invalidate') === ((given.number('mode') & 1) === 1),
  );
  test.each(signed.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const state = given.inner('temp_key');
    const flag = (name: string, bit: number): number => (state.flag(name) ? 1 << bit : 0);
    const flags = flag('no_mac_flag', 7) | flag('gen_key_data', 6) | flag('gen_dig_data', 5) | flag('source_flag', 4);
    const message = signInternalMessage(
      Uint8Array.of(0x41, given.number('mode'), given.number('key_id'), 0),
      given.bytes('sn'),
      {
        tempKey: tempKey(given),
        flags: flags | state.number('key_id'),
        slotConfig: out.number('slot_config'),
        keyConfig: out.number('key_config'),
        unlocked: !out.flag('is_slot_locked'),
      },
    );
    expect(toHex(message)).toBe(toHex(out.bytes('message')));
    expect(toHex(sha(message))).toBe(toHex(out.bytes('digest')));
  });
  test('has internal signatures', () => expect(signed.length).toBeGreaterThan(3));

  // External modes: the message is TempKey or the first half of MsgDigBuf.
  const verified = of('atcah_verify_mac').filter(({ given }) => [130, 162, 128, 160].includes(given.number('mode')));
  test.each(verified.map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const buffer = given.bytes('msg_dig_buf');
    const mode = given.number('mode');
    const fromBuffer = (mode & 0x20) !== 0;
    const id = given.number('key_id');
    const mac = verifyMac(
      given.bytes('io_key'),
      fromBuffer ? buffer.slice(0, 32) : tempKey(given),
      fromBuffer ? buffer.slice(32) : buffer.slice(0, 32),
      given.bytes('signature'),
      Uint8Array.of(0x45, mode, id & 255, id >> 8),
    );
    expect(toHex(mac)).toBe(toHex(out.bytes('mac')));
  });

  test.each(of('atcah_secureboot_enc').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const h = secureBootKey(given.bytes('io_key'), tempKey(given));
    expect(toHex(h)).toBe(toHex(out.bytes('hashed_key')));
    expect(toHex(xor(given.bytes('digest'), h))).toBe(toHex(out.bytes('digest_enc')));
  });

  test.each(of('atcah_secureboot_mac').map((vector) => [vector.name, vector] as const))('%s', (_, { given, out }) => {
    const mode = given.number('mode');
    const storedOnly = (mode & 7) === 6 && (given.number('secure_boot_config') & 3) === 3;
    const signature = storedOnly ? zeros(0) : given.bytes('signature');
    const head = Uint8Array.of(0x80, mode, given.number('param2'), 0);
    expect(toHex(secureBootMac(given.bytes('hashed_key'), given.bytes('digest'), signature, head))).toBe(
      toHex(out.bytes('mac')),
    );
  });

  test('SHA of the chip', () => {
    for (const { given, out } of of('atcah_sha256')) {
      const message = given.bytes('message');
      const bench = world.bench();
      bench.ok(op.sha, 0, 0);
      const whole = message.length - (message.length % 64);
      for (let at = 0; at < whole; at += 64) bench.ok(op.sha, 1, 64, message.subarray(at, at + 64));
      const rest = message.subarray(whole);
      expect(toHex(bench.ok(op.sha, 2, rest.length, rest))).toBe(toHex(out.bytes('digest')));
    }
  });
});
