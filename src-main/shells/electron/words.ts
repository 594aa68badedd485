/** The few words that the shell itself says; screens have their own. */
export interface ShellWords {
  readonly file: string;
  readonly edit: string;
  readonly view: string;
  readonly help: string;
  readonly quit: string;
  readonly undo: string;
  readonly redo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly reload: string;
  readonly fullScreen: string;
  readonly developerTools: string;
  readonly dataFolder: string;
  readonly about: string;
  readonly busyTitle: string;
  readonly busyText: string;
  readonly wait: string;
  readonly stay: string;
  readonly crashed: string;
  readonly fault: string;
  readonly save: string;
}

export const shellWords: Readonly<Record<'en' | 'de', ShellWords>> = {
  en: {
    file: '&File',
    edit: '&Edit',
    view: '&View',
    help: '&Help',
    quit: 'Quit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select all',
    reload: 'Reload screens',
    fullScreen: 'Full screen',
    developerTools: 'Developer tools',
    dataFolder: 'Open data folder',
    about: 'About Signet',
    busyTitle: 'A board is being worked on',
    busyText: 'Its run is finished first. Signet closes by itself then.',
    wait: 'Finish, then close',
    stay: 'Stay open',
    crashed: 'The screen had to be loaded again; runs were not disturbed.',
    fault:
      'Signet has to end because of an internal fault. What was done is recorded; boards that were being worked on can be resumed.',
    save: 'Save',
  },
  de: {
    file: '&Datei',
    edit: '&Bearbeiten',
    view: '&Ansicht',
    help: '&Hilfe',
    quit: 'Beenden',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    selectAll: 'Alles auswählen',
    reload: 'Bildschirme neu laden',
    fullScreen: 'Vollbild',
    developerTools: 'Entwicklerwerkzeuge',
    dataFolder: 'Datenordner öffnen',
    about: 'Über Signet',
    busyTitle: 'Eine Baugruppe ist in Arbeit',
    busyText: 'Ihr Lauf wird zuerst beendet. Danach schließt sich Signet von selbst.',
    wait: 'Beenden, dann schließen',
    stay: 'Offen lassen',
    crashed: 'Der Bildschirm musste neu geladen werden; Läufe wurden nicht gestört.',
    fault:
      'Signet muss wegen eines inneren Fehlers enden. Was getan wurde, ist festgehalten; Baugruppen, die in Arbeit waren, können fortgesetzt werden.',
    save: 'Speichern',
  },
};
