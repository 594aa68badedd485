import { z } from 'zod';

/**
 * A plan: everything a run will do, one entry per chip. It is self-contained (C sources as text, images as hex) so that a
 * version of it can be named by its digest in every record; secrets are never in it, only references and check values.
 */
const hexBytes = (count: number) =>
  z.string().regex(new RegExp(`^[0-9A-F]{${2 * count}}$`), `${count} bytes of upper-case hex`);
const anyHex = z.string().regex(/^(?:[0-9A-F]{2})*$/, 'upper-case hex');
const slot = z.int().min(0).max(15);

/** Where the bytes of a data write come from. */
const dataSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bytes'), hex: anyHex.max(2 * 416) }),
  /** The whole file, whose content must have this SHA-256. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1), sha256: hexBytes(32) }),
  /** One column (hex) of a CSV file; the row is the one whose key column holds the chip's serial number or the unit label. */
  z.strictObject({
    kind: z.literal('csv'),
    path: z.string().min(1),
    key: z.enum(['serial', 'unit']),
    keyColumn: z.string().min(1),
    column: z.string().min(1),
  }),
  /** Drawn anew for every run; handed to the sink just before the data lock (the newest value of a chip counts), or kept by nobody. */
  z.strictObject({ kind: z.literal('random'), length: z.int().min(1).max(416), sink: z.string().min(1).optional() }),
  /**
   * HKDF-SHA-256(master secret, salt = serial number, info, length). The secret is in an owner-only file or typed in;
   * `checkValue` = first 8 bytes of SHA-256("signet-check" || secret) so that a wrong secret is caught before the run.
   */
  z.strictObject({
    kind: z.literal('diversified'),
    secret: z.discriminatedUnion('from', [
      z.strictObject({ from: z.literal('file'), path: z.string().min(1) }),
      z.strictObject({ from: z.literal('prompt'), name: z.string().min(1) }),
    ]),
    checkValue: hexBytes(8),
    info: z.string().max(64),
    length: z.int().min(1).max(64),
  }),
]);

/** One write of stage 7: `slot` of the data zone (or OTP), from `offset` (bytes, whole 32-byte blocks are made of all writes). */
export const dataWriteSchema = z.strictObject({
  zone: z.enum(['data', 'otp']),
  slot: slot.default(0),
  offset: z.int().min(0).max(415).default(0),
  source: dataSourceSchema,
  label: z.string().max(64).default(''),
});

/** What is done to one chip. */
export const planEntrySchema = z.strictObject({
  label: z.string().min(1).max(48).default('chip'),
  /** Which of several chips behind a kit; absent = the only one there may be. */
  address: z.int().min(2).max(0xfe).optional(),
  /** 128-byte config image per part; a part without an image is refused (WRONG_PART). */
  images: z.strictObject({ ATECC508A: hexBytes(128).optional(), ATECC608: hexBytes(128).optional() }),
  /** Text of atcaprov_cert_info_X.c. */
  certinfo: z
    .string()
    .min(1)
    .max(1 << 20),
  /** Text of cert_def_*_device.c and cert_def_*_signer.c; empty = the server's definitions, checked against the certinfo's digests. */
  deviceDefinition: z
    .string()
    .max(1 << 20)
    .default(''),
  signerDefinition: z
    .string()
    .max(1 << 20)
    .default(''),
  dataWrites: z.array(dataWriteSchema).max(64).default([]),
  dataLock: z.enum(['fill+crc', 'no-crc']).default('fill+crc'),
  lockSlots: z.array(slot).max(16).default([]),
  validate: z.boolean().default(true),
  /** Kits that were tried and can follow a changed I2C address; without them a change is refused. */
  addressChangeKits: z.array(z.string()).default([]),
});

/** How the line behaves while the plan runs. */
export const planOptionsSchema = z.strictObject({
  autoStart: z.boolean().default(false),
  sound: z.boolean().default(true),
  holdToConfirm: z.boolean().default(false),
  barcodeBeforeStart: z.boolean().default(false),
  /** Stop after this many failures in a row; 0 = never. */
  stopAfterFailures: z.int().min(0).max(100).default(3),
  /** Stop below this share of passes over the last 20 boards, in percent; 0 = never. */
  stopBelowYield: z.int().min(0).max(100).default(0),
  firstArticle: z.boolean().default(false),
});

export const planSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1).max(64),
  version: z.int().min(1),
  entries: z.array(planEntrySchema).min(1).max(8),
  options: planOptionsSchema.default(planOptionsSchema.parse({})),
  note: z.string().max(1000).default(''),
});

export type DataSource = z.infer<typeof dataSourceSchema>;
export type DataWrite = z.infer<typeof dataWriteSchema>;
export type PlanEntry = z.infer<typeof planEntrySchema>;
export type PlanOptions = z.infer<typeof planOptionsSchema>;
export type Plan = z.infer<typeof planSchema>;

/** One text per plan content: keys sorted, no white space. Its SHA-256 is the plan digest (ATPR tag 0263, run records). */
export function canonicalPlan(plan: Plan): string {
  return JSON.stringify(sorted(plan));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
