import { take } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { maskOutput } from '../digests.ts';
import { claimKey } from '../key-use.ts';
import { isPrivateKey, isPublicKey, sharedSecret } from '../p256.ts';
import { tempKeyOf } from '../sram.ts';
import { done, Refusal, status } from '../status.ts';

/** ECDH (43): shared secret of a private key and the host's point (atecc-device.md 7.16). */
export function ecdh(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const fromTempKey = core.is608 && (p1 & 1) !== 0;
  core.malformed('ecdh.parse', (p1 & (core.is608 ? 0xf0 : 0xff)) !== 0 || data.length !== 64);
  core.malformed('ecdh.parse', p2 > 15 && !fromTempKey);
  core.refuse('ecdh.needs-config-lock', !core.config.configLocked);
  const key = fromTempKey ? tempPrivateKey(core) : slotPrivateKey(core, p2);
  core.refuse('ecdh.point', !isPublicKey(data));
  core.eccFault();
  const secret = isPrivateKey(key) ? sharedSecret(key, data) : undefined;
  if (secret === undefined) throw new Refusal(status.eccFault, 'no shared secret');
  return deliver(core, request, secret);
}

function slotPrivateKey(core: Core, slot: number): Uint8Array {
  const key = core.config.key(slot);
  core.refuse('ecdh.private-slot', !key.isPrivate || key.keyType !== keyTypes.p256);
  core.refuse('ecdh.read-key-bit', (core.config.slot(slot).readKey & 4) === 0);
  core.refuse('ecdh.needs-key', !core.eeprom.keyValid[slot]);
  if (!core.holds('ecdh.no-req-auth')) claimKey(core, slot, { reqRandom: false, spends: false });
  return core.eeprom.privateKey(slot);
}

function tempPrivateKey(core: Core): Uint8Array {
  const { tempKey } = core.sram;
  core.refuse('ecdh.temp-key-private', !tempKey.valid || !tempKey.isPrivateKey);
  return core.tempKey32;
}

/** P1 bits 3..2 on a 608; 0 there and always on a 508A = as ReadKey bit 3 says. */
function deliver(core: Core, request: Request, secret: Uint8Array): Uint8Array {
  const { p1, p2 } = request;
  const target = core.is608 ? (p1 >> 2) & 3 : 0;
  const bit3 = (core.config.slot(p2 & 15).readKey & 8) !== 0;
  const fromTempKey = (p1 & 1) !== 0;
  const toSlot = !fromTempKey && bit3 === (core.switches.ecdhOutput === 'text');
  if (target === 1 || (target === 0 && toSlot)) return storeInSlot(core, p2, secret);
  if (target === 2) {
    core.loadTempKey(tempKeyOf(secret, { sourceFlag: 1 }));
    return done;
  }
  core.refuse('ecdh.output-only-if-allowed', target === 3 && toSlot);
  return output(core, secret, (p1 & 2) !== 0, core.config.chipOptions >> 8);
}

function storeInSlot(core: Core, slot: number, secret: Uint8Array): Uint8Array {
  const target = slot + 1;
  core.refuse('ecdh.even-slot', slot % 2 !== 0);
  core.refuse('ecdh.target-slot', core.config.key(target & 15).isPrivate || core.config.slotLocked(target & 15));
  core.eeprom.stage({ zone: 'data', slot: target & 15, offset: 0, bytes: secret });
  return done;
}

/**
 * A secret that leaves the chip, in clear or under the IO protection key (608).
 * `protection`: low two bits as in ChipOptions, 0 clear, 1 encrypted only, 2 and 3 no output.
 */
export function output(core: Core, secret: Uint8Array, encrypted: boolean, protection: number): Uint8Array {
  const level = core.is608 && core.switches.outputProtection === 'enforced' ? protection & 3 : 0;
  if (level >= 2 || (level === 1 && !encrypted)) throw new Refusal(status.execution, 'output protection');
  if (!encrypted) return secret;
  core.refuse('ecdh.encrypted-needs-io-key', !core.ioKeyEnabled);
  return maskOutput(secret, core.ioKey, take(core.random.bytes(32), 0, 32));
}
