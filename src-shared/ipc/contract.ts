import { z } from 'zod';
import { planSchema } from '../model/plan.ts';
import { certificateTemplateSchema } from './certificate-template.ts';
import {
  activityLevels,
  activitySources,
  boardKinds,
  exportFormats,
  largestRootFile,
  logResults,
  rootFileFaults,
  setUpSteps,
  signerProfiles,
  siteActions,
} from './lists.ts';
import { reasonSchema } from './reason.ts';
import { healthSchema, roleSchema, runRecordSchema, stateSchema, stateSlices } from './state.ts';

/**
 * The one contract between the core and any screen. Adding a call is one entry here and one method in the line: handlers and
 * clients derive their types from this object. Inputs are parsed by the dispatcher; outputs are parsed in tests.
 */
const none = z.strictObject({});
const done = z.strictObject({});
const site = z.string().min(1).max(64);
const text = (max: number) => z.string().max(max);
/** As typed; lives for one call. Never in state, events, logs or errors. */
const password = z.string().min(1).max(512);

const logFilterSchema = z.strictObject({
  from: text(30).default(''),
  to: text(30).default(''),
  batch: text(64).default(''),
  station: text(64).default(''),
  signer: text(18).default(''),
  result: z.array(z.enum(logResults)).max(6).default([]),
  /** Prefix of a device serial number. */
  serial: text(18).default(''),
  text: text(100).default(''),
});

/** What certificates have of it: batch, station and outcome are facts of requests, in the log. */
const archiveFilterSchema = logFilterSchema.pick({ from: true, to: true, signer: true, serial: true, text: true });

const logRowSchema = z.record(z.string(), z.string());

const findingSchema = z.strictObject({
  id: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  bytes: z.array(z.int()),
  slot: z.int().nullable(),
  title: z.string(),
  consequence: z.string(),
  /** Slots that "Lock slots …" would add; empty = no one-click remedy. */
  lockSlots: z.array(z.int()),
});

const configRowSchema = z.strictObject({
  offset: z.int(),
  length: z.int(),
  bytes: z.string(),
  field: z.string(),
  meaning: z.string(),
  /** False for bytes that no write reaches: serial number, revision, lock bytes. */
  written: z.boolean(),
  /** Bytes on the connected chip, when one is compared and differs. */
  chip: z.string().nullable(),
});

/** What a slot is for after the data lock, as facts for any language (config-zone.md 2 and 3). */
const slotUseSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('private-key'),
    signExternal: z.boolean(),
    signInternal: z.boolean(),
    ecdh: z.enum(['off', 'to-host', 'to-slot']),
    genKeyAfterLock: z.boolean(),
    privWriteAfterLock: z.boolean(),
    publicKeyReadable: z.boolean(),
  }),
  z.strictObject({
    kind: z.enum(['public-key', 'aes-key', 'data', 'reserved-type']),
    read: z.enum(['clear', 'encrypted', 'never', 'prohibited']),
    write: z.enum(['always', 'pub-invalid', 'never', 'encrypted']),
    /** DeriveKey from the slot's own key or from the parent's; null = not allowed. */
    derive: z.enum(['roll', 'parent']).nullable(),
    needsValidation: z.boolean(),
  }),
]);

export const certificateViewSchema = z.strictObject({
  pem: z.string(),
  /** Decoded tree: label, value, children. */
  tree: z.array(z.strictObject({ depth: z.int(), label: z.string(), value: z.string() })),
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
  fingerprint: z.string(),
});

const packetSchema = z.strictObject({
  stage: z.int(),
  command: z.string(),
  describe: z.string(),
  packet: z.string(),
  /** Secret bytes of the packet are shown as dots. */
  irreversible: z.boolean(),
  typicalMs: z.number(),
});

export const settingsSchema = z.strictObject({
  station: text(64),
  language: z.enum(['en', 'de']),
  theme: z.enum(['system', 'light', 'dark']),
  textScale: z.int().min(100).max(200),
  server: z.strictObject({
    mode: z.enum(['own', 'remote']),
    listen: z.boolean(),
    address: text(255),
    port: z.int().min(0).max(65535),
    allow: z.array(text(64)).max(64),
    remoteHost: text(255),
    remotePort: z.int().min(1).max(65535),
  }),
  sites: z.array(z.strictObject({ id: site, label: text(48), connector: text(255), enabled: z.boolean() })).max(16),
  /** Kits typed in by hand: `tcp:host:port`, a port path. */
  extraKits: z.array(text(255)).max(32),
  trustedRoots: z.array(z.strictObject({ name: text(64), publicKey: text(128) })).max(64),
  sound: z.strictObject({ on: z.boolean(), volume: z.int().min(0).max(100) }),
  passwordMinimum: z.int().min(12).max(64),
});

const dryRunQuestion = z.strictObject({
  plan: planSchema,
  entry: z.int().min(0).max(7),
  part: z.enum(['ATECC508A', 'ATECC608']),
  site: site.nullable(),
  language: z.enum(['en', 'de']).default('en'),
});

export const contract = {
  calls: {
    snapshot: { in: none, out: z.strictObject({ sequence: z.int(), state: stateSchema }) },
    ping: { in: z.strictObject({ text: text(200) }), out: z.strictObject({ text: z.string() }) },

    // first start and simulation
    'simulation.start': {
      in: z.strictObject({
        sites: z.int().min(1).max(16),
        part: z.enum(['508', '608']),
        realTime: z.boolean(),
        /** unlocked: it has a password, which is given for the newcomer · locked: somebody must give it · open: it has none. */
        signer: z.enum(['unlocked', 'locked', 'open']).default('unlocked'),
      }),
      out: done,
    },
    'simulation.stop': { in: none, out: done },
    'simulation.insert': {
      in: z.strictObject({
        site,
        /** same: the one that was pulled out there last, as it was then. */
        board: z.enum([...boardKinds, 'same']),
      }),
      out: done,
    },
    'simulation.remove': { in: z.strictObject({ site }), out: done },
    /** Password of the simulated signer, shown only when asked for, so that it stands in no state. */
    'simulation.password': { in: none, out: z.strictObject({ password: z.string() }) },
    'station.setUp': { in: z.strictObject({ name: text(64).min(1) }), out: done },

    // line
    'line.start': {
      in: z.strictObject({
        site,
        action: z.enum(siteActions).exclude(['set-aside']),
        unitLabel: text(64).default(''),
      }),
      out: z.strictObject({ runId: z.string() }),
    },
    'line.startAll': { in: none, out: z.strictObject({ started: z.int() }) },
    'line.setAside': { in: z.strictObject({ site, reason: text(200) }), out: done },
    'line.releaseStop': { in: z.strictObject({ reason: text(200).min(1) }), out: done },
    'line.acceptFirstArticle': { in: none, out: done },
    'line.setBatch': { in: z.strictObject({ batch: text(64), quota: z.int().min(1).nullable() }), out: done },
    'line.resetShift': { in: none, out: done },
    /** A supervisor says that the clock is right after it jumped. */
    'line.acceptClock': { in: none, out: done },

    // people
    'people.signOn': { in: z.strictObject({ name: text(64).min(1), pin: text(32).default('') }), out: done },
    'people.signOff': { in: none, out: done },
    'people.list': {
      in: none,
      out: z.array(z.strictObject({ name: z.string(), role: roleSchema, badge: z.string(), active: z.boolean() })),
    },
    'people.save': {
      in: z.strictObject({
        name: text(64).min(1),
        role: roleSchema,
        badge: text(64).default(''),
        pin: text(32).default(''),
        active: z.boolean(),
      }),
      out: done,
    },

    // signers
    'signers.unlock': {
      in: z.strictObject({ serialNumber: text(18), passwords: z.array(password).min(1).max(2) }),
      out: done,
    },
    'signers.lock': { in: z.strictObject({ serialNumber: text(18) }), out: done },
    'signers.lockAll': { in: none, out: done },
    'signers.rename': { in: z.strictObject({ serialNumber: text(18), label: text(64) }), out: done },
    'signers.changePassword': {
      in: z.strictObject({
        serialNumber: text(18),
        oldPasswords: z.array(password).max(2),
        newPasswords: z.array(password).min(1).max(2),
      }),
      out: done,
    },
    'signers.certificate': { in: z.strictObject({ serialNumber: text(18) }), out: z.array(certificateViewSchema) },
    'signers.export': {
      in: z.strictObject({ serialNumber: text(18) }),
      /** Binary files are base64. */
      out: z.array(z.strictObject({ name: z.string(), encoding: z.enum(['text', 'base64']), content: z.string() })),
    },
    /** Roots the station can sign new signers with: root sticks and root files. */
    'signers.roots': {
      in: none,
      out: z.array(
        z.strictObject({
          id: z.string(),
          kind: z.enum(['chip', 'file']),
          name: z.string(),
          notAfter: z.string(),
          /** How many passwords it asks for before it signs. */
          passwords: z.int().min(0).max(2),
        }),
      ),
    },
    'signers.createRoot': {
      in: z.strictObject({
        kind: z.enum(['chip', 'file']),
        kit: text(255),
        commonName: text(48).min(1),
        organisation: text(48).min(1),
        years: z.int().min(0).max(31),
        passwords: z.array(password).max(2),
      }),
      out: z.strictObject({
        /** The ceremony's record as a text to be printed and signed. */
        record: z.string(),
        /** Where the same record lies as JSON. */
        file: z.string(),
        publicKey: z.string(),
        fingerprint: z.string(),
      }),
    },
    'signers.setUp': {
      in: z.strictObject({
        kit: text(255),
        root: text(255),
        rootPasswords: z.array(password).max(2),
        name: text(48).min(1),
        organisation: text(48).min(1),
        deviceName: text(48).min(1),
        signerId: z.int().min(0).max(0xffff),
        chainId: z.int().min(0).max(15),
        profile: z.enum(signerProfiles),
        /** Of the profile `own`, and of no other. */
        template: certificateTemplateSchema.nullable().default(null),
        deviceYears: z.int().min(0).max(31),
        signerYears: z.int().min(0).max(31),
        passwords: z.array(password).max(2),
      }),
      out: z.strictObject({ serialNumber: z.string(), files: z.array(z.string()), signatureWindowMs: z.number() }),
    },
    /** What the certificates of a signer would look like, made with keys that everybody knows; names may be anything yet. */
    'signers.sample': {
      in: z.strictObject({
        profile: z.enum(signerProfiles),
        template: certificateTemplateSchema.nullable().default(null),
        name: text(200),
        organisation: text(200),
        deviceName: text(200),
        signerId: z.int().min(0).max(0xffff),
        chainId: z.int().min(0).max(15),
        deviceYears: z.int().min(0).max(31),
        signerYears: z.int().min(0).max(31),
        rootName: text(200),
        language: z.enum(['en', 'de']).default('en'),
      }),
      out: z.strictObject({
        /** What about the names, numbers or the template does not fit; '' = nothing, and then there are certificates. */
        fault: z.string(),
        /** What the linter says of the two definitions, worst first. */
        findings: z.array(
          z.strictObject({
            about: z.enum(['signer', 'device']),
            severity: z.enum(['error', 'warning', 'note']),
            text: z.string(),
          }),
        ),
        signer: certificateViewSchema.nullable(),
        device: certificateViewSchema.nullable(),
      }),
    },

    // records
    'records.log': {
      in: z.strictObject({
        filter: logFilterSchema,
        before: z.int().nullable(),
        limit: z.int().min(1).max(500),
        descending: z.boolean(),
      }),
      out: z.strictObject({ rows: z.array(logRowSchema), more: z.boolean() }),
    },
    /** Rows at positions of the filtered list, for a scroll bar over a million rows. */
    'records.logAt': {
      in: z.strictObject({
        filter: logFilterSchema,
        position: z.int().min(0),
        limit: z.int().min(1).max(500),
        /** Newest first. */
        descending: z.boolean().default(true),
      }),
      out: z.strictObject({
        /** An estimate while `exact` is false. */
        total: z.int(),
        /** False while matches are still being looked for: rows may be missing, ask again. */
        exact: z.boolean(),
        position: z.int(),
        rows: z.array(logRowSchema),
      }),
    },
    'records.archive': {
      in: z.strictObject({ filter: archiveFilterSchema, position: z.int().min(0), limit: z.int().min(1).max(500) }),
      out: z.strictObject({
        /** An estimate while `exact` is false. */
        total: z.int(),
        /** False while matches are still being looked for: rows may be missing, ask again. */
        exact: z.boolean(),
        rows: z.array(
          z.strictObject({
            serialNumber: z.string(),
            certificateSerial: z.string(),
            issuedAt: z.string(),
            notAfter: z.string(),
            signer: z.string(),
            definition: z.string(),
          }),
        ),
      }),
    },
    'records.unit': {
      in: z.strictObject({ serialNumber: text(18) }),
      out: z.strictObject({
        serialNumber: z.string(),
        runs: z.array(runRecordSchema),
        rows: z.array(logRowSchema),
        certificates: z.array(
          z.strictObject({
            device: certificateViewSchema,
            signer: certificateViewSchema,
            /** Verified now, against the trusted roots. */
            chain: z.strictObject({
              verified: z.boolean(),
              /** What is wrong, and with whose certificate; null = with none of them. */
              faults: z.array(
                z.strictObject({ member: z.enum(['device', 'signer']).nullable(), reason: reasonSchema }),
              ),
              root: z.string(),
            }),
          }),
        ),
        reworks: z.array(
          z.strictObject({ reason: z.string(), who: z.string(), createdAt: z.string(), usedFor: z.string() }),
        ),
      }),
    },
    'records.charts': {
      in: z.strictObject({ from: text(30), to: text(30), batch: text(64) }),
      out: z.strictObject({
        runs: z.int(),
        passed: z.int(),
        failed: z.int(),
        chips: z.int(),
        chipsPassed: z.int(),
        firstPass: z.int(),
        perDay: z.array(z.strictObject({ day: z.string(), passed: z.int(), failed: z.int() })),
        failures: z.array(z.strictObject({ code: z.string(), errorName: z.string(), count: z.int() })),
        stageTimes: z.array(z.strictObject({ stage: z.string(), medianMs: z.number(), p95Ms: z.number() })),
      }),
    },
    'records.rework': { in: z.strictObject({ serialNumber: text(18).min(18), reason: text(200).min(1) }), out: done },
    'records.export': {
      in: z.strictObject({
        what: z.enum(['log', 'archive', 'runs', 'activity']),
        format: z.enum(exportFormats),
        filter: logFilterSchema,
        /** Least weight of what is exported of the activity log. */
        level: z.enum(activityLevels).default('info'),
        /** Whose lines of the activity log; null = everybody's. */
        source: z.enum(activitySources).nullable().default(null),
      }),
      out: z.strictObject({ name: z.string(), content: z.string(), rows: z.int() }),
    },
    /** Everything of one unit's page, as JSON. */
    'records.exportUnit': {
      in: z.strictObject({ serialNumber: text(18).min(18) }),
      out: z.strictObject({ name: z.string(), content: z.string() }),
    },
    'records.verifyLog': {
      in: none,
      out: z.strictObject({ rows: z.int(), files: z.int(), complaints: z.array(reasonSchema) }),
    },

    // plan
    'plan.list': {
      in: none,
      out: z.array(
        z.strictObject({
          name: z.string(),
          version: z.int(),
          released: z.boolean(),
          active: z.boolean(),
          createdAt: z.string(),
          createdBy: z.string(),
          digest: z.string(),
        }),
      ),
    },
    'plan.get': { in: z.strictObject({ name: text(64), version: z.int() }), out: planSchema },
    /** Stores the plan as the next version of its name; versions never change afterwards. */
    'plan.save': {
      in: z.strictObject({ plan: planSchema }),
      out: z.strictObject({ version: z.int(), digest: z.string() }),
    },
    'plan.release': { in: z.strictObject({ name: text(64), version: z.int() }), out: done },
    'plan.activate': { in: z.strictObject({ name: text(64), version: z.int() }), out: done },
    'plan.inspect': {
      in: z.strictObject({
        plan: planSchema,
        entry: z.int().min(0).max(7),
        part: z.enum(['ATECC508A', 'ATECC608']),
        site: site.nullable(),
        language: z.enum(['en', 'de']).default('en'),
      }),
      out: z.strictObject({
        rows: z.array(configRowSchema),
        /** The chip the rows were compared with; null when none was asked for or seen. */
        chip: z.strictObject({ serialNumber: z.string(), state: z.string() }).nullable(),
        slots: z.array(
          z.strictObject({
            slot: z.int(),
            /** Two bytes as they stand in the image, hex. */
            slotConfig: z.string(),
            keyConfig: z.string(),
            use: slotUseSchema,
            lockable: z.boolean(),
          }),
        ),
        findings: z.array(findingSchema),
        certinfo: z.array(z.strictObject({ label: z.string(), value: z.string() })),
        sample: certificateViewSchema.nullable(),
        /** Why there is nothing to be seen of the certinfo, or of this part; null = there is. */
        error: reasonSchema.nullable(),
      }),
    },
    'plan.dryRun': {
      in: dryRunQuestion,
      out: z.strictObject({
        packets: z.array(packetSchema),
        findings: z.array(findingSchema),
        /** What would make the run fail, beside errors among the findings. */
        problems: z.array(reasonSchema),
        totalMs: z.number(),
      }),
    },
    /** The packets of a dry run, as a file. */
    'plan.exportDryRun': {
      in: dryRunQuestion,
      out: z.strictObject({ name: z.string(), content: z.string() }),
    },
    'plan.presets': {
      in: none,
      out: z.array(z.strictObject({ id: z.string(), part: z.string(), title: z.string(), image: z.string() })),
    },
    'plan.importFile': {
      in: z.strictObject({
        kind: z.enum(['certinfo', 'definition', 'config', 'certificate']),
        name: text(255),
        content: text(2_000_000),
      }),
      out: z.strictObject({
        kind: z.string(),
        text: z.string(),
        summary: z.array(z.strictObject({ label: z.string(), value: z.string() })),
      }),
    },

    // activity, settings, server, health
    'activity.recent': {
      in: none,
      out: z.array(
        z.strictObject({
          time: z.string(),
          level: z.enum(activityLevels),
          source: z.enum(activitySources),
          text: z.string(),
          line: z.string(),
        }),
      ),
    },
    'settings.get': { in: none, out: settingsSchema },
    'settings.save': { in: settingsSchema, out: done },
    /** Reads a root certificate, PEM or DER; nothing is trusted by that. */
    'settings.readRoot': {
      /** The file's bytes as hex. */
      in: z.strictObject({ content: text(2 * largestRootFile).regex(/^(?:[0-9A-Fa-f]{2})*$/) }),
      out: z.strictObject({
        fault: z.enum(rootFileFaults).nullable(),
        /** null = there is a fault. */
        root: z
          .strictObject({
            /** Common name, or the whole subject where there is none. */
            name: z.string(),
            subject: z.string(),
            notAfter: z.string(),
            /** X‖Y, upper-case hex */
            publicKey: z.string(),
            /** SHA-256 over 04‖X‖Y, as in ceremony records. */
            keyFingerprint: z.string(),
            /** SHA-256 over the DER. */
            fingerprint: z.string(),
          })
          .nullable(),
      }),
    },
    'server.stations': {
      in: none,
      out: z.array(z.strictObject({ name: z.string(), createdAt: z.string(), withdrawn: z.boolean() })),
    },
    /** The key is shown once, to be carried to the station. */
    'server.addStation': { in: z.strictObject({ name: text(64).min(1) }), out: z.strictObject({ key: z.string() }) },
    /** This station's own key at the remote server, hex as shown there; kept in an owner-only file. */
    'server.setStationKey': { in: z.strictObject({ key: z.string().regex(/^[0-9A-Fa-f]{64}$/) }), out: done },
    'server.withdrawStation': { in: z.strictObject({ name: text(64) }), out: done },
    'server.clients': {
      in: none,
      out: z.array(
        z.strictObject({
          address: z.string(),
          station: z.string(),
          auth: z.enum(['claimed', 'authenticated']),
          since: z.string(),
          requests: z.int(),
        }),
      ),
    },
    'kits.list': {
      in: none,
      out: z.array(
        z.strictObject({
          path: z.string(),
          connector: z.string(),
          name: z.string(),
          use: z.enum(['site', 'signer', 'root', 'free', 'refused']),
          /** By whom it is used, or why it is not taken. */
          reason: reasonSchema.nullable(),
        }),
      ),
    },
    'health.list': { in: none, out: healthSchema },
  },
  events: {
    /**
     * One slice of the state changed; `sequence` goes up by one each time: a gap means "ask for a snapshot". `someSites` holds the sites
     * that changed, the others and their order are as before.
     */
    state: z.union([
      z.strictObject({ sequence: z.int(), slice: z.literal('station'), value: stateSlices.station }),
      z.strictObject({ sequence: z.int(), slice: z.literal('sites'), value: stateSlices.sites }),
      z.strictObject({ sequence: z.int(), slice: z.literal('someSites'), value: stateSlices.sites }),
      z.strictObject({ sequence: z.int(), slice: z.literal('signers'), value: stateSlices.signers }),
      z.strictObject({ sequence: z.int(), slice: z.literal('shift'), value: stateSlices.shift }),
      z.strictObject({ sequence: z.int(), slice: z.literal('health'), value: stateSlices.health }),
      z.strictObject({ sequence: z.int(), slice: z.literal('simulation'), value: stateSlices.simulation }),
    ]),
    activity: z.strictObject({
      time: z.string(),
      level: z.enum(activityLevels),
      source: z.enum(activitySources),
      text: z.string(),
      line: z.string(),
    }),
    /** The signing log grew: screens that show its end ask again. */
    logGrew: z.strictObject({ sequence: z.int() }),
    /** How far `signers.setUp` or `signers.createRoot` has come. */
    setUp: z.strictObject({ step: z.enum(setUpSteps), status: z.enum(['running', 'done', 'skipped', 'error']) }),
    /** For the station's loudspeaker. */
    sound: z.strictObject({ kind: z.enum(['pass', 'fail', 'ask']) }),
  },
} as const;

export type Contract = typeof contract;
export type CallName = keyof Contract['calls'];
export type EventName = keyof Contract['events'];
export type CallInput<N extends CallName> = z.input<Contract['calls'][N]['in']>;
export type ParsedInput<N extends CallName> = z.output<Contract['calls'][N]['in']>;
export type CallOutput<N extends CallName> = z.output<Contract['calls'][N]['out']>;
export type EventValue<N extends EventName> = z.output<Contract['events'][N]>;

export type CertificateView = z.infer<typeof certificateViewSchema>;
export type Finding = z.infer<typeof findingSchema>;
export type ConfigRow = z.infer<typeof configRowSchema>;
export type SlotUse = z.infer<typeof slotUseSchema>;
export type PlanPacket = z.infer<typeof packetSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type LogRow = z.infer<typeof logRowSchema>;
export type LogFilter = z.infer<typeof logFilterSchema>;

/** What the line implements. `signal` is aborted when the caller went away or cancelled. */
export type Handlers = {
  readonly [N in CallName]: (input: ParsedInput<N>, signal: AbortSignal) => Promise<CallOutput<N>>;
};

export interface WireError {
  readonly code: string;
  readonly number: number;
  readonly message: string;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

/** The frames that both shells carry. */
export type Request =
  | { readonly id: number; readonly call: string; readonly input: unknown }
  | { readonly id: number; readonly cancel: true };
export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };
export type Push = { readonly [N in EventName]: { readonly event: N; readonly value: EventValue<N> } }[EventName];
