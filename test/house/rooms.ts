/**
 * Which room may import which: the table of the house, as data. A change here is a change of the design, made on purpose.
 * `types` = type-only imports allowed from these rooms besides. Every room may import itself and `base`.
 */
export interface Room {
  readonly path: string;
  readonly may: readonly string[] | 'anything';
  readonly types?: readonly string[];
}

const mainRooms = [
  'src-main/hal',
  'src-main/simulator',
  'src-main/device',
  'src-main/records',
  'src-main/signing',
  'src-main/server',
  'src-main/provisioning',
];

export const rooms: readonly Room[] = [
  { path: 'src-shared/base', may: [] },
  { path: 'src-shared/atecc', may: [] },
  { path: 'src-shared/kit', may: ['src-shared/atecc'] },
  { path: 'src-shared/wire', may: [] },
  { path: 'src-shared/certificates', may: ['src-shared/atecc'] },
  { path: 'src-shared/model', may: ['src-shared/atecc', 'src-shared/certificates'] },
  { path: 'src-shared/ipc', may: ['src-shared/model'] },
  { path: 'src-main/hal', may: ['src-shared/kit', 'src-shared/atecc', 'src-shared/model'] },
  { path: 'src-main/simulator', may: [], types: ['src-main/hal'] },
  { path: 'src-main/device', may: ['src-main/hal', 'src-shared/atecc', 'src-shared/certificates', 'src-shared/model'] },
  { path: 'src-main/records', may: ['src-shared/certificates', 'src-shared/model'] },
  {
    path: 'src-main/signing',
    may: ['src-main/device', 'src-main/hal', 'src-shared/certificates', 'src-shared/model', 'src-shared/atecc'],
  },
  { path: 'src-main/server', may: ['src-main/signing', 'src-shared/wire', 'src-shared/model'] },
  {
    path: 'src-main/provisioning',
    may: ['src-main/device', 'src-shared/wire', 'src-shared/certificates', 'src-shared/model', 'src-shared/atecc'],
  },
  {
    path: 'src-main/line',
    may: [
      ...mainRooms,
      'src-shared/ipc',
      'src-shared/model',
      'src-shared/atecc',
      'src-shared/certificates',
      'src-shared/wire',
      'src-shared/kit',
    ],
  },
  { path: 'src-main/shells', may: ['src-main/line', 'src-shared/ipc', 'src-shared/model'] },
  { path: 'src-renderer', may: ['src-shared/ipc', 'src-shared/model'] },
  { path: 'test', may: 'anything' },
];
