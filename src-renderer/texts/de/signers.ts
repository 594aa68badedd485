import type { signers as english } from '../en/signers.ts';
import type { Words } from '../words.ts';

/** Signiermodule: Passwörter, Tabelle, Einrichtung. */
export const signers: Words<typeof english> = {
  password: {
    title: 'Signierer braucht Passwort',
    signer: 'Signierer',
    serial: 'Seriennummer',
    unknown: 'unbekannt',
    waiting: 'Darauf wartet',
    sites_one: 'das Board an Platz {{list}}',
    sites_other: 'die Boards an den Plätzen {{list}}',
    label: 'Passwort',
    first: 'Passwort der ersten Person',
    second: 'Passwort der zweiten Person',
    given: '{{who}}: eingegeben',
    show: 'Zeigen',
    hide: 'Verbergen',
    caps: 'Feststelltaste ist an',
    left_one: 'noch {{count}} Versuch',
    left_other: 'noch {{count}} Versuche',
    delay: 'Zu viele falsche Passwörter. Nächster Versuch in {{time}}.',
    changeBegun:
      'Eine Änderung dieses Passworts wurde begonnen und nicht beendet: wird das alte abgelehnt, bitte das neue eingeben.',
    kept: 'Bleibt nur im Arbeitsspeicher, bis der Signierer abgezogen oder gesperrt wird oder die Station neu startet. Fünf falsche Passwörter sperren ihn 30 s, danach jedes Mal länger.',
    gone: 'Dieser Signierer wurde abgezogen. Bitte wieder einstecken und dann das Passwort eingeben.',
    notNow: 'Jetzt nicht',
    next: 'Nächste Person',
    unlock: 'Signierer entsperren',
    checking: 'Wird geprüft …',
  },
  plan: { field: 'Feld', planColumn: 'Plan', chipColumn: 'Dieser Chip' },
};
