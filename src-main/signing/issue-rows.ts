import { serialNumberOf } from '../../src-shared/atecc/serial.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { dateText, type PreparedCertificate } from '../../src-shared/certificates/index.ts';
import type { SigningIntent } from './ports.ts';
import { type CertificateRequest, type Refusal, refusal } from './request.ts';
import type { SignerIdentity, SignerState, SignFailure } from './signer-module.ts';

/** Columns of a signing-log row by what they are about (signer-and-server.md 5), and refusals for what a signer answered. */
type Columns = SigningIntent['row'];

/** Who asked, for which chip. */
export function requestColumns(request: CertificateRequest): Columns {
  const { requester } = request;
  return {
    device_sn: request.configZone.length >= 13 ? toHex(serialNumberOf(request.configZone)) : '',
    device_public_key: toHex(request.publicKey),
    client_addr: requester.address,
    station: requester.station,
    station_auth: requester.stationAuth,
    operator: requester.operator,
    operator_auth: requester.operatorAuth,
    batch: requester.batch,
    unit_label: requester.unitLabel,
  };
}

/** Which signer. */
export function signerColumns(identity: SignerIdentity): Columns {
  return {
    signer_sn: toHex(identity.serialNumber),
    signer_name: identity.name,
    signer_id: toHex(identity.signerId),
    signer_kind: identity.kind,
    chain_id: String(identity.chainId),
    device_template_id: String(identity.deviceTemplateId),
    device_def_sha256: toHex(identity.deviceDefinitionDigest),
  };
}

/** What was to be signed. */
export function certificateColumns(certificate: PreparedCertificate): Columns {
  return {
    cert_serial: toHex(certificate.serialNumber),
    cert_not_before: dateText(certificate.notBefore),
    cert_not_after: dateText(certificate.notAfter),
    tbs_sha256: toHex(certificate.digest),
  };
}

/** What a client is told when the signer did not sign; `state` is the module's afterwards. */
export function signRefusal(failure: SignFailure, state: SignerState): Refusal {
  switch (failure.kind) {
    case 'locked':
      return refusal('SIGNER_LOCKED', 'the signer waits for its password');
    case 'removed':
      return refusal('SIGNER_REMOVED', 'the signer was removed');
    case 'foreign-issuer':
      return refusal('DEFINITION_MISMATCH', 'the signer refused to sign for another issuer');
    case 'refused':
      return refusal('SIGN_FAILED', 'the signer did not sign');
    case 'wrong-signature':
      return refusal('SIGNATURE_CHECK_FAILED', "the signer's signature does not verify");
    case 'kit-unsuitable':
      return refusal('SIGNER_KIT_UNSUITABLE', 'authorisation does not survive on this stick');
    case 'fault':
      // A module that is still ready had a bad moment: trying again is worth it.
      return state === 'READY'
        ? refusal('SIGN_FAILED', 'the signer did not sign')
        : refusal('SIGNER_FAULT', 'the signer does not work');
  }
}
