import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  generateKey,
  lockConfig,
  lockData,
  readBlocks,
  readConfig,
  publicKey as readPublicKey,
  writeBlocks,
  writeConfig,
} from '../../src-main/device/index.ts';
import { dataAddress, slotSize } from '../../src-shared/atecc/address.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { concat, fromHex } from '../../src-shared/base/bytes.ts';
import { ok, type Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertificateDefinition,
  type CertificateTemplate,
  type DefinitionPair,
  type DeviceLocation,
  deviceZone,
  finishCertificate,
  isGenkeyLocation,
  type ProfileName,
  type ProfileParameters,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  rebuildFromReader,
  serialSource,
  signDigest,
  templateDefinitions,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { DEVICE, SIGNER, useDefinitions } from './definitions.ts';
import { bytes, definition, flag, type Library, number, out, size, view } from './library.ts';
import { type LineKind, openLine, type SerialBoard } from './lines.ts';
import { must, withSignet } from './signet-line.ts';
import type { Tally } from './tally.ts';

interface Case {
  readonly name: string;
  readonly profile: ProfileName;
  /** Instead of the profile's own layout; its names and numbers are the profile's. */
  readonly template?: CertificateTemplate;
  readonly changes?: Partial<ProfileParameters>;
  readonly year?: number;
}

const { PUB_KEY_HASH, DEVICE_SN_HASH, DEVICE_SN, SIGNER_ID } = serialSource;

/** Every layout with every source of serial numbers that it knows, and the corners of dates. */
const cases: readonly Case[] = [
  { name: 'atmel-2015', profile: 'atmel-2015' },
  {
    name: 'atmel-2015, hashed chip numbers',
    profile: 'atmel-2015',
    changes: { signerSnSource: DEVICE_SN_HASH, deviceSnSource: DEVICE_SN_HASH },
  },
  {
    name: 'atmel-2015, chip number and signer id',
    profile: 'atmel-2015',
    changes: { signerSnSource: SIGNER_ID, deviceSnSource: DEVICE_SN },
  },
  { name: 'atmel-2015, 31 years', profile: 'atmel-2015', changes: { signerExpireYears: 31, deviceExpireYears: 20 } },
  { name: 'zero-touch', profile: 'zero-touch' },
  { name: 'tng', profile: 'tng' },
  {
    name: 'tng, 28 years from 2031',
    profile: 'tng',
    changes: { deviceExpireYears: 28, signerSnSource: PUB_KEY_HASH },
    year: 2031,
  },
  {
    name: "a layout of one's own",
    profile: 'atmel-2015',
    template: {
      organizationalUnit: 'Werk Süd',
      deviceName: 'chip-serial',
      deviceSerial: 'chip-hash',
      signerSerial: 'stored',
      deviceKeyUsage: ['digitalSignature'],
      deviceExtendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
      deviceBasicConstraints: true,
      deviceSubjectKeyId: true,
      deviceAuthorityKeyId: true,
      signerCrlSign: true,
    },
  },
];

function definitionsOf({ profile, template, changes }: Case): DefinitionPair {
  const parameters = { ...profileDefaults(profile), ...changes };
  if (template === undefined) return must(profileDefinitions(profile, parameters));
  return must(templateDefinitions(template, parameters));
}

const secret = (text: string): Secret => new Secret(createHash('sha256').update(text).digest());
const ROOT = secret('interop root');
const SIGNER_KEY = secret('interop signer');
const SIGNER_ID_BYTES = Uint8Array.of(0xc4, 0x8b);
/** A serial number of a certificate that its issuer drew. */
const DRAWN = fromHex('4A112233445566778899AABBCCDDEEFF');

interface Pair {
  readonly signer: Uint8Array;
  readonly device: Uint8Array;
}

/**
 * Definitions and certificates both ways: what we issue and store the library rebuilds from the chip, byte for byte, by the
 * C source that we write; and what the library stores of our certificates is what we would have stored.
 */
export async function definitionsSuite(tally: Tally, library: Library, kind: LineKind, part: Part): Promise<void> {
  for (const each of cases) {
    const pair = definitionsOf(each);
    const ours = await openLine(kind, { part });
    const theirs = await openLine(kind, { part });
    try {
      await tally.check(`${each.name}: the library takes our C source`, () => useDefinitions(library, pair));
      await tally.check(`${each.name}: it rebuilds both certificates from the chip that we wrote`, () =>
        weWrite(library, ours, pair, each.year ?? 2025),
      );
      await tally.check(`${each.name}: what it writes is what we write, and we rebuild it`, () =>
        theyWrite(library, theirs, pair, each.year ?? 2025),
      );
    } finally {
      await ours.close();
      await theirs.close();
    }
  }
}

function issue(pair: DefinitionPair, config: Uint8Array, devicePublicKey: Uint8Array, year: number): Pair {
  const asked = { year, month: 12, day: 17, hour: 22, minute: 0, second: 0 };
  const make = (of: CertificateDefinition, key: Uint8Array, ca: Secret, configZone: Uint8Array): Uint8Array => {
    const stored = of.snSource === serialSource.STORED ? { storedSerialNumber: DRAWN } : {};
    const prepared = must(
      prepareCertificate({
        definition: of,
        publicKey: key,
        caPublicKey: publicKeyOf(ca),
        asked,
        signerId: SIGNER_ID_BYTES,
        configZone,
        ...stored,
      }),
    );
    return must(finishCertificate(prepared, signDigest(ca, prepared.digest))).certificate;
  };
  return {
    signer: make(pair.signer, publicKeyOf(SIGNER_KEY), ROOT, config),
    device: make(pair.device, devicePublicKey, SIGNER_KEY, config),
  };
}

async function rebuildByLibrary(library: Library, name: string, caPublicKey: Uint8Array): Promise<Uint8Array> {
  const [certificate, length] = await library.call(
    'atcacert_read_cert',
    definition(name),
    view(caPublicKey),
    out(1024),
    size(1024),
  );
  return fromHex(String(certificate)).subarray(0, Number(length));
}

async function weWrite(library: Library, board: SerialBoard, pair: DefinitionPair, year: number): Promise<void> {
  const serial = board.chip.serialNumber;
  const image = defaultImage(board.part);
  const target = { serialNumber: serial, part: board.part, image };
  const issued = await withSignet(board.port, async (session) => {
    const readBack = must(await writeConfig(session, target));
    must(await lockConfig(session, target, readBack));
    const key = must(await generateKey(session, pair.device.privateKeySlot, serial));
    const certificates = issue(pair, must(await readConfig(session)), key.publicKey, year);
    must(await writeBlocks(session, serial, blocksOf(pair, certificates)));
    must(await lockData(session, serial, { policy: 'no-crc' }));
    return certificates;
  });
  await library.open(board);
  try {
    assert.deepEqual(await rebuildByLibrary(library, SIGNER, publicKeyOf(ROOT)), issued.signer);
    assert.deepEqual(await rebuildByLibrary(library, DEVICE, publicKeyOf(SIGNER_KEY)), issued.device);
  } finally {
    await library.close();
  }
}

async function theyWrite(library: Library, board: SerialBoard, pair: DefinitionPair, year: number): Promise<void> {
  await library.open(board);
  let issued: Pair;
  try {
    await library.call('atcab_write_config_zone', bytes(defaultImage(board.part)));
    await library.call('atcab_lock_config_zone');
    const key = await library.bytes('atcab_genkey', number(pair.device.privateKeySlot), out(64));
    issued = issue(pair, await library.bytes('atcab_read_config_zone', out(128)), key, year);
    // The library writes words of four bytes, which a chip takes only after the data lock.
    await library.call('atcab_lock_data_zone');
    for (const [name, certificate] of [
      [SIGNER, issued.signer],
      [DEVICE, issued.device],
    ] as const) {
      await library.call('atcacert_write_cert', definition(name), bytes(certificate), number(certificate.length));
    }
    assert.equal(await library.yes('atcab_is_locked', number(1), flag), true);
  } finally {
    await library.close();
  }
  const owned = ownedBytes(pair);
  for (const { address, bytes: expected } of blocksOf(pair, issued)) {
    const stored = board.chip.inspect().slots[address.slot] ?? new Uint8Array(0);
    for (const [index, byte] of expected.entries()) {
      const at = address.block * 32 + index;
      if (owned.has(`${address.slot}:${at}`)) assert.equal(stored[at], byte, `slot ${address.slot}, byte ${at}`);
    }
  }
  await withSignet(board.port, async (session) => {
    const read = async (location: DeviceLocation): Promise<Result<Uint8Array, unknown>> => {
      if (isGenkeyLocation(location)) return readPublicKey(session, location.slot);
      if (location.zone === deviceZone.CONFIG)
        return ok(must(await readConfig(session)).slice(location.offset, location.offset + location.count));
      const first = Math.floor(location.offset / 32);
      const last = Math.min(location.offset + location.count, slotSize(location.slot));
      const blocks = Array.from({ length: Math.ceil(last / 32) - first }, (_, index) =>
        dataAddress(location.slot, first + index),
      );
      return ok(concat(...must(await readBlocks(session, blocks))).subarray(location.offset % 32));
    };
    assert.deepEqual(must(await rebuildFromReader(pair.signer, publicKeyOf(ROOT), read)), issued.signer);
    assert.deepEqual(must(await rebuildFromReader(pair.device, publicKeyOf(SIGNER_KEY), read)), issued.device);
  });
}

function blocksOf(pair: DefinitionPair, certificates: Pair) {
  const items = must(
    writeItems([
      { definition: pair.signer, certificate: certificates.signer },
      { definition: pair.device, certificate: certificates.device },
    ]),
  );
  return items.map((item) => ({ address: dataAddress(item.slot, item.offset / 32), bytes: item.bytes }));
}

/** Places that belong to a certificate. Between them the library leaves whatever was in its memory, and we leave zeros. */
function ownedBytes(pair: DefinitionPair): ReadonlySet<string> {
  const owned = new Set<string>();
  for (const { compressedLocation, serialNumberLocation, publicKeyLocation } of [pair.signer, pair.device]) {
    for (const { zone, slot, offset, count, isGenkey } of [
      compressedLocation,
      serialNumberLocation,
      publicKeyLocation,
    ]) {
      if (zone !== deviceZone.DATA || isGenkey) continue;
      for (let at = offset; at < offset + count; at += 1) owned.add(`${slot}:${at}`);
    }
  }
  assert.ok(owned.size >= 144, 'two compressed certificates at least');
  return owned;
}
