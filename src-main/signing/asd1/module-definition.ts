import { type CertificateDefinition, deviceZone, isPresent } from '../../../src-shared/certificates/index.ts';
import { type Reason, reason } from '../../../src-shared/model/reasons.ts';
import { asd1Slots } from './layout.ts';

/**
 * Where the parts of a module's own certificate lie in the module, whatever slots its definition names for devices: public key in
 * slot 11, compressed certificate in 12, a stored serial number in the spare slot 10 (slot 14, where Zero Touch devices keep
 * it, holds the root key here). Digests are always taken of the definition as it is, never of this one.
 */
export function definitionOnModule(definition: CertificateDefinition): CertificateDefinition {
  const data = (slot: number, count: number) => ({ zone: deviceZone.DATA, slot, isGenkey: false, offset: 0, count });
  const { serialNumberLocation } = definition;
  return {
    ...definition,
    publicKeyLocation: data(asd1Slots.publicKey, 72),
    compressedLocation: data(asd1Slots.certificate, 72),
    serialNumberLocation: isPresent(serialNumberLocation)
      ? data(asd1Slots.storedSerial, serialNumberLocation.count)
      : serialNumberLocation,
  };
}

/** Why a definition cannot be a module's own; undefined when it can. */
export function faultOnModule(definition: CertificateDefinition): Reason | undefined {
  const element = definition.customElements.find(
    ({ deviceLocation }) => isPresent(deviceLocation) && deviceLocation.zone !== deviceZone.CONFIG,
  );
  if (element !== undefined) return reason('set-up-element', { quote: element.id });
  if (definition.serialNumberLocation.count > 32) return reason('set-up-long-serial', { maximum: 32 });
  return undefined;
}
