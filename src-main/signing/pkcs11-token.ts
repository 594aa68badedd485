import { equalBytes } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { KeyFailure, KeyHolder } from './host-signer.ts';
import {
  cka,
  ckf,
  ckm,
  cko,
  ckr,
  cku,
  keyTypeEc,
  loadPkcs11,
  type Pkcs11Module,
  resultCode,
} from './pkcs11-binding.ts';

/** Which key on which token. */
export interface TokenKey {
  /** Path of the vendor's PKCS#11 library. */
  readonly library: string;
  /** As the token says, without trailing blanks. */
  readonly tokenLabel: string;
  readonly tokenSerial: string;
  /** CKA_ID */
  readonly keyId: Uint8Array;
}

/** DER of the OID of P-256. */
const p256 = Buffer.from('06082a8648ce3d030107', 'hex');

/** A key on a token; its PIN is the password. The key never leaves the token. */
export class Pkcs11Key implements KeyHolder {
  readonly changesPassword = false;
  readonly #where: TokenKey;
  readonly #publicKey: Uint8Array;
  #open:
    | { readonly module: Pkcs11Module; readonly slot: Buffer; readonly session: Buffer; readonly key: Buffer }
    | undefined;

  constructor(where: TokenKey, publicKey: Uint8Array) {
    this.#where = where;
    this.#publicKey = publicKey;
  }

  async open(passwords: readonly Secret[]): Promise<Result<undefined, KeyFailure>> {
    const [pin] = passwords;
    if (pin === undefined || passwords.length !== 1) return fail({ kind: 'wrong-password' });
    await this.close();
    const module = await loadPkcs11(this.#where.library);
    if (!module.ok) return fail({ kind: 'broken', reason: module.failure });
    return openSession(module.value, this.#where, pin, (session, slot) => {
      const key = findKey(module.value, session, cko.PRIVATE_KEY, this.#where.keyId);
      if (key === undefined) return fail({ kind: 'broken', reason: reason('token-no-key') });
      const point = publicKeyOn(module.value, session, this.#where.keyId);
      if (point !== undefined && !equalBytes(point, this.#publicKey)) {
        return fail({ kind: 'broken', reason: reason('token-other-key') });
      }
      this.#open = { module: module.value, slot, session, key };
      return ok(undefined);
    });
  }

  async sign(digest: Uint8Array): Promise<Result<Uint8Array, KeyFailure>> {
    const open = this.#open;
    if (open === undefined) return fail({ kind: 'failed', reason: reason('token-not-open') });
    try {
      open.module.C_SignInit(open.session, { mechanism: ckm.ECDSA }, open.key);
      const signature = await open.module.C_SignAsync(open.session, Buffer.from(digest), Buffer.alloc(64));
      if (signature.length !== 64)
        return fail({ kind: 'failed', reason: reason('token-signature-size', { bytes: signature.length }) });
      return ok(Uint8Array.from(signature));
    } catch (thrown) {
      return fail(keyFailure(open.module, open.slot, thrown));
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) closeSession(open.module, open.session);
  }
}

/** Sessions of this process by library: while there are any it must not be initialised anew. */
const sessions = new WeakMap<Pkcs11Module, number>();

/**
 * Whether the token is plugged in now. False also when its library cannot be loaded. Some libraries know only the tokens that were
 * there when they were initialised (and never see one again that went away): while nobody uses the library it is begun anew.
 */
export async function tokenPresent(where: Pick<TokenKey, 'library' | 'tokenLabel' | 'tokenSerial'>): Promise<boolean> {
  const module = await loadPkcs11(where.library);
  if (!module.ok) return false;
  if (findSlot(module.value, where) !== undefined) return true;
  if ((sessions.get(module.value) ?? 0) > 0) return false;
  for (const begin of [() => module.value.C_Finalize(), () => module.value.C_Initialize()]) {
    try {
      begin();
    } catch {
      // It was not initialised, or its token store is not there: the next look tries again.
    }
  }
  return findSlot(module.value, where) !== undefined;
}

/** A key for a new signer: made on the token, or one that is there already. */
export type WantedKey =
  | { readonly make: { readonly id: Uint8Array; readonly label: string } }
  | { readonly keyId: Uint8Array };

/** Makes or finds a P-256 key on a token and gives its public key X‖Y. Made keys are sensitive and not extractable. */
export async function keyOnToken(
  where: Omit<TokenKey, 'keyId'>,
  pin: Secret,
  wanted: WantedKey,
): Promise<Result<{ readonly keyId: Uint8Array; readonly publicKey: Uint8Array }, KeyFailure>> {
  const loaded = await loadPkcs11(where.library);
  if (!loaded.ok) return fail({ kind: 'broken', reason: loaded.failure });
  const module = loaded.value;
  return openSession(
    module,
    where,
    pin,
    (session) => {
      const keyId = 'make' in wanted ? wanted.make.id : wanted.keyId;
      if ('make' in wanted) makeKey(module, session, wanted.make);
      else if (findKey(module, session, cko.PRIVATE_KEY, keyId) === undefined) {
        return fail({ kind: 'broken', reason: reason('token-no-such-key') });
      }
      const publicKey = publicKeyOn(module, session, keyId);
      if (publicKey === undefined) {
        return fail({ kind: 'broken', reason: reason('token-no-public-key') });
      }
      closeSession(module, session);
      return ok({ keyId, publicKey });
    },
    ckf.RW_SESSION,
  );
}

function makeKey(
  module: Pkcs11Module,
  session: Buffer,
  key: { readonly id: Uint8Array; readonly label: string },
): void {
  const id = { type: cka.ID, value: Buffer.from(key.id) };
  const label = { type: cka.LABEL, value: key.label };
  module.C_GenerateKeyPair(
    session,
    { mechanism: ckm.EC_KEY_PAIR_GEN },
    [
      { type: cka.KEY_TYPE, value: keyTypeEc },
      { type: cka.EC_PARAMS, value: p256 },
      { type: cka.TOKEN, value: true },
      { type: cka.VERIFY, value: true },
      id,
      label,
    ],
    [
      { type: cka.KEY_TYPE, value: keyTypeEc },
      { type: cka.TOKEN, value: true },
      { type: cka.PRIVATE, value: true },
      { type: cka.SENSITIVE, value: true },
      { type: cka.EXTRACTABLE, value: false },
      { type: cka.SIGN, value: true },
      id,
      label,
    ],
  );
}

/** A logged-in session lent to `work`, which keeps it or closes it; closed here when `work` fails. */
function openSession<T>(
  module: Pkcs11Module,
  where: Pick<TokenKey, 'tokenLabel' | 'tokenSerial'>,
  pin: Secret,
  work: (session: Buffer, slot: Buffer) => Result<T, KeyFailure>,
  flags = 0,
): Result<T, KeyFailure> {
  const slot = findSlot(module, where);
  if (slot === undefined) return fail({ kind: 'removed' });
  let session: Buffer | undefined;
  try {
    if (!module.C_GetMechanismList(slot).includes(ckm.ECDSA)) {
      return fail({ kind: 'broken', reason: reason('token-no-ecdsa') });
    }
    session = module.C_OpenSession(slot, ckf.SERIAL_SESSION | flags);
    sessions.set(module, (sessions.get(module) ?? 0) + 1);
    logIn(module, session, pin);
    const done = work(session, slot);
    if (!done.ok) closeSession(module, session);
    return done;
  } catch (thrown) {
    if (session !== undefined) closeSession(module, session);
    return fail(keyFailure(module, slot, thrown));
  }
}

/** The binding wants the PIN as a string, which cannot be wiped: it is gone with the next collection. */
function logIn(module: Pkcs11Module, session: Buffer, pin: Secret): void {
  const enter = (): void => pin.use((bytes) => module.C_Login(session, cku.USER, Buffer.from(bytes).toString('utf8')));
  try {
    enter();
  } catch (thrown) {
    if (resultCode(thrown) !== ckr.USER_ALREADY_LOGGED_IN) throw thrown;
    // Somebody of this process was let in before: this person proves the PIN all the same.
    module.C_Logout(session);
    enter();
  }
}

function closeSession(module: Pkcs11Module, session: Buffer): void {
  sessions.set(module, Math.max(0, (sessions.get(module) ?? 1) - 1));
  for (const end of [() => module.C_Logout(session), () => module.C_CloseSession(session)]) {
    try {
      end();
    } catch {
      // The token is gone, or there was no login: nothing is left to be closed.
    }
  }
}

function findSlot(module: Pkcs11Module, where: Pick<TokenKey, 'tokenLabel' | 'tokenSerial'>): Buffer | undefined {
  try {
    return module.C_GetSlotList(true).find((slot) => {
      try {
        const { label, serialNumber } = module.C_GetTokenInfo(slot);
        return label.trimEnd() === where.tokenLabel && serialNumber.trimEnd() === where.tokenSerial;
      } catch {
        return false;
      }
    });
  } catch {
    return undefined;
  }
}

/** Tokens that a library shows, to choose from. */
export async function listTokens(
  library: string,
): Promise<Result<readonly { readonly label: string; readonly serial: string }[], Reason>> {
  const module = await loadPkcs11(library);
  if (!module.ok) return module;
  const tokens = module.value.C_GetSlotList(true).flatMap((slot) => {
    try {
      const { label, serialNumber } = module.value.C_GetTokenInfo(slot);
      return [{ label: label.trimEnd(), serial: serialNumber.trimEnd() }];
    } catch {
      return [];
    }
  });
  return ok(tokens.filter(({ label }) => label !== ''));
}

function findKey(module: Pkcs11Module, session: Buffer, kind: number, id: Uint8Array): Buffer | undefined {
  module.C_FindObjectsInit(session, [
    { type: cka.CLASS, value: kind },
    { type: cka.ID, value: Buffer.from(id) },
  ]);
  try {
    const [key] = module.C_FindObjects(session, 1);
    return key;
  } finally {
    module.C_FindObjectsFinal(session);
  }
}

/** X‖Y of the public key object; undefined when there is none, or none of P-256. */
function publicKeyOn(module: Pkcs11Module, session: Buffer, id: Uint8Array): Uint8Array | undefined {
  const object = findKey(module, session, cko.PUBLIC_KEY, id);
  if (object === undefined) return undefined;
  const [parameters, point] = module.C_GetAttributeValue(session, object, [
    { type: cka.EC_PARAMS },
    { type: cka.EC_POINT },
  ]);
  if (parameters === undefined || !p256.equals(parameters.value) || point === undefined) return undefined;
  // An OCTET STRING around the point by the standard; some tokens give the point itself.
  const bytes =
    point.value.length === 67 && point.value[0] === 0x04 && point.value[1] === 0x41
      ? point.value.subarray(2)
      : point.value;
  return bytes.length === 65 && bytes[0] === 0x04 ? Uint8Array.from(bytes.subarray(1)) : undefined;
}

function keyFailure(module: Pkcs11Module, slot: Buffer, thrown: unknown): KeyFailure {
  const code = resultCode(thrown);
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  switch (code) {
    case ckr.PIN_INCORRECT:
    case ckr.PIN_INVALID:
    case ckr.PIN_LEN_RANGE:
    case ckr.USER_NOT_LOGGED_IN:
      return pinLocked(module, slot) ? locked : { kind: 'wrong-password' };
    case ckr.PIN_LOCKED:
      return locked;
    case ckr.PIN_EXPIRED:
    case ckr.USER_PIN_NOT_INITIALIZED:
      return { kind: 'broken', reason: reason('token-pin-anew') };
    case ckr.DEVICE_REMOVED:
    case ckr.TOKEN_NOT_PRESENT:
    case ckr.TOKEN_NOT_RECOGNIZED:
    case ckr.SESSION_CLOSED:
    case ckr.SESSION_HANDLE_INVALID:
    case ckr.OBJECT_HANDLE_INVALID:
    case ckr.KEY_HANDLE_INVALID:
      return { kind: 'removed' };
    default:
      return answers(module, slot)
        ? { kind: 'failed', reason: reason('token-says', { quote: text }) }
        : { kind: 'removed' };
  }
}

const locked: KeyFailure = { kind: 'broken', reason: reason('token-pin-locked') };

function pinLocked(module: Pkcs11Module, slot: Buffer): boolean {
  try {
    return (module.C_GetTokenInfo(slot).flags & ckf.USER_PIN_LOCKED) !== 0;
  } catch {
    return false;
  }
}

function answers(module: Pkcs11Module, slot: Buffer): boolean {
  try {
    module.C_GetTokenInfo(slot);
    return true;
  } catch {
    return false;
  }
}
