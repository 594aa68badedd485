import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';

/**
 * The in-process PKCS#11 binding, an optional package that is loaded when the first token is opened: without it everything else
 * works. Only what we use of it is named here, and that it is there is checked.
 */
export interface Pkcs11Module {
  load(path: string): void;
  C_Initialize(): void;
  C_Finalize(): void;
  close(): void;
  C_GetSlotList(tokenPresent: boolean): Buffer[];
  C_GetTokenInfo(slot: Buffer): { readonly label: string; readonly serialNumber: string; readonly flags: number };
  C_GetMechanismList(slot: Buffer): number[];
  C_OpenSession(slot: Buffer, flags: number): Buffer;
  C_CloseSession(session: Buffer): void;
  C_Login(session: Buffer, userType: number, pin: string): void;
  C_Logout(session: Buffer): void;
  C_FindObjectsInit(session: Buffer, template: readonly Attribute[]): void;
  C_FindObjects(session: Buffer, count: number): Buffer[];
  C_FindObjectsFinal(session: Buffer): void;
  C_GetAttributeValue(session: Buffer, object: Buffer, template: readonly Attribute[]): { readonly value: Buffer }[];
  C_GenerateKeyPair(
    session: Buffer,
    mechanism: { readonly mechanism: number },
    publicTemplate: readonly Attribute[],
    privateTemplate: readonly Attribute[],
  ): { readonly publicKey: Buffer; readonly privateKey: Buffer };
  C_SignInit(session: Buffer, mechanism: { readonly mechanism: number }, key: Buffer): void;
  C_SignAsync(session: Buffer, data: Buffer, out: Buffer): Promise<Buffer>;
}

export interface Attribute {
  readonly type: number;
  readonly value?: number | boolean | Buffer | string;
}

/** Numbers of the PKCS#11 standard, version 2.40. */
export const cka = {
  CLASS: 0x000,
  TOKEN: 0x001,
  PRIVATE: 0x002,
  LABEL: 0x003,
  ID: 0x102,
  KEY_TYPE: 0x100,
  SENSITIVE: 0x103,
  SIGN: 0x108,
  VERIFY: 0x10a,
  EXTRACTABLE: 0x162,
  EC_PARAMS: 0x180,
  EC_POINT: 0x181,
} as const;
export const cko = { PUBLIC_KEY: 2, PRIVATE_KEY: 3 } as const;
export const ckm = { EC_KEY_PAIR_GEN: 0x1040, ECDSA: 0x1041 } as const;
export const ckf = { RW_SESSION: 2, SERIAL_SESSION: 4, USER_PIN_LOCKED: 0x40000 } as const;
export const cku = { USER: 1 } as const;
export const keyTypeEc = 3;
export const ckr = {
  GENERAL_ERROR: 0x05,
  DEVICE_ERROR: 0x30,
  DEVICE_REMOVED: 0x32,
  KEY_HANDLE_INVALID: 0x60,
  OBJECT_HANDLE_INVALID: 0x82,
  PIN_INCORRECT: 0xa0,
  PIN_INVALID: 0xa1,
  PIN_LEN_RANGE: 0xa2,
  PIN_EXPIRED: 0xa3,
  PIN_LOCKED: 0xa4,
  SESSION_CLOSED: 0xb0,
  SESSION_HANDLE_INVALID: 0xb3,
  TOKEN_NOT_PRESENT: 0xe0,
  TOKEN_NOT_RECOGNIZED: 0xe1,
  USER_ALREADY_LOGGED_IN: 0x100,
  USER_NOT_LOGGED_IN: 0x101,
  USER_PIN_NOT_INITIALIZED: 0x102,
  CRYPTOKI_ALREADY_INITIALIZED: 0x191,
} as const;

/** What a call of the binding ended with; undefined for anything that is no PKCS#11 result. */
export function resultCode(thrown: unknown): number | undefined {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : undefined;
}

const methods = [
  'load',
  'C_Initialize',
  'C_GetSlotList',
  'C_GetTokenInfo',
  'C_GetMechanismList',
  'C_OpenSession',
  'C_Login',
  'C_FindObjectsInit',
  'C_GetAttributeValue',
  'C_GenerateKeyPair',
  'C_SignInit',
  'C_SignAsync',
] as const;

function isPkcs11Module(value: unknown): value is Pkcs11Module {
  return (
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => name in value && typeof Reflect.get(value, name) === 'function')
  );
}

/** One loaded library per path for the whole process: PKCS#11 knows one initialisation per process. */
const loaded = new Map<string, Pkcs11Module>();

/** The library at a path, loaded and initialised once. The failure is a sentence. */
export async function loadPkcs11(path: string): Promise<Result<Pkcs11Module, Reason>> {
  const there = loaded.get(path);
  if (there !== undefined) return ok(there);
  let binding: unknown;
  try {
    const name = 'pkcs11js';
    binding = await import(name);
  } catch {
    return fail(reason('token-no-package'));
  }
  const made = constructorOf(binding);
  if (made === undefined) return fail(reason('token-other-package'));
  const module: unknown = Reflect.construct(made, []);
  if (!isPkcs11Module(module)) return fail(reason('token-other-package'));
  try {
    module.load(path);
    try {
      module.C_Initialize();
    } catch (thrown) {
      if (resultCode(thrown) !== ckr.CRYPTOKI_ALREADY_INITIALIZED) throw thrown;
    }
  } catch (thrown) {
    return fail(reason('token-library', { path, quote: thrown instanceof Error ? thrown.message : String(thrown) }));
  }
  loaded.set(path, module);
  return ok(module);
}

type Constructor = Parameters<typeof Reflect.construct>[0];

function constructorOf(binding: unknown): Constructor | undefined {
  if (typeof binding !== 'object' || binding === null) return undefined;
  for (const holder of [binding, 'default' in binding ? binding.default : undefined]) {
    if (typeof holder !== 'object' || holder === null || !('PKCS11' in holder)) continue;
    const { PKCS11 } = holder;
    if (typeof PKCS11 === 'function') return PKCS11;
  }
  return undefined;
}
