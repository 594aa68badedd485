import { z } from 'zod';
import { templateDeviceNames, templateDeviceSerials, templateKeyUsages, templateSignerSerials } from './lists.ts';

/**
 * A certificate layout built from a form, for signers of the profile `own`; also what `signet signer create --template` reads. What it
 * means stands at `CertificateTemplate` (src-shared/certificates). Texts that say nothing sensible are let through here, because a sample
 * tells what is wrong with them in words.
 */
export const certificateTemplateSchema = z.strictObject({
  /** '' = none; in the subjects of signer and device. */
  organizationalUnit: z.string().max(200),
  deviceName: z.enum(templateDeviceNames),
  deviceSerial: z.enum(templateDeviceSerials),
  signerSerial: z.enum(templateSignerSerials),
  /** Empty = no extension. */
  deviceKeyUsage: z.array(z.enum(templateKeyUsages)).max(2),
  /** Dotted object identifiers; empty = no extension. */
  deviceExtendedKeyUsage: z.array(z.string().max(128)).max(8),
  /** cA = FALSE, critical. */
  deviceBasicConstraints: z.boolean(),
  deviceSubjectKeyId: z.boolean(),
  deviceAuthorityKeyId: z.boolean(),
  signerCrlSign: z.boolean(),
});

/** The same as a type, for rooms that know the contract only. */
export type CertificateTemplate = z.infer<typeof certificateTemplateSchema>;
