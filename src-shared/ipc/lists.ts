/**
 * The closed lists of the contract, without zod, so that the screens can use them and carry no schemas. Every member has
 * its words in every language of the screens; the compiler holds the lists and the words together.
 */

export const personRoles = ['operator', 'supervisor', 'engineer', 'qa'] as const;

/** Why a file is no root certificate that could be trusted. */
export const rootFileFaults = [
  'no-certificate',
  'not-root',
  'several',
  'other-key',
  'no-authority',
  'signature',
] as const;

/** Bytes of the largest file that is read as a root certificate: many times what a chain of them has. */
export const largestRootFile = 64 * 1024;

export const bandKinds = [
  'simulated',
  'network-open',
  'cannot-record',
  'server-unreachable',
  'clock',
  'log-broken',
] as const;

/**
 * off · empty · checking (being identified) · seen (ready to start) · decision (not what the plan expects: only safe choices) ·
 * waiting (for a signer's password) · running · verdict · no-chip · fault (kit trouble)
 */
export const siteStates = [
  'off',
  'empty',
  'checking',
  'seen',
  'decision',
  'waiting',
  'running',
  'verdict',
  'no-chip',
  'fault',
] as const;

export const siteActions = ['provision', 'resume', 'retry', 'validate', 'set-aside', 'accept-key'] as const;

/** Why a choice is shown but cannot be taken now. */
export const blockedReasons = [
  /** Validate only: the data zone is still open. */
  'data-zone-open',
  /** Validate only: the archive has no certificate of this chip. */
  'no-certificate',
  /** Resume: nothing was begun. */
  'nothing-begun',
  /** Resume: the chip is finished. */
  'nothing-left',
  /** The chip can never take this plan. */
  'cannot-take-plan',
  /** Stopped after failures; a supervisor releases it. */
  'line-stopped',
  /** The first article of a new plan version waits for the engineer. */
  'first-article',
  'no-plan',
  'no-signer',
  'server-unreachable',
  'cannot-record',
  'clock',
  'quota-reached',
  /** Somebody with another role must sign on. */
  'role',
  /** Nobody signed on. */
  'sign-on',
] as const;

/** States of a chip before a run, the words of run records: see the table of states in README.md. */
export const chipStates = [
  'new',
  'configuration written, not locked',
  'configuration locked',
  'slot locked while data open',
  'other configuration locked',
  'data locked, slots open',
  'all locked',
] as const;

export const signerStates = [
  'ABSENT',
  'PROBING',
  'UNSUPPORTED',
  'UNCONFIGURED',
  'FOREIGN',
  'PASSWORD_REQUIRED',
  'READY',
  'LOCKED_OUT',
  'FAULT',
] as const;

export const verdictKinds = ['PASS', 'FAIL', 'FAULT', 'SET_ASIDE'] as const;

export const boardKinds = [
  'new',
  'config-locked',
  'data-locked',
  'foreign',
  'provisioned',
  'other-part',
  'planted-key',
  'two-chips',
  'no-chip',
  'failing',
  'interrupted',
] as const;

/** Steps of making a signer or root module, in order (signer-and-server.md 6.5). */
export const setUpSteps = [
  'config',
  'lock-config',
  'fill',
  'key-and-lock-data',
  'compare',
  'prove-key',
  'certificate',
  'lock-slots',
  'prove-password',
  'files',
] as const;

export const logResults = ['START', 'SIGNED', 'REISSUED', 'REFUSED', 'FAILED', 'TORN'] as const;

/** `pem` is of certificates only, `log` (lines in the note's form) of the activity log only. */
export const exportFormats = ['tsv', 'csv', 'json', 'pem', 'log'] as const;

/** Why the set-up of a root or signer stopped: `kind` in the details of its error. */
export const setUpFaults = [
  'parameters',
  'password-policy',
  'no-chip',
  'unsupported',
  'foreign',
  'already-a-module',
  'differs',
  'unknown-origin',
  'password-wrong',
  'kit-unsuitable',
  'test-failed',
  'root',
  'root-stick',
  'wrong-content',
  'removed',
  'device',
] as const;

/** `own` is built from a form: it wants a template. */
export const signerProfiles = ['2015', 'zero-touch', 'tng', 'own'] as const;

/** Common name of a device: as typed, or the chip's serial number in hex before it. */
export const templateDeviceNames = ['fixed', 'chip-serial'] as const;

/** Where a device certificate's serial number comes from: its key and dates, the chip and dates, the chip alone, drawn at random and kept. */
export const templateDeviceSerials = ['key-hash', 'chip-hash', 'chip', 'stored'] as const;

/** The same of a signer's certificate. */
export const templateSignerSerials = ['key-hash', 'stored'] as const;

export const templateKeyUsages = ['digitalSignature', 'keyAgreement'] as const;

export const activityLevels = ['info', 'warning', 'error'] as const;

/** Who says a line of the activity log. */
export const activitySources = ['station', 'line', 'signers', 'server', 'records'] as const;

/** What the station's health page speaks of. */
export const healthIds = [
  /** The list of serial ports cannot be had; ports are looked for by name. */
  'serial-ports',
  'port-permission',
  'hid',
  'usb-events',
  'data-folder',
  'disk-space',
  'clock',
  'store',
  'settings-file',
  'signing-log',
  'server-port',
  'remote-server',
  /** Run reports that the remote server does not have yet. */
  'run-reports',
] as const;

export type PersonRole = (typeof personRoles)[number];
export type SiteState = (typeof siteStates)[number];
export type SiteAction = (typeof siteActions)[number];
export type BlockedReason = (typeof blockedReasons)[number];
export type ChipState = (typeof chipStates)[number];
export type SignerState = (typeof signerStates)[number];
export type BoardKind = (typeof boardKinds)[number];
export type SetUpStep = (typeof setUpSteps)[number];
export type HealthId = (typeof healthIds)[number];
