import type { LintContext, PartRule, PresetId } from '../../../src-shared/atecc/config/index.ts';
import { usualLayout } from '../../../src-shared/atecc/config/index.ts';

/** The note's plan: the usual layout, no data, no slot locks. */
export const notePlan: LintContext = { ...usualLayout, plannedData: [], slotsToLock: [] };

/** The plan of a signer module (signer-and-server.md 6.1 and 6.5): certificates 11 to 14, records and keys, locks. */
export const signerPlan: LintContext = {
  certificateSlots: [11, 12, 13, 14],
  plannedData: [4, 5, 8, 9].map((slot) => ({ slot, length: 32 })),
  slotsToLock: [3, 8, 10, 11, 12, 13, 14, 15],
};

/**
 * What the linter must say of every published image on its own part, reviewed slot by slot against the reference pages:
 * severity, kind, slot, and the slots that its remedy locks. Severities in order, in each the order of the bytes.
 */
export const expectedFindings: Readonly<Record<PresetId, readonly string[]>> = {
  // Slot 4 is the open parent of 1, 3, 8, 9; 5 and 6 are Never; 10, 11, 12 are 0F0F and slot 0 allows GenKey.
  'provisioning-2015': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'note parent-unknown 4',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
  ],
  // Slot 7 takes PrivWrite under slot 4.
  'w25-test': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning privwrite-after-lock 7',
    'note otp-consumption',
    'note parent-unknown 4',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
  ],
  'w25-example': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning privwrite-after-lock 7',
    'note otp-consumption',
    'note parent-unknown 4',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
  ],
  // Slot 1 is the open read key of slot 3; slot 15 is an open secret with 128 uses.
  'h1-2015-test': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 1 lock 1',
    'warning secret-writable 15 lock 15',
    'note otp-consumption',
    'note parent-unknown 1',
    'note never-slot-random 3',
    'note single-uses 15',
  ],
  // Slot 6 is an open secret without dependents (slot 5 rolls from itself); slot 7 is 208F, odd, with ECDH into n OR 1.
  'tls-default-2016': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning secret-writable 6 lock 6',
    'warning ecdh-odd-slot 7',
    'note otp-consumption',
    'note parent-unknown 4',
    'note no-mac 6',
  ],
  // Slot 5 is derived from slot 6, which is open; OTP is read-only.
  'aws-zero-touch': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning parent-writable 6 lock 6',
    'note parent-unknown 4',
    'note parent-unknown 6',
    'note no-mac 6',
  ],
  // Slot 14 must be validated by slot 15, which is open.
  'library-test-508': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning privwrite-after-lock 7',
    'warning validation-parent-open 14 lock 15',
    'note otp-consumption',
    'note parent-unknown 4',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
    'note lock-bytes',
  ],
  // CountMatch A1, UseLock FF alone, VolatileKeyPermission 84, SecureBoot BC03, KDF 096976, ChipOptions 400E; 5 and 10 clear AES keys.
  'library-test-608': [
    'warning F1-count-match-no-value 10',
    'warning device-key-limited 0',
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning aes-key-readable 5',
    'warning privwrite-after-lock 7',
    'warning aes-key-readable 10',
    'warning validation-parent-open 14 lock 15',
    'warning F3-use-lock 15',
    'warning F5-secure-boot 12',
    'warning F8-output-protection 4',
    'note limited-use-match 0',
    'note parent-unknown 4',
    'note no-mac 6',
    'note never-slot-random 6',
    'note F4-volatile-key 4',
    'note F6-kdf-iv',
    'note lock-bytes',
    'note latch 5',
  ],
  'standard-tls-508': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning parent-writable 6 lock 6',
    'note otp-consumption',
    'note parent-unknown 4',
    'note parent-unknown 6',
    'note no-mac 6',
    'note lock-bytes',
  ],
  // ChipMode 01; lock bytes are printed FF FF.
  'standard-tls-608': [
    'warning identity-open lock 0 10 11 12',
    'warning parent-writable 4 lock 4',
    'warning parent-writable 6 lock 6',
    'note F2-extra-address',
    'note parent-unknown 4',
    'note parent-unknown 6',
    'note no-mac 6',
    'note lock-bytes',
  ],
  // Key and certificates are closed. Slot 6 (IO key, parent of 5) is open; slot 9 an open AES key that cannot be locked.
  'tng-tls': [
    'warning parent-writable 6 lock 6',
    'warning secret-writable 9',
    'warning validation-parent-open 14 lock 13',
    'warning F5-secure-boot 7',
    'warning F8-output-protection 6',
    'note F2-extra-address',
    'note genkey-after-lock-off 0',
    'note genkey-after-lock-off 1',
    'note parent-unknown 6',
    'note no-mac 7',
    'note never-slot-random 7',
    'note F6-kdf-iv',
    'note lock-bytes',
  ],
  // As TNGTLS, but the certificates are open.
  'tflx-tls': [
    'warning parent-writable 6 lock 6',
    'warning secret-writable 9',
    'warning identity-open lock 10 11 12',
    'warning validation-parent-open 14 lock 13',
    'warning F5-secure-boot 7',
    'warning F8-output-protection 6',
    'note F2-extra-address',
    'note genkey-after-lock-off 0',
    'note genkey-after-lock-off 1',
    'note parent-unknown 6',
    'note no-mac 7',
    'note never-slot-random 7',
    'note F6-kdf-iv',
    'note lock-bytes',
  ],
  // No parents; slot 7 is limited by counter 0, slot 15 by its 128 single uses.
  'arduino-eccx08': [
    'warning identity-open lock 0 10 11 12',
    'note otp-consumption',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
    'note limited-use 7',
    'note never-slot-random 7',
    'note single-uses 15',
    'note never-slot-random 15',
  ],
  // Slot 3 is read under slot 4, which nobody can write later.
  'factory-608b': [
    'warning identity-open lock 0 10 11 12',
    'note parent-unknown 4',
    'note never-slot-random 3',
    'note never-slot-random 4',
    'note never-slot-random 5',
    'note no-mac 6',
    'note never-slot-random 6',
    'note limited-use 7',
    'note never-slot-random 7',
    'note limited-use 15',
    'note never-slot-random 15',
  ],
  // The label in slot 9 is open on purpose; 4 and 5 write each other, are NoMac and not lockable; 0, 1, 2, 6, 7 unused.
  'asd1-signer': [
    'warning data-open 9 lock 9',
    'note never-slot-random 0',
    'note never-slot-random 1',
    'note never-slot-random 2',
    'note no-mac 4',
    'note no-mac 5',
    'note never-slot-random 6',
    'note never-slot-random 7',
  ],
};

const filler508: readonly PartRule[] = ['F1', 'F3', 'F4', 'F5', 'F6', 'F7'];

/** The rules that refuse each published image on the other part (config-zone.md 7.9, end). */
export const refusedOnOtherPart: Readonly<Record<PresetId, readonly PartRule[]>> = {
  'provisioning-2015': filler508,
  'w25-test': filler508,
  'w25-example': filler508,
  'h1-2015-test': filler508,
  'tls-default-2016': filler508,
  // Bytes 68 to 83 are 00 in this one: only OTPmode AA gives it away.
  'aws-zero-touch': ['F1'],
  'library-test-508': filler508,
  'library-test-608': ['F1', 'F7', 'F8', 'F9'],
  'standard-tls-508': filler508,
  'standard-tls-608': ['F1'],
  'tng-tls': ['F1', 'F7', 'F8', 'F9'],
  'tflx-tls': ['F1', 'F7', 'F8', 'F9'],
  'arduino-eccx08': filler508,
  'factory-608b': ['F1'],
  'asd1-signer': filler508,
};
