import type { PersonRole } from '../../src-shared/ipc/lists.ts';
import type { StateView } from '../../src-shared/ipc/state.ts';
import { quoted, reason } from '../../src-shared/model/reasons.ts';
import type { Place, UiStore } from '../stores/ui-store.ts';
import { type FakeAnswers, refused } from './fake-bridge.ts';
import { logAt, logTotal } from './fixtures/log.ts';
import recorded from './fixtures/recorded.json' with { type: 'json' };
import samples from './fixtures/samples.json' with { type: 'json' };
import { manySigners, signer } from './fixtures/signers.ts';
import { oneSite } from './fixtures/sites.ts';
import { state, station } from './fixtures/station.ts';
import type { AnyScenario, Scenario, Step } from './scenario.ts';

/** Whether a sample was recorded of this form; the fields of both stand in the order of the contract. */
const sameForm = (recordedForm: object, asked: object): boolean =>
  JSON.stringify(Object.entries(recordedForm).sort()) === JSON.stringify(Object.entries(asked).sort());

/** The answers every desk screen may ask for: recorded from a real line, or computed. */
export const deskAnswers: FakeAnswers = {
  'signers.certificate': () => ({ recorded: recorded.signerCertificates }),
  'signers.sample': (asked) => {
    const known = samples.find(({ input }) => sameForm(input, asked));
    return known === undefined ? refused('NO_ANSWER', 0) : { recorded: known.answer };
  },
  'signers.roots': () => ({
    value: [
      {
        id: 'file:4F1C0A6B2D9E8875',
        kind: 'file',
        name: 'Example ATECC508A Root CA',
        notAfter: '9999-12-31T23:59:59.000Z',
        passwords: 1,
      },
      {
        id: 'chip:01234F00D82CA571EE',
        kind: 'chip',
        name: 'Plant root 2026',
        notAfter: '2057-01-01T00:00:00.000Z',
        passwords: 2,
      },
    ],
  }),
  'kits.list': () => ({
    value: [
      { path: '/dev/ttyACM0', connector: 'usb:1-1', name: 'SAM D21 kit', use: 'site', reason: null },
      { path: '/dev/ttyACM1', connector: 'usb:1-4', name: 'AT88CK590', use: 'free', reason: null },
      {
        path: 'usb:1-2',
        connector: 'usb:1-2',
        name: 'AT88CKECCSIGNER',
        use: 'signer',
        reason: reason('kit-of-signer'),
      },
      { path: 'usb:1-3', connector: 'usb:1-3', name: 'AT88CKECCROOT', use: 'root', reason: reason('kit-of-root') },
      {
        path: '/dev/ttyUSB3',
        connector: '',
        name: 'ELM327',
        use: 'refused',
        reason: reason('port-no-kit', { path: '/dev/ttyUSB3', quote: 'ELM327 v1.5' }),
      },
    ],
  }),
  'records.logAt': ({ position, limit, descending }) => ({
    value: { total: logTotal, exact: true, position, rows: logAt(position, limit, descending) },
  }),
  'records.archive': ({ position, limit }) => ({
    value: {
      total: logTotal,
      exact: true,
      rows: logAt(position, limit, true).map((row) => ({
        serialNumber: row['device_sn'] ?? '',
        certificateSerial: `4E${row['row_hash']?.repeat(2).slice(0, 30)}`,
        issuedAt: row['time_utc'] ?? '',
        notAfter: '9999-12-31T23:59:59.000Z',
        signer: 'Example ATECC508A Signer 0034',
        definition: '1',
      })),
    },
  }),
  'records.unit': ({ serialNumber }) =>
    serialNumber === recorded.failedUnit.serialNumber ? { recorded: recorded.failedUnit } : { recorded: recorded.unit },
  'records.charts': () => ({
    value: {
      runs: 1684,
      passed: 1661,
      failed: 23,
      chips: 1675,
      chipsPassed: 1661,
      firstPass: 1652,
      perDay: [
        { day: '2026-11-14', passed: 230, failed: 4 },
        { day: '2026-11-15', passed: 0, failed: 0 },
        { day: '2026-11-16', passed: 262, failed: 3 },
        { day: '2026-11-17', passed: 301, failed: 2 },
        { day: '2026-11-18', passed: 287, failed: 9 },
        { day: '2026-11-19', passed: 312, failed: 3 },
        { day: '2026-11-20', passed: 269, failed: 2 },
      ],
      failures: [
        { code: '6-170', errorName: 'KIT_LOST', count: 9 },
        { code: '10-151', errorName: 'CERTIFICATE_WRONG', count: 5 },
        { code: '5-37', errorName: 'DUPLICATE_DEVICE', count: 4 },
        { code: '0-144', errorName: 'FOREIGN_CONFIG', count: 3 },
        { code: '1-146', errorName: 'CHIP_REFUSED', count: 2 },
      ],
      stageTimes: [
        { stage: 'CONFIG_WRITE', medianMs: 252, p95Ms: 268 },
        { stage: 'CONFIG_LOCK', medianMs: 38, p95Ms: 41 },
        { stage: 'CONFIG_READ', medianMs: 44, p95Ms: 52 },
        { stage: 'GEN_KEY', medianMs: 97, p95Ms: 121 },
        { stage: 'CERTS_REQUEST', medianMs: 352, p95Ms: 371 },
        { stage: 'CERTS_WRITE', medianMs: 274, p95Ms: 301 },
        { stage: 'DATA_WRITE', medianMs: 338, p95Ms: 362 },
        { stage: 'DATA_LOCK', medianMs: 36, p95Ms: 40 },
        { stage: 'SLOTS_LOCK', medianMs: 30, p95Ms: 33 },
        { stage: 'VALIDATE_CERTS', medianMs: 462, p95Ms: 498 },
      ],
    },
  }),
  'records.verifyLog': () => ({ value: { rows: logTotal, files: 41, complaints: [] } }),
  'plan.list': () => ({
    value: [
      {
        name: recorded.plan.name,
        version: 1,
        released: true,
        active: true,
        createdAt: '2026-11-02T08:11:00.000Z',
        createdBy: 'PE-05',
        digest: '80FBA95A39D8024CC1FA8B83FC4FA9401EB325B4DA38A43CC8109FF9DB8D46CF',
      },
      {
        name: recorded.plan.name,
        version: 2,
        released: false,
        active: false,
        createdAt: '2026-11-20T09:12:00.000Z',
        createdBy: 'PE-05',
        digest: 'EEC801448BE237078F7312CB163CEBDC0A2B2230AEB6A638828C5EDD264D6F7B',
      },
      {
        name: 'Sensor node',
        version: 4,
        released: true,
        active: false,
        createdAt: '2026-09-14T12:40:00.000Z',
        createdBy: 'PE-02',
        digest: '0B1C801448BE237078F7312CB163CEBDC0A2B2230AEB6A638828C5EDD264D6F7',
      },
    ],
  }),
  'plan.get': () => ({ recorded: recorded.plan }),
  'plan.inspect': ({ language, site, plan }) => {
    const asked = plan.entries[0]?.images.ATECC508A === recorded.plan.entries[0]?.images.ATECC508A;
    const found = (asked ? recorded.inspect : recorded.inspectUnsafe)[language ?? 'en'];
    if (site !== null) return { recorded: found };
    return {
      recorded: { ...found, chip: null, rows: found.rows.map((row) => ({ ...row, chip: null })) },
    };
  },
  'plan.dryRun': ({ language }) => ({
    recorded: { ...recorded.dryRun, findings: recorded.inspect[language ?? 'en'].findings },
  }),
  'plan.presets': () => ({ recorded: recorded.presets }),
  'activity.recent': () => ({ recorded: recorded.activity }),
  'settings.get': () => ({
    value: {
      station: 'ST-07',
      language: 'en',
      theme: 'system',
      textScale: 100,
      server: {
        mode: 'own',
        listen: true,
        address: '192.168.7.21',
        port: 11235,
        allow: ['192.168.7.0/24', '10.4.1.17'],
        remoteHost: '',
        remotePort: 11235,
      },
      sites: [
        { id: 'site-1', label: 'Site 1', connector: 'usb:1-1', enabled: true },
        { id: 'site-2', label: 'Site 2', connector: 'usb:1-5', enabled: false },
      ],
      extraKits: ['tcp:127.0.0.1:7001'],
      trustedRoots: [{ name: 'Example ATECC508A Root CA', publicKey: 'A1'.repeat(64) }],
      sound: { on: true, volume: 60 },
      passwordMinimum: 12,
    },
  }),
  'server.stations': () => ({
    value: [
      { name: 'ST-08', createdAt: '2026-10-01T07:00:00.000Z', withdrawn: false },
      { name: 'ST-02', createdAt: '2026-03-11T07:00:00.000Z', withdrawn: true },
    ],
  }),
  'server.clients': () => ({
    value: [
      {
        address: '192.168.7.34:50122',
        station: 'ST-08',
        auth: 'authenticated',
        since: '2026-11-20T05:58:00.000Z',
        requests: 604,
      },
    ],
  }),
  'server.addStation': () => ({ value: { key: '3F6C'.repeat(16) } }),
  'people.list': () => ({
    value: [
      { name: 'OP-14', role: 'operator', badge: '00417722', active: true },
      { name: 'OP-15', role: 'operator', badge: '', active: false },
      { name: 'SV-02', role: 'supervisor', badge: '00310001', active: true },
      { name: 'PE-05', role: 'engineer', badge: '', active: true },
      { name: 'QA-03', role: 'qa', badge: '', active: true },
    ],
  }),
  'records.export': ({ what, format }) => ({ value: { name: `${what}.${format}`, content: '', rows: 0 } }),
};

function desk(
  place: Place,
  role: PersonRole,
  name: string,
  more: {
    readonly ui?: Partial<UiStore>;
    readonly state?: Partial<StateView>;
    readonly answers?: FakeAnswers;
    readonly steps?: readonly Step[];
  } = {},
): Scenario {
  return {
    state: state({
      signers: [...manySigners],
      sites: [oneSite.seen],
      station: station({ person: { name, role, auth: 'authenticated' } }),
      health: [
        { id: 'data-folder', level: 'ok', facts: { path: '/var/lib/signet' }, reason: null },
        { id: 'disk-space', level: 'warning', facts: { megabytes: '412' }, reason: null },
        { id: 'clock', level: 'ok', facts: {}, reason: null },
        { id: 'serial-ports', level: 'warning', facts: {}, reason: null },
        { id: 'hid', level: 'error', facts: {}, reason: quoted('libusb-1.0.so.0') },
        { id: 'signing-log', level: 'ok', facts: {}, reason: null },
      ],
      ...more.state,
    }),
    ui: { place, ...more.ui },
    answers: { ...deskAnswers, ...more.answers },
    ...(more.steps === undefined ? {} : { steps: more.steps }),
  };
}

const signers = (more: Parameters<typeof desk>[3] = {}): Scenario => desk('signers', 'supervisor', 'SV-02', more);
const records = (more: Parameters<typeof desk>[3] = {}): Scenario => desk('records', 'qa', 'QA-03', more);
const plan = (more: Parameters<typeof desk>[3] = {}): Scenario => desk('plan', 'engineer', 'PE-05', more);
const settings = (more: Parameters<typeof desk>[3] = {}): Scenario => desk('settings', 'engineer', 'PE-05', more);

const setUpToNames: readonly Step[] = [
  { click: '.page-head .btn-primary' },
  { click: '.choice-row:nth-of-type(1) input' },
  { click: '.sequence-foot .btn-primary' },
  { see: '.choice-row input[name=root]' },
  { click: '.choice-row input[name=root]' },
  { click: '.sequence-foot .btn-primary' },
  { see: '.fields-two' },
];
const field = (number: number): string => `.fields-two .field:nth-child(${number}) input`;
const setUpToCertificates: readonly Step[] = [
  ...setUpToNames,
  { type: 'Example Signer', into: field(1) },
  { type: 'Example Organisation', into: field(2) },
  { type: 'Example Device', into: field(3) },
  { type: '0041', into: field(4) },
  { click: '.sequence-foot .btn-primary' },
  { see: '.certificate-tree' },
];
const setUpToOwn: readonly Step[] = [
  ...setUpToCertificates,
  { choose: 'own', in: '.certificate-step .field:nth-child(1) select' },
  // Its two findings, not those of the layout before it.
  { see: '.sample-findings:not(:has(li:nth-child(3)))' },
];
const setUpToPassword: readonly Step[] = [
  ...setUpToCertificates,
  { click: '.sequence-foot .btn-primary' },
  { see: '.sequence-stack:not([hidden]) .new-password' },
];
const setUpToMake: readonly Step[] = [
  ...setUpToPassword,
  { type: 'a pass phrase of length', into: '.new-password .password:nth-child(1) input' },
  { type: 'a pass phrase of length', into: '.new-password .password:nth-child(2) input' },
  { click: '.sequence-foot .btn-primary' },
  { see: '.sequence-foot .hold' },
];
const tab = (name: string): Step => ({ click: `#tab-${name}` });
const section = (number: number): Step => ({ click: `.settings-nav button:nth-child(${number})` });

/** Every state of the supervisor's, QA's and engineer's screens. */
export const deskScenarios = {
  signers: signers(),
  'signers-empty': signers({ state: { signers: [], station: station({ signersReady: 0, signersTotal: 0 }) } }),
  'signers-locked-out': signers({ steps: [{ click: 'tbody tr:nth-child(4) .row-button' }] }),
  'signers-fault': signers({ steps: [{ click: 'tbody tr:nth-child(5) .row-button' }] }),
  'signers-rename': signers({ steps: [{ click: '.card > footer .btn:nth-of-type(3)' }, { see: '[role=dialog]' }] }),
  'signers-change-password': signers({
    steps: [{ click: '.card > footer .btn:nth-of-type(4)' }, { see: '[role=dialog]' }],
  }),
  'signers-unlock': signers({ ui: { unlockSigner: '01237B40D82CA571EE' } }),
  'signers-certificate-tree': signers({
    steps: [
      { see: '.certificate-views' },
      { click: '.certificate-views button:nth-child(2)' },
      { look: '.certificate-views' },
    ],
  }),
  'set-up-module': signers({ steps: [{ click: '.page-head .btn-primary' }, { see: '.choice-row' }] }),
  'set-up-root-choice': signers({ steps: setUpToNames.slice(0, 4) }),
  'set-up-names': signers({ steps: setUpToNames }),
  'set-up-certificates': signers({ steps: setUpToCertificates }),
  'set-up-own-template': signers({
    steps: [
      ...setUpToOwn,
      { choose: 'stored', in: '.fields-two + .fields-two .field:nth-child(3) select' },
      { see: '.sample-findings li:nth-child(3)' },
    ],
  }),
  'set-up-template-fault': signers({
    steps: [
      ...setUpToOwn,
      { type: '1.3.6.1.5.5.7.3.', into: '.check-list .field input' },
      { see: '.certificate-fault' },
    ],
  }),
  'set-up-password': signers({ steps: setUpToPassword }),
  'set-up-make': signers({ steps: setUpToMake }),
  'set-up-working': {
    ...signers({
      answers: { 'signers.setUp': () => ({ silent: true }) },
      steps: [...setUpToMake, { hold: '.sequence-foot .hold' }, { see: '.work-list' }],
    }),
    pushesAfter: [
      { event: 'setUp', value: { step: 'config', status: 'done' } },
      { event: 'setUp', value: { step: 'lock-config', status: 'done' } },
      { event: 'setUp', value: { step: 'fill', status: 'running' } },
    ],
  },
  'set-up-done': signers({
    answers: {
      'signers.setUp': () => ({
        value: {
          serialNumber: '01235A07D82CA571EE',
          files: ['atcaprov_cert_info_0.c', 'cert_def_2_device.c', 'cert_def_1_signer.c', 'root.pem'],
          signatureWindowMs: 412,
        },
      }),
    },
    steps: [...setUpToMake, { hold: '.sequence-foot .hold' }, { see: '.failure.is-pass' }],
  }),
  'root-where': signers({ steps: [{ click: '.page-head .btn:nth-of-type(2)' }, { see: '.choice-row' }] }),

  'records-log': records(),
  'records-unit': records({ ui: { unit: recorded.unit.serialNumber } }),
  'records-unit-failed': records({ ui: { unit: recorded.failedUnit.serialNumber } }),
  'records-unit-pem': records({
    ui: { unit: recorded.unit.serialNumber },
    steps: [
      { see: '.certificate-views' },
      { click: '.cert-chain li:last-child .certificate-views button:nth-child(3)' },
      { look: '.cert-chain li:last-child .certificate-views' },
    ],
  }),
  'records-last-row': records({
    steps: [{ see: '#row-3' }, { key: 'End', on: '.big-list' }, { see: `#row-${logTotal - 1}` }],
  }),
  'records-empty': records({
    answers: { 'records.logAt': ({ position }) => ({ value: { total: 0, exact: true, position, rows: [] } }) },
  }),
  'records-looking': records({
    answers: {
      'records.logAt': ({ position, limit }) => ({
        value: { total: 41_000, exact: false, position, rows: logAt(position, limit, true) },
      }),
    },
  }),
  'records-failed': records({ answers: { 'records.logAt': () => refused('STORE_DAMAGED', 192) } }),
  'records-columns': records({ steps: [{ click: '.page-head .btn:nth-of-type(1)' }, { see: '[role=dialog]' }] }),
  'records-export': records({ steps: [{ click: '.page-head .btn:nth-of-type(2)' }, { see: '[role=dialog]' }] }),
  'records-rework': records({
    ui: { unit: recorded.unit.serialNumber },
    steps: [{ see: '.unit > footer' }, { click: '.unit > footer .btn:last-child' }, { see: '[role=dialog]' }],
  }),
  'records-verified': records({ steps: [{ see: '#row-3' }, { click: '.card > footer .btn-quiet' }] }),
  'records-chain-broken': records({
    answers: {
      'records.verifyLog': () => ({
        value: {
          rows: logTotal,
          files: 41,
          complaints: [
            reason('log-changed', { file: 'signing-2026-11-19T06-00-02Z-40.tsv', line: 4711 }),
            reason('log-not-following', { file: 'signing-2026-11-19T06-00-02Z-40.tsv', row: '981002' }),
          ],
        },
      }),
    },
    steps: [{ see: '#row-3' }, { click: '.card > footer .btn-quiet' }, { see: '.card > footer [role=alert]' }],
  }),
  'records-archive': records({ steps: [tab('archive'), { see: '#row-3' }] }),
  'records-charts': records({ steps: [tab('charts'), { see: '.chart-figure' }] }),
  'records-charts-tables': records({
    steps: [tab('charts'), { see: '.chart-figure' }, { click: '.charts-bar > .btn' }],
  }),

  'plan-config': plan(),
  'plan-config-compared': plan({
    steps: [{ see: '.slot-button' }, { choose: 'site-1', in: '.plan-choices .filter:last-child select' }],
  }),
  'plan-slot-editor': plan({
    steps: [
      { see: '.slot-button' },
      { click: '.slot-table tbody tr:nth-child(15) .slot-button' },
      { see: '[role=dialog]' },
      { choose: '1', in: '#bits-Lockable' },
    ],
  }),
  'plan-draft': plan({
    steps: [
      { see: '.slot-button' },
      { click: '.slot-table tbody tr:nth-child(15) .slot-button' },
      { see: '[role=dialog]' },
      { choose: '1', in: '#bits-Lockable' },
      { click: '[role=dialog] [type=submit]' },
      { see: '.plan-unsaved' },
    ],
  }),
  'plan-versions': plan({ steps: [tab('versions')] }),
  'plan-certificates': plan({ steps: [{ see: '.slot-button' }, tab('certificates')] }),
  'plan-writes': plan({
    answers: {
      'plan.get': () => ({
        recorded: {
          ...recorded.plan,
          entries: recorded.plan.entries.map((entry) => ({
            ...entry,
            dataWrites: [
              {
                zone: 'data',
                slot: 8,
                offset: 0,
                label: 'site configuration',
                source: { kind: 'file', path: '/var/lib/signet/site-cfg-c.bin', sha256: 'AB'.repeat(32) },
              },
              {
                zone: 'data',
                slot: 4,
                offset: 0,
                label: 'cloud key',
                source: {
                  kind: 'diversified',
                  secret: { from: 'file', path: '/etc/signet/cloud.key' },
                  checkValue: '0011223344556677',
                  info: 'cloud',
                  length: 32,
                },
              },
              {
                zone: 'otp',
                slot: 0,
                offset: 0,
                label: 'article',
                source: { kind: 'bytes', hex: '47572D432D5265762D43' },
              },
            ],
          })),
        },
      }),
    },
    steps: [{ see: '.slot-button' }, tab('writes')],
  }),
  'plan-write-editor': plan({
    steps: [
      { see: '.slot-button' },
      tab('writes'),
      { click: '.card > footer .btn' },
      { see: '[role=dialog]' },
      { click: '[role=dialog] [type=submit]' },
    ],
  }),
  'plan-locks': plan({
    steps: [{ see: '.slot-button' }, tab('locks'), { click: 'tbody tr:nth-child(11) input' }],
  }),
  'plan-options': plan({ steps: [{ see: '.slot-button' }, tab('options')] }),
  'plan-dry-run': plan({ steps: [{ see: '.slot-button' }, tab('dryRun'), { see: '.packet-group' }] }),
  'plan-dry-run-problems': plan({
    answers: {
      'plan.get': () => ({ recorded: recorded.unsafePlan }),
      'plan.dryRun': ({ language }) => ({
        recorded: {
          ...recorded.dryRun,
          findings: recorded.inspectUnsafe[language ?? 'en'].findings,
          problems: [
            reason('data-no-row', { place: 8, path: '/var/lib/signet/units.csv', key: '01234038D92CA571EE' }),
            reason('plan-otp-length', { bytes: 70 }),
          ],
        },
      }),
    },
    steps: [{ see: '.slot-button' }, tab('dryRun'), { see: '.packet-group' }],
  }),
  'plan-certinfo-wrong': plan({
    answers: {
      'plan.inspect': ({ language }) => ({
        recorded: {
          ...recorded.inspect[language ?? 'en'],
          chip: null,
          certinfo: [],
          sample: null,
          error: reason('certinfo-source', {
            source: 'certinfo',
            line: 12,
            column: 5,
            quote: "';' expected behind a declaration, not '}'",
          }),
        },
      }),
    },
    steps: [{ see: '.slot-button' }, tab('certificates'), { see: '.failure' }],
  }),
  'plan-new': plan({ steps: [{ click: '.page-head .btn:nth-of-type(1)' }, { see: '.choice-row' }] }),
  'plan-none': plan({ answers: { 'plan.list': () => ({ value: [] }) } }),

  activity: desk('activity', 'engineer', 'PE-05'),
  'activity-filtered': desk('activity', 'engineer', 'PE-05', {
    steps: [{ see: '.activity-row' }, { type: 'nothing like this', into: '.filter.is-wide input' }],
  }),
  'settings-station': settings(),
  'settings-sites': settings({ steps: [section(2)] }),
  'settings-server': settings({ steps: [section(3)] }),
  'settings-server-key': settings({
    steps: [
      section(3),
      { see: '.plain-list' },
      { type: 'ST-09', into: '.settings-group:nth-of-type(3) .inline-form input' },
      { click: '.settings-group:nth-of-type(3) .inline-form .btn' },
      { see: '.key-shown' },
    ],
  }),
  'settings-roots': settings({ steps: [section(4)] }),
  'settings-roots-file': settings({
    answers: {
      ...deskAnswers,
      'settings.readRoot': () => ({
        value: {
          fault: null,
          root: {
            name: 'Example ATECC608 Root CA',
            subject: 'O=Example Organization, CN=Example ATECC608 Root CA',
            notAfter: '2056-01-19 10:00:00Z',
            publicKey: 'B2'.repeat(64),
            keyFingerprint: '0C93'.repeat(16),
            fingerprint: '7E41'.repeat(16),
          },
        },
      }),
    },
    steps: [section(4), { drop: 'PEM', name: 'root_certificate.pem', onto: '.root-file' }, { see: '.root-file dl' }],
  }),
  'settings-roots-file-refused': settings({
    answers: { ...deskAnswers, 'settings.readRoot': () => ({ value: { fault: 'not-root', root: null } }) },
    steps: [
      section(4),
      { drop: 'PEM', name: 'signer_certificate.pem', onto: '.root-file' },
      { see: '.root-file .failure' },
    ],
  }),
  'settings-people': settings({ steps: [section(5)] }),
  'settings-people-none': settings({
    state: { station: station({ person: null, peopleConfigured: false }) },
    answers: { 'people.list': () => ({ value: [] }) },
    steps: [section(5)],
  }),
  'settings-person': settings({
    steps: [section(5), { see: '.table .btn' }, { click: 'tbody tr:nth-child(3) .btn' }, { see: '[role=dialog]' }],
  }),
  'settings-health': settings({ steps: [section(6)] }),
  'settings-unsaved': settings({
    steps: [{ see: '.settings-group input' }, { type: 'ST-08', into: '.settings-group input' }],
  }),
  'line-differences': {
    state: state({ sites: [oneSite.foreign], signers: [signer()] }),
    answers: deskAnswers,
    steps: [{ click: '[data-choice=differences]' }, { see: '[role=dialog] .table' }],
  },
} as const satisfies Readonly<Record<string, AnyScenario>>;
