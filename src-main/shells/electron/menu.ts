import type { MenuItemConstructorOptions } from 'electron';
import type { ShellWords } from './words.ts';

/** The menu: what a window needs and nothing that the screens have. Pure. */
export function menuTemplate(
  words: ShellWords,
  options: { readonly developer: boolean; readonly mac: boolean; readonly openDataFolder: () => void },
): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'reload', label: words.reload },
    { role: 'togglefullscreen', label: words.fullScreen },
  ];
  if (options.developer) view.push({ role: 'toggleDevTools', label: words.developerTools });
  return [
    ...(options.mac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: words.file,
      submenu: [
        { label: words.dataFolder, click: options.openDataFolder },
        { type: 'separator' },
        { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        { type: 'separator' },
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    { label: words.view, submenu: view },
    { label: words.help, submenu: [{ role: 'about', label: words.about }] },
  ];
}
