import { sha256 } from '@noble/hashes/sha2.js';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { concat, fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import type { Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { byteRows, commentBlock, writeDefinitionSource } from '../../src-shared/certificates/c-source/write.ts';
import {
  type CertificateDefinition,
  certInfoOfPair,
  type DefinitionPair,
  encodeCompressed,
  finishCertificate,
  type LocationContent,
  locationsToRead,
  type ProfileName,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  rebuildCertificate,
  signDigest,
  writeCertInfo,
} from '../../src-shared/certificates/index.ts';
import { planSources } from './plan-sources.ts';

/**
 * What the C unit tests of firmware/client stand on, made by the TypeScript side: whole chains with real signatures, and
 * certificates with what they are rebuilt from. Written once into firmware/client; a test holds the files against this.
 */

/** Serial number of the chip that the unit tests provision. */
const CHIP_SERIAL = fromHex('0123030405060708EE');

function value<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

function keyOf(name: string): Secret {
  return new Secret(sha256(utf8(`embedded client ${name}`)));
}

/** The configuration zone of that chip, as far as certificates look at it. */
function configZone(): Uint8Array {
  const config = defaultImage('ATECC508A').slice();
  config.set(CHIP_SERIAL.subarray(0, 4), 0);
  config.set(fromHex('00005000'), 4);
  config.set(CHIP_SERIAL.subarray(4), 8);
  config.set([0x00, 0x01, 0x00], 13);
  return config;
}

interface Chain {
  readonly name: string;
  readonly pair: DefinitionPair;
  readonly certinfo: string;
  readonly rootKey: Uint8Array;
  readonly signerKey: Uint8Array;
  readonly deviceKey: Uint8Array;
  readonly signer: Issued;
  readonly device: Issued;
}

interface Issued {
  readonly certificate: Uint8Array;
  readonly compressed: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly digest: Uint8Array;
}

function issue(
  definition: CertificateDefinition,
  keys: { readonly subject: Uint8Array; readonly issuer: Secret },
  hour: number,
  stored: Uint8Array | undefined,
): Issued {
  const prepared = value(
    prepareCertificate({
      definition,
      publicKey: keys.subject,
      caPublicKey: publicKeyOf(keys.issuer),
      asked: { year: 2026, month: 11, day: 21, hour, minute: 0, second: 0 },
      signerId: fromHex('C48B'),
      configZone: configZone(),
      ...(stored === undefined ? {} : { storedSerialNumber: stored }),
    }),
  );
  const finished = value(finishCertificate(prepared, signDigest(keys.issuer, prepared.digest)));
  return { ...finished, serialNumber: prepared.serialNumber, digest: prepared.digest };
}

function chain(name: string, profile: ProfileName): Chain {
  const pair = value(profileDefinitions(profile, profileDefaults(profile)));
  const [root, signer, device] = [keyOf('root'), keyOf('signer'), keyOf('device')];
  const stored = (seed: string): Uint8Array | undefined => {
    if (pair.device.serialNumberLocation.count === 0) return undefined;
    const bytes = sha256(utf8(seed)).slice(0, 16);
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
    return bytes;
  };
  const rootKey = publicKeyOf(root);
  const info = value(certInfoOfPair(pair, rootKey, { name: 'Example ATECC508A Signer' }));
  return {
    name,
    pair,
    certinfo: writeCertInfo(info, {
      generator: 'Signet',
      created: { year: 2026, month: 11, day: 21, hour: 9, minute: 0, second: 0 },
    }),
    rootKey,
    signerKey: publicKeyOf(signer),
    deviceKey: publicKeyOf(device),
    signer: issue(pair.signer, { subject: publicKeyOf(signer), issuer: root }, 9, stored('signer serial')),
    device: issue(pair.device, { subject: publicKeyOf(device), issuer: signer }, 10, stored('device serial')),
  };
}

/** A certificate and what it is rebuilt from. */
export interface RebuildCase {
  readonly name: string;
  readonly definition: CertificateDefinition;
  readonly compressed: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly authorityKey: Uint8Array;
  /** 128 bytes */
  readonly config: Uint8Array;
  readonly storedSerial: Uint8Array | undefined;
  /** DER; undefined = it cannot be rebuilt. */
  readonly certificate: Uint8Array | undefined;
}

/** What a reader of the chip gives for a definition's locations. */
function contentsFor(source: Omit<RebuildCase, 'name' | 'certificate'>): readonly LocationContent[] {
  const { definition, compressed, publicKey, config, storedSerial } = source;
  return locationsToRead(definition).map((location) => {
    if (location.zone === 0)
      return { location, bytes: config.slice(location.offset, location.offset + location.count) };
    if (location.isGenkey || location.zone === 3) return { location, bytes: publicKey };
    const bytes = new Uint8Array(location.offset + location.count);
    const put = (at: { readonly slot: number; readonly offset: number }, content: Uint8Array): void => {
      if (at.slot === location.slot) bytes.set(content.subarray(0, bytes.length - at.offset), at.offset);
    };
    if (!definition.publicKeyLocation.isGenkey) {
      const halves = [publicKey.subarray(0, 32), publicKey.subarray(32)] as const;
      const padded = concat(new Uint8Array(4), halves[0], new Uint8Array(4), halves[1]);
      put(definition.publicKeyLocation, definition.publicKeyLocation.count === 72 ? padded : publicKey);
    }
    put(definition.compressedLocation, compressed);
    if (storedSerial !== undefined) put(definition.serialNumberLocation, storedSerial);
    return { location, bytes: bytes.slice(location.offset) };
  });
}

/** Completes a case with the certificate that the TypeScript side rebuilds. */
export function rebuildCase(source: Omit<RebuildCase, 'certificate'>): RebuildCase {
  const rebuilt = rebuildCertificate(source.definition, source.authorityKey, contentsFor(source));
  return { ...source, certificate: rebuilt.ok ? rebuilt.value : undefined };
}

/** One case for every way to make a serial number, both date formats, short and padded signatures, odd dates. */
function variousCases(): readonly RebuildCase[] {
  const pairs = { 'atmel-2015': chain('', 'atmel-2015').pair, tng: chain('', 'tng').pair } as const;
  const [subject, issuer] = [publicKeyOf(keyOf('device')), publicKeyOf(keyOf('signer'))];
  const cases: RebuildCase[] = [];
  const signatures = ['', '00', '80', '0000FF', '7F00'].map((head, i) => {
    const bytes = concat(sha256(utf8(`r ${i}`)), sha256(utf8(`s ${i}`)));
    bytes.set(fromHex(head), i % 2 === 0 ? 0 : 32);
    return bytes;
  });
  const add = (
    name: string,
    definition: CertificateDefinition,
    change: Partial<Parameters<typeof encodeCompressed>[0]>,
  ): void => {
    const compressed = value(
      encodeCompressed({
        signature: signatures[cases.length % signatures.length] ?? new Uint8Array(64),
        issue: { year: 2024, month: 2, day: 29, hour: 23, minute: 0, second: 0 },
        expireYears: 20,
        signerId: fromHex('0A9F'),
        templateId: definition.templateId,
        chainId: definition.chainId,
        snSource: definition.snSource,
        formatVersion: 0,
        reserved: 0,
        ...change,
      }),
    );
    cases.push(
      rebuildCase({
        name,
        definition,
        compressed,
        publicKey: subject,
        authorityKey: issuer,
        config: configZone(),
        storedSerial: undefined,
      }),
    );
  };
  for (let source = 10; source <= 15; source += 1) {
    add(`serial source ${source}`, { ...pairs['atmel-2015'].device, snSource: source }, {});
  }
  const { serialNumber, ...others } = pairs['atmel-2015'].device.standardElements;
  const ofLength = (count: number): CertificateDefinition['standardElements'] => ({
    ...others,
    serialNumber: { ...serialNumber, count },
  });
  add('serial source 8', { ...pairs['atmel-2015'].device, snSource: 8, standardElements: ofLength(10) }, {});
  add(
    'serial source 9',
    {
      ...pairs['atmel-2015'].signer,
      snSource: 9,
      standardElements: { ...pairs['atmel-2015'].signer.standardElements, serialNumber: { ...serialNumber, count: 3 } },
    },
    {},
  );
  add('chip serial in the name', pairs.tng.device, {});
  add('signer of that chain', pairs.tng.signer, {});
  add('format 1', pairs.tng.device, {
    formatVersion: 1,
    issue: { year: 2064, month: 12, day: 31, hour: 0, minute: 0, second: 0 },
    expireYears: 32,
  });
  add('never expires', pairs['atmel-2015'].signer, { expireYears: 0 });
  add(
    'never expires, UTCTime',
    {
      ...pairs['atmel-2015'].device,
      expireDateFormat: 1,
      standardElements: { ...pairs['atmel-2015'].device.standardElements, expireDate: { offset: 121, count: 13 } },
    },
    { expireYears: 0 },
  );
  return cases;
}

function array(name: string, bytes: Uint8Array): string {
  return `static const uint8_t ${name}[${bytes.length}] = {\n${byteRows(bytes, '    ')}\n};\n`;
}

/** C source of `struct rebuild_case REBUILD_CASES[]` with its definitions; `indent`ed for test/unit and test/rebuild alike. */
export function rebuildSource(cases: readonly RebuildCase[], head: readonly string[]): string {
  const definitions: { readonly name: string; readonly definition: CertificateDefinition }[] = [];
  const nameOf = (definition: CertificateDefinition): string => {
    const known = definitions.find((each) => JSON.stringify(each.definition) === JSON.stringify(definition));
    if (known !== undefined) return known.name;
    const name = `g_rebuild_definition_${definitions.length}`;
    definitions.push({ name, definition });
    return name;
  };
  const rows: string[] = [];
  const arrays: string[] = [];
  const bytesOf = new Map<string, string>();
  const arrayOf = (bytes: Uint8Array | undefined): string => {
    if (bytes === undefined) return 'NULL';
    const name = bytesOf.get(toHex(bytes)) ?? `BYTES_${bytesOf.size}`;
    if (!bytesOf.has(toHex(bytes))) arrays.push(array(name, bytes));
    bytesOf.set(toHex(bytes), name);
    return name;
  };
  for (const each of cases) {
    const source = [each.compressed, each.publicKey, each.authorityKey, each.config, each.storedSerial].map(arrayOf);
    const certificate = `${arrayOf(each.certificate)}, ${each.certificate?.length ?? 0}`;
    rows.push(`    {"${each.name}", &${nameOf(each.definition)}, {${source.join(', ')}}, ${certificate}},`);
  }
  return [
    writeDefinitionSource({ comment: head, definitions }),
    '#include "rebuild_cases.h"\n',
    ...arrays,
    `const struct rebuild_case REBUILD_CASES[] = {\n${rows.join('\n')}\n};\n`,
    `const size_t REBUILD_CASE_COUNT = sizeof REBUILD_CASES / sizeof REBUILD_CASES[0];\n`,
  ].join('\n');
}

function chainSource(chains: readonly Chain[]): string {
  const parts = [
    commentBlock(['Chains of certificates with real signatures. Written by test/firmware-client/fixtures.ts.']),
    '#include "chains.h"\n',
    array('CHIP_SERIAL_NUMBER', CHIP_SERIAL),
  ];
  for (const each of chains) {
    const at = (name: string): string => `${each.name.toUpperCase()}_${name}`;
    parts.push(
      array(at('ROOT_KEY'), each.rootKey),
      array(at('SIGNER_KEY'), each.signerKey),
      array(at('DEVICE_KEY'), each.deviceKey),
      ...(['signer', 'device'] as const).flatMap((who) => [
        array(at(`${who.toUpperCase()}_CERTIFICATE`), each[who].certificate),
        array(at(`${who.toUpperCase()}_COMPRESSED`), each[who].compressed),
        array(at(`${who.toUpperCase()}_SERIAL`), each[who].serialNumber),
        array(at(`${who.toUpperCase()}_DIGEST`), each[who].digest),
      ]),
    );
    const issued = (who: string): string =>
      `{${at(`${who}_CERTIFICATE`)}, sizeof ${at(`${who}_CERTIFICATE`)}, ${at(`${who}_COMPRESSED`)}, ${at(`${who}_SERIAL`)}, sizeof ${at(`${who}_SERIAL`)}, ${at(`${who}_DIGEST`)}}`;
    parts.push(
      `const struct chain CHAIN_${each.name.toUpperCase()} = {\n    CHIP_SERIAL_NUMBER, ${at('ROOT_KEY')}, ${at('SIGNER_KEY')}, ${at('DEVICE_KEY')},\n    ${issued('SIGNER')},\n    ${issued('DEVICE')}\n};\n`,
    );
  }
  return parts.join('\n');
}

/** Every generated file of firmware/client but its headers, by path there. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const example = chain('example', 'atmel-2015');
  const stored = chain('stored', 'zero-touch');
  const files = new Map<string, string>();
  const plan = planSources({
    definitions: example.pair,
    certinfo: example.certinfo,
    chainId: 0,
    image508a: defaultImage('ATECC508A'),
    image608: defaultImage('ATECC608'),
  });
  for (const [name, text] of plan) files.set(`example/${name}`, text);
  files.set('test/unit/chains.c', chainSource([example, stored]));
  files.set(
    'test/unit/stored_definitions.c',
    writeDefinitionSource({
      comment: ['Definitions that keep serial numbers in the chip. Written by test/firmware-client/fixtures.ts.'],
      definitions: [
        { name: 'g_stored_signer', definition: stored.pair.signer },
        { name: 'g_stored_device', definition: stored.pair.device },
      ],
    }),
  );
  files.set('test/unit/stored_cert_info.c', stored.certinfo.replaceAll('g_atcaprov_cert_info_0', 'g_stored_cert_info'));
  files.set(
    'test/unit/rebuild_cases.c',
    rebuildSource(variousCases(), ['Certificates to be rebuilt. Written by test/firmware-client/fixtures.ts.']),
  );
  return files;
}
