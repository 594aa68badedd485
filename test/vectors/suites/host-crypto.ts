import {
  addressParam2,
  afterGenDig,
  afterGenKey,
  afterNonce,
  answerCheckMac,
  counterMatchValue,
  dataAddress,
  deriveKeyMac,
  digest,
  emptyTempKey,
  encryptBootDigest,
  expectDerivedKey,
  expectHmac,
  expectMac,
  genDigDigest,
  genDigHeader,
  genDigZone,
  libraryNameOfRefusal,
  libraryStatus,
  type Outcome,
  openOutput,
  openWith,
  sealBlock,
  sealPrivateKeyWith,
  sealWith,
  secureBootAnswerMac,
  signInternalDigest,
  signInternalMessage,
  slotFacts,
  type TempKey,
  tempKeyBytes,
  verifyAnswerMac,
  verifyOtherData,
  writeMac,
} from '../../../src-shared/atecc/index.ts';
import { byteAt, padRight } from '../../../src-shared/base/bytes.ts';
import {
  booleanOf,
  bytesOf,
  compareAll,
  type Fields,
  integerOf,
  objectOf,
  optionalBytes,
  optionalInteger,
  textOf,
} from '../fields.ts';
import { type Judge, wrong } from '../judge.ts';

const success = libraryStatus.ATCA_SUCCESS;
const illegal = libraryStatus.ATCA_BAD_PARAM;

/** host-crypto.json: what the library's host functions compute, by our host room. */
export const judge: Judge = (testCase) => {
  const name = testCase.function ?? '';
  const compute = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (compute === undefined) return wrong(`function ${name} is none of ours`);
  const ours = compute(testCase.in);
  // A call without a TempKey has none to give back.
  const none = 'temp_key' in testCase.in && testCase.in['temp_key'] === null && testCase.out['temp_key'] === null;
  return compareAll(testCase.out, none ? { ...ours, temp_key: null } : ours);
};

const functions: Readonly<Record<string, (given: Fields) => Fields>> = {
  atcah_nonce: (given) => {
    const { result, tempKey } = afterNonce(tempKeyOf(given), {
      mode: integerOf(given, 'mode'),
      param2: integerOf(given, 'zero'),
      input: bytesOf(given, 'num_in'),
      randOut: optionalBytes(given, 'rand_out'),
      keepGenKeyData: true,
    });
    return {
      status: result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)],
      temp_key: shown(tempKey),
    };
  },
  atcah_mac: (given) =>
    outcome(
      'response',
      expectMac(tempKeyOf(given), {
        mode: integerOf(given, 'mode'),
        keyId: integerOf(given, 'key_id'),
        sn: bytesOf(given, 'sn'),
        otp: optionalBytes(given, 'otp'),
        key: optionalBytes(given, 'key'),
        challenge: optionalBytes(given, 'challenge'),
      }),
    ),
  atcah_hmac: (given) =>
    outcome(
      'response',
      expectHmac(tempKeyOf(given), {
        mode: integerOf(given, 'mode'),
        keyId: integerOf(given, 'key_id'),
        sn: bytesOf(given, 'sn'),
        otp: optionalBytes(given, 'otp'),
        key: bytesOf(given, 'key'),
      }),
    ),
  atcah_check_mac: (given) =>
    outcome(
      'client_resp',
      answerCheckMac(tempKeyOf(given), {
        mode: integerOf(given, 'mode'),
        sn: bytesOf(given, 'sn'),
        slotKey: optionalBytes(given, 'slot_key'),
        challenge: optionalBytes(given, 'client_chal'),
        otherData: bytesOf(given, 'other_data'),
        otp: optionalBytes(given, 'otp'),
        targetKey: optionalBytes(given, 'target_key'),
      }),
    ),
  atcah_gen_dig: (given) => {
    const { result, tempKey } = afterGenDig(tempKeyOf(given), {
      zone: integerOf(given, 'zone'),
      param2: integerOf(given, 'key_id'),
      sn: bytesOf(given, 'sn'),
      storedValue: optionalBytes(given, 'stored_value'),
      otherData: optionalBytes(given, 'other_data'),
      slotIsNoMac: booleanOf(given, 'is_key_nomac'),
      counter: integerOf(given, 'counter'),
      slotConfig: integerOf(given, 'slot_conf'),
      keyConfig: integerOf(given, 'key_conf'),
      slotLockedByte: integerOf(given, 'slot_locked'),
    });
    return {
      status: result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)],
      temp_key: shown(tempKey),
    };
  },
  atcah_gen_key_msg: (given) => {
    const { result, tempKey } = afterGenKey(tempKeyOf(given), {
      mode: integerOf(given, 'mode'),
      keyId: integerOf(given, 'key_id'),
      sn: bytesOf(given, 'sn'),
      publicKey: bytesOf(given, 'public_key'),
      otherData: optionalBytes(given, 'other_data'),
    });
    return {
      status: result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)],
      temp_key: shown(tempKey),
    };
  },
  atcah_write_auth_mac: (given) => sealed(sealWith(tempKeyOf(given), ...sealArguments(given))),
  atcah_privwrite_auth_mac: (given) => sealed(sealPrivateKeyWith(tempKeyOf(given), ...sealArguments(given))),
  atcah_derive_key: (given) =>
    outcome(
      'target_key',
      expectDerivedKey(tempKeyOf(given), {
        mode: integerOf(given, 'mode'),
        targetSlot: integerOf(given, 'target_key_id'),
        sn: bytesOf(given, 'sn'),
        sourceKey: bytesOf(given, 'parent_key'),
      }),
    ),
  atcah_derive_key_mac: (given) => {
    const mode = integerOf(given, 'mode');
    const target = integerOf(given, 'target_key_id');
    if ((mode & ~0x04) !== 0 || target > 15) return { status: illegal, mac: null };
    return { status: success, mac: deriveKeyMac(bytesOf(given, 'parent_key'), mode, target, bytesOf(given, 'sn')) };
  },
  atcah_decrypt: (given) => {
    const cipher = bytesOf(given, 'crypto_data');
    const { result, tempKey } = openWith(tempKeyOf(given), cipher);
    const status = result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)];
    // The library decrypts in place: after a refusal the caller still holds the cipher.
    return { status, data: result.ok ? result.value : cipher, temp_key: shown(tempKey) };
  },
  atcah_sign_internal_msg: signInternalOf,
  atcah_gen_session_key: (given) => ({
    status: success,
    // The transport key's session: GenDig's formula with zone 0 in the header.
    session_key: genDigDigest(
      bytesOf(given, 'transport_key'),
      genDigHeader(genDigZone.config, integerOf(given, 'transport_key_id')),
      bytesOf(given, 'sn'),
      bytesOf(given, 'nonce'),
    ),
  }),
  atcah_gen_mac: writeMacOf,
  atcah_verify_mac: (given) => ({
    status: success,
    mac: verifyAnswerMac({
      mode: integerOf(given, 'mode'),
      keyId: integerOf(given, 'key_id'),
      ioKey: bytesOf(given, 'io_key'),
      signature: bytesOf(given, 'signature'),
      messageDigestBuffer: bytesOf(given, 'msg_dig_buf'),
      tempKey: tempKeyBytes(tempKeyOf(given)),
      otherData: optionalBytes(given, 'other_data'),
      sn: optionalBytes(given, 'sn'),
    }),
  }),
  atcah_secureboot_enc: (given) => {
    const { hashedKey, cipher } = encryptBootDigest(
      bytesOf(given, 'io_key'),
      tempKeyBytes(tempKeyOf(given)),
      bytesOf(given, 'digest'),
    );
    return { status: success, hashed_key: hashedKey, digest_enc: cipher };
  },
  atcah_secureboot_mac: (given) => ({
    status: success,
    mac: secureBootAnswerMac({
      mode: integerOf(given, 'mode'),
      param2: integerOf(given, 'param2'),
      secureBootConfig: integerOf(given, 'secure_boot_config'),
      hashedKey: bytesOf(given, 'hashed_key'),
      bootDigest: bytesOf(given, 'digest'),
      signature: optionalBytes(given, 'signature'),
    }),
  }),
  atcah_io_decrypt: (given) => ({
    status: success,
    data: openOutput(bytesOf(given, 'io_key'), bytesOf(given, 'out_nonce'), bytesOf(given, 'data')),
  }),
  atcah_encode_counter_match: (given) => {
    const encoded = counterMatchValue(integerOf(given, 'counter'));
    return { status: encoded === undefined ? illegal : success, encoded: encoded ?? null };
  },
  atcah_sha256: (given) => ({ status: success, digest: digest(bytesOf(given, 'message')) }),
  chain_encrypted_write: chainOf,
};

function sealArguments(given: Fields): [param1: number, param2: number, sn: Uint8Array, plain: Uint8Array] {
  return [integerOf(given, 'zone'), integerOf(given, 'key_id'), bytesOf(given, 'sn'), bytesOf(given, 'input_data')];
}

function sealed({ result, tempKey }: Outcome<{ readonly cipher: Uint8Array; readonly mac: Uint8Array }>): Fields {
  return {
    status: result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)],
    encrypted_data: result.ok ? result.value.cipher : null,
    auth_mac: result.ok ? result.value.mac : null,
    temp_key: shown(tempKey),
  };
}

/** The library first derives the slot's facts from the configuration zone, then builds message, OtherData and digest. */
function signInternalOf(given: Fields): Fields {
  const tempKey = tempKeyOf(given);
  const config = bytesOf(given, 'config');
  // Use flag and update count are the ATECC108A's, in its slots 0..7.
  const counted = textOf(given, 'devtype') === 'ATECC108A' && tempKey.keyId < 8;
  const at = 52 + 2 * tempKey.keyId;
  const counts = counted
    ? { useFlag: byteAt(config, at), updateCount: byteAt(config, at + 1) }
    : { useFlag: 0, updateCount: 0 };
  const facts = { ...slotFacts(config, tempKey.keyId), ...counts };
  const input = {
    mode: integerOf(given, 'mode'),
    keyId: integerOf(given, 'key_id'),
    sn: bytesOf(given, 'sn'),
    facts,
    forInvalidate: booleanOf(given, 'for_invalidate'),
  };
  const message = signInternalMessage(tempKey, input);
  return {
    config_status: success,
    slot_config: facts.slotConfig,
    key_config: facts.keyConfig,
    use_flag: facts.useFlag,
    update_count: facts.updateCount,
    is_slot_locked: facts.slotLocked,
    status: success,
    message,
    verify_other_data: verifyOtherData(message),
    digest: signInternalDigest(tempKey, input),
  };
}

/**
 * The MAC of an encrypted Write. The library leaves it where a GenDig leaves its digest, flags and all; that bookkeeping has
 * nothing in a chip to correspond to and is written here.
 */
function writeMacOf(given: Fields): Fields {
  const tempKey = tempKeyOf(given);
  if (!tempKey.valid || tempKey.noMac) {
    return { status: libraryStatus.ATCA_EXECUTION_ERROR, temp_key: shown({ ...tempKey, valid: false }) };
  }
  const zone = integerOf(given, 'zone');
  const keyId = integerOf(given, 'key_id');
  const mac = writeMac(tempKeyBytes(tempKey), zone, keyId, bytesOf(given, 'sn'), bytesOf(given, 'stored_value'));
  const fromSlot = zone === genDigZone.data && keyId <= 15;
  const value = tempKey.value.slice();
  value.set(mac);
  return { status: success, temp_key: shown({ ...tempKey, value, genDigData: fromSlot, keyId: fromSlot ? keyId : 0 }) };
}

/** Nonce, GenDig and the sealed block of one encrypted write. */
function chainOf(given: Fields): Fields {
  const sn = bytesOf(given, 'sn');
  const keySlot = integerOf(given, 'enc_key_id');
  const nonce = afterNonce(emptyTempKey, {
    mode: 0,
    param2: 0,
    input: bytesOf(given, 'num_in'),
    randOut: bytesOf(given, 'rand_out'),
  });
  const genDig = afterGenDig(nonce.tempKey, {
    zone: 2,
    param2: keySlot,
    sn,
    storedValue: bytesOf(given, 'enc_key'),
    otherData: genDigHeader(2, keySlot),
  });
  const address = dataAddress(integerOf(given, 'slot'), integerOf(given, 'block'));
  const { cipher, mac } = sealBlock(tempKeyBytes(genDig.tempKey), address, sn, bytesOf(given, 'data'));
  return {
    status: success,
    temp_key_after_nonce: shown(nonce.tempKey),
    temp_key_after_gendig: shown(genDig.tempKey),
    address: addressParam2(address),
    encrypted_data: cipher,
    auth_mac: mac,
  };
}

function outcome(field: string, { result, tempKey }: Outcome<Uint8Array>): Fields {
  const status = result.ok ? success : libraryStatus[libraryNameOfRefusal(result.failure)];
  return { status, [field]: result.ok ? result.value : null, temp_key: shown(tempKey) };
}

/** TempKey as the file writes it. A call without one has an empty TempKey. */
export function tempKeyOf(given: Fields): TempKey {
  if (given['temp_key'] === undefined || given['temp_key'] === null) return emptyTempKey;
  const fields = objectOf(given, 'temp_key');
  return {
    value: padRight(bytesOf(fields, 'value'), 64),
    keyId: integerOf(fields, 'key_id'),
    fromInput: booleanOf(fields, 'source_flag'),
    genDigData: booleanOf(fields, 'gen_dig_data'),
    genKeyData: booleanOf(fields, 'gen_key_data'),
    noMac: booleanOf(fields, 'no_mac_flag'),
    valid: booleanOf(fields, 'valid'),
    is64: (optionalInteger(fields, 'is_64') ?? 0) !== 0,
  };
}

export function shown(tempKey: TempKey): Fields {
  return {
    value: tempKey.value,
    key_id: tempKey.keyId,
    source_flag: Number(tempKey.fromInput),
    gen_dig_data: Number(tempKey.genDigData),
    gen_key_data: Number(tempKey.genKeyData),
    no_mac_flag: Number(tempKey.noMac),
    valid: Number(tempKey.valid),
    is_64: Number(tempKey.is64),
  };
}
