import {
  addressOfParam2,
  BLOCK_SIZE,
  CONFIG_SIZE,
  type Command,
  genKeyPublic,
  type MemoryAddress,
  OTP_SIZE,
  read,
  slotSize,
  WORD_SIZE,
  write,
  zoneOfCode,
} from '../../../src-shared/atecc/index.ts';
import { equalBytes } from '../../../src-shared/base/bytes.ts';
import { Secret } from '../../../src-shared/base/secret.ts';
import {
  type CertificateDefinition,
  compressCertificate,
  type DeviceLocation,
  deviceSnOfConfig,
  isGenkeyLocation,
  type LocationContent,
  locationsToRead,
  publicKeyOf,
  readCertificate,
  rebuildCertificate,
  verifyDigest,
  writeItems,
} from '../../../src-shared/certificates/index.ts';
import {
  bytes,
  compareOutput,
  definition,
  hex,
  integer,
  libraryStatus,
  list,
  record,
  text,
} from '../../certificates/vector-values.ts';
import { type Judge, type VectorCase, wrong } from '../judge.ts';

/** cert-rebuild.json: whole chains out of a chip's memory, byte for byte, and the packets that read and write them. */
export const judge: Judge = ({ in: given, out }: VectorCase) => {
  const devtype = text(given['devtype'], 'devtype');
  if (!['ATECC108A', 'ATECC508A', 'ATECC608'].includes(devtype)) return wrong(`no certificates on ${devtype}`);
  const chip = new ChipMemory(given);
  const config = bytes(given['config_zone'], 'config_zone');
  if (!equalBytes(deviceSnOfConfig(config), bytes(given['device_sn'], 'device_sn')))
    return wrong('device_sn differs from config_zone');
  for (const who of ['root', 'signer', 'device']) {
    const key = new Secret(bytes(given[`${who}_private_key`], `${who}_private_key`));
    if (!equalBytes(publicKeyOf(key), bytes(given[`${who}_public_key`], who)))
      return wrong(`the ${who} keys are no pair`);
  }

  const signerDef = definition(given['signer_def'], 'signer_def');
  const deviceDef = definition(given['device_def'], 'device_def');
  const rootKey = bytes(given['root_public_key'], 'root_public_key');
  const signerKey = bytes(given['signer_public_key'], 'signer_public_key');
  const signerRead = chip.readAll(signerDef);
  const deviceRead = chip.readAll(deviceDef);
  const signer = rebuildCertificate(signerDef, rootKey, signerRead.contents);
  const device = rebuildCertificate(deviceDef, signerKey, deviceRead.contents);
  const compressed = [
    compressOrUndefined(signerDef, signer.ok ? signer.value : undefined),
    compressOrUndefined(deviceDef, device.ok ? device.value : undefined),
  ] as const;
  if (signer.ok && device.ok) {
    const wrongText = checkChain(
      given,
      [signerDef, signer.value, rootKey],
      [deviceDef, device.value, signerKey],
      compressed,
    );
    if (wrongText !== undefined) return wrong(wrongText);
  }
  const signerWrite = signer.ok ? writePackets(signerDef, signer.value) : undefined;
  const deviceWrite = device.ok ? writePackets(deviceDef, device.value) : undefined;
  // Null where the library's own writer would corrupt a block that two certificates share: ours does not, so nothing to compare.
  const written = (side: string, ours: { status: number; packets: readonly string[] } | undefined) =>
    out[`write_${side}_status`] === null
      ? { [`write_${side}_status`]: null, [`write_${side}_packets`]: null }
      : { [`write_${side}_status`]: ours?.status ?? null, [`write_${side}_packets`]: ours?.packets ?? null };
  const expected = {
    ...out,
    write_signer_packets: withoutDontCare(out['write_signer_packets'], signerDef),
    write_device_packets: withoutDontCare(out['write_device_packets'], deviceDef),
  };
  return compareOutput(expected, {
    signer_status: libraryStatus(signer),
    signer_cert: signer.ok ? hex(signer.value) : null,
    device_status: libraryStatus(device),
    device_cert: device.ok ? hex(device.value) : null,
    compress_status: compressed.map((each) => (each === undefined ? null : libraryStatus(each))),
    read_signer_packets: signerRead.packets,
    read_device_packets: deviceRead.packets,
    ...written('signer', signerWrite),
    ...written('device', deviceWrite),
  });
};

type Issued = readonly [CertificateDefinition, Uint8Array, Uint8Array];

/** The `in` members that the answers do not repeat: compressed forms, signer id, signatures. */
function checkChain(
  given: VectorCase['in'],
  signer: Issued,
  device: Issued,
  compressed: readonly (ReturnType<typeof compressCertificate> | undefined)[],
): string | undefined {
  for (const [index, name] of ['signer_compressed', 'device_compressed'].entries()) {
    const ours = compressed[index];
    if (ours?.ok === true && hex(ours.value) !== hex(bytes(given[name], name)))
      return `${name}: ours ${hex(ours.value)}`;
  }
  const [signerDef, signerCert] = signer;
  const id = readCertificate(signerDef, signerCert).signerId;
  if (id.ok && hex(id.value) !== text(given['signer_id'], 'signer_id').toLowerCase())
    return `signer_id: ours ${hex(id.value)}`;
  for (const [certDef, certificate, caKey] of [signer, device]) {
    const { tbsDigest, signature } = readCertificate(certDef, certificate);
    if (!tbsDigest.ok || !signature.ok || !verifyDigest(caKey, tbsDigest.value, signature.value))
      return 'a signature is wrong';
  }
  return undefined;
}

function compressOrUndefined(certDef: CertificateDefinition, certificate: Uint8Array | undefined) {
  return certificate === undefined ? undefined : compressCertificate(certDef, certificate);
}

function writePackets(
  certDef: CertificateDefinition,
  certificate: Uint8Array,
): { status: number; packets: readonly string[] } {
  const items = writeItems([{ definition: certDef, certificate }]);
  if (!items.ok) return { status: libraryStatus(items), packets: [] };
  const packets = items.value.map(({ zone, slot, offset, bytes: data }) =>
    packetText(write({ zone: requireZone(zone), slot, block: offset / BLOCK_SIZE, word: 0 }, data)),
  );
  return { status: 0, packets };
}

/**
 * The expected packets with the bytes that belong to no field set to zero, as ours are: the library leaves there what its
 * buffer held before. Each packet must still be one whole Write with its own CRC.
 */
function withoutDontCare(packets: unknown, certDef: CertificateDefinition): readonly string[] | null {
  if (packets === null) return null;
  return list(packets, 'packets').map((packet) => {
    const sent = bytes(packet, 'packet');
    const [, opcode, param1 = 0, low = 0, high = 0] = sent;
    const data = sent.slice(5, -2);
    if (opcode !== 0x12 || data.length !== BLOCK_SIZE) throw new TypeError('a packet is not a 32-byte Write');
    const address = addressOfParam2(requireZone(param1 & 3), low | (high << 8));
    if (packetText(write(address, data)) !== hex(sent)) throw new TypeError('a packet is not well made');
    const cared = data.map((byte, index) => (isOwned(certDef, address, index) ? byte : 0));
    return packetText(write(address, cared));
  });
}

function isOwned(certDef: CertificateDefinition, address: MemoryAddress, index: number): boolean {
  const at = address.block * BLOCK_SIZE + index;
  const locations = [
    certDef.compressedLocation,
    certDef.serialNumberLocation,
    certDef.publicKeyLocation,
    ...certDef.customElements.map((element) => element.deviceLocation),
  ];
  return locations.some(
    (location) =>
      zoneOfCode(location.zone) === address.zone &&
      location.zone <= 2 &&
      !isGenkeyLocation(location) &&
      (address.zone !== 'data' || location.slot === address.slot) &&
      at >= location.offset &&
      at < location.offset + location.count,
  );
}

function packetText(command: Command<unknown>): string {
  return hex(command.packet);
}

function requireZone(zone: number): MemoryAddress['zone'] {
  const name = zoneOfCode(zone);
  if (name === undefined || zone > 2) throw new TypeError(`zone ${zone} has no Read`);
  return name;
}

/** A chip as the vector describes it: reads answer from memory and every packet is written down. */
class ChipMemory {
  readonly #config: Uint8Array;
  readonly #slots: Readonly<Record<string, unknown>>;
  readonly #genkey: Readonly<Record<string, unknown>>;

  constructor(given: VectorCase['in']) {
    this.#config = bytes(given['config_zone'], 'config_zone');
    this.#slots = record(given['slot_memory'], 'slot_memory');
    this.#genkey = record(given['genkey_public_keys'], 'genkey_public_keys');
  }

  readAll(certDef: CertificateDefinition): { contents: readonly LocationContent[]; packets: readonly string[] } {
    const packets: string[] = [];
    const contents = locationsToRead(certDef).map((location) => ({ location, bytes: this.#read(location, packets) }));
    return { contents, packets };
  }

  #read(location: DeviceLocation, packets: string[]): Uint8Array {
    if (isGenkeyLocation(location)) {
      packets.push(packetText(genKeyPublic(location.slot)));
      return bytes(this.#genkey[String(location.slot)], 'genkey_public_keys').slice(
        location.offset,
        location.offset + location.count,
      );
    }
    const zone = requireZone(location.zone);
    const memory = this.#memory(zone, location.slot);
    const end = Math.min(location.offset + location.count, memory.length);
    let at = location.offset;
    while (at < end) {
      const block = Math.floor(at / BLOCK_SIZE);
      const whole = (block + 1) * BLOCK_SIZE <= memory.length;
      const address = { zone, slot: location.slot, block, word: whole ? 0 : (at % BLOCK_SIZE) / WORD_SIZE };
      packets.push(packetText(read(address, whole ? BLOCK_SIZE : WORD_SIZE)));
      at += whole ? BLOCK_SIZE : WORD_SIZE;
    }
    return memory.slice(location.offset, end);
  }

  /** Slots that the vector does not name are zero. */
  #memory(zone: MemoryAddress['zone'], slot: number): Uint8Array {
    if (zone === 'config') return this.#config.slice(0, CONFIG_SIZE);
    const memory = new Uint8Array(zone === 'otp' ? OTP_SIZE : slotSize(integer(slot, 'slot')));
    const content = zone === 'data' ? this.#slots[String(slot)] : undefined;
    if (content !== undefined) memory.set(bytes(content, 'slot_memory').subarray(0, memory.length));
    return memory;
  }
}
