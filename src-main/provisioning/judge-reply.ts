import { equalBytes } from '../../src-shared/base/bytes.ts';
import {
  type CertInfo,
  type DefinitionPair,
  deviceZone,
  readCertificate,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { reason } from '../../src-shared/model/reasons.ts';
import type { CertReply } from '../../src-shared/wire/messages.ts';
import type { BlockWrite } from '../device/index.ts';
import { checkChain } from './chain.ts';
import { stationFails } from './outcome.ts';

/** What a reply is held against. */
export interface ReplyContext {
  readonly certInfo: CertInfo;
  readonly definitions: DefinitionPair;
  /** X‖Y of the chip */
  readonly publicKey: Uint8Array;
  /** 9 bytes */
  readonly serialNumber: Uint8Array;
  readonly now: Date;
}

/**
 * Gives the blocks of stage 6. The reply is held against what follows from its own certificates and our definitions, and the chain
 * against the certinfo's root (signer-and-server.md 7.3); nothing is written that differs: WRITE_ITEMS_DIFFER, CERTIFICATE_WRONG.
 */
export function judgeReply(reply: CertReply, context: ReplyContext): readonly BlockWrite[] {
  const { certInfo, definitions, publicKey, serialNumber, now } = context;
  if (reply.privateKeySlot !== certInfo.devicePrivateKeySlot) differs('key-slot');
  if (certInfo.requiredSignerSn !== undefined && !equalBytes(reply.signerSerialNumber, certInfo.requiredSignerSn))
    differs('signer');
  const items = writeItems([
    { definition: definitions.device, certificate: reply.deviceCertificate },
    { definition: definitions.signer, certificate: reply.signerCertificate },
  ]);
  if (!items.ok) stationFails('WRITE_ITEMS_DIFFER', reason('run-reply-certificate', { quote: items.failure.reason }));
  const same =
    items.value.length === reply.writeItems.length &&
    items.value.every((item, i) => {
      const other = reply.writeItems[i];
      return (
        other !== undefined &&
        other.zone === item.zone &&
        other.slot === item.slot &&
        other.offset === item.offset &&
        equalBytes(other.data, item.bytes)
      );
    });
  if (!same) differs('blocks');
  const chain = checkChain({
    device: reply.deviceCertificate,
    signer: reply.signerCertificate,
    rootPublicKey: certInfo.caPublicKey,
    devicePublicKey: publicKey,
    serialNumber,
    definitions,
    now,
  });
  if (!chain.ok) stationFails('CERTIFICATE_WRONG', reason('run-reply-chain', { quote: chain.failure }));
  const fields = readCertificate(definitions.device, reply.deviceCertificate);
  if (!fields.serialNumber.ok || !equalBytes(fields.serialNumber.value, reply.certificateSerial))
    differs('serial-number');
  return items.value
    .filter((item) => item.zone === deviceZone.DATA)
    .map((item) => ({
      address: { zone: 'data', slot: item.slot, block: item.offset / 32, word: 0 },
      bytes: item.bytes,
    }));
}

/** Ends the run: the server's reply is not what follows from its own certificates. */
function differs(replied: 'key-slot' | 'signer' | 'blocks' | 'serial-number'): never {
  return stationFails('WRITE_ITEMS_DIFFER', reason('run-reply-differs', { replied }));
}
