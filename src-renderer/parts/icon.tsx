/** Line drawings that stand beside a word, on a 24 px grid; stroked with the text's colour. */
const paths = {
  line: 'M3 6.5h12v11H3zM15 9.5h3v5h-3M18 11h3M18 13.5h3M6.5 9.5h5v5h-5z',
  signers: 'M3.5 8h11.5v8H3.5zM15 10h5.5v4H15M7 12h.01M10 12h2',
  records: 'M4 4h16v16H4zM4 9h16M9 9v11M12.5 13H17M12.5 16.5H17',
  plan: 'M4 4h16v16H4zM4 12h16M12 4v16M7 8h2M15 8h2M7 16h2M15 16h2',
  activity: 'M4 6h3M10 6h10M4 12h3M10 12h7M4 18h3M10 18h9',
  settings: 'M4 7h9M17 7h3M13 4.5h4v5h-4zM4 17h3M11 17h9M7 14.5h4v5H7z',
  help: 'M4 4h16v16H4zM9.5 9.8a2.5 2.5 0 1 1 3.4 2.2c-.6.3-.9.7-.9 1.7M12 16.7v.1',
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3',
  unlock: 'M5 11h14v9H5zM8 11V7.5A4 4 0 0 1 15.7 6',
  eye: 'M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6ZM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z',
  caps: 'm12 4 7 8h-3.5v4h-7v-4H5zM8.5 20h7',
  search: 'M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15 15l5 5',
  down: 'm6 9.5 6 6 6-6',
  up: 'm6 14.5 6-6 6 6',
  right: 'm9.5 6 6 6-6 6',
  back: 'm14.5 6-6 6 6 6',
  close: 'm6 6 12 12M18 6 6 18',
  export: 'M12 4v10M8 10.5l4 4 4-4M4 16v4h16v-4',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  columns: 'M4 4h16v16H4zM9.5 4v16M14.5 4v16',
  plus: 'M12 5v14M5 12h14',
  remove: 'M3 14h18v6H3zM12 11V3M8 6.5l4-4 4 4',
  stay: 'M3 14h18v6H3zM12 3v8M8 7.5l4 4 4-4',
  flask: 'M9 3h6M10 3v6L4.5 19.5h15L14 9V3M7.5 14.5h9',
  sound: 'M4 9.5h4L13 5v14l-5-4.5H4zM16.5 9a4 4 0 0 1 0 6M19 6.5a8 8 0 0 1 0 11',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  hand: 'M8 12.5V6.5a1.5 1.5 0 0 1 3 0V11V5a1.5 1.5 0 0 1 3 0v6V7a1.5 1.5 0 0 1 3 0v7.5c0 3.5-2 6-5 6-2.5 0-4-1-5.5-3.5L4.5 13.7c-.7-1.4 1-2.7 2-1.5L8 14',
  person: 'M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM5 20c.5-4 3-6 7-6s6.5 2 7 6',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  check: 'm5 12.5 4.5 4.5L19 7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 7.5V12l3 2',
  link: 'M4 12h4M16 12h4M8 8.5h3v7H8zM13 8.5h3v7h-3z',
} as const;

export type IconName = keyof typeof paths;

/** Always beside its word; never the only sign of anything. */
export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg className={small ? 'icon icon-small' : 'icon'} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
