import { sameBytes } from '../../octets.ts';
import { take, xor } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import { type Core, head, type Request } from '../core.ts';
import { secureBootKey, secureBootMac } from '../digests.ts';
import { publicKeyInSlot, verifyDigest } from '../p256.ts';
import { done, status } from '../status.ts';

const modes = { full: 5, fullStore: 6, fullCopy: 7 };
const bootModes = { disabled: 0, fullSig: 2, fullDig: 3 };

/** SelfTest (77), 608: bitmap of failed tests (atecc-device.md 7.19). */
export function selfTest(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('self-test.parse', p1 === 0 || (p1 & ~0x3f) !== 0 || p2 !== 0 || data.length !== 0);
  const failed = core.faults.selfTestFailures & p1;
  core.selfTestFailed = core.faults.selfTestFailures !== 0 && (failed !== 0 || core.selfTestFailed);
  return Uint8Array.of(failed);
}

/**
 * SecureBoot (80), 608: is this digest of a boot image the signed one (atecc-device.md 7.19)?
 * Full verifies a signature; FullCopy does and stores the digest (mode FullDig) or the signature (FullSig);
 * FullStore compares with what was stored. P1 bit 6 (prohibit) changes nothing here.
 */
export function secureBoot(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const mode = p1 & 7;
  const bootMode = core.config.secureBoot & 3;
  core.malformed('secure-boot.parse', mode < modes.full || (p1 & 0x38) !== 0 || p2 !== 0);
  core.malformed('secure-boot.parse', data.length !== (mode === modes.fullStore ? 32 : 96));
  core.refuse('secure-boot.needs-config-lock', !core.config.configLocked);
  core.refuse('secure-boot.enabled', bootMode === bootModes.disabled);
  const wire = (p1 & 0x80) !== 0;
  const h = wire ? wireKey(core) : undefined;
  const digest = h === undefined ? take(data, 0, 32) : xor(take(data, 0, 32), h);
  const signature = mode === modes.fullStore ? storedSignature(core, bootMode) : take(data, 32, 64);
  if (!matches(core, mode, bootMode, digest, signature)) return Uint8Array.of(status.mismatch);
  if (mode === modes.fullCopy) copy(core, bootMode, digest, signature);
  return h === undefined ? done : secureBootMac(h, digest, signature, head(request));
}

function wireKey(core: Core): Uint8Array {
  core.refuse('secure-boot.mac-needs-io-key', !core.ioKeyEnabled);
  core.refuse('secure-boot.needs-temp-key', !core.sram.tempKey.valid);
  return secureBootKey(core.ioKey, core.tempKey32);
}

function storeSlot(core: Core): number {
  return (core.config.secureBoot >> 8) & 15;
}

function storedSignature(core: Core, bootMode: number): Uint8Array {
  return bootMode === bootModes.fullDig ? new Uint8Array(0) : take(core.eeprom.slot(storeSlot(core)), 0, 64);
}

function matches(core: Core, mode: number, bootMode: number, digest: Uint8Array, signature: Uint8Array): boolean {
  if (mode === modes.fullStore && bootMode === bootModes.fullDig) {
    return sameBytes(core.secret(storeSlot(core)), digest) || !core.holds('secure-boot.compares');
  }
  const slot = core.config.secureBoot >> 12;
  const key = core.config.key(slot);
  core.refuse('secure-boot.public-slot', key.isPrivate || key.keyType !== keyTypes.p256 || slot < 8);
  core.eccFault();
  const point = publicKeyInSlot(core.eeprom.slot(slot));
  return verifyDigest(point, digest, signature) || !core.holds('secure-boot.verifies');
}

function copy(core: Core, bootMode: number, digest: Uint8Array, signature: Uint8Array): void {
  const bytes = bootMode === bootModes.fullSig ? signature : digest;
  core.eeprom.stage({ zone: 'data', slot: storeSlot(core), offset: 0, bytes: take(bytes, 0, bytes.length) });
}
