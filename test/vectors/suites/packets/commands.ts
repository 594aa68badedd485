import type { MemoryAddress } from '../../../../src-shared/atecc/address.ts';
import {
  aes,
  aesGfm,
  aesMode,
  type Command,
  checkMac,
  counterIncrement,
  counterRead,
  deriveKey,
  ecdh,
  genDig,
  genDigZone,
  genKey,
  genKeyMode,
  genKeyStoredDigest,
  hmac,
  info,
  kdf,
  kdfMessageLength,
  lockConfig,
  lockData,
  lockSlot,
  mac,
  macMode,
  nonce,
  privWritePlain,
  random,
  read,
  secureBoot,
  secureBootMode,
  secureBootWithMac,
  selfTest,
  shaFinish,
  shaHmacStart,
  shaMode,
  shaPublicKey,
  shaReadContext,
  shaStart,
  shaUpdate,
  shaWriteContext,
  sign,
  signInternal,
  updateExtra,
  verify,
  verifyMode,
  verifyWithMac,
  write,
  writeRaw,
  zoneOfCode,
} from '../../../../src-shared/atecc/index.ts';
import { padRight } from '../../../../src-shared/base/bytes.ts';
import { BadVector, booleanOf, bytesOf, type Fields, integerOf, optionalBytes, optionalInteger } from '../../fields.ts';

/** The command behind a library call with one packet, made of its parameters; undefined for a function that is none of these. */
export function commandOf(given: Fields, name: string): Command<unknown> | undefined {
  return Object.hasOwn(makers, name) ? makers[name]?.(given) : undefined;
}

const makers: Readonly<Record<string, (given: Fields) => Command<unknown>>> = {
  calib_info_base: (given) => info(integerOf(given, 'mode'), optionalInteger(given, 'param2') ?? 0),
  calib_random: () => random(),
  calib_nonce_base: (given) => nonce(integerOf(given, 'mode'), integerOf(given, 'param2'), bytesOf(given, 'num_in')),
  calib_read_zone: (given) => read(addressOf(given), sizeOf(integerOf(given, 'length'))),
  calib_write_zone: (given) => write(addressOf(given), bytesOf(given, 'value')),
  calib_write: (given) => {
    const value = bytesOf(given, 'value');
    // Four bytes are never written encrypted; a MAC that is given all the same stays at home.
    const mac = value.length === 4 ? undefined : optionalBytes(given, 'mac');
    return writeRaw(integerOf(given, 'zone'), integerOf(given, 'address'), value, mac);
  },
  calib_lock_config_zone: () => lockConfig(),
  calib_lock_config_zone_crc: (given) => lockConfig(integerOf(given, 'crc')),
  calib_lock_data_zone: () => lockData(),
  calib_lock_data_zone_crc: (given) => lockData(integerOf(given, 'crc')),
  calib_lock_data_slot: (given) => lockSlot(integerOf(given, 'slot')),
  calib_genkey_base: genKeyOf,
  calib_genkey: (given) => genKey(genKeyMode.create, integerOf(given, 'key_id')),
  calib_get_pubkey: (given) => genKey(genKeyMode.publicKey, integerOf(given, 'key_id')),
  calib_sign_base: (given) => sign(integerOf(given, 'mode'), integerOf(given, 'key_id')),
  calib_sign_internal: (given) =>
    signInternal(integerOf(given, 'key_id'), {
      invalidate: booleanOf(given, 'is_invalidate'),
      includeSerial: booleanOf(given, 'is_full_sn'),
    }),
  calib_verify: verifyOf,
  calib_verify_validate: (given) => validateOf(given, verifyMode.validate),
  calib_verify_invalidate: (given) => validateOf(given, verifyMode.invalidate),
  calib_mac: (given) => {
    const mode = integerOf(given, 'mode');
    const challenge = (mode & macMode.block2TempKey) === 0 ? bytesOf(given, 'challenge') : undefined;
    return mac(mode, integerOf(given, 'key_id'), challenge);
  },
  calib_hmac: (given) => hmac(integerOf(given, 'mode'), integerOf(given, 'key_id')),
  calib_checkmac: (given) =>
    checkMac(integerOf(given, 'mode'), integerOf(given, 'key_id'), {
      challenge: optionalBytes(given, 'challenge') ?? new Uint8Array(32),
      response: bytesOf(given, 'response'),
      otherData: bytesOf(given, 'other_data'),
    }),
  calib_gendig: genDigOf,
  calib_derivekey: (given) => {
    const mode = integerOf(given, 'mode');
    if ((mode & ~0x04) !== 0) throw new BadVector(`DeriveKey mode ${mode}`);
    return deriveKey(integerOf(given, 'target_key'), mode === 4, optionalBytes(given, 'mac'));
  },
  calib_ecdh_base: (given) => ecdh(integerOf(given, 'key_id'), bytesOf(given, 'public_key'), integerOf(given, 'mode')),
  calib_counter: (given) => counterOf(integerOf(given, 'counter_id'), integerOf(given, 'mode')),
  calib_counter_read: (given) => counterOf(integerOf(given, 'counter_id'), 0),
  calib_counter_increment: (given) => counterOf(integerOf(given, 'counter_id'), 1),
  calib_updateextra: (given) => updateExtra(integerOf(given, 'mode'), integerOf(given, 'new_value')),
  calib_sha_base: shaOf,
  calib_priv_write: (given) => {
    const padded = bytesOf(given, 'priv_key');
    if (padded.length !== 36 || padded.subarray(0, 4).some((byte) => byte !== 0)) {
      throw new BadVector('priv_key is not 00×4 ‖ key');
    }
    return privWritePlain(integerOf(given, 'key_id'), padded.slice(4));
  },
  calib_aes: (given) => {
    const mode = integerOf(given, 'mode');
    // Field multiplication takes two blocks; a call that gives one has zeros for the other.
    if ((mode & 3) === aesMode.gfm) {
      const blocks = padRight(bytesOf(given, 'data'), 32);
      return aesGfm(blocks.slice(0, 16), blocks.slice(16));
    }
    return aes((mode & 1) === 0 ? 'encrypt' : 'decrypt', integerOf(given, 'key_id'), mode >> 6, bytesOf(given, 'data'));
  },
  calib_aes_gfm: (given) => aesGfm(bytesOf(given, 'h'), bytesOf(given, 'input')),
  calib_kdf: (given) => {
    const mode = integerOf(given, 'mode');
    const details = integerOf(given, 'details');
    const message = bytesOf(given, 'message').slice(0, kdfMessageLength(mode, details));
    return kdf(mode, integerOf(given, 'key_id'), details, message);
  },
  calib_selftest: (given) => selfTest(integerOf(given, 'mode'), optionalInteger(given, 'param2') ?? 0),
  calib_secureboot: secureBootOf,
};

function addressOf(given: Fields): MemoryAddress {
  const zone = zoneOfCode(integerOf(given, 'zone'));
  if (zone === undefined) throw new BadVector('zone');
  return {
    zone,
    slot: integerOf(given, 'slot'),
    block: integerOf(given, 'block'),
    word: integerOf(given, 'offset') & 7,
  };
}

function sizeOf(length: number): 4 | 32 {
  if (length !== 4 && length !== 32) throw new BadVector(`length ${length}`);
  return length;
}

function genKeyOf(given: Fields): Command<unknown> {
  const mode = integerOf(given, 'mode');
  const keyId = integerOf(given, 'key_id');
  const otherData = optionalBytes(given, 'other_data');
  if (mode === genKeyMode.storedPublicKeyDigest) return genKeyStoredDigest(keyId, otherData ?? new Uint8Array(0));
  if (otherData !== undefined && otherData.length > 0) throw new BadVector('other_data without its mode');
  return genKey(mode, keyId);
}

/** The mode alone says what follows the signature. Validate external is sent with room for a key, as the library does (CONFLICT, atecc-device.md 7.9). */
function verifyOf(given: Fields): Command<unknown> {
  const mode = integerOf(given, 'mode');
  const make = (mode & verifyMode.mac) !== 0 ? verifyWithMac : verify;
  return make(mode, integerOf(given, 'key_id'), bytesOf(given, 'signature'), afterSignature(given, mode & 7));
}

function afterSignature(given: Fields, kind: number): Uint8Array | undefined {
  switch (kind) {
    case verifyMode.external:
      return bytesOf(given, 'public_key');
    case verifyMode.validateExternal:
      return optionalBytes(given, 'public_key') ?? new Uint8Array(64);
    case verifyMode.validate:
    case verifyMode.invalidate:
      return bytesOf(given, 'other_data');
    default:
      return undefined;
  }
}

function validateOf(given: Fields, mode: number): Command<unknown> {
  return verify(mode, integerOf(given, 'key_id'), bytesOf(given, 'signature'), bytesOf(given, 'other_data'));
}

/** Extra data exist for two zones only; whatever else is given stays at home, as in the library. */
function genDigOf(given: Fields): Command<unknown> {
  const zone = integerOf(given, 'zone');
  const other = optionalBytes(given, 'other_data') ?? new Uint8Array(0);
  const taken =
    zone === genDigZone.sharedNonce
      ? other.slice(0, 32)
      : zone === genDigZone.data && other.length >= 4
        ? other.slice(0, 4)
        : undefined;
  return genDig(zone, integerOf(given, 'key_id'), taken);
}

function counterOf(counter: number, mode: number): Command<unknown> {
  if ((counter !== 0 && counter !== 1) || (mode !== 0 && mode !== 1)) throw new BadVector('counter or mode');
  return mode === 0 ? counterRead(counter) : counterIncrement(counter);
}

function shaOf(given: Fields): Command<unknown> {
  const mode = integerOf(given, 'mode');
  const length = integerOf(given, 'length');
  const message = optionalBytes(given, 'message') ?? new Uint8Array(0);
  switch (mode & 7) {
    case shaMode.start:
      return shaStart();
    case shaMode.update:
      return shaUpdate(message.slice(0, length));
    case shaMode.publicKey:
      return shaPublicKey(length);
    case shaMode.hmacStart:
      return shaHmacStart(length);
    case shaMode.end:
    case shaMode.hmacEnd:
      return shaFinish(mode, message.slice(0, length));
    case shaMode.readContext:
      return shaReadContext();
    default:
      return shaWriteContext(message.slice(0, length));
  }
}

function secureBootOf(given: Fields): Command<unknown> {
  const mode = integerOf(given, 'mode');
  const stores = (mode & 7) === secureBootMode.fullStore;
  const signature = stores ? undefined : bytesOf(given, 'signature');
  const make = (mode & secureBootMode.encryptedDigest) !== 0 ? secureBootWithMac : secureBoot;
  return make(mode, bytesOf(given, 'digest'), signature, integerOf(given, 'param2'));
}
