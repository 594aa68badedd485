import { join, take } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import { type Core, head, type Request } from '../core.ts';
import { validateDigest, verifyMac } from '../digests.ts';
import { claimKey } from '../key-use.ts';
import { publicKeyInSlot, verifyDigest } from '../p256.ts';
import { done, Refusal, status } from '../status.ts';
import { stageValidity } from './write.ts';

const P256_KEY_TYPE = 4;

interface VerifyRequest {
  readonly request: Request;
  readonly mode: number;
  /** Message in MsgDigBuf (608, P1 bit 5). */
  readonly fromBuffer: boolean;
  /** Answer is a MAC (608, P1 bit 7). */
  readonly wantsMac: boolean;
}

/** Verify (45): stored, external, validate, invalidate, validate external (atecc-device.md 7.9). */
export function verify(core: Core, request: Request): Uint8Array {
  const { p1 } = request;
  const mode = p1 & 7;
  const asked: VerifyRequest = { request, mode, fromBuffer: (p1 & 0x20) !== 0, wantsMac: (p1 & 0x80) !== 0 };
  core.malformed('verify.parse', (p1 & (core.is608 ? 0x58 : 0xf8)) !== 0 || ![0, 1, 2, 3, 7].includes(mode));
  core.malformed('verify.parse', mode === 2 ? request.p2 !== P256_KEY_TYPE : request.p2 > 15);
  core.malformed('verify.length', !lengthFits(core, mode, request.data.length));
  if (asked.wantsMac) core.refuse('verify.mac-needs-io-key', !core.ioKeyEnabled);
  if (mode === 2) return judge(core, asked, message(core, asked), take(request.data, 64, 64));
  core.refuse('verify.needs-config-lock', !core.config.configLocked);
  if (mode === 0) return stored(core, asked);
  return validate(core, asked);
}

function lengthFits(core: Core, mode: number, length: number): boolean {
  if (mode === 0) return length === 64;
  if (mode === 2) return length === 128;
  if (mode !== 1) return length === 83;
  const { validateExternalData: form } = core.switches;
  return (form !== 'with-key' && length === 64) || (form !== 'signature' && length === 128);
}

/** The 32 bytes that are signed, from TempKey or MsgDigBuf. */
function message(core: Core, asked: VerifyRequest): Uint8Array {
  if (!asked.fromBuffer) {
    core.refuse('verify.needs-temp-key', !core.sram.tempKey.valid);
    return core.tempKey32;
  }
  core.refuse('verify.needs-msg-dig-buf', core.sram.msgDigBuf.length === 0);
  return take(core.sram.msgDigBuf.value, 0, 32);
}

function stored(core: Core, asked: VerifyRequest): Uint8Array {
  const slot = asked.request.p2;
  usablePublicKey(core, slot, 'verify.stored-public-slot');
  core.refuse('verify.stored-validated', core.config.needsValidation(slot) && !core.validated(slot));
  claimKey(core, slot, { reqRandom: true, spends: true });
  const answer = judge(core, asked, message(core, asked), publicKeyInSlot(core.eeprom.slot(slot)));
  if (answer !== undefined && answer[0] !== status.mismatch && core.holds('verify.stored-authorises')) {
    core.sram.authValid = true;
    core.sram.authKeyId = slot;
    core.sram.authBy = 'Verify';
  }
  return answer;
}

function usablePublicKey(core: Core, slot: number, rule: 'verify.stored-public-slot' | 'verify.parent'): void {
  const key = core.config.key(slot);
  core.refuse(rule, key.isPrivate || key.keyType !== keyTypes.p256 || slot < 8);
}

/** Modes 03 and 07 over an internal signature, mode 01 over an X.509 digest of the SHA command. */
function validate(core: Core, asked: VerifyRequest): Uint8Array {
  const { mode, request } = asked;
  const target = request.p2;
  const parent = core.config.slot(target).readKey;
  core.refuse('verify.validate-target', target < 8 || !core.config.needsValidation(target));
  core.refuse('verify.validate-x509', (core.config.x509Format(target) !== 0) !== (mode === 1));
  usablePublicKey(core, parent, 'verify.parent');
  core.refuse('verify.parent-validated', core.config.needsValidation(parent) && !core.validated(parent));
  claimKey(core, parent, { reqRandom: true, spends: true });
  const digest = mode === 1 ? certificateDigest(core, target) : internalDigest(core, asked);
  const answer = judge(core, asked, digest, publicKeyInSlot(core.eeprom.slot(parent)));
  if (answer[0] === status.mismatch && answer.length === 1) return answer;
  stageValidity(core, target, mode === 7 ? 0xa0 : 0x50);
  return answer;
}

function certificateDigest(core: Core, target: number): Uint8Array {
  const { tempKey } = core.sram;
  core.refuse('verify.needs-temp-key', !tempKey.valid);
  core.refuse('verify.validate-sha-public', tempKey.shaPublicSlot !== target);
  return core.tempKey32;
}

function internalDigest(core: Core, asked: VerifyRequest): Uint8Array {
  const { tempKey } = core.sram;
  const otherData = take(asked.request.data, 64, 19);
  core.refuse('verify.needs-temp-key', !tempKey.valid);
  core.refuse('verify.validate-gen-key-digest', !tempKey.genKeyData || tempKey.keyId !== asked.request.p2);
  const wantsInvalid = asked.mode === 7;
  if (core.switches.validateChecksDirection && ((otherData[0] ?? 0) & 1) !== (wantsInvalid ? 1 : 0)) {
    throw new Refusal(status.execution, 'signature was made for the other direction');
  }
  return validateDigest(core.tempKey32, otherData, core.sn);
}

function judge(core: Core, asked: VerifyRequest, digest: Uint8Array, point: Uint8Array): Uint8Array {
  core.eccFault();
  const signature = take(asked.request.data, 0, 64);
  if (!verifyDigest(point, digest, signature) && core.holds('verify.checks')) return Uint8Array.of(status.mismatch);
  if (!asked.wantsMac) return done;
  const { msgDigBuf } = core.sram;
  const nonceAt = asked.fromBuffer ? 32 : 0;
  core.refuse('verify.mac-needs-nonce', msgDigBuf.length < nonceAt + 32);
  return join(verifyMac(core.ioKey, digest, take(msgDigBuf.value, nonceAt, 32), signature, head(asked.request)));
}
